"""The command that compares what came in with the roster: roster."""

from typing import TYPE_CHECKING

import typer

from bishan_survey.cli.chinese import ChineseCommand
from bishan_survey.cli.examine import examined_workspace, show_findings
from bishan_survey.cli.options import JsonOption, WorkspaceArgument, town_code
from bishan_survey.cli.progress import TownOption
from bishan_survey.cli.show import Show
from bishan_survey.cli.volume import working
from bishan_survey.errors import EXIT_CLEAN, UnusableFilesError

if TYPE_CHECKING:
    from bishan_survey.model import AreaFrame, Design, RosterCheck

_PUT = "请把底册（应调查的人的名单，表格文件）放进工作区的 registers/roster/，再运行一次。"


def register(app: typer.Typer) -> None:
    """Add the command of this page."""
    app.command("roster", cls=ChineseCommand, epilog="例：bishan-survey roster 2025年调查 --town 三合镇")(roster)


@working
def roster(workspace: WorkspaceArgument, town: TownOption = None, as_json: JsonOption = False) -> None:
    """底册：该调查的人，谁还没有登记；入户率、完成率。

    把报来的表与工作区 registers/roster/ 里的底册核对：找到的、没有的、在别村的、底册以外的。
    入户率、完成率有两种算法，分母含不含不能调查的人，都印着定义。不改动已发布的结果；名单见夜间运行的 底册核对.xlsx。
    """
    from bishan_survey.design import load_design
    from bishan_survey.record import roster_pairs, summary

    examined, opened = examined_workspace(workspace)
    code = None if town is None else town_code(opened.areas, town)
    design, check = load_design(), examined.batch.roster
    assert check is not None  # noqa: S101 - the stages end with it
    show = Show(as_json)
    show.heading("底册")
    show.pairs(roster_pairs(check, design, opened.areas))
    areas = _show_areas(show, check, design, opened.areas, code)
    show.heading("证件到期")
    labels = {expiry.id: expiry.label for expiry in design.roster.expiries}
    counts = dict(check.certificates.group_by("expiry").len().iter_rows())
    show.pairs([(label, counts.get(name, 0)) for name, label in labels.items()])
    if check.roster is None:
        show.remark(_PUT)
    elif not check.roster.problems.is_empty():
        show.heading(f"底册本身有{check.roster.problems.height}处要看的")
        show_findings(show, check.roster.problems)
    show.document("roster/1", {"roster": summary(examined)["roster"], "areas": areas})
    unusable = check.roster is not None and check.roster.unusable > 0
    raise typer.Exit(UnusableFilesError.exit_code if unusable else EXIT_CLEAN)


def _show_areas(
    show: Show, check: "RosterCheck", design: "Design", areas: "AreaFrame", town: str | None
) -> list[dict[str, object]]:
    """The figures of every 镇街, or of the villages of one; rates with both their numbers."""
    import polars as pl

    from bishan_survey.delivery import figures_by_area, percent, why_no_rates

    if why_no_rates(check) is not None:
        return []
    roster = design.roster
    wanted = pl.col("level") == "town" if town is None else (pl.col("level") == "village") & (pl.col("town") == town)
    named = figures_by_area(check, design, areas).filter(wanted)
    rates = [
        pl.format("{}%（{}÷{}）", percent(rate), rate.id, f"{rate.id} of").fill_null("——").alias(rate.label)
        for rate in roster.rates
    ]
    counts = [pl.col(count.id).alias(count.label) for count in roster.counts]
    area, remark = pl.col("area_name").alias("地区"), pl.col("remark").fill_null("").alias("说明")
    level = "各镇街" if town is None else "各村（社区）"
    for heading, columns in ((f"{level}：人数", counts), (f"{level}：比例", rates)):
        shown = named.select(area, *columns, remark)
        show.heading(heading)
        show.table(shown.columns, shown.rows())
    ids = [*(count.id for count in roster.counts), *(rate.id for rate in roster.rates)]
    return named.select(
        "level", "area", "area_name", "town", *ids, *(f"{rate.id} of" for rate in roster.rates)
    ).to_dicts()
