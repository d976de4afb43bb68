"""A receiving system's rules: every fault is found, at its line, and nothing is altered."""

from dataclasses import replace

import polars as pl
import pytest

from bishan_survey.delivery import prepared
from bishan_survey.model import DeliveryColumn, DeliveryProfile, Encoding

_PROFILE = DeliveryProfile(
    id="trial",
    title="试验",
    unit="person",
    file_name="试验.csv",
    sheet_name="试验",
    source="测试",
    mark="PROPOSED",
    columns=(DeliveryColumn("号码", "number"), DeliveryColumn("值", "said")),
    key=("号码",),
)


def _faults(column: DeliveryColumn, *values: str | None, **changes: object) -> list[tuple[int, str]]:
    records = pl.DataFrame({"said": values, "number": [f"n{n}" for n in range(len(values))]}, schema_overrides=_TEXTS)
    profile = replace(_PROFILE, columns=(_PROFILE.columns[0], column), **changes)
    return prepared(profile, records).faults.select("line", "fault").rows()


_TEXTS = {"said": pl.String}


@pytest.mark.parametrize(
    ("rules", "good", "bad", "fault"),
    [
        ({"required": True}, "甲", None, "required"),
        ({"required": True}, "甲", "  ", "required"),
        ({"max_length": 2}, "甲乙", "甲乙丙", "length"),
        ({"recode": {"1": "2"}}, "1", "3", "recode"),
        ({"allowed": ("1", "2")}, "1", "12", "allowed"),
        ({"allowed": ("1", "2"), "separator": ","}, "2,1", "1,3", "allowed"),
        ({"pattern": r"\d{4}-\d{2}"}, "2025-01", "2025-011", "pattern"),
        ({"pattern": "a|b"}, "b", "ab", "pattern"),
        ({}, "+86 199-0000", "+cmd|'/c calc'!A0", "formula"),
        ({}, "甲=乙", "=1+1", "formula"),
        ({}, "-", "-2+3+cmd|' /C'!A0", "formula"),
        ({}, "甲@乙", "@SUM(1)", "formula"),
    ],
)
def test_what_a_rule_refuses_and_what_it_lets_pass(
    rules: dict[str, object], good: str, bad: str | None, fault: str
) -> None:
    assert _faults(DeliveryColumn("值", "said", **rules), good, bad) == [(1, fault)]  # type: ignore[arg-type]


@pytest.mark.parametrize("rules", [{"max_length": 1}, {"recode": {"1": "2"}}, {"allowed": ("1",)}, {"pattern": "1"}])
def test_what_is_not_required_may_be_missing(rules: dict[str, object]) -> None:
    assert _faults(DeliveryColumn("值", "said", **rules), None) == []  # type: ignore[arg-type]


def test_what_must_be_unique_is_told_on_every_line() -> None:
    column = DeliveryColumn("值", "said")
    assert _faults(column, "甲", "乙", "甲", None, None, unique=("值",)) == [(0, "unique"), (2, "unique")]


def test_a_character_that_the_encoding_lacks() -> None:
    column = DeliveryColumn("值", "said")
    assert _faults(column, "王", "\U00020bb7", encoding=Encoding.GBK) == [(1, "encoding")]
    assert _faults(column, "王", "\U00020bb7", encoding=Encoding.GB18030) == []


def test_a_workbook_holds_any_text() -> None:
    assert _faults(DeliveryColumn("值", "said"), "=1+1", file_name="试验.xlsx") == []


def test_without_a_number_of_its_own_nobody_could_be_told_from_the_answer() -> None:
    records = pl.DataFrame({"number": ["a", " A ", "b", None, ""], "said": ["1"] * 5})
    assert prepared(_PROFILE, records).faults.select("line", "fault").rows() == [(line, "key") for line in (0, 1, 3, 4)]


def test_all_faults_are_found_together_and_the_values_stand_beside() -> None:
    column = DeliveryColumn("值", "said", max_length=1, recode={"1": "甲乙"}, required=True)
    profile = replace(_PROFILE, columns=(_PROFILE.columns[0], column))
    records = pl.DataFrame({"number": ["a", None, "c"], "said": ["1", "9", None]})
    told = prepared(profile, records)
    assert told.faults.select("line", "header", "fault", "value").rows() == [
        (0, "值", "length", "1"),
        (1, "号码", "key", None),
        (1, "值", "recode", "9"),
        (2, "值", "required", None),
    ]
    assert told.rows["值"].to_list() == ["甲乙", None, None]
    assert told.faulty.to_list() == [0, 1, 2]
