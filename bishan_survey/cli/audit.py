"""Commands for the audit file: audit show, audit check."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bishan_survey.cli.chinese import ChineseCommand, ChineseGroup
from bishan_survey.cli.examine import open_workspace
from bishan_survey.cli.options import JsonOption, WorkspaceArgument
from bishan_survey.cli.show import Show
from bishan_survey.errors import EXIT_CLEAN, WorkspaceError

if TYPE_CHECKING:
    from bishan_survey.workspace import Checked

audit_app = typer.Typer(cls=ChineseGroup, help="操作记录：谁看过、取走过个人信息。", invoke_without_command=True)
_COLUMNS = {"number": "行", "when": "时间", "who": "谁", "command": "命令", "asked": "要的是什么", "reason": "理由"}
_ADVICE = "请从备份里找出原来的文件对照；改动过的，查明是谁、为什么。它不影响统计结果"


def register(app: typer.Typer) -> None:
    """Add the commands of this page."""
    app.add_typer(audit_app, name="audit")
    audit_app.callback()(_audit)
    audit_app.command("show", cls=ChineseCommand, epilog="例：bishan-survey audit show 2025年调查")(show)
    audit_app.command("check", cls=ChineseCommand, epilog="例：bishan-survey audit check 2025年调查")(check)


def _audit(context: typer.Context) -> None:
    """操作记录：谁看过、取走过个人信息。"""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def show(
    workspace: WorkspaceArgument,
    last: Annotated[int, typer.Option("--last", metavar="行数", min=1, help="只看最近的几行。")] = 50,
    as_json: JsonOption = False,
) -> None:
    """看操作记录：谁、何时、用哪个命令看过或取走过个人信息，为什么。

    只记看了什么，不记个人信息本身。
    """
    opened, _ = open_workspace(workspace)
    told = _checked(opened.root)
    shown = Show(as_json)
    shown.heading(f"操作记录共{told.head.lines}行")
    acts = told.acts[-last:]
    shown.table([*_COLUMNS.values()], [[_said(act[key]) for key in _COLUMNS] for act in acts])
    if told.problems:
        shown.remark(f"提醒：有{len(told.problems)}处不对，请运行 bishan-survey audit check")
    shown.document("audit-show/1", {"head": told.head.as_json(), "acts": list(acts), "problems": list(told.problems)})


def check(workspace: WorkspaceArgument, as_json: JsonOption = False) -> None:
    """核对操作记录：有没有被改过、删去、调换、截短。

    每一行记着上一行的校验码，最后一行另外记在 audit-head.json 和每次运行的 run.json 里。
    有不对的，指出是第几行，退出码为4。最后一行的校验码可以抄下来存在别处，以后对照。
    """
    opened, _ = open_workspace(workspace)
    told = _checked(opened.root)
    shown = Show(as_json)
    shown.heading(f"操作记录共{told.head.lines}行，{f'有{len(told.problems)}处不对' if told.problems else '没有问题'}")
    for problem in told.problems:
        shown.pairs([("不对", problem)])
    shown.pairs([("最后一行的校验码", told.head.last)])
    if told.problems:
        shown.remark(f"怎么办：{_ADVICE}")
    shown.document("audit-check/1", {"head": told.head.as_json(), "problems": list(told.problems)})
    raise typer.Exit(WorkspaceError.exit_code if told.problems else EXIT_CLEAN)


def _checked(root: Any) -> "Checked":
    from bishan_survey.workspace import check_audit

    return check_audit(root)


def _said(value: object) -> object:
    """A value of a line in words; what was asked for as one text."""
    if isinstance(value, dict):
        return "，".join(f"{key} {said}" for key, said in value.items() if said not in (None, "", False))
    return value
