"""The commands that look at departments' lists beside the survey: indicators, reconcile."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bishan_survey.cli.chinese import ChineseCommand
from bishan_survey.cli.examine import open_workspace
from bishan_survey.cli.options import JsonOption, WorkspaceArgument, finished, output_path, town_code
from bishan_survey.cli.progress import TownOption
from bishan_survey.cli.show import Show, ShownProgress
from bishan_survey.cli.unmask import on_record
from bishan_survey.cli.volume import working
from bishan_survey.errors import EXIT_CLEAN, UnusableFilesError

if TYPE_CHECKING:
    from bishan_survey.model import Departments, Design
    from bishan_survey.workspace import Workspace

_PUT = "部门的名单放进工作区的 registers/<名单>/（见 docs/how-to/indicators-and-lists.md），再运行一次。"
_SHOWN = ("序号", "指标", "口径", "地区", "数值", "单位", "分子", "分母", "说不清", "目标值", "与目标比")


def register(app: typer.Typer) -> None:
    """Add the commands of this page."""
    app.command("indicators", cls=ChineseCommand, epilog="例：bishan-survey indicators 2025年调查 --town 三合镇")(
        indicators
    )
    app.command("reconcile", cls=ChineseCommand, epilog="例：bishan-survey reconcile 2025年调查 --to 部门比对.xlsx")(
        reconcile
    )


def _departments(folder: Path) -> "tuple[Departments, Workspace, Design]":
    """What came into a workspace, taken in and checked, beside the lists that departments keep."""
    from datetime import datetime

    from bishan_survey.departments import departments_of
    from bishan_survey.nightly import examine

    workspace, design = open_workspace(folder)
    with workspace.locked(), ShownProgress() as progress:
        examined = examine(workspace, design, datetime.now().astimezone(), progress)
        return departments_of(workspace, design, examined.batch, progress), workspace, design


@working
def indicators(workspace: WorkspaceArgument, town: TownOption = None, as_json: JsonOption = False) -> None:
    """规划指标：专栏1的十一项，分子、分母和定义都列出，与目标值比较。

    registers/ 里有部门名单的用名单，没有的用调查表自己的回答；都没有的不可计算，写明缺什么。
    不改动已发布的结果；各镇街和历年的数见夜间运行的 指标.xlsx。
    """
    import polars as pl

    from bishan_survey.delivery import indicator_lines

    told, opened, design = _departments(workspace)
    wanted = pl.col("级别") == "全区"
    if town is not None:
        wanted = (pl.col("代码") == town_code(opened.areas, town)) | pl.col("数值").is_null() & wanted
    lines = indicator_lines(told, design, opened.areas).filter(wanted)
    show = Show(as_json)
    show.heading("规划指标（内部）")
    show.table(_SHOWN, [[_said(value) for value in row] for row in lines.select(_SHOWN).iter_rows()])
    show.heading("定义")
    variant = pl.when(pl.col("口径") != "").then(pl.format("（{}）", "口径")).otherwise(pl.lit(""))
    named = pl.concat_str(pl.col("指标"), variant)
    told_of = pl.concat_str("定义", pl.col("说明").replace("", None), separator="。说明：", ignore_nulls=True)
    show.pairs(lines.select(named, told_of).rows())
    if not told.lists:
        show.remark(_PUT)
    show.document("indicators/1", {"indicators": lines.to_dicts()})
    _leave(told)


@working
def reconcile(
    workspace: WorkspaceArgument,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="文件", help="把对不上的人和行写成工作簿（.xlsx），有个人信息。")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """部门比对：名单与调查两边谁说有、谁说没有，按镇街。

    屏幕上只有人数；谁对不上，见夜间运行的 部门比对.xlsx，或用 --to 写出。不改动已发布的结果。
    """
    from bishan_survey.delivery import by_town, list_counts, list_problems, write_reconciled_book
    from bishan_survey.private import create_private

    path = output_path(to, ".xlsx")
    told, opened, _ = _departments(workspace)
    show, counts, towns = Show(as_json), list_counts(told), by_town(told, opened.areas)
    show.heading("名单的每一行")
    show.table(counts.columns, counts.rows())
    show.heading("两边的说法（人）")
    show.table(towns.columns, towns.rows())
    problems = list_problems(told)
    if not problems.is_empty():
        show.heading(f"名单里有{problems.height}处读不懂")
        show.table(problems.columns, problems.fill_null("").rows())
    if not told.lists:
        show.remark(_PUT)
    if path is not None:
        with finished(path) as beside:
            write_reconciled_book(create_private(beside), told, opened.areas, opened.settings.survey)
            on_record(opened.root, "reconcile --to", {"lists": len(told.lists)})
        show.remark(f"已写出 {path}")
    show.document("reconcile/1", {"lists": counts.to_dicts(), "towns": towns.to_dicts()})
    _leave(told)


def _said(value: object) -> object:
    """A number without a fraction that it does not have; what there is not as a dash."""
    if value is None or value == "":
        return "——"
    return f"{value:,.10g}" if isinstance(value, float) else value


def _leave(told: "Departments") -> None:
    unusable = any(read.unusable for read in told.lists)
    raise typer.Exit(UnusableFilesError.exit_code if unusable else EXIT_CLEAN)
