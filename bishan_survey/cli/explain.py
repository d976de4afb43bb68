"""``ingest --explain`` and ``ingest --map``: how a file is understood, and what people decide about its headers."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from bishan_survey.cli.options import finished
from bishan_survey.cli.show import Show

if TYPE_CHECKING:
    from bishan_survey.intake import Known
    from bishan_survey.model import AreaFrame, Batch, Design, Survey
    from bishan_survey.workspace import Workspace

_LONG_NUMBER = re.compile(r"\d{6,}")


def explain_file(
    path: Path, to: Path | None, show: Show, design: "Design", survey: "Survey", areas: "AreaFrame", known: "Known"
) -> bool:
    """Show how one file is understood.

    Args:
        path: the file; the folders above it tell the 镇街, as in an inbox.
        to: a file of mappings to write, with a line for each header that was not recognised.
        show: where it is shown.
        design: the definitions.
        survey: the open editions.
        areas: the villages.
        known: what is known of the senders.

    Returns:
        Whether the file could be used.
    """
    from bishan_survey.intake import AreaIndex, mappings_text, read_batch, submission_of, to_be_approved

    batch = read_batch([submission_of(path, "/".join(path.resolve().parts[-3:]))], design, survey, areas, known=known)
    _show_sources(show, batch, areas)
    _show_columns(show, batch, design)
    lost = batch.not_records.group_by("sheet", "reason").len().sort("sheet", "reason")
    show.table(("工作表", "不是记录的行", "行数"), [(s, _REASONS.get(r, r), n) for s, r, n in lost.iter_rows()])
    if to is not None:
        with finished(to) as beside:
            index = AreaIndex(areas, design.layout)
            beside.write_bytes(mappings_text(to_be_approved(batch), design, index))
        show.remark(f"认不准的表头已写到 {to}：在“项目”一列写上调查表中的名称（不要的列写“不读取”），再用 --map 认定")
    show.document("ingest-explain/1", _document(batch))
    return bool(batch.sources["usable"].all())


_REASONS = {
    "blank": "空行",
    "total": "合计行",
    "remark": "落款或说明",
    "unfilled": "只有预先填好的内容",
    "header": "重复的表头",
}


def _show_sources(show: Show, batch: "Batch", areas: "AreaFrame") -> None:
    from bishan_survey.intake import WHERE

    for source in batch.sources.iter_rows(named=True):
        village = areas.by_code.get(source["village"] or "")
        show.heading(source["file"])
        show.pairs(
            [
                ("实际格式", source["kind"] or "读不了"),
                ("调查表版本", source["edition"] or "认不出"),
                ("村（社区）", f"{village.town}{village.name}（{village.code}）" if village else "整份表认不出"),
                ("怎样认出的村（社区）", WHERE.get(source["recognised_by"] or "", "看每一行写的村（社区）")),
                ("保存时间（文件自己写的）", source["saved_at"] or "没有写"),
                ("读入的行", source["rows_read"]),
            ]
        )


def _show_columns(show: Show, batch: "Batch", design: "Design") -> None:
    from bishan_survey.intake import explain_columns

    rows = [
        (
            story.sheet,
            story.column,
            _masked(story.header),
            story.item or (f"（像“{story.like}”）" if story.like else "—"),
            story.how,
            f"{story.score:.0f}%" if story.score else "",
        )
        for story in explain_columns(batch, design)
    ]
    show.heading("各列读作什么")
    show.table(("工作表", "列", "表头", "读作", "怎样认出的", "把握"), rows)


def _masked(header: str) -> str:
    """A header line may hold anything, people's numbers too."""
    return _LONG_NUMBER.sub("******", " ".join(header.split()))


def _document(batch: "Batch") -> dict[str, object]:
    columns = [row | {"header": _masked(row["header"])} for row in batch.columns.iter_rows(named=True)]
    return {
        "files": batch.sources.to_dicts(),
        "columns": columns,
        "not_records": batch.not_records.to_dicts(),
        "findings": batch.findings.drop("value").to_dicts(),
    }


def approve_mappings(workspace: "Workspace", design: "Design", path: Path) -> tuple[int, int]:
    """Keep approved headers in the workspace; a new line replaces an older one about the same header.

    Returns:
        How many lines the file has, and how many the workspace has now.

    Raises:
        UsageError: some lines are not as they should be.
    """
    from bishan_survey.intake import AreaIndex, mappings_text, read_mappings
    from bishan_survey.workspace import write_atomically

    index = AreaIndex(workspace.areas, design.layout)
    survey = workspace.settings.survey
    new = read_mappings(path.read_bytes(), path.name, design, survey, index)
    kept = workspace.mappings
    old = read_mappings(kept.read_bytes(), kept.name, design, survey, index) if kept.is_file() else []
    merged = {(one.sender, one.header): one for one in (*old, *new)}
    write_atomically(kept, mappings_text(merged.values(), design, index), private=False)
    return len(new), len(merged)
