"""Commands that look at what came in, and publish nothing: ingest, validate, dedupe."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bishan_survey.cli.chinese import ChineseCommand
from bishan_survey.cli.options import (
    EditionOption,
    JsonOption,
    ToOption,
    WorkspaceArgument,
    YearOption,
    finished,
    output_path,
)
from bishan_survey.cli.show import Show, ShownProgress
from bishan_survey.errors import EXIT_CLEAN, EXIT_HARD_FINDINGS, UnusableFilesError, UsageError

if TYPE_CHECKING:
    import polars as pl

    from bishan_survey.intake import Submission
    from bishan_survey.model import AreaFrame, Batch, Design, Survey
    from bishan_survey.nightly import Examined
    from bishan_survey.workspace import Workspace

_SHOWN = 30


def register(app: typer.Typer) -> None:
    """Add the commands of this page."""
    app.command("ingest", cls=ChineseCommand, epilog="例：bishan-survey ingest 2025年调查")(ingest)
    app.command("validate", cls=ChineseCommand, epilog="例：bishan-survey validate 大旺社区.xlsx --to 问题清单.xlsx")(
        validate
    )
    app.command("dedupe", cls=ChineseCommand, epilog="例：bishan-survey dedupe 2025年调查")(dedupe)


def open_workspace(folder: Path) -> "tuple[Workspace, Design]":
    """The workspace of a command, and the definitions."""
    from bishan_survey.design import load_design
    from bishan_survey.workspace import Workspace

    design = load_design()
    return Workspace.open(folder, frozenset(design.questionnaires)), design


def _examined(folder: Path) -> "tuple[Examined, Workspace]":
    from bishan_survey.nightly import examine

    workspace, design = open_workspace(folder)
    with workspace.locked(), ShownProgress() as progress:
        return examine(workspace, design, progress), workspace


def ingest(workspace: WorkspaceArgument, as_json: JsonOption = False) -> None:
    """收表：归档并读出收件夹中的文件。

    列出读不了的文件、认不出的列和还没有报送的村（社区）。不改动已发布的结果。
    """
    from bishan_survey.nightly import coverage_pairs, missing_pairs, summary

    examined, _ = _examined(workspace)
    show = Show(as_json)
    show.heading("收到的表")
    show.pairs([*coverage_pairs(examined.coverage), *missing_pairs(examined.coverage)])
    show.pairs([("略过的文件（临时文件等）", examined.passed_over), ("读入的行", examined.ledger.read)])
    about_files = examined.batch.findings.filter(records=0)
    show_findings(show, about_files)
    show.document("ingest/1", {**summary(examined), "file_findings": about_files.drop("value").to_dicts()})
    raise typer.Exit(UnusableFilesError.exit_code if examined.coverage.unusable else EXIT_CLEAN)


def validate(
    paths: Annotated[
        list[Path], typer.Argument(metavar="文件或工作区…", help="表格文件、装有表格的文件夹，或一个工作区。")
    ],
    to: ToOption = None,
    edition: EditionOption = None,
    year: YearOption = None,
    as_json: JsonOption = False,
) -> None:
    """查错：哪个单元格有什么问题、怎么改。

    可以查单个文件、一个文件夹或整个工作区。有必须改正的问题时退出码为1。屏幕上不显示个人信息；
    加 --to 得到完整的问题清单。
    """
    from bishan_survey.delivery import SEVERITIES, write_findings

    to = output_path(to, ".xlsx")
    batch, areas, survey = _validated(paths, edition, year)
    findings = batch.findings
    hard = findings.filter(severity="hard").height
    show = Show(as_json)
    show.heading(f"查了{batch.sources.height}个文件，发现{findings.height}处")
    show.pairs([(label, findings.filter(severity=weight).height) for weight, label in SEVERITIES.items()])
    show_findings(show, findings)
    if to is not None:
        with finished(to) as beside:
            write_findings(beside, batch, areas, survey)
        show.remark(f"问题清单已写到 {to}（含个人信息，请妥善保管）")
    show.document("validate/1", _findings_document(batch))
    if not batch.sources["usable"].all():
        raise typer.Exit(UnusableFilesError.exit_code)
    raise typer.Exit(EXIT_HARD_FINDINGS if hard else EXIT_CLEAN)


def _validated(paths: list[Path], edition: str | None, year: int | None) -> "tuple[Batch, AreaFrame, Survey]":
    from bishan_survey.design import load_defaults, load_design
    from bishan_survey.nightly import examine_files

    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise UsageError(f"找不到：{'、'.join(missing)}", "请核对路径和文件名")
    if any((path / "survey.toml").is_file() for path in paths):
        if len(paths) > 1 or edition or year:
            raise UsageError("工作区要单独写，版本和年份按它的 survey.toml", "请分开运行")
        examined, workspace = _examined(paths[0])
        return examined.batch, workspace.areas, workspace.settings.survey
    design, defaults = load_design(), load_defaults()
    survey, areas = defaults.survey(design, edition, year), defaults.areas()
    with ShownProgress() as progress:
        return examine_files(_submissions(paths), design, survey, areas, progress), areas, survey


def _submissions(paths: list[Path]) -> "list[Submission]":
    import hashlib

    from bishan_survey.intake import Submission
    from bishan_survey.workspace import is_dropping

    named = {path.resolve(): path.name for path in paths if path.is_file()}
    for folder in (path for path in paths if path.is_dir()):
        for path in sorted(path for path in folder.rglob("*") if path.is_file() and not is_dropping(path)):
            named.setdefault(path.resolve(), path.relative_to(folder.parent).as_posix())
    if not named:
        raise UsageError("没有可查的文件", "请核对文件夹里有没有表格")
    return [
        Submission(name, path, hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size)
        for path, name in named.items()
    ]


def _findings_document(batch: "Batch") -> dict[str, object]:
    """Findings for machines: addresses, rules and words, but no person's value."""
    return {
        "files": batch.sources.height,
        "counts": dict(batch.findings.group_by("severity").len().sort("severity").iter_rows()),
        "findings": batch.findings.drop("value").to_dicts(),
    }


