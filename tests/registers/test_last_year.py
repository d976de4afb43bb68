"""Who is matched, new and gone; what has changed; what is asked."""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bishan_survey.corrections import Line
from bishan_survey.examination import beside_last_year
from bishan_survey.model import AreaFrame, Design, Survey, Turnover
from tests.corrections.lines import accept
from tests.corrections.lines import night as corrected_night
from tests.laws import tried
from tests.people import certificate, identity
from tests.registers.years import Years, asked, changed, outcomes
from tests.returns.sending import OTHER_VILLAGE, VILLAGE, File, person


@pytest.fixture(scope="module")
def years(design: Design, survey: Survey, areas: AreaFrame) -> Years:
    return Years(design, survey, areas)


def one(*people: dict[str, str]) -> File:
    return File("大旺社区.xlsx", people)


def test_a_year_beside_itself_has_no_change_and_asks_nothing(years: Years) -> None:
    batch = years.night(one(person(1), person(3, education="5", employee_insurance="1,2"), person(5, mobile="")))
    told, over_time = years.beside(batch, batch)
    assert over_time.changes.is_empty()
    assert asked(told) == []
    assert outcomes(over_time) == {"matched": 3}
    assert over_time.items["compared"].sum() > 90
    assert over_time.items["changed"].sum() == 0
    assert set(over_time.items["item"]).isdisjoint({"survey_date", "investigator", "serial_no", "village", "remarks"})


def test_what_has_changed_is_told_as_people_read_it(years: Years) -> None:
    before = years.night(one(person(1, education="2", employee_insurance="4", mobile="", household_income="5000")))
    now = years.night(one(person(1, education="3", employee_insurance="1,2", landline="", household_income="5000.5")))
    _, over_time = years.beside(now, before)
    assert changed(over_time) == [
        ("mobile", "answered", None, "19900000001"),
        ("education", "changed", "2 小学", "3 初中"),
        ("employee_insurance", "changed", "4 未参加", "1 养老保险、2 医疗保险"),
        ("household_income", "changed", "5000", "5000.5"),
    ]
    assert over_time.changes.row(1, named=True)["cell"] == "C2"
    assert over_time.changes.row(1, named=True)["last_cell"] == "C2"


def test_what_last_year_did_not_ask_is_no_change(years: Years) -> None:
    """Of the district's test files only four items have columns: nothing can be said of a missing answer to another."""
    before = years.night(one(person(1, ethnicity="", mobile="")))
    _, over_time = years.beside(years.night(one(person(1))), before)
    assert changed(over_time) == [("mobile", "answered", None, "19900000001")]


def test_what_could_not_be_read_is_no_change(years: Years) -> None:
    before = years.night(one(person(1, education="看不清"), person(3)))
    now = years.night(one(person(1), person(3, education="看不清")))
    assert changed(years.beside(now, before)[1]) == []


def test_people_are_new_gone_and_elsewhere(years: Years) -> None:
    before = years.night(one(person(1), person(3), person(5)), File("平安村.xlsx", [person(7)], OTHER_VILLAGE))
    now = years.night(one(person(1), person(9)), File("平安村.xlsx", [person(3), person(7)], OTHER_VILLAGE))
    _, over_time = years.beside(now, before)
    assert outcomes(over_time) == {"gone": 1, "matched": 3, "new": 1}
    told = {row["key"]: row for row in over_time.persons.iter_rows(named=True)}
    moved = told[identity(order=3)]
    assert (moved["moved"], moved["last_village"], moved["village"]) == (True, VILLAGE, OTHER_VILLAGE)
    assert told[identity(order=5)]["last_row"] == 4
    assert told[identity(order=5)]["row"] is None
    assert told[identity(order=9)]["name"] == "试验壬"


def test_nobody_is_gone_of_a_village_that_has_not_reported(years: Years) -> None:
    before = years.night(one(person(1)), File("平安村.xlsx", [person(7)], OTHER_VILLAGE))
    _, over_time = years.beside(years.night(one(person(1))), before)
    assert outcomes(over_time) == {"matched": 1, "waiting": 1}


def test_nobody_is_new_of_a_village_of_which_there_is_no_list(years: Years) -> None:
    now = years.night(one(person(1)), File("平安村.xlsx", [person(7)], OTHER_VILLAGE))
    _, over_time = years.beside(now, years.night(one(person(1))))
    assert outcomes(over_time) == {"matched": 1, "unlisted": 1}


