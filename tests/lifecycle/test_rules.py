"""A rule that fails nearly everywhere is looked at before any village is asked."""

from dataclasses import replace

import polars as pl
import pytest

from bishan_survey.lifecycle import flagged_rules, rule_statistics
from bishan_survey.model import AreaFrame, Batch, Design, Survey
from bishan_survey.validation import checks_in_force
from tests.returns.sending import VILLAGE, File, night, person

_ELSEWHERE = "500120107001"


@pytest.fixture
def policy(design: Design):
    return replace(design.lifecycle, share=0.3, towns=2, records=3)


@pytest.fixture
def batch(design: Design, survey: Survey, areas: AreaFrame) -> Batch:
    """In one town two of three mobiles are wrong, in the other one is, and one cannot be read."""
    first = [person(1, mobile="12"), person(3, mobile="13"), person(5)]
    second = [person(7, mobile="14"), person(9), person(11, mobile="1.99E+10"), person(13, mobile="")]
    return night(design, survey, areas, File("一.xlsx", first), File("二.xlsx", second, village=_ELSEWHERE))


@pytest.fixture
def statistics(batch: Batch, design: Design, survey: Survey, policy) -> pl.DataFrame:
    return rule_statistics(batch, checks_in_force(design, survey), policy)


def of(statistics: pl.DataFrame, rule: str) -> dict[str, object]:
    return statistics.row(by_predicate=pl.col("rule") == rule, named=True)


def test_shares_are_of_answers(statistics: pl.DataFrame) -> None:
    rule = of(statistics, "P014")
    # Of seven people one has no mobile; what cannot be read is another rule's.
    assert (rule["applied"], rule["failed"], rule["towns"], rule["towns_over"]) == (5, 3, 2, 1)
    unreadable = of(statistics, "mobile.readable")
    assert (unreadable["applied"], unreadable["failed"]) == (6, 1)


def test_every_check_in_force_stands_once(statistics: pl.DataFrame, design: Design, survey: Survey) -> None:
    assert statistics["rule"].is_unique().all()
    assert set(statistics["rule"]) == set(checks_in_force(design, survey)["rule"])
    assert (statistics["failed"] <= statistics["applied"]).all()
    assert of(statistics, "P001")["failed"] == 0


def test_failures_are_counted_as_the_findings_are(statistics: pl.DataFrame, batch: Batch) -> None:
    told = batch.findings.filter(pl.col("records") > 0).group_by("rule").agg(failed=pl.sum("records")).sort("rule")
    assert statistics.filter(pl.col("failed") > 0).select("rule", "failed").sort("rule").equals(told)


def test_a_rule_is_suspected_when_enough_towns_say_so(batch, design, survey, policy) -> None:
    checks = checks_in_force(design, survey)
    assert flagged_rules(rule_statistics(batch, checks, policy), policy) == {}
    for lenient in (replace(policy, share=0.2, records=2), replace(policy, towns=1)):
        suspected = flagged_rules(rule_statistics(batch, checks, lenient), lenient)
        assert next(iter(suspected)) == "P014"  # the most failures first
        assert "先查规则，不要退表" in suspected["P014"]
        assert "3条，占60%" in suspected["P014"]
    strict = replace(policy, towns=1, records=4)
    assert flagged_rules(rule_statistics(batch, checks, strict), strict) == {}


def test_what_few_are_asked_can_be_suspected(design, survey, areas, policy) -> None:
    """One in four has an answer, and every answer is wrong: a quarter of the people, but all of the answers."""
    people = [person(1, employee_insurance="4,1"), *(person(n, employee_insurance="") for n in (3, 5, 7))]
    batch = night(design, survey, areas, File("一.xlsx", people, village=VILLAGE))
    one = replace(policy, towns=1, records=1)
    statistics = rule_statistics(batch, checks_in_force(design, survey), one)
    rule = of(statistics, "employee_insurance.exclusive")
    assert (rule["applied"], rule["failed"], rule["flagged"]) == (1, 1, True)


def test_a_missing_column_counts_every_record(design, survey, areas, policy) -> None:
    people = [person(n, ethnicity="") for n in (1, 3, 5, 7)]
    batch = night(design, survey, areas, File("一.xlsx", people))
    rule = of(rule_statistics(batch, checks_in_force(design, survey), policy), "ethnicity.required")
    assert (rule["applied"], rule["failed"]) == (4, 4)