def _place(finding: dict[str, object]) -> str:
    """A finding's place where it has no cell: its row, a column that is missing, the file as a whole."""
    if finding["row"]:
        return f"第{finding['row']}行"
    return "整列缺失" if finding["records"] else "整个文件"


def show_findings(show: Show, findings: "pl.DataFrame") -> None:
    """The weightiest findings, without what people answered; a cut is said aloud."""
    import polars as pl

    from bishan_survey.delivery import SEVERITIES

    if findings.is_empty():
        return
    order = pl.col("severity").replace_strict({s: n for n, s in enumerate(SEVERITIES)}, return_dtype=pl.Int8)
    ranked = findings.sort(order, "file", "sheet", "row", "cell", "rule", nulls_last=True)
    rows = [
        (
            SEVERITIES[r["severity"]],
            r["file"],
            r["cell"] or _place(r),
            r["rule"],
            r["message"],
        )
        for r in ranked.head(_SHOWN).iter_rows(named=True)
    ]
    show.table(("程度", "文件", "单元格", "规则", "问题"), rows)
    if findings.height > _SHOWN:
        show.remark(
            f"这里只列最要紧的{_SHOWN}处，其余{findings.height - _SHOWN}处见问题清单"
            "（加 --to 文件.xlsx，或看夜间运行的结果）。"
        )


def dedupe(workspace: WorkspaceArgument, as_json: JsonOption = False) -> None:
    """去重：同一人的多条登记以哪条为准。

    残疾人证号前18位相同的是同一人，不论在哪个村（社区）、哪个镇街。列出依据；分不出的暂不计入。
    """
    import polars as pl

    examined, _ = _examined(workspace)
    links = examined.batch.links
    across = links.filter("across_towns")
    counts = {
        "persons": links["group"].n_unique(),
        "across_towns": across["group"].n_unique(),
        "duplicate_records": links.filter(outcome="duplicate").height,
        "held_records": links.filter(outcome="held").height,
    }
    show = Show(as_json)
    show.heading("重复登记")
    labels = ("有多条登记的人", "其中跨镇街的", "不计的重复记录", "无法判定、暂不计入的记录")
    show.pairs(list(zip(labels, counts.values(), strict=True)))
    rules = links.filter(outcome="duplicate").group_by("rule", "reason").agg(records=pl.len()).sort("rule")
    show.table(("规则", "依据", "记录"), rules.rows())
    show.document("dedupe/1", {**counts, "rules": rules.drop("reason").to_dicts()})
