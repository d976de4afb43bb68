"""Who of the roster is found, missing or elsewhere, and who is in no roster, on tiny districts."""

from collections import Counter
from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bishan_survey.design import load_design
from bishan_survey.frames import STATUS
from bishan_survey.model import AreaFrame, Batch, Design, Survey, Village
from bishan_survey.registers import check_roster
from tests.laws import tried
from tests.lifecycle.nights import Nights
from tests.lifecycle.nights import statuses as lives
from tests.people import identity
from tests.registers.lists import FAR, FURTHER, HERE, NEAR, Office
from tests.returns.sending import PERSON, File, person


@pytest.fixture
def office(design, survey, areas) -> Office:
    return Office(design, survey, areas)


def statuses(batch: Batch) -> dict[str, list[str]]:
    """Names by status."""
    told: dict[str, list[str]] = {}
    for status, name in batch.roster.rows.select("status", "name").rows():
        told.setdefault(status, []).append(name)
    return {status: sorted(names) for status, names in told.items()}


def figure(batch: Batch, name: str, **area: str) -> tuple[int, int | None]:
    level = "village" if "village" in area else "town" if "town" in area else "district"
    return batch.roster.figures.filter(level=level, figure=name, **area).select("value", "whole").row(0)


def told(batch: Batch, rule: str) -> list[str]:
    return batch.findings.filter(rule=rule)["message"].to_list()


def test_everybody_has_a_status(office: Office) -> None:
    roster = office.roster(
        File("底册1", [person(1), person(3), person(5)], HERE), File("底册2", [person(7), person(9)], FAR)
    )
    batch = office.night(roster, File("甲", [person(1), person(7), person(11)], HERE), File("乙", [person(3)], NEAR))
    assert statuses(batch) == {
        "found": [person(1)["name"]],
        "elsewhere": sorted([person(3)["name"], person(7)["name"]]),
        "missing": [person(5)["name"]],
        "silent": [person(9)["name"]],
        "extra": [person(11)["name"]],
    }
    assert told(batch, "R01") == ["底册上本村（社区）还有1人没有登记"]
    assert told(batch, "R02") == ["底册上没有此人"]
    assert told(batch, "R04") == ["底册上此人归本镇街的大旺社区居民委员会"]
    assert told(batch, "R08") == ["底册上此人归区内其他镇街"]


def test_a_village_is_not_told_of_one_in_another_town(office: Office) -> None:
    batch = office.night(office.roster(File("底册", [person(1)], FAR)), File("甲", [person(1)], HERE))
    (finding,) = batch.findings.filter(rule="R08").iter_rows(named=True)
    assert (finding["village"], finding["file"], finding["cell"]) == (HERE, "甲", "A2")
    assert "平安社区" not in finding["message"] + finding["action"]


def test_rates_in_both_ways(office: Office) -> None:
    people = [
        person(1, survey_method="1"),
        person(3, survey_method="2"),
        person(5, survey_method="3"),
        person(7, survey_method="4"),
        person(9, survey_status="1", survey_method=""),
    ]
    batch = office.night(office.roster(File("底册", [*people, person(11)], HERE)), File("甲", people, HERE))
    assert figure(batch, "listed", village=HERE) == (6, None)
    assert figure(batch, "visited", village=HERE) == (2, 6)
    assert figure(batch, "visited_of_able", village=HERE) == (2, 5)
    assert figure(batch, "completed", village=HERE) == (3, 6)
    assert figure(batch, "completed_of_able") == (3, 5)
    assert figure(batch, "unable", town=HERE[:9]) == (1, None)
    assert figure(batch, "listed", village=FAR) == (0, None)


def test_without_a_roster_nothing_is_computed(office: Office) -> None:
    batch = office.night(None, File("甲", [person(1)], HERE))
    assert batch.roster.rows.is_empty()
    assert batch.roster.figures.is_empty()
    assert batch.findings.filter(pl.col("rule").str.starts_with("R")).is_empty()


def test_villages_without_a_roster_are_not_compared(office: Office) -> None:
    roster = office.roster(File("底册", [person(1)], HERE))
    batch = office.night(roster, File("甲", [person(1)], HERE), File("乙", [person(3), person(5)], FAR))
    assert statuses(batch) == {"found": [person(1)["name"]]}


