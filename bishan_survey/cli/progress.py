"""The command that shows how far everybody has come in mending what was found."""

from typing import Annotated, Any

import typer

from bishan_survey.cli.chinese import ChineseCommand
from bishan_survey.cli.examine import open_workspace
from bishan_survey.cli.options import JsonOption, WorkspaceArgument, town_code
from bishan_survey.cli.show import Show

TownOption = Annotated[
    str | None, typer.Option("--town", metavar="镇街", help="列出这个镇街的各村（社区）：名称或9位代码。")
]
_HEADS = ("地区", "错误率%", "未改", "已改好", "次数", "天数")
_MEANING = (
    "错误率：有必须改正问题的记录所占的百分比。未改、已改好：必须改正的和请核实的处数。"
    "次数：报送了几次（镇街和全区是平均数）。天数：未改的必须改正的问题，最早的一个到现在几天。"
    "待完成的村：没有报送，或还有必须改正的问题。更细的数见 改错进度.csv。"
)


def register(app: typer.Typer) -> None:
    """Add the command of this page."""
    app.command("progress", cls=ChineseCommand, epilog="例：bishan-survey progress 2025年调查 --town 三合镇")(progress)


def progress(workspace: WorkspaceArgument, town: TownOption = None, as_json: JsonOption = False) -> None:
    """进度：各镇街或一个镇街的各村（社区）改得怎样。

    按最近一次夜间运行：错误率高的排在前面。也列出不通过的记录多得反常、应先查规则再退表的规则。
    """
    import polars as pl

    from bishan_survey.delivery import read_progress
    from bishan_survey.lifecycle import flagged_rules
    from bishan_survey.workspace import current_run, read_record

    opened, design = open_workspace(workspace)
    code = None if town is None else town_code(opened.areas, town)
    run = current_run(opened)
    published = read_progress(run.path)
    league = _wanted(published["league"], code)
    suspected = flagged_rules(pl.DataFrame(published["rules"], infer_schema_length=None), design.lifecycle)
    silent = [rule["rule"] for rule in published["rules"] if not rule["failed"]]
    started = read_record(run)["started"]
    show = Show(as_json)
    show.heading(f"改错进度（截至{started[:10]}）")
    show.table((*_HEADS, "待完成的村" if code is None else "进度"), [_line(area, code is None) for area in league])
    show.remark(_MEANING)
    show.heading("规则")
    show.pairs([("应先查的规则", len(suspected)), ("从未不通过的规则（见 规则统计.csv）", len(silent))])
    for said in suspected.values():
        show.remark(f"提醒：{said}")
    told = {"run": run.id, "started": started, "league": league}
    show.document("progress/1", {**told, "flagged_rules": suspected, "never_fired": silent})


def _wanted(league: list[dict[str, Any]], town: str | None) -> list[dict[str, Any]]:
    """The 镇街 and the district; or a 镇街 and its villages."""
    if town is None:
        return [area for area in league if area["level"] != "village"]
    return [area for area in league if area["town"] == town]


def _line(area: dict[str, Any], by_town: bool) -> tuple[object, ...]:
    from bishan_survey.delivery import STAGES

    return (
        area["area_name"],
        _number(area["error_rate"]),
        area["hard_open"] + area["soft_open"],
        area["fixed"],
        _number(area["rounds"]),
        _number(area["days_oldest"]),
        area["villages"] - area["finished"] if by_town else STAGES.get(area["status"], ""),
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}".removesuffix(".0")
