"""A run on one page for people to look at (报告.html): how the survey stands, what is wrong, what has changed.

Beside ``run.json`` it is the only file that tells when a run was made and from which run it differs. It names villages
and nobody who was surveyed; it has small counts, so it stays in the office.
"""

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

import polars as pl

from bishan_survey.delivery import (
    BREAK,
    BREAK_MARK,
    RESTRICTED,
    SEVERITIES,
    STAGES,
    STATISTICS,
    Results,
    indicator_lines,
    ledger_pairs,
    list_counts,
    named_areas,
    stretches,
    value_of,
    years_of,
)
from bishan_survey.history import RunDifference
from bishan_survey.model import FollowUp
from bishan_survey.pages import Section, chips, facts, folded, link, page, paragraph, table, trend
from bishan_survey.private import create_private
from bishan_survey.record import roster_pairs

OVERVIEW = "报告.html"
_MOST = 20
"""Lines of a list of which the whole stands in another file."""
_VILLAGES = {
    "finished": ("✓", "good"),
    "declared_none": ("○", "good"),
    "waiting": ("！", "open"),
    "again": ("！！", "open"),
    "empty": ("✗", "bad"),
    "unusable": ("✗", "bad"),
    "missing": ("—", "bad"),
}
"""Sign and kind of what a village's return is."""
_CHANGED = {"returned": "新报来的", "changed": "重报的", "gone": "撤回的"}


def write_overview(
    folder: Path, record: dict[str, Any], results: Results, followed: FollowUp, changed: RunDifference | None
) -> None:
    """Write the page of a run.

    Args:
        folder: the run's, when everything else is in it.
        record: what is on record of the run.
        results: what the night gave.
        followed: how findings have fared.
        changed: what has changed since the run before; ``None`` where there is none.
    """
    text = overview(folder, record, results, followed, changed)
    create_private(folder / OVERVIEW).write_text(text, encoding="utf-8", newline="\n")


def overview(
    folder: Path, record: dict[str, Any], results: Results, followed: FollowUp, changed: RunDifference | None
) -> str:
    """The page as text; see :func:`write_overview`."""
    intro = [
        paragraph("内部资料：有各村（社区）的小数，不要外传。没有任何人的姓名和号码。", "soft"),
        paragraph(f"运行编号 {record['id']}，开始于 {record['started'][:16].replace('T', ' ')}。"),
    ]
    sections = [
        Section("standing", "总况", [*_standing(results, followed)]),
        Section("villages", "各村（社区）报送", [*_villages(results, followed)]),
        Section("findings", "问题", [*_findings(results, followed)]),
        Section("changed", "与上一次运行相比", [*_changed(changed)]),
        Section("indicators", "规划指标", [*_indicators(results)]),
        Section("lists", "底册与部门名单", [*_lists(results)]),
        Section("files", "文件", [*_files(folder)]),
    ]
    made = "；".join(f"{what}：{text}" for what, text in results.publication.versions)
    return page(f"{results.survey.title}：运行报告", intro, sections, [paragraph(made, "soft")])


def _standing(results: Results, followed: FollowUp) -> Iterator[str]:
    publication, league = results.publication, followed.league.row(0, named=True)
    # The rest of it names the villages, which stand in the next section.
    yield facts((what, count) for what, count in publication.coverage if count.isdigit())
    if publication.ledger is not None:
        yield table("每一行到哪里去了（后面各项之和等于读入）", ("去处", "行"), ledger_pairs(publication.ledger))
    yield facts(
        [
            ("计入的记录", "，".join(f"{name}{count:,}" for name, count in publication.records.items())),
            ("没有必须改正问题的村（社区）", f"{league['finished']}（共{league['villages']}）"),
            ("必须改正，未改", league["hard_open"]),
            ("请核实，未核实", league["soft_open"]),
            ("已改好", league["fixed"]),
        ]
    )


def _villages(results: Results, followed: FollowUp) -> Iterator[str]:
    league = named_areas(followed.league, results.areas)
    late = set(results.batch.returns.filter("late")["village"])
    yield paragraph("各村（社区）名字前的符号：")
    yield chips((f"{sign} {STAGES[status]}", kind) for status, (sign, kind) in _VILLAGES.items())
    towns = league.filter(pl.col("level") == "town", pl.col("area").is_not_null())
    rows = []
    for town in towns.sort("area").iter_rows(named=True):
        own = league.filter(pl.col("area").is_not_null(), level="village", town=town["area"]).sort("area")
        known = [*own.iter_rows(named=True)]
        reported = sum(one["status"] not in ("missing", "empty", "unusable") for one in known)
        rows.append((town["area_name"], len(known), reported, town["finished"], chips(_chip(v, late) for v in known)))
    yield table("村（社区）一览", _GRID, rows)


_GRID = ("镇街", "应报送", "已报送", "没有必须改正的", "各村（社区）")


def _chip(village: dict[str, Any], late: set[str]) -> tuple[str, str]:
    """A village with its sign; how many answers must be corrected, and whether it was late, are said."""
    sign, kind = _VILLAGES[village["status"]]
    open_ones = f"（{village['hard_open']}）" if village["hard_open"] else ""
    return f"{sign} {village['area_name']}{open_ones}{'（迟）' if village['area'] in late else ''}", kind


