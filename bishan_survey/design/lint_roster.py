"""The lint of the roster: what is counted, the rates and the certificates, tried on empty typed frames."""

from collections import Counter
from collections.abc import Iterator

import polars as pl

from bishan_survey import frames
from bishan_survey.design.sql import variable_types, widest_sheet
from bishan_survey.design.trial import Types, wrong_sql
from bishan_survey.model import Design, RosterDesign

_WHERE = "templates/roster"
_OF_EXPIRY: Types = {"valid_until": pl.Date(), "reference_date": pl.Date()}
_UNIT = "person"


def roster_sql(roster: RosterDesign) -> Iterator[tuple[str, str]]:
    """Every SQL text about the roster, and where it stands."""
    yield f"{_WHERE}：valid_until", roster.policy.valid_until
    yield from ((f"{_WHERE}：{expiry.id}：where", expiry.where) for expiry in roster.expiries)
    yield from _over_rows(roster)


def _over_rows(roster: RosterDesign) -> Iterator[tuple[str, str]]:
    yield from ((f"{_WHERE}：{count.id}：where", count.where) for count in roster.counts)
    for rate in roster.rates:
        yield f"{_WHERE}：{rate.id}：numerator", rate.numerator
        yield f"{_WHERE}：{rate.id}：denominator", rate.denominator


def roster_problems(design: Design) -> Iterator[str]:
    """What is wrong with what is said of the roster."""
    roster = design.roster
    sheet = widest_sheet(design, _UNIT)
    of_person = variable_types(design, sheet) if sheet else {}
    of_row = {name: column.dtype.type for name, column in frames.ROSTER_CHECK.columns.items()}
    yield from wrong_sql(roster.policy.valid_until, of_person, f"{_WHERE}：valid_until", pl.Date())
    for expiry in roster.expiries:
        yield from wrong_sql(expiry.where, _OF_EXPIRY, f"{_WHERE}：{expiry.id}：where")
    for where, sql in _over_rows(roster):
        yield from wrong_sql(sql, of_row, where)
    ids = Counter([*(count.id for count in roster.counts), *(rate.id for rate in roster.rates)])
    yield from (f"{_WHERE}：{name} 定义了{count}次" for name, count in ids.items() if count > 1)
    yield from (
        f"{_WHERE}：{rate.id}：缺少 definition 或 source"
        for rate in roster.rates
        if not (rate.definition and rate.source)
    )
    if roster.policy.each_at_most < 0:
        yield f"{_WHERE}：each_at_most 不能是负数"
