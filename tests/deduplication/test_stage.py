"""Which of several records of a person counts, shown on drawn tables."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bishan_survey.deduplication import deduplicate, match_records
from bishan_survey.design import load_design
from bishan_survey.frames import STATUS
from bishan_survey.model import Batch, Design
from tests.batches import batch_of
from tests.drawn import frame
from tests.laws import tried

_DESIGN = load_design()
_ITEMS = ("name", "certificate_no", "survey_status", "survey_date", "mobile")


def batch(drawn: pl.DataFrame, design: Design) -> Batch:
    """A validated batch of persons with only the columns that a test draws."""
    sheet = design.questionnaires["bishan-2025"].sheet("person")
    shown = {name: pl.lit(None, dtype=pl.String) for name in ("name", "mobile", "status", "village", "key")}
    have = drawn.with_columns(e.alias(n) for n, e in shown.items() if n not in drawn.columns)
    have = have.with_row_index("n")
    missing = [item.name for item in sheet.items if item.name not in (*have.columns, "survey_date")]
    records = have.select(
        pl.lit("甲.xlsx").alias("_file"),
        pl.lit("表").alias("_sheet"),
        (pl.col("n") + 2).cast(pl.Int64).alias("_row"),
        pl.col("village").fill_null("500120001001").alias("_village"),
        pl.col("village").fill_null("500120001001").str.head(9).alias("_town"),
        pl.col("key").alias("person_key"),
        "name",
        "mobile",
        pl.col("certificate_no") if "certificate_no" in have.columns else pl.col("key").alias("certificate_no"),
        pl.col("surveyed").alias("survey_status"),
        pl.col("date").map_elements(date.fromisoformat, return_dtype=pl.Date).alias("survey_date"),
        pl.col("reissue").cast(pl.Int64).alias("certificate_reissue"),
        pl.col("status").fill_null("accepted").alias(STATUS),
        *(pl.lit(None, dtype=pl.String).alias(n) for n in missing if n not in (*_ITEMS, "village")),
        pl.lit(None, dtype=pl.String).alias("village"),
    )
    columns = pl.DataFrame(
        {"file": ["甲.xlsx"], "sheet": ["表"], "edition": ["bishan-2025"], "unit": ["person"], "column": ["C"]}
        | {"header": ["残疾人证号"], "item": ["certificate_no"]}
    )
    return batch_of(
        columns=columns,
        records={("bishan-2025", "person"): records},
    )


def outcomes(drawn: str, design: Design) -> tuple[list[str], Batch]:
    done = deduplicate(match_records(batch(frame(drawn), design), design), design)
    return done.records["bishan-2025", "person"][STATUS].to_list(), done


@pytest.mark.parametrize(
    ("rule", "drawn", "status"),
    [
        (
            "S1",
            """
            | key | surveyed | date       | reissue | status   |
            | A   | 6        | 2025-07-02 | 0       | held     |
            | A   | 6        | 2025-07-01 | 0       | accepted |
            """,
            ["duplicate", "accepted"],
        ),
        (
            "S2",
            """
            | key | surveyed | date       | reissue |
            | A   | 2        | 2025-07-02 | 0       |
            | A   | 6        | 2025-07-01 | 0       |
            """,
            ["duplicate", "accepted"],
        ),
        (
            "S3",
            """
            | key | surveyed | date       | reissue |
            | A   | 6        | 2025-07-02 | 0       |
            | A   | 6        | 2025-07-01 | 1       |
            | B   | 6        | 2025-07-01 | 1       |
            """,
            ["accepted", "duplicate", "accepted"],
        ),
        (
            "S4",
            """
            | key | surveyed | date       | reissue |
            | A   | 6        | 2025-07-01 | 0       |
            | A   | 6        | 2025-07-01 | 2       |
            """,
            ["duplicate", "accepted"],
        ),
        (
            "S5",
            """
            | key | surveyed | date       | reissue | mobile |
            | A   | 6        | 2025-07-01 | 0       | ·      |
            | A   | 6        | 2025-07-01 | 0       | 199    |
            """,
            ["duplicate", "accepted"],
        ),
        (
            "S6",
            """
            | key | surveyed | date       | reissue |
            | A   | 6        | 2025-07-01 | 0       |
            | A   | 6        | 2025-07-01 | 0       |
            """,
            ["accepted", "duplicate"],
        ),
    ],
)
def test_the_first_rule_that_tells_them_apart_decides(rule: str, drawn: str, status: list[str], design: Design) -> None:
    found, done = outcomes(drawn, design)
    assert found == status
    assert done.links.filter(outcome="duplicate")["rule"].to_list() == [rule]
    assert done.links.filter(outcome="kept")["rule"].to_list() == [rule]


def test_a_tie_is_held_and_never_random(design: Design) -> None:
    found, done = outcomes(
        """
        | key | surveyed | date       | reissue | name | village      |
        | A   | 6        | 2025-07-01 | 0       | 甲   | 500120001001 |
        | A   | 6        | 2025-07-01 | 0       | 甲   | 500120107001 |
        | B   | 6        | 2025-07-01 | 0       | 丙   | 500120107001 |
        """,
        design,
    )
    assert found == ["held", "held", "accepted"]
    assert done.findings["rule"].to_list() == ["D03", "D03"]
    assert done.findings["cell"].to_list() == ["C2", "C3"]
    assert done.links["across_towns"].all()


def test_identical_rows_in_two_villages_are_a_question(design: Design) -> None:
    found, _ = outcomes(
        """
        | key | surveyed | date       | reissue | village      |
        | A   | 6        | 2025-07-01 | 0       | 500120001001 |
        | A   | 6        | 2025-07-01 | 0       | 500120107001 |
        """,
        design,
    )
    assert found == ["held", "held"]


def test_another_villages_person_is_not_shown(design: Design) -> None:
    _, done = outcomes(
        """
        | key | surveyed | date       | reissue | village      |
        | A   | 2        | 2025-07-01 | 0       | 500120001001 |
        | A   | 6        | 2025-07-01 | 0       | 500120107001 |
        """,
        design,
    )
    (message,) = done.findings["message"].to_list()
    assert done.findings["rule"].to_list() == ["D02"]
    # Which of the two is newer, fuller or sounder would tell something of the other one.
    assert message == "此人在本区另一村（社区）也有登记，只计一次"


def test_records_without_a_key_are_nobodys_duplicates(design: Design) -> None:
    found, done = outcomes(
        """
        | key | surveyed | date       | reissue |
        | ·   | 6        | 2025-07-01 | 0       |
        | ·   | 6        | 2025-07-01 | 0       |
        """,
        design,
    )
    assert found == ["accepted", "accepted"]
    assert done.links.is_empty()


_ROW = st.tuples(
    st.sampled_from("ABCD"),
    st.sampled_from("26"),
    st.sampled_from(["2025-07-01", "2025-07-02"]),
    st.sampled_from("01"),
    st.sampled_from(["甲", "乙"]),
    st.sampled_from(["500120001001", "500120107001"]),
    st.sampled_from(["accepted", "held"]),
)
_NAMES = ["key", "surveyed", "date", "reissue", "name", "village", "status"]


@tried(30)
@given(rows=st.lists(_ROW, min_size=1, max_size=12), seed=st.randoms())
def test_each_person_counts_once_at_most_whatever_the_order(rows: list[tuple[str, ...]], seed) -> None:
    design = _DESIGN
    counted = []
    for _ in range(2):
        drawn = batch(pl.DataFrame(rows, schema=_NAMES, orient="row"), design)
        done = deduplicate(match_records(drawn, design), design)
        records = done.records["bishan-2025", "person"]
        assert records.height == len(rows)
        kept = records.filter(pl.col(STATUS) == "accepted")
        assert kept["person_key"].is_unique().all()
        shown = kept.select("person_key", "name", "survey_status", "survey_date", "_village").sort("person_key")
        counted.append(shown.rows())
        seed.shuffle(rows)
    assert counted[0] == counted[1]


def test_a_running_number_is_no_answer(design: Design) -> None:
    """A row copied with its number filled down is still the same row twice."""
    drawn = frame(
        """
        | key | surveyed | date       | reissue |
        | A   | 6        | 2025-07-01 | 0       |
        | A   | 6        | 2025-07-01 | 0       |
        """
    )
    whole = batch(drawn, design)
    records = whole.records["bishan-2025", "person"].with_columns(serial_no=pl.Series(["1", "2"]))
    copied = replace(whole, records={("bishan-2025", "person"): records})
    done = deduplicate(match_records(copied, design), design)
    assert done.records["bishan-2025", "person"][STATUS].to_list() == ["accepted", "duplicate"]
