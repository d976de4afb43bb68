"""What everybody's identifiers cost: a reason, and a line in the workspace's audit file before anything is shown."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from bishan_survey.cli.show import Show
from bishan_survey.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

UnmaskOption = Annotated[
    str | None,
    typer.Option(
        "--unmask", metavar="理由", help="连同个人信息一起显示。要写明理由；谁、何时、看了什么，记入操作记录。"
    ),
]


def shown_to(
    workspace: "Path", reason: str | None, command: str, asked: Mapping[str, object], *, as_json: bool
) -> tuple[Show, bool]:
    """What a command shows with, and whether identifiers may be seen.

    Args:
        workspace: its folder.
        reason: why identifiers are wanted; ``None`` if they are not.
        command: the command.
        asked: what was asked for, without anybody's number.
        as_json: whether a JSON document is wanted.

    Raises:
        UsageError: the reason is blank.
        WorkspaceError: it cannot be put on record, so that nothing is shown.
    """
    if reason is None:
        return Show(as_json), False
    must_have_reason(reason)
    number = on_record(workspace, f"{command} --unmask", asked, reason)
    show = Show(as_json, unmasked=True)
    show.remark(f"下面有个人信息，请不要转发。已记入操作记录第{number}行。")
    return show, True


def must_have_reason(reason: str | None) -> None:
    """Refuse a blank reason, before any work is done.

    Raises:
        UsageError: it is blank.
    """
    if reason is not None and not reason.strip():
        raise UsageError("--unmask 没有写理由", "请写明为什么要看，例如 --unmask 电话核实三合镇的重复登记")


def on_record(workspace: "Path", command: str, asked: Mapping[str, object], reason: str = "") -> int:
    """Put on record what is done with people's data; the number of the line.

    Raises:
        WorkspaceError: it cannot be written; what was to be done must not be done.
    """
    from datetime import datetime

    from bishan_survey.workspace import Act, put_on_record

    return put_on_record(workspace, Act(command, asked, reason), datetime.now().astimezone())
