"""The command that deletes old runs: purge."""

from typing import TYPE_CHECKING, Annotated

import typer

from bishan_survey.cli.chinese import ChineseCommand
from bishan_survey.cli.examine import open_workspace
from bishan_survey.cli.options import JsonOption, WorkspaceArgument
from bishan_survey.cli.show import Show

if TYPE_CHECKING:
    from bishan_survey.workspace import Doomed


def register(app: typer.Typer) -> None:
    """Add the command of this page."""
    app.command("purge", cls=ChineseCommand, epilog="例：bishan-survey purge 2025年调查")(purge)


def purge(
    workspace: WorkspaceArgument,
    yes: Annotated[bool, typer.Option("--yes", help="真的删去；不写只列出会删什么。")] = False,
    as_json: JsonOption = False,
) -> None:
    """删去旧的结果：留多少由设置中的 retention 决定。

    先只列出会删什么、为什么；加 --yes 才删，删了什么记在操作记录里。当前的结果和它用的原件、判定单、上报的记录从不删。
    """
    from datetime import datetime

    from bishan_survey.workspace import doomed, old_originals, purge_originals
    from bishan_survey.workspace import purge as delete

    opened, _ = open_workspace(workspace)
    now = datetime.now().astimezone()
    with opened.locked():
        going, originals = doomed(opened, now), old_originals(opened, now)
        for one in going if yes else ():
            delete(opened, one, now)
        purge_originals(opened, originals if yes else (), now)
    whole = sum([*(one.size for one in going), *(one.size for one in originals)]) / 2**20
    page = Show(as_json)
    page.heading(f"{'删去了' if yes else '会删去'}{len(going)}项结果、{len(originals)}份原件，{whole:,.1f} MiB")
    page.table(("运行", "删什么", "为什么", "文件", "字节"), [_row(one) for one in going])
    if originals:
        oldest = max(one.days for one in originals)
        page.remark(f"原件是当前结果不再用的，最早的{oldest}天以前收到；收到的日期仍留在 received.csv。")
    if (going or originals) and not yes:
        page.remark("还没有删。要删，加 --yes。")
    if not going and not originals:
        page.remark("没有超过设置的。留多少在 survey.toml 的 [retention] 里写，见 config show。")
    told = [
        {"run": one.run, "persons_only": one.persons_only, "place": one.place, "days": one.days, "files": one.files,
         "bytes": one.size}
        for one in going
    ]  # fmt: skip
    page.document("purge/1", {"deleted": yes, "runs": told, "originals": [one.path.stem for one in originals]})


def _row(one: "Doomed") -> tuple[object, ...]:
    what = "含个人信息的部分（restricted/）" if one.persons_only else "整个结果"
    return one.run, what, f"倒数第{one.place}次，{one.days}天以前", one.files, one.size
