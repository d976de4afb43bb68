"""What the office has accepted is not asked again until it changes."""

import polars as pl
import pytest

from bishan_survey.model import AreaFrame, Design, Survey
from tests.corrections.lines import PERSON, accept, line, night, outcomes
from tests.returns.sending import File, person

FAULTY = {"household_size": "三"}
ODD = {"mobile": "", "landline": ""}


@pytest.fixture(scope="module")
def nights(design: Design, survey: Survey, areas: AreaFrame):
    return lambda lines, *people: night(design, survey, areas, lines, File("大旺社区.xlsx", people))


def asked(batch) -> list[tuple[str, str]]:
    return sorted(batch.findings.select("rule", "severity").iter_rows())


def statuses(batch) -> list[str]:
    return batch.records[PERSON]["_status"].to_list()


def test_an_accepted_hard_failure_holds_nothing_and_still_stands_in_the_list(nights) -> None:
    people = person(1, survey_date="昨天"), person(3, survey_date="昨天")
    before = nights([], *people)
    assert statuses(before) == ["held", "held"]
    batch = nights([accept(1, "填表日期", "昨天")], *people)
    assert outcomes(batch) == ["applied"]
    assert asked(batch) == [("survey_date.readable", "accepted"), ("survey_date.readable", "hard")]
    assert statuses(batch) == ["accepted", "held"]
    # Nothing but the severity of the one finding is different.
    same = [findings.drop("severity").sort("row") for findings in (batch.findings, before.findings)]
    assert same[0].equals(same[1])


def test_an_accepted_query_is_not_asked_again(nights) -> None:
    batch = nights([accept(1, "手机号码", "")], person(1, **ODD), person(3, **ODD))
    assert asked(batch) == [("P013", "accepted"), ("P013", "soft")]
    assert statuses(batch) == ["accepted", "accepted"]


def test_an_exception_may_be_for_one_rule_alone(nights) -> None:
    batch = nights([accept(1, "手机号码", "", "p013")], person(1, **ODD))
    assert asked(batch) == [("P013", "accepted")]
    batch = nights([accept(1, "家庭人口数", "三", "household_size.required")], person(1, **FAULTY))
    assert outcomes(batch) == ["applied"]
    assert asked(batch) == [("household_size.readable", "hard")]


def test_it_is_asked_again_once_the_value_changes(nights) -> None:
    batch = nights([accept(1, "家庭人口数", "三")], person(1, household_size="四"))
    assert outcomes(batch) == ["stale"]
    assert asked(batch) == [("household_size.readable", "hard")]
    assert statuses(batch) == ["held"]


def test_a_later_line_that_changes_the_value_ends_the_exception(nights) -> None:
    lines = [accept(1, "手机号码", ""), line(1, "手机号码", "", "19900000002")]
    batch = nights(lines, person(1, **ODD))
    assert outcomes(batch) == ["already", "applied"]
    assert "第3行" in batch.corrections["remark"][0]
    assert asked(batch) == []
    # And on the night on which the village has written it so itself.
    batch = nights(lines, person(1, mobile="19900000002"))
    assert outcomes(batch) == ["already", "already"]


def test_what_was_corrected_first_can_be_accepted_then(nights) -> None:
    lines = [line(1, "手机号码", "19900000001", "12345678"), accept(1, "手机号码", "12345678")]
    before = nights(lines[:1], person(1))
    batch = nights(lines, person(1))
    assert outcomes(batch) == ["applied", "applied"]
    assert {severity for _, severity in asked(before)} <= {"hard", "soft"}
    assert {severity for _, severity in asked(batch)} == {"accepted"}


def test_missing_columns_are_told_apart_too(nights) -> None:
    batch = nights([accept(1, "姓名", "")], person(1, name=""), person(3, name=""), person(5, name=""))
    told = batch.findings.filter(pl.col("cell").is_null()).select("severity", "records").rows()
    assert sorted(told) == [("accepted", 1), ("hard", 2)]
