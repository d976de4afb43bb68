"""The pandera schema and the one pass are the same checks: a property, failures included."""

import warnings

import pandera.polars as pa
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bishan_survey
from bishan_survey import frames
from bishan_survey.errors import DefinitionError
from bishan_survey.model import Design, Severity, Sheet, Survey
from bishan_survey.validation import build_schema, checks_for, failures, type_records
from tests.laws import tried
from tests.people import ADULT, adult, certificate


def typed(rows: list[dict[str, str]], design: Design, sheet: Sheet, survey: Survey) -> pl.DataFrame:
    """Typed records of some texts."""
    names = [item.name for item in sheet.items]
    columns = {name: [row.get(name) or None for row in rows] for name in names}
    count = len(rows)
    address = {"_file": ["f"] * count, "_sheet": ["s"] * count, "_row": list(range(5, 5 + count))}
    area = {"_village": ["500120001001"] * count, "_town": ["500120001"] * count}
    verbatim = pl.DataFrame(
        {**address, **area, "village_known": [True] * count, "village_matches": [True] * count, **columns},
        schema_overrides={**frames.ADDRESS, **dict.fromkeys(names, pl.String)},
    )
    return type_records(verbatim, design, sheet, survey).frame


_ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "certificate_no": st.sampled_from(
            [certificate("20120505"), certificate("19500101", 2, "12"), "99", "5.1E+17", ADULT["certificate_no"][:18]]
        ),
        "survey_status": st.sampled_from(["1", "2", "6", "9", "", "可以调查"]),
        "marital_status": st.sampled_from(["10", "20", "77", "", "已婚"]),
        "in_institution": st.sampled_from(["1", "2", "", "√"]),
        "employed": st.sampled_from(["1", "2", "", "x"]),
        "employment_help_needs": st.sampled_from(["1,6", "6", "", "1、3", "9"]),
        "household_size": st.sampled_from(["0", "3", "三", "", "99"]),
        "survey_date": st.sampled_from(["2025-07-01", "2026-07-01", "去年", ""]),
        "household_head_id": st.sampled_from(["", "123", certificate("19500101")[:18]]),
        "education": st.sampled_from(["1", "7", "", "大学"]),
        "resident_medical": st.sampled_from(["1", "2", ""]),
    },
)


@tried(10)
@given(changes=st.lists(_ANSWERS, min_size=1, max_size=5))
def test_pandera_and_the_one_pass_agree(changes: list[dict[str, str]], design: Design, survey: Survey) -> None:
    sheet = design.questionnaires["bishan-2025"].sheet("person")
    frame = typed([adult(**change) for change in changes], design, sheet, survey)
    checks = checks_for(design, "bishan-2025", "person")
    broken = {check.id for check, _ in failures(frame, checks) if check.severity is Severity.HARD}
    schema = build_schema(design, "bishan-2025", "person")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pa.errors.SchemaWarning)
        try:
            schema.validate(frame, lazy=True)
            found = set()
        except pa.errors.SchemaErrors as error:
            found = set(error.failure_cases["check"])
    assert found == broken


def test_soft_rules_warn_and_hard_rules_fail(design: Design, survey: Survey) -> None:
    sheet = design.questionnaires["bishan-2025"].sheet("person")
    schema = build_schema(design, "bishan-2025", "person")
    soft = typed([adult(mobile="", landline="")], design, sheet, survey)
    with pytest.warns(pa.errors.SchemaWarning, match="P013"):
        schema.validate(soft, lazy=True)
    hard = typed([adult(name="")], design, sheet, survey)
    with pytest.raises(pa.errors.SchemaErrors, match=r"name\.required"):
        schema.validate(hard, lazy=True)


def test_failing_records_are_the_same_row_by_row(design: Design, survey: Survey) -> None:
    sheet = design.questionnaires["bishan-2025"].sheet("person")
    frame = typed([adult(), adult(name=""), adult(), adult(name="")], design, sheet, survey)
    named = {check.id: list(rows) for check, rows in failures(frame, checks_for(design, "bishan-2025", "person"))}
    with pytest.raises(pa.errors.SchemaErrors) as raised:
        build_schema(design, "bishan-2025", "person").validate(frame, lazy=True)
    cases = raised.value.failure_cases.filter(pl.col("check") == "name.required")
    assert named["name.required"] == sorted(cases["index"]) == [1, 3]


def test_the_clean_adult_is_clean(design: Design, survey: Survey) -> None:
    sheet = design.questionnaires["bishan-2025"].sheet("person")
    frame = typed([adult()], design, sheet, survey)
    assert failures(frame, checks_for(design, "bishan-2025", "person")) == []


def test_an_unreadable_answer_is_the_only_finding(design: Design, survey: Survey) -> None:
    """What stands on an unreadable answer cannot be told, so nothing else is said of it."""
    sheet = design.questionnaires["bishan-2025"].sheet("person")
    frame = typed([adult(certificate_no="9.9012E+19"), adult(survey_date="去年")], design, sheet, survey)
    found = [(check.id, list(rows)) for check, rows in failures(frame, checks_for(design, "bishan-2025", "person"))]
    assert sorted(found) == [("certificate_no.readable", [0]), ("survey_date.readable", [1])]


def test_the_public_schema() -> None:
    schema = bishan_survey.schema("bishan-2025", "person")
    assert isinstance(schema, pa.DataFrameSchema)
    assert schema.columns["survey_date"].dtype.type == pl.Date
    with pytest.raises(DefinitionError, match="bishan-2025/person"):
        bishan_survey.schema("bishan-1999")