def test_the_dead_are_not_missed_but_asked_about_if_they_return(years: Years) -> None:
    dead = {"survey_status": "1", "remarks": "去世"}
    before = years.night(one(person(1, **dead), person(3, **dead), person(5)))
    told, over_time = years.beside(years.night(one(person(3), person(5))), before)
    assert outcomes(over_time) == {"left": 1, "matched": 2}
    ((rule, severity, _, row, message),) = asked(told)
    assert (rule, severity, row) == ("Y03", "soft", 2)
    assert "1 死亡" in message


def test_nobody_is_sought_by_a_number_that_cannot_be_used(years: Years) -> None:
    broken = identity(order=3).replace("1980", "1981") + "44"
    before = years.night(one(person(1), person(3, certificate_no=broken), person(5, certificate_no="")))
    _, over_time = years.beside(before, before)
    assert outcomes(over_time) == {"matched": 1, "unnumbered": 4}
    assert over_time.changes.is_empty()


def test_nobody_is_sought_by_a_number_that_several_bear(years: Years) -> None:
    twice = person(3), person(3, name="完全两人", household_head_id=identity("19600101", 9), mobile="19900000009")
    both = years.night(one(person(1), *twice))
    alone = years.night(one(person(1), twice[0]))
    assert outcomes(years.beside(both, alone)[1]) == {"doubtful": 3, "matched": 1}
    assert outcomes(years.beside(alone, both)[1]) == {"doubtful": 3, "matched": 1}


def test_a_changed_number_is_followed(years: Years) -> None:
    before, now = years.night(one(person(1))), years.night(one(person(5, name="试验甲")))
    changes = {identity(order=1): identity(order=3), identity(order=3): identity(order=5)}
    assert outcomes(years.beside(now, before)[1]) == {"gone": 1, "new": 1}
    assert outcomes(years.beside(now, before, changes)[1]) == {"matched": 1}
    assert outcomes(years.beside(before, now, changes)[1]) == {"matched": 1}
    round_about = changes | {identity(order=5): identity(order=1)}
    assert years.beside(now, before, round_about)[1].persons.height in (1, 2)


def test_what_time_does_not_do_is_asked_at_this_years_cell(years: Years) -> None:
    before = years.night(one(person(3), person(1, education="5", marital_status="40", hukou="2")))
    told, _ = years.beside(years.night(one(person(1, education="2", marital_status="10"), person(3))), before)
    assert [(rule, row) for rule, _, _, row, _ in asked(told)] == [("Y01", 2), ("Y02", 2), ("Y12", 2)]
    education = next(message for rule, _, _, _, message in asked(told) if rule == "Y01")
    assert education == "受教育程度比上年低，上年填的是“5 大专”"
    cell, severity = next((cell, severity) for rule, severity, cell, _, _ in asked(told) if rule == "Y01")
    assert (cell, severity) == ("C2", "soft")
    assert told.records["bishan-2025", "person"]["_status"].to_list() == ["accepted", "accepted"]


def test_a_rule_is_silent_where_this_years_answer_cannot_be_read(years: Years) -> None:
    before = years.night(one(person(1, living_allowance="1")))
    told, _ = years.beside(years.night(one(person(1, living_allowance="看不清"))), before)
    assert asked(told) == []


def test_an_accepted_answer_is_not_asked_again(years: Years) -> None:
    before = years.night(one(person(1, education="5"), person(3, education="5")))

    def severities(*lines: Line) -> list[tuple[str, str]]:
        now = corrected_night(*years.parts, lines, one(person(1, education="2"), person(3, education="2")))
        told, _ = beside_last_year(now, years.last(before), years.design)
        return [(rule, severity) for rule, severity, *_ in asked(told)]

    assert severities() == [("Y01", "soft"), ("Y01", "soft")]
    assert sorted(severities(accept(1, "受教育程度", "小学"))) == [("Y01", "accepted"), ("Y01", "soft")]
    assert sorted(severities(accept(1, "受教育程度", "小学", "y01"))) == [("Y01", "accepted"), ("Y01", "soft")]
    # The answer has changed since: it is asked again.
    assert severities(accept(1, "受教育程度", "初中")) == [("Y01", "soft"), ("Y01", "soft")]


