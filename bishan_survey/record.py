"""What is on record of a night: counts by stage in numbers and in words, and nothing about anybody."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from bishan_survey import __version__
from bishan_survey.consolidation import Coverage
from bishan_survey.delivery import ROSTER_PROGRESS, Results, figures_by_area, percent, rows_by_fate, why_no_rates
from bishan_survey.lifecycle import flagged_rules, is_fixed
from bishan_survey.model import (
    AreaFrame,
    Batch,
    Departments,
    Design,
    Difference,
    FollowUp,
    Ledger,
    OverTime,
    RosterCheck,
    Survey,
    Turnover,
    Village,
)

RUN_SCHEMA = "bishan-survey/run/1"
LAST_YEAR = "last_year"
"""Key of a run's record that tells what has changed since last year, where that was compared."""
FOLLOWED = "lifecycle"
"""Key of a run's record that tells how many findings stand where; runs of older programs have none."""
DEPARTMENTS = "departments"
"""Key that tells of departments' lists and of the indicators."""
PERSONS = "persons"
"""Key that tells how many persons are remembered, likewise."""


@dataclass(frozen=True)
class Examined:
    """What came in, after the stages."""

    batch: Batch
    coverage: Coverage
    ledger: Ledger
    passed_over: int
    """Files of the inbox that are no submissions: lock files, what desktops leave behind."""
    over_time: OverTime | None = None
    """Last year's round beside this one, where there is one."""


def coverage_pairs(coverage: Coverage) -> list[tuple[str, str]]:
    """The returns in words; particulars that nobody falls under are left out."""
    always = ("应报送的村（社区）", "已报送", "尚未报送", "收到的文件", "其中无法使用")
    counts = (
        ("应报送的村（社区）", coverage.expected),
        ("已报送", coverage.reported),
        ("其中零报告", len(coverage.declared_none)),
        ("其中迟报", len(coverage.late)),
        ("尚未报送", len(coverage.missing)),
        ("其中报的是空表", len(coverage.empty)),
        ("其中报的表无法使用", len(coverage.useless)),
        ("收到的文件", coverage.files),
        ("其中无法使用", coverage.unusable),
        ("其中与别的文件内容相同", coverage.copies),
        ("其中已由后来的文件代替", coverage.superseded),
    )
    return [(what, f"{count}") for what, count in counts if count or what in always]


def missing_pairs(coverage: Coverage) -> list[tuple[str, str]]:
    """The villages that have not reported, by 镇街; a file of no use is told of."""
    came = dict.fromkeys(coverage.empty, "（报的是空表）") | dict.fromkeys(coverage.useless, "（报的表无法使用）")
    named: dict[str, list[str]] = {}
    for village in coverage.missing:
        named.setdefault(village.town, []).append(village.name + came.get(village, ""))
    return [(f"{town}尚未报送（{len(names)}）", "、".join(names)) for town, names in named.items()]


def until_pairs(received: Iterable[str | None]) -> list[tuple[str, str]]:
    """Until which day files have come in of which a publication tells; nothing where none of them has a day.

    Args:
        received: when each file was received.
    """
    last = max((moment for moment in received if moment), default="")
    return [("数据截至（最后一份文件收到的日期）", last[:10])] if last else []


def version_pairs(design: Design, survey: Survey) -> list[tuple[str, str]]:
    """By what the numbers of a publication were made."""
    forms = "、".join(f"{e}（{design.questionnaires[e].title}）" for e in survey.editions)
    return [("程序", f"bishan-survey {__version__}"), ("调查表", forms), ("定义指纹", design.digest)]


def run_record(run_id: str, started: datetime, examined: Examined, results: Results) -> dict[str, Any]:
    """What is on record of a run: the only file in which its id and its time stand."""
    batch = examined.batch
    return {
        "schema": RUN_SCHEMA,
        "id": run_id,
        "started": started.isoformat(timespec="seconds"),
        "program": __version__,
        "design": results.design.digest,
        **summary(examined),
        "tables": [grid.table.shell.id for grid in results.publication.grids],
        "tables_left_out": dict(results.publication.left_out),
        "inputs": batch.sources.select("file", "sha256", "received", "usable", "rows_read").to_dicts(),
    }


def summary(examined: Examined) -> dict[str, Any]:
    """Counts that tell how a night went, without any person's data."""
    findings, ledger, coverage = examined.batch.findings, examined.ledger, examined.coverage
    return {
        "rows": {
            "read": ledger.read,
            "accepted": ledger.accepted,
            "held": ledger.held,
            "duplicate": ledger.duplicate,
            "superseded": ledger.superseded,
            "not_a_record": ledger.not_a_record,
        },
        "villages": {
            "expected": coverage.expected,
            "reported": coverage.reported,
            "declared_none": _codes(coverage.declared_none),
            "late": _codes(coverage.late),
            "missing": _codes(coverage.missing),
            "empty": _codes(coverage.empty),
            "unusable": _codes(coverage.useless),
        },
        "files": {
            "received": coverage.files,
            "unusable": coverage.unusable,
            "copies": coverage.copies,
            "superseded": coverage.superseded,
            "passed_over": examined.passed_over,
        },
        "findings": _count(findings, "severity"),
        "rules": _count(findings, "rule"),
        "normalised": examined.batch.normalised.height,
        "corrections": _count(examined.batch.corrections, "outcome"),
        "changed_numbers": _count(examined.batch.changed_numbers, "outcome"),
        "questions": examined.batch.questions.height,
        "decisions": _count(examined.batch.decisions, "outcome"),
        "duplicate_groups": examined.batch.links["group"].n_unique(),
        "roster": _roster(examined.batch.roster),
    }


