"""Commands for decisions on doubtful pairs: decisions check."""

from typing import TYPE_CHECKING

import typer

from bishan_survey.cli.chinese import ChineseCommand, ChineseGroup
from bishan_survey.cli.examine import open_workspace
from bishan_survey.cli.handwritten import counted
from bishan_survey.cli.options import JsonOption, WorkspaceArgument
from bishan_survey.cli.show import Show, ShownProgress
from bishan_survey.cli.volume import working
from bishan_survey.errors import EXIT_CLEAN, EXIT_HARD_FINDINGS, WorkspaceError

if TYPE_CHECKING:
    import polars as pl

    from bishan_survey.model import Design

_ABOUT = "判定单：两条登记是不是同一人，由区里判定一次，以后每晚照办。"
ATTENTION = ("stale", "refused")
"""Outcomes that somebody has to look at."""
decisions_app = typer.Typer(cls=ChineseGroup, help=_ABOUT, invoke_without_command=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this page."""
    app.add_typer(decisions_app, name="decisions")
    decisions_app.callback()(_decisions)
    decisions_app.command("check", cls=ChineseCommand, epilog="例：bishan-survey decisions check 2025年调查")(check)


def _decisions(context: typer.Context) -> None:
    """判定单：两条登记是不是同一人，由区里判定一次，以后每晚照办。"""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@working
def check(workspace: WorkspaceArgument, as_json: JsonOption = False) -> None:
    """试一试判定单：decisions 文件夹里的每一行会怎样，什么也不发布。

    有不能照办的、判定以后内容又变了的，退出码为1。屏幕上不显示个人信息；两条登记各在哪里，
    见夜间运行结果中的问题清单“判定”一页。
    """
    from datetime import datetime

    from bishan_survey.nightly import examine
    from bishan_survey.workspace import DECISIONS

    opened, design = open_workspace(workspace)
    if not opened.decisions():
        advice = "判定好的判定单（夜间结果里的 重复判定单.xlsx）放进这个文件夹，名字随意"
        raise WorkspaceError(f"{opened.root / DECISIONS} 中没有判定单", advice)
    with opened.locked(), ShownProgress() as progress:
        batch = examine(opened, design, datetime.now().astimezone(), progress).batch
    _show(Show(as_json), batch.decisions, batch.questions.height, design)
    attention = batch.decisions["outcome"].is_in(ATTENTION).any()
    raise typer.Exit(EXIT_HARD_FINDINGS if attention else EXIT_CLEAN)


def _show(show: Show, decisions: "pl.DataFrame", questions: int, design: "Design") -> None:
    """Lines and their outcomes, without anything that says who a person is."""
    from bishan_survey.model import WordKind

    columns, choices, outcomes = (
        design.decisions.texts(kind) for kind in (WordKind.COLUMN, WordKind.ACTION, WordKind.OUTCOME)
    )
    told = counted(outcomes, dict(decisions.group_by("outcome").len().iter_rows()))
    show.heading(f"判定单共{decisions.height}行有判定")
    show.pairs([*((outcomes[outcome], count) for outcome, count in told.items()), ("还要判定的（问）", questions)])
    lines = [
        {
            "source": row["source"],
            "line": row["line"],
            # Words in a wrong column may be anybody's name: only what the definitions know is shown.
            "decision": row["decision"] if row["decision"] in choices else None,
            "outcome": row["outcome"],
            "remark": row["remark"],
        }
        for row in decisions.iter_rows(named=True)
    ]
    rows = [
        (one["source"], one["line"], choices.get(one["decision"], "—"), outcomes[one["outcome"]], one["remark"] or "")
        for one in lines
    ]
    show.table(("判定单", "行", columns["decision"], "结果", "说明"), rows)
    show.document("decisions-check/1", {"decisions": told, "questions": questions, "lines": lines})