def test_codes_are_compared_by_what_they_mean(years: Years) -> None:
    """Last year's book had 1 for 初中 and a code that there is no more."""
    before = years.night(one(person(1, education="1"), person(3, education="2"), person(5, education="4")))
    now = years.night(one(person(1, education="3"), person(3, education="2"), person(5, education="4")))
    books = {"education": {"1": "初中", "2": "私塾", "4": "高中（中专）"}}
    told, over_time = years.beside(now, before, books=books)
    assert changed(over_time) == [("education", "recoded", None, "2 小学")]
    assert asked(told) == []


_ANSWERS = st.fixed_dictionaries(
    {"order": st.integers(0, 6).map(lambda n: 2 * n + 1), "at": st.sampled_from([VILLAGE, OTHER_VILLAGE])},
    optional={
        "education": st.sampled_from(["1", "2", "5", "", "看不清"]),
        "marital_status": st.sampled_from(["10", "20", "40"]),
        "mobile": st.sampled_from(["", "19900000009"]),
        "survey_status": st.sampled_from(["1", "2", "6"]),
        "certificate_no": st.sampled_from(["", "99", certificate(order=1), certificate(order=3, kind="42")]),
        "employee_insurance": st.sampled_from(["4", "1", "1,2"]),
    },
)


@tried(8)
@given(before=st.lists(_ANSWERS, max_size=6), now=st.lists(_ANSWERS, max_size=6), random=st.randoms())
def test_laws(before: list[dict], now: list[dict], random, years: Years) -> None:
    """Everybody is told once, counts are those of the list, and the order of files and rows changes nothing."""
    last, this = years.night(*_files(before)), years.night(*_files(now))
    told, over_time = years.beside(this, last)
    persons = over_time.persons
    standing = pl.col("_status").is_in(["accepted", "held"])
    here = this.records["bishan-2025", "person"].filter(standing).select("_file", "_sheet", "_row")
    there = last.records["bishan-2025", "person"].filter(standing).select("_file", "_sheet", "_row")
    assert sorted(persons.drop_nulls("row").select("file", "sheet", "row").rows()) == sorted(here.rows())
    by_last = persons.drop_nulls("last_row").select("last_file", "last_sheet", "last_row")
    assert sorted(by_last.rows()) == sorted(there.rows())
    both = persons["row"].is_not_null() & persons["last_row"].is_not_null()
    assert (both == (persons["outcome"] == Turnover.MATCHED.value)).all()
    details = over_time.changes.group_by("town", "item", "change").len()
    for kind in ("changed", "answered", "emptied", "recoded"):
        counts = over_time.items.filter(pl.col(kind) > 0).select("town", "item", kind)
        assert sorted(counts.rows()) == sorted(details.filter(change=kind).select("town", "item", "len").rows())
    mixed = years.night(*random.sample(_files(now), len(_files(now))))
    again_told, again = years.beside(mixed, last)
    assert again.persons.equals(persons)
    assert again.changes.equals(over_time.changes)
    assert again.items.equals(over_time.items)
    assert sorted(asked(again_told)) == sorted(asked(told))
    same = years.beside(this, this)
    assert same[1].changes.is_empty()
    assert asked(same[0]) == []


def _files(people: Sequence[dict]) -> list[File]:
    """One file for each village."""
    of_village = {
        village: [
            person(p["order"], **{name: text for name, text in p.items() if name not in ("order", "at")})
            for p in people
            if p["at"] == village
        ]
        for village in (VILLAGE, OTHER_VILLAGE)
    }
    return [File(f"{village}.xlsx", rows, village) for village, rows in of_village.items() if rows]


def test_held_persons_of_last_year_are_known(years: Years) -> None:
    before = years.night(one(person(1, survey_date="昨天")))
    assert before.records["bishan-2025", "person"]["_status"].to_list() == ["held"]
    assert outcomes(years.beside(years.night(one(person(1))), before)[1]) == {"matched": 1}


def test_last_years_results_may_lack_what_todays_definitions_know(years: Years) -> None:
    before = years.night(one(person(1, education="5")))
    records = before.records["bishan-2025", "person"].drop("household_size", "severe", "unreadable")
    older = replace(before, records={("bishan-2025", "person"): records.with_columns(hukou=pl.lit(1, dtype=pl.Int64))})
    _, over_time = years.beside(years.night(one(person(1, education="5"))), older)
    assert outcomes(over_time) == {"matched": 1}
    assert changed(over_time) == []
