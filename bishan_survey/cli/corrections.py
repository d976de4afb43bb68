"""Commands for corrections by hand: corrections check, corrections new."""

from typing import TYPE_CHECKING

import typer

from bishan_survey.cli.chinese import ChineseCommand, ChineseGroup
from bishan_survey.cli.handwritten import counted, make_blank
from bishan_survey.cli.options import JsonOption, WorkspaceArgument
from bishan_survey.cli.show import Show, ShownProgress
from bishan_survey.cli.volume import working
from bishan_survey.errors import EXIT_CLEAN, EXIT_HARD_FINDINGS, WorkspaceError

if TYPE_CHECKING:
    import polars as pl

    from bishan_survey.model import Design

corrections_app = typer.Typer(
    cls=ChineseGroup, help="更正单：电话核实以后，不用等村里重新报来。", invoke_without_command=True
)
ATTENTION = ("stale", "refused")
"""Outcomes that somebody has to look at."""


def register(app: typer.Typer) -> None:
    """Add the commands of this page."""
    app.add_typer(corrections_app, name="corrections")
    corrections_app.callback()(_corrections)
    corrections_app.command("check", cls=ChineseCommand, epilog="例：bishan-survey corrections check 2025年调查")(check)
    corrections_app.command("new", cls=ChineseCommand, epilog="例：bishan-survey corrections new 2025年调查")(new)


def _corrections(context: typer.Context) -> None:
    """更正单：电话核实以后，不用等村里重新报来。"""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@working
def check(workspace: WorkspaceArgument, as_json: JsonOption = False) -> None:
    """试一试更正单：每一行会怎样，什么也不发布。

    有不能照办的、原值已不在的，退出码为1。屏幕上不显示个人信息；原值、新值和表中现在的内容，
    见夜间运行结果中的问题清单“更正”一页。
    """
    from datetime import datetime

    from bishan_survey.cli.examine import open_workspace
    from bishan_survey.nightly import examine

    opened, design = open_workspace(workspace)
    if opened.corrections() is None:
        raise WorkspaceError(f"{opened.root} 中没有更正单", "先做一张空白的：bishan-survey corrections new 工作区")
    with opened.locked(), ShownProgress() as progress:
        corrections = examine(opened, design, datetime.now().astimezone(), progress).batch.corrections
    _show(Show(as_json), corrections, design)
    attention = corrections.filter(corrections["outcome"].is_in(ATTENTION))
    raise typer.Exit(EXIT_CLEAN if attention.is_empty() else EXIT_HARD_FINDINGS)


def _show(show: Show, corrections: "pl.DataFrame", design: "Design") -> None:
    """Lines and their outcomes, without anything that says who a person is or what was answered."""
    from bishan_survey.model import WordKind

    kinds = (WordKind.COLUMN, WordKind.ACTION, WordKind.OUTCOME)
    columns, actions, outcomes = (design.corrections.texts(kind) for kind in kinds)
    labels = design.variable_labels
    # Words in a wrong column may be anybody's name: only what the definitions know is shown.
    rows = [
        (
            row["line"],
            labels.get(row["item"] or "", "—"),
            actions.get(row["action"] or "", "—"),
            outcomes[row["outcome"]],
            row["remark"] or "",
        )
        for row in corrections.iter_rows(named=True)
    ]
    told = counted(outcomes, dict(corrections.group_by("outcome").len().iter_rows()))
    show.heading(f"更正单共{corrections.height}行")
    show.pairs([(outcomes[outcome], count) for outcome, count in told.items()])
    show.table(("行", columns["item"], columns["action"], "结果", "说明"), rows)
    lines = [
        {
            "line": row["line"],
            "item": row["item"] if row["item"] in labels else None,
            "action": row["action"] if row["action"] in actions else None,
            "outcome": row["outcome"],
            "remark": row["remark"],
            **{name: row[name] for name in ("village", "file", "sheet", "row", "cell")},
        }
        for row in corrections.iter_rows(named=True)
    ]
    show.document("corrections-check/1", {"corrections": told, "lines": lines})


def new(workspace: WorkspaceArgument) -> None:
    """在工作区里做一张空白的更正单 corrections.xlsx。

    已经有更正单的，不会覆盖。
    """
    from bishan_survey.cli.examine import open_workspace
    from bishan_survey.corrections import write_blank
    from bishan_survey.workspace import CORRECTIONS

    opened, design = open_workspace(workspace)
    make_blank(
        "更正单",
        opened.root / CORRECTIONS[0],
        opened.corrections(),
        lambda path: write_blank(path, design, opened.settings.survey),
        f"bishan-survey corrections check {workspace}",
    )