def _roster(check: RosterCheck | None) -> dict[str, Any] | None:
    """The roster's files, its rows by status, the figures of the district; and certificates that expire."""
    assert check is not None  # noqa: S101 - the stages end with it
    figures = check.figures.filter(level="district").select("figure", "value", "whole").rows()
    read = check.roster
    return {
        "files": read.files if read else 0,
        "unusable": read.unusable if read else 0,
        "problems": read.problems.height if read else 0,
        "rows": _count(check.rows, "status"),
        "counts": {figure: value for figure, value, whole in figures if whole is None},
        "rates": {figure: [value, whole] for figure, value, whole in figures if whole is not None},
        "certificates": _count(check.certificates, "expiry"),
    }


def roster_pairs(check: RosterCheck, design: Design, areas: AreaFrame) -> list[tuple[str, str]]:
    """The district's counts and rates in words, both numbers of a rate and its definition beside it."""
    reason = why_no_rates(check)
    if reason is not None:
        return [("底册", reason)]
    roster, named = design.roster, figures_by_area(check, design, areas)
    whole = named.with_columns(percent(rate).alias(f"{rate.id} %") for rate in roster.rates).row(0, named=True)
    counts = [(count.label, f"{whole[count.id]}") for count in roster.counts]
    rates = [
        (
            rate.label,
            f"{_percent(whole[f'{rate.id} %'])}（{whole[rate.id]}÷{whole[f'{rate.id} of']}；{rate.definition}）",
        )
        for rate in roster.rates
    ]
    return [*counts, *rates]


def roster_line(check: RosterCheck | None, design: Design) -> str:
    """The district's counts in one line; the rates stand where there is room for their definitions."""
    assert check is not None  # noqa: S101 - the stages end with it
    reason = why_no_rates(check)
    if reason is not None:
        return reason
    values = dict(check.figures.filter(level="district").select("figure", "value").iter_rows())
    counts = "、".join(f"{count.label}{values[count.id]}" for count in design.roster.counts)
    return f"{counts}；入户率和完成率见 {ROSTER_PROGRESS}.csv"


def _percent(value: float | None) -> str:
    return "——" if value is None else f"{value:.1f}%"


def since_last_year(over_time: OverTime | None) -> dict[str, Any]:
    """How many persons and answers have changed since last year, without any person's data; nothing if not compared."""
    if over_time is None:
        return {}
    persons, items = over_time.persons, over_time.items
    outcomes = _count(persons, "outcome")
    return {
        LAST_YEAR: {
            "persons": {outcome.value: outcomes.get(outcome.value, 0) for outcome in Turnover},
            "moved": persons["moved"].sum(),
            "compared": items["compared"].sum(),
            **{kind.value: items[kind.value].sum() for kind in Difference},
            "problems": over_time.problems.height,
            "code_books_known": over_time.books_known,
        }
    }


def departments_on_record(departments: Departments | None) -> dict[str, Any]:
    """Rows of departments' lists by what became of them, and the district's indicators; nothing about anybody."""
    if departments is None:
        return {}
    figures = departments.indicators.figures.filter(level="district").drop("level", "town")
    return {
        DEPARTMENTS: {
            "lists": {read.list.id: rows_by_fate(read, departments) for read in departments.lists},
            "indicators": {one.pop("indicator"): one for one in figures.to_dicts()},
            "not_computed": sorted(departments.indicators.reasons),
        }
    }


def following(followed: FollowUp, design: Design) -> dict[str, Any]:
    """How findings fare and which rules are suspected, without any person's data."""
    rules, remembered = followed.rules, followed.lives.findings
    return {
        FOLLOWED: _count(remembered.filter((pl.col("status") != "fixed") | is_fixed()), "status"),
        "flagged_rules": [*flagged_rules(rules, design.lifecycle)],
        "never_fired": rules.filter(failed=0).height,
    }


def persons_on_record(persons: pl.DataFrame) -> dict[str, Any]:
    """How many persons are remembered, and how many ids are merged into others', without any person's data."""
    merged = persons.filter(pl.col("own") != pl.col("person")).height
    return {PERSONS: {"remembered": persons["person"].n_unique(), "merged": merged}}


def _codes(villages: Sequence[Village]) -> list[str]:
    return [village.code for village in villages]


def _count(findings: pl.DataFrame, column: str) -> dict[str, int]:
    return dict(findings.group_by(column).len().sort(column).iter_rows())
