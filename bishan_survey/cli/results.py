"""Commands that give results and publish nothing: dedupe, consolidate."""

from typing import TYPE_CHECKING

import typer

from bishan_survey.cli.chinese import ChineseCommand
from bishan_survey.cli.examine import examined_workspace, open_workspace
from bishan_survey.cli.options import JsonOption, ToOption, WorkspaceArgument, finished, output_path
from bishan_survey.cli.show import Show, ShownProgress
from bishan_survey.cli.volume import working

if TYPE_CHECKING:
    pass


def register(app: typer.Typer) -> None:
    """Add the commands of this page."""
    app.command("dedupe", cls=ChineseCommand, epilog="例：bishan-survey dedupe 2025年调查")(dedupe)
    app.command("consolidate", cls=ChineseCommand, epilog="例：bishan-survey consolidate 2025年调查 --to 统计表.xlsx")(
        consolidate
    )


@working
def dedupe(workspace: WorkspaceArgument, as_json: JsonOption = False) -> None:
    """去重：同一人的多条登记以哪条为准。

    残疾人证号前18位相同的是同一人，不论在哪个村（社区）、哪个镇街；号码写错了、换过的，再看姓名、户主和电话。
    列出依据；分不出的暂不计入，拿不准是不是同一人的要核对。
    """
    import polars as pl

    from bishan_survey.model import Verdict

    examined, _ = examined_workspace(workspace)
    links = examined.batch.links
    across = links.filter("across_towns")
    counts = {
        "persons": links["group"].n_unique(),
        "across_towns": across["group"].n_unique(),
        "duplicate_records": links.filter(outcome="duplicate").height,
        "held_records": links.filter(outcome="held").height,
        "possible_pairs": examined.batch.pairs.filter(verdict=Verdict.POSSIBLE.value).height,
        "questions": examined.batch.questions.height,
    }
    show = Show(as_json)
    show.heading("重复登记")
    labels = (
        "有多条登记的人",
        "其中跨镇街的",
        "不计的重复记录",
        "无法判定、暂不计入的记录",
        "可能是同一人、要核对的（对）",
        "要区里判定的（问）",
    )
    show.pairs(list(zip(labels, counts.values(), strict=True)))
    rules = links.filter(outcome="duplicate").group_by("rule", "reason").agg(records=pl.len()).sort("rule")
    show.table(("规则", "依据", "记录"), rules.rows())
    show.document("dedupe/1", {**counts, "rules": rules.drop("reason").to_dicts()})


@working
def consolidate(workspace: WorkspaceArgument, to: ToOption = None, as_json: JsonOption = False) -> None:
    """汇总：编制统计表并核对合计。

    合计不符时不出表。不改动已发布的结果；加 --to 另存统计表。
    """
    from datetime import datetime

    from bishan_survey.delivery import write_statistics
    from bishan_survey.nightly import consolidate_workspace
    from bishan_survey.record import summary

    opened, design = open_workspace(workspace)
    to = output_path(to, ".xlsx")
    with opened.locked(), ShownProgress() as progress:
        examined, results = consolidate_workspace(opened, design, datetime.now().astimezone(), progress)
    grids = results.publication.grids
    show = Show(as_json)
    show.heading(f"编制了{len(grids)}张表，合计全部相符")
    rows = [(g.table.shell.id, g.table.shell.title, g.rows[0].values[0], g.table.shell.measure) for g in grids]
    show.table(("表号", "表名", "全区合计", "单位"), rows)
    if to is not None:
        with finished(to) as beside:
            write_statistics(beside, results.publication)
        show.remark(f"统计表已写到 {to}")
    tables = [{"id": i, "title": t, "total": v, "measure": m} for i, t, v, m in rows]
    show.document("consolidate/1", {**summary(examined), "tables": tables})