def _findings(results: Results, followed: FollowUp) -> Iterator[str]:
    findings = results.batch.findings
    counts = dict(findings.group_by("severity").len().iter_rows())
    yield facts((label, counts.get(severity, 0)) for severity, label in SEVERITIES.items())
    failing = followed.rules.filter(pl.col("failed") > 0).sort("failed", "rule", descending=[True, False])
    rows = [
        (r["rule"], SEVERITIES[r["severity"]], r["label"], r["message"], r["failed"], r["towns"], _suspected(r))
        for r in failing.head(_MOST).iter_rows(named=True)
    ]
    yield table(_cut("最多的问题", failing.height, "规则统计.csv"), _RULE_HEAD, rows)
    villages = named_areas(followed.league, results.areas).filter(level="village").filter(pl.col("hard_open") > 0)
    worst = villages.sort("hard_open", "area", descending=[True, False])
    listed = [
        (v["area_name"], results.areas.towns.get(v["town"], "—"), v["records"], v["faulty"], v["hard_open"], v["fixed"])
        for v in worst.head(_MOST).iter_rows(named=True)
    ]
    yield table(_cut("必须改正的问题最多的村（社区）", worst.height, "改错进度.csv"), _VILLAGE_HEAD, listed)


_RULE_HEAD = ("规则", "程度", "项目", "问题", "不通过的记录", "镇街", "说明")
_VILLAGE_HEAD = ("村（社区）", "镇街", "记录", "有必须改正问题的", "必须改正，未改", "已改好")


def _suspected(rule: dict[str, Any]) -> str:
    return "到处都不通过，先查规则" if rule["flagged"] else ""


def _cut(caption: str, count: int, file: str) -> str:
    """What a list is called, and that it is cut where it is."""
    return f"{caption}：共{count}条" + (f"，这里列前{_MOST}条，全部见 {file}" if count > _MOST else "")


def _changed(changed: RunDifference | None) -> Iterator[str]:
    if changed is None:
        yield paragraph("这是第一次运行。")
        return
    yield paragraph(f"上一次是 {changed.old}。逐项的见 bishan-survey runs diff。")
    lacking = "上一次的结果里没有，比不了"
    villages, persons, cells = changed.villages, changed.persons, changed.cells
    yield facts(
        [
            ("报送有变化的村（社区）", lacking if villages is None else villages.height),
            ("新出现、不见了或状态变了的人", lacking if persons is None else persons.height),
            ("变了的统计数", lacking if cells is None else cells.height),
        ]
    )
    if villages is not None and villages.height:
        rows = [
            (v["name"], v["town"], _CHANGED[v["change"]], v["records_was"], v["records_now"])
            for v in villages.head(_MOST).iter_rows(named=True)
        ]
        caption = _cut("报送有变化的村（社区）", villages.height, "收表台账.csv")
        yield table(caption, ("村（社区）", "镇街", "变化", "原有记录", "现有记录"), rows)
    if cells is not None and cells.height:
        totals = cells.group_by("table", "title", maintain_order=True).agg(changed=pl.len()).sort("table")
        yield folded("哪些表变了", table("变了的表", ("表", "名称", "变了几个数"), totals.rows()))


def _indicators(results: Results) -> Iterator[str]:
    departments = results.departments
    if departments is None:
        yield paragraph("没有计算。")
        return
    lines = indicator_lines(departments, results.design, results.areas).filter(级别="全区")
    shown = lines.select("序号", "指标", "口径", "数值", "单位", "分子", "分母", "目标值", "与目标比", "定义", "说明")
    rows = [(f"{number}", *others) for number, *others in shown.iter_rows()]
    yield table("全区的规划指标", ("序号", *shown.columns[1:]), rows)
    years = years_of(departments, results.earlier, results.design, results.survey)
    for indicator in results.design.indicators:
        parts = [_points(stretch, indicator.id) for stretch in stretches(years, indicator.id)]
        begins = {part[0][0] for part in [part for part in parts if part][1:]}
        rows = [(y, v, f"{BREAK_MARK} {BREAK}" if y in begins else "") for part in parts for y, v in part]
        if len(rows) > 1:
            title = indicator.name
            yield f"<h3>{escape(title)}</h3>"
            yield trend(f"{title}历年", parts, indicator.unit, f"trend-{indicator.id}", BREAK_MARK)
            yield table(f"{title}历年", ("年份", indicator.unit, "说明"), rows)


def _points(stretch: Sequence[dict[str, Any]], indicator: str) -> list[tuple[str, float]]:
    told = ((f"{year['year']}", value_of(year, indicator)) for year in stretch)
    return [(year, value) for year, value in told if value is not None]


def _lists(results: Results) -> Iterator[str]:
    check = results.batch.roster
    if check is not None:
        yield facts(roster_pairs(check, results.design, results.areas))
    if results.departments is None or not results.departments.lists:
        yield paragraph("没有部门名单。")
        return
    counts = list_counts(results.departments)
    yield table("部门名单的行的去处", counts.columns, counts.rows())


def _files(folder: Path) -> Iterator[str]:
    """Links to the files that people open."""
    for name, title in ((STATISTICS, "统计（内部）"), (RESTRICTED, "含个人信息，只给有权的人")):
        paths: Sequence[Path] = sorted(path for path in (folder / name).iterdir() if path.suffix in (".xlsx", ".csv"))
        links = "".join(f"<li>{link(f'{name}/{path.name}', path.name)}</li>" for path in paths)
        yield f"<h3>{title}</h3>\n<ul>{links}</ul>"