def test_numbers_that_cannot_be_used_match_nothing(office: Office) -> None:
    broken = person(1, certificate_no="9901201980010100")
    roster = office.roster(File("底册", [broken], HERE))
    batch = office.night(roster, File("甲", [broken], HERE))
    rows = batch.roster.rows
    assert rows.select("status", "listed", "file", "found_file").rows() == [
        ("unmatched", True, "底册", None),
        ("unmatched", False, None, "甲"),
    ]
    assert rows["number"].to_list() == ["9901201980010100"] * 2
    (problem,) = roster.problems.iter_rows(named=True)
    assert (problem["file"], problem["cell"], problem["severity"], problem["village"]) == ("底册", "A2", "soft", None)


def test_who_stands_twice_counts_once(office: Office) -> None:
    roster = office.roster(File("底册1", [person(1), person(1)], HERE), File("底册2", [person(1)], FAR))
    batch = office.night(roster, File("乙", [person(1)], FAR))
    assert Counter(batch.roster.rows["status"]) == {"found": 1, "repeated": 2}
    assert batch.roster.rows.filter(status="found")["village"].to_list() == [FAR]
    assert roster.problems["rule"].to_list() == ["R06", "R06"]
    assert figure(batch, "listed") == (1, None)


def test_one_number_with_two_names_needs_the_name(office: Office) -> None:
    two = [person(1, name="试验赵六", mobile=""), person(1, name="试验钱七", mobile="")]
    roster = office.roster(File("底册", two, HERE))
    batch = office.night(roster, File("甲", two[1:], HERE))
    assert statuses(batch) == {"missing": ["试验赵六"], "found": ["试验钱七"]}
    assert set(roster.problems["rule"]) == {"R07"}


def test_a_duplicate_under_the_number_of_the_roster_answers_for_its_person(office: Office, design, areas) -> None:
    """Somebody whose number was put right is found under the old one too, as long as the two are linked."""
    roster = office.roster(File("底册", [person(1)], HERE))
    batch = office.night(roster, File("甲", [person(1), person(3)], HERE))
    place = {"file": "甲", "sheet": batch.records[PERSON]["_sheet"][0]}
    links = pl.DataFrame(
        [
            place
            | {"row": 2, "key": identity(order=1), "group": 0, "unit": "person", "outcome": "duplicate", "rule": "S3"},
            place | {"row": 3, "key": identity(order=3), "group": 0, "unit": "person", "outcome": "kept", "rule": "S3"},
        ]
    )
    marked = pl.when(pl.col("_row") == 2).then(pl.lit("duplicate")).otherwise(pl.lit("accepted"))
    records = batch.records | {PERSON: batch.records[PERSON].with_columns(marked.alias(STATUS))}
    linked = check_roster(replace(batch, records=records, links=links), roster, design, areas)
    assert linked.roster.rows.select("status", "found_row").rows() == [("found", 3)]


def test_numbers_that_have_changed(office: Office, design, areas) -> None:
    roster = office.roster(File("底册", [person(1)], HERE))
    batch = office.night(roster, File("甲", [person(3)], HERE))
    changed = check_roster(batch, roster, design, areas, {identity(order=1): identity(order=3)})
    assert changed.roster.rows["status"].to_list() == ["found"]


def test_too_many_strangers_are_told_together(office: Office, design) -> None:
    many = [person(2 * n + 1) for n in range(design.roster.policy.each_at_most + 1)]
    roster = office.roster(File("底册", [person(999)], HERE))
    batch = office.night(roster, File("甲", many, HERE))
    assert told(batch, "R02") == []
    assert told(batch, "R03") == [f"有{len(many)}人不在底册上"]


def test_the_village_of_the_roster_is_preferred(office: Office) -> None:
    """Even where the record elsewhere is later: S7 stands before the other rules."""
    roster = office.roster(File("底册", [person(1)], FAR))
    files = (
        File("甲", [person(1, survey_date="2025-08-01")], HERE),
        File("乙", [person(1, survey_date="2025-07-01")], FAR),
    )
    kept = {
        rule: file for file, rule in office.night(roster, *files).links.filter(outcome="kept")["file", "rule"].rows()
    }
    assert kept == {"S7": "乙"}
    assert office.night(None, *files).links.filter(outcome="kept")["file"].to_list() == ["甲"]


