"""The command by which numbers leave the office: release."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bishan_survey.cli.chinese import ChineseCommand
from bishan_survey.cli.examine import open_workspace
from bishan_survey.cli.options import JsonOption, WorkspaceArgument, finished_folder, new_folder, outside_inboxes
from bishan_survey.cli.show import Show
from bishan_survey.errors import UsageError

if TYPE_CHECKING:
    from bishan_survey.release import Edition


def register(app: typer.Typer) -> None:
    """Add the command of this page."""
    app.command("release", cls=ChineseCommand, epilog="例：bishan-survey release 2025年调查 --to 公开版")(release)


def release(
    workspace: WorkspaceArgument,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="文件夹", help="公开版写到哪里：新的或空的文件夹。")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="只看会公布什么、抑制多少，什么也不写。")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="已经公布的数变了，仍要重新公布：以前的公开版就此作废。")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """对外公布：做出公开版统计表，小数和能推算出小数的都不公布。

    写之前先试着推算一遍，并与以前公布的合在一起看。公布了就收不回来，工作区的 released/ 记着公布了什么。
    """
    from bishan_survey.release import prepare
    from bishan_survey.release import release as written

    opened, design = open_workspace(workspace)
    if to is None and not check:
        raise UsageError("没有写公开版放在哪里", "请加 --to 文件夹；只想看看的，加 --check")
    if to is not None and not check:
        new_folder(to)
        outside_inboxes(to, opened.inbox)
        _outside_workspace(to, workspace)
    show, kept = Show(as_json), None
    with opened.locked():
        edition = prepare(opened, design, again)
        if to is not None and not check:
            with finished_folder(to, private=False) as beside:
                kept = written(opened, edition, beside)
    _show(show, edition)
    if kept is not None:
        show.remark(f"公开版已写到 {to}；不公布的格和原因在 {kept}，其中有小数，只给审核的人看。")
    else:
        show.remark("没有写任何文件。")
    show.document("release/1", _document(edition) | {"folder": str(to) if kept is not None else None})


def _outside_workspace(to: Path, workspace: Path) -> None:
    """Refuse to write what is for everybody among what is for the office alone.

    Raises:
        UsageError: the folder lies in the workspace.
    """
    if to.resolve().is_relative_to(workspace.resolve()):
        raise UsageError(f"{to} 在工作区里，工作区的文件不外传", "请换一个工作区以外的文件夹")


def _show(show: Show, edition: "Edition") -> None:
    suppressed = edition.protected.suppressed
    left_out = dict(suppressed.group_by("table").len().iter_rows())
    show.heading(f"公开版（依据 {edition.run}）")
    rows = []
    for grid in edition.publication.grids:
        shell = grid.table.shell
        whole = sum(len(row.values) for row in grid.rows)
        level = {"district": "全区", "town": "镇街", "village": "村（社区）"}[shell.areas[-1]]
        rows.append((shell.id, shell.title, level, whole, left_out.get(shell.id, 0)))
    show.table(("表号", "表名", "公布到", "数", "其中不公布"), rows)
    show.pairs([*edition.publication.left_out, ("人数、户数", edition.cells), ("其中不公布", suppressed.height)])


def _document(edition: "Edition") -> dict[str, object]:
    suppressed = edition.protected.suppressed
    return {
        "run": edition.run,
        "tables": [grid.table.shell.id for grid in edition.publication.grids],
        "withheld": {table: why.level for table, why in edition.protected.withheld.items()},
        "cells": edition.cells,
        "suppressed": dict(suppressed.group_by("reason").len().sort("reason").iter_rows()),
    }
