"""The command that writes the current run in another system's layout: export."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bishan_survey.cli.chinese import ChineseCommand
from bishan_survey.cli.examine import open_workspace
from bishan_survey.cli.options import JsonOption, WorkspaceArgument, finished, output_path
from bishan_survey.cli.show import Show
from bishan_survey.cli.unmask import on_record
from bishan_survey.errors import UsageError, WorkspaceError

if TYPE_CHECKING:
    import polars as pl

    from bishan_survey.model import DeliveryProfile, Survey
    from bishan_survey.workspace import RunFolder

_MARKS = {"VERIFIED": "见过原件", "INFERRED": "推断", "PROPOSED": "建议，待区残联核对"}


def register(app: typer.Typer) -> None:
    """Add the command of this page."""
    app.command(
        "export",
        cls=ChineseCommand,
        epilog="例：bishan-survey export 2025年调查 --profile system-person --to 人口.xlsx",
    )(export)


def export(
    workspace: WorkspaceArgument,
    profile: Annotated[str | None, typer.Option("--profile", metavar="格式", help="上报格式；不写则列出全部。")] = None,
    to: Annotated[Path | None, typer.Option("--to", metavar="文件", help="写到哪里：.xlsx 或 .csv。")] = None,
    as_json: JsonOption = False,
) -> None:
    """导出：写成综合信息管理系统等的格式。

    不写 --profile 时列出现有的上报格式。
    """
    from bishan_survey.deliveries import sound_profile
    from bishan_survey.workspace import current_run

    opened, design = open_workspace(workspace)
    show = Show(as_json)
    if profile is None:
        rows = [
            (p.id, p.title, len(p.columns or p.lines), _MARKS.get(p.mark, p.mark)) for p in design.profiles.values()
        ]
        show.heading("上报格式")
        show.table(("格式", "名称", "列数（或行数）", "确定程度"), rows)
        show.document("export/1", {"profiles": [{"id": row[0], "title": row[1]} for row in rows]})
        return
    layout = sound_profile(design, profile)
    to = output_path(to, ".xlsx", ".csv")
    if to is None:
        raise UsageError("没有写导出到哪里", "请加 --to 文件.xlsx 或 --to 文件.csv")
    with finished(to) as beside:
        count = _write_profile(beside, layout, current_run(opened), opened.settings.survey)
        if not layout.lines:
            on_record(opened.root, "export", {"profile": profile, "records": count})
    show.heading(f"已导出{count}条到 {to}")
    if not layout.lines:
        show.remark("文件含个人信息，请妥善保管。")
    show.document("export/1", {"profile": profile, "records": count, "file": str(to)})


def _write_profile(to: Path, profile: "DeliveryProfile", run: "RunFolder", survey: "Survey") -> int:
    """Write a file in a profile's layout from a published run; returns the number of its lines."""
    from bishan_survey import delivery

    as_csv = to.suffix.lower() == ".csv"
    if profile.lines:
        report = delivery.report_frame(profile, delivery.published_tables(run.path))
        if as_csv:
            delivery.write_report_csv(to, report)
        else:
            delivery.write_report_xlsx(to, report, profile.sheet_name, survey)
        return report.height
    records = _current_records(run, profile.unit)
    if as_csv:
        return delivery.write_profile_csv(to, profile, records)
    return delivery.write_profile_xlsx(to, profile, records, survey)


def _current_records(run: "RunFolder", unit: str) -> "pl.DataFrame":
    """The records that count, as the current run published them."""
    from bishan_survey.delivery import read_counted

    records = read_counted(run.path, unit)
    if records is None:
        raise WorkspaceError(f"当前结果 {run.id} 中没有{unit}的记录", "请重新运行 bishan-survey nightly")
    return records