def test_certificates_that_expire(office: Office) -> None:
    late = person(1, certificate_issued="2014-06-01", certificate_expires="")
    soon = person(3, certificate_issued="2016-01-01", certificate_expires="2026-01-01")
    fine = person(5, certificate_issued="2020-01-01", certificate_expires="2030-01-01")
    certificates = office.night(None, File("甲", [late, soon, fine], HERE)).roster.certificates
    assert certificates.select("row", "expiry", "valid_until").rows() == [
        (2, "expired", date(2024, 6, 1)),
        (3, "expiring", date(2026, 1, 1)),
    ]
    roster = office.roster(File("底册", [late, soon], HERE))
    batch = office.night(roster, File("甲", [person(1)], HERE), File("乙", [fine], NEAR))
    assert batch.roster.certificates.select("file", "expiry", "said_by").rows() == [
        ("底册", "expired", "roster"),
        ("底册", "expiring", "roster"),
    ]


def test_what_a_village_is_told_stays_the_same_finding(office: Office, design, survey, areas) -> None:
    roster = office.roster(File("底册", [person(1), person(3), person(5)], HERE))
    nights = Nights(design, survey, areas)
    nights.after(office.night(roster, File("甲", [person(1)], HERE)))
    nights.after(office.night(roster, File("甲改", [person(1), person(3)], HERE)))
    followed = nights.after(office.night(roster, File("甲再改", [person(1), person(3), person(5)], HERE)))
    assert lives(followed)[("R01", None)] == ["fixed"]
    assert followed.lives.findings.filter(rule="R01")["rounds"].to_list() == [2]


# --- the laws ---------------------------------------------------------------------------------------------------------

_DESIGN: Design = load_design()
_SURVEY = Survey("测试调查", ("bishan-2025",), date(2025, 6, 30), date(2025, 6, 1), date(2025, 11, 30))
_VILLAGES = (HERE, NEAR, FAR, FURTHER)
_AREAS = AreaFrame("500120", "璧山区", tuple(Village(code, code, code[:9], code[:9]) for code in _VILLAGES))
_PLACES = st.lists(st.tuples(st.integers(0, 5), st.sampled_from(_VILLAGES), st.booleans()), max_size=9)


def files(kind: str, places: list[tuple[int, str, bool]]) -> list[File]:
    """A file for each village; a number that is not whole cannot be used."""
    people: dict[str, list[dict[str, str]]] = {}
    for who, village, whole in places:
        one = person(2 * who + 1)
        people.setdefault(village, []).append(one if whole else one | {"certificate_no": "99012"})
    return [File(f"{kind}{village}", of, village) for village, of in people.items()]


@tried(4)
@given(roster=_PLACES, returns=_PLACES, seed=st.randoms(use_true_random=False))
def test_nobody_is_lost_or_told_twice(roster, returns, seed) -> None:
    office = Office(_DESIGN, _SURVEY, _AREAS)
    lists, sent = files("底册", roster), files("表", returns)
    batch = office.night(office.roster(*lists), *sent)
    rows = batch.roster.rows
    listed, extra = rows.filter(pl.col("file").is_not_null()), rows.filter(pl.col("file").is_null())
    assert sorted(listed.select("file", "row").rows()) == sorted(
        (file.name, row) for file in lists for row in range(2, len(file.people) + 2)
    )
    numbers = {who for who, _, whole in roster if whole}
    unreadable = sum(not whole for _, _, whole in roster)
    assert listed["listed"].sum() == len(numbers) + unreadable
    # Every record that counts or is held stands in one place: with its person, or alone.
    records = batch.records[PERSON].filter(pl.col(STATUS).is_in(["accepted", "held"]))
    covered = {village for _, village, _ in roster}
    alone = {
        (file, row)
        for file, row, key, village in records.select("_file", "_row", "person_key", "_village").rows()
        if village in covered and key not in {identity(order=2 * who + 1) for who in numbers}
    }
    assert sorted(extra.select("found_file", "found_row").rows()) == sorted(alone)
    found = listed.filter(pl.col("status").is_in(["found", "elsewhere"]))
    homes = {(identity(order=2 * who + 1), village) for who, village, whole in roster if whole}
    kept = set(records.select("person_key", "_village").rows())
    assert found.height == len({key for key, _ in homes} & {key for key, _ in kept})
    assert found.filter(status="found").height == len({key for key, _ in homes & kept})
    for status in ("found", "elsewhere", "missing", "silent", "extra"):
        by_village = batch.roster.figures.filter(level="village", figure=status)["value"].sum()
        whole = batch.roster.figures.filter(level="district", figure=status)["value"].sum()
        assert whole == by_village == (rows.filter(status=status).height if rows["listed"].any() else 0)
    seed.shuffle(lists)
    seed.shuffle(sent)
    again = office.night(office.roster(*lists), *sent)
    assert again.roster.rows.equals(rows)
    assert again.roster.figures.equals(batch.roster.figures)
