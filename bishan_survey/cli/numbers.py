"""Commands for identity numbers that were changed: numbers new, numbers check."""

from typing import TYPE_CHECKING

import typer

from bishan_survey.cli.chinese import ChineseCommand, ChineseGroup
from bishan_survey.cli.examine import open_workspace
from bishan_survey.cli.handwritten import counted, make_blank
from bishan_survey.cli.options import JsonOption, WorkspaceArgument
from bishan_survey.cli.show import Show, ShownProgress
from bishan_survey.cli.volume import working
from bishan_survey.errors import EXIT_CLEAN, EXIT_HARD_FINDINGS, WorkspaceError

if TYPE_CHECKING:
    import polars as pl

    from bishan_survey.model import Design

numbers_app = typer.Typer(cls=ChineseGroup, help="换号表：身份证号更正过的人。", invoke_without_command=True)
_WIDTHS = {"old": 26, "new": 26, "reason": 36}


def register(app: typer.Typer) -> None:
    """Add the commands of this page."""
    app.add_typer(numbers_app, name="numbers")
    numbers_app.callback()(_numbers)
    numbers_app.command("check", cls=ChineseCommand, epilog="例：bishan-survey numbers check 2025年调查")(check)
    numbers_app.command("new", cls=ChineseCommand, epilog="例：bishan-survey numbers new 2025年调查")(new)


def _numbers(context: typer.Context) -> None:
    """换号表：身份证号更正过的人。"""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@working
def check(workspace: WorkspaceArgument, as_json: JsonOption = False) -> None:
    """试一试换号表：每一行会怎样，什么也不发布。

    有不能照办的，退出码为1。屏幕上不显示号码。
    """
    from datetime import datetime

    from bishan_survey.nightly import examine

    opened, design = open_workspace(workspace)
    if opened.changed_numbers() is None:
        raise WorkspaceError(f"{opened.root} 中没有换号表", "先做一张空白的：bishan-survey numbers new 工作区")
    with opened.locked(), ShownProgress() as progress:
        changed = examine(opened, design, datetime.now().astimezone(), progress).batch.changed_numbers
    _show(Show(as_json), changed, design)
    raise typer.Exit(EXIT_HARD_FINDINGS if (changed["outcome"] == "refused").any() else EXIT_CLEAN)


def _show(show: Show, changed: "pl.DataFrame", design: "Design") -> None:
    """Lines and their outcomes, without the numbers."""
    from bishan_survey.model import WordKind

    outcomes = design.changed_numbers.texts(WordKind.OUTCOME)
    told = counted(outcomes, dict(changed.group_by("outcome").len().iter_rows()))
    lines = changed.select("line", "outcome", "remark").to_dicts()
    show.heading(f"换号表共{changed.height}行")
    show.pairs([(outcomes[outcome], count) for outcome, count in told.items()])
    show.table(("行", "结果", "说明"), [(one["line"], outcomes[one["outcome"]], one["remark"] or "") for one in lines])
    show.document("numbers-check/1", {"changed_numbers": told, "lines": lines})


def new(workspace: WorkspaceArgument) -> None:
    """在工作区里做一张空白的换号表 changed-numbers.xlsx。

    已经有换号表的，不会覆盖。
    """
    from bishan_survey.handwritten import write_blank_sheet
    from bishan_survey.office import changed_number_table
    from bishan_survey.workspace import CHANGED_NUMBERS

    opened, design = open_workspace(workspace)
    kind, survey = changed_number_table(design), opened.settings.survey
    make_blank(
        kind.title,
        opened.root / CHANGED_NUMBERS[0],
        opened.changed_numbers(),
        lambda path: write_blank_sheet(path, kind, survey, _WIDTHS),
        f"bishan-survey numbers check {workspace}",
    )
