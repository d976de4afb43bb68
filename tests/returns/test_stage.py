"""A village sends again: what counts is the later file, once, and the list of differences is exact."""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bishan_survey import frames
from bishan_survey.consolidation import coverage_of, ledger_of
from bishan_survey.examination import examine_batch
from bishan_survey.frames import ADDRESS, STATUS
from bishan_survey.model import AreaFrame, Batch, Design, Survey
from tests.laws import tried
from tests.returns.sending import OTHER_VILLAGE, PERSON, RESOURCES, VILLAGE, File, Silent, night, person, sent, settled

_ON_TIME, _LATER, _LATE = "2025-11-01T02:00:00+08:00", "2025-11-02T02:00:00+08:00", "2025-12-01T02:00:00+08:00"
_SUPERSESSION = ("F22", "F23", "F24", "F25", "F26", "F27")
_OFFICE = {"office_area": "30", "committee_staff": "1"}

V1 = File("v1.xlsx", [person(1), person(3), person(5), person(7, education="4")], received=_ON_TIME)
V2 = File(
    "v2.xlsx",
    [person(9), person(7, education="5", mobile="19900000007"), person(3), person(1)],
    received=_LATER,
)


@pytest.fixture(scope="module")
def done(design: Design, survey: Survey, areas: AreaFrame):
    def deciding(*files: File) -> Batch:
        batch = night(design, survey, areas, *files)
        assert ledger_of(batch).read == sum(batch.sources["rows_read"])
        return batch

    return deciding


@pytest.fixture(scope="module")
def settling(design: Design, survey: Survey, areas: AreaFrame):
    return lambda *files: settled(design, survey, areas, *files)


def counted(batch: Batch, unit: tuple[str, str] = PERSON) -> pl.DataFrame:
    """What counts, without what says where it stands."""
    records = batch.records[unit].filter(pl.col(STATUS) == "accepted")
    return records.drop("_file", "_row").sort(records.columns[5:20])


def told(batch: Batch, *rules: str) -> list[tuple[str, str]]:
    found = batch.findings.filter(pl.col("rule").is_in(rules or _SUPERSESSION))
    return sorted(found.select("rule", "file").iter_rows())


def changes(batch: Batch) -> list[tuple[str | None, ...]]:
    return batch.differences.select("change", "key", "item", "old", "new").rows()


def statuses(batch: Batch) -> dict[str, list[str]]:
    frame = batch.records[PERSON].sort("_file", "_row")
    return {file: part[STATUS].to_list() for (file, *_), part in frame.group_by("_file", maintain_order=True)}


def message(batch: Batch, rule: str) -> str:
    (text,) = batch.findings.filter(rule=rule)["message"]
    return text


def village(batch: Batch, code: str = VILLAGE) -> dict[str, object]:
    return batch.returns.row(by_predicate=pl.col("village") == code, named=True)


def key(order: int) -> str:
    return person(order)["certificate_no"][:18]


def test_v2_counts_once_and_the_differences_are_exactly_the_changes(done) -> None:
    renamed = File("v2 副本.xlsx", received=_LATER, copy_of="v2.xlsx")
    both, alone = done(V1, V2, renamed), done(V2)
    assert counted(both).equals(counted(alone))
    assert statuses(both)["v1.xlsx"] == ["superseded"] * 4
    ledger = ledger_of(both)
    assert (ledger.read, ledger.superseded, ledger.accepted) == (8, 4, ledger_of(alone).accepted)
    assert sorted(changes(both)) == sorted(
        [
            ("removed", key(5), "certificate_no", person(5)["certificate_no"], None),
            ("added", key(9), "certificate_no", None, person(9)["certificate_no"]),
            ("changed", key(7), "education", "4", "5"),
            ("changed", key(7), "mobile", "19900000001", "19900000007"),
        ]
    )
    assert told(both) == [("F22", "v1.xlsx"), ("F23", "v2.xlsx")]
    assert "新增1" in message(both, "F22")
    assert "减少1" in message(both, "F22")
    assert "改动1" in message(both, "F22")
    assert village(both) | {"superseded": "v1.xlsx", "copies": "v2 副本.xlsx", "files": "v2.xlsx"} == village(both)


def test_differences_stand_at_their_cells(done) -> None:
    batch = done(V1, V2)
    place = ("earlier_file", "earlier_row", "earlier_cell", "later_file", "later_row", "later_cell")
    by_change = {(row["change"], row["item"]): row for row in batch.differences.iter_rows(named=True)}
    assert [by_change["changed", "education"][name] for name in place] == ["v1.xlsx", 5, "C5", "v2.xlsx", 3, "C3"]
    assert [by_change["removed", "certificate_no"][name] for name in place] == ["v1.xlsx", 4, "A4", None, None, None]
    assert [by_change["added", "certificate_no"][name] for name in place] == [None, None, None, "v2.xlsx", 2, "A2"]


def test_only_what_counts_is_asked_for(done) -> None:
    """A fault that the later file has mended is no finding any more, and no household adds up to both files."""
    faulty = File("v1.xlsx", [person(1, survey_date="昨天"), person(3, household_size="3", mobile="19900000009")])
    mended = File("v2.xlsx", [person(1), person(3, household_size="4", mobile="19900000009")], saved="2025-07-02")
    batch = done(replace(faulty, saved="2025-07-01"), mended)
    alone = done(mended)
    own = batch.findings.filter(~pl.col("rule").is_in(_SUPERSESSION))
    assert own.equals(alone.findings)
    assert batch.normalised.equals(alone.normalised)
    mobiles = batch.records[PERSON].filter(pl.col(STATUS) != "superseded")
    assert mobiles.drop("_file").equals(alone.records[PERSON].drop("_file"))


def test_a_file_with_few_of_the_people_adds_to_the_earlier(done) -> None:
    some = File("补报.xlsx", [person(7, education="6"), person(9)], received=_LATER)
    few = replace(some, people=some.people[:1])
    for later in (some, few):
        batch = done(V1, later)
        assert statuses(batch)["v1.xlsx"] == ["accepted", "accepted", "accepted", "superseded"]
        assert told(batch) == [("F24", "补报.xlsx")]
        assert counted(batch).height == 3 + len(later.people)
    assert village(batch)["files"] == "v1.xlsx、补报.xlsx"
    assert changes(batch) == [("changed", key(7), "education", "4", "6")]


def test_a_village_in_two_parts_counts_as_a_whole(done) -> None:
    """Parts are as long as each other, but nobody stands in both."""
    parts = [File(f"{n}组.xlsx", [person(n * 10 + i) for i in (1, 3, 5)], received=f"2025-11-0{n}") for n in (1, 2)]
    batch = done(*parts)
    assert counted(batch).height == 6
    assert told(batch) == [("F24", "2组.xlsx")]
    assert changes(batch) == [
        ("added", key(o), "certificate_no", None, person(o)["certificate_no"]) for o in (21, 23, 25)
    ]


def test_a_later_file_replaces_one_in_which_no_number_could_be_read(done) -> None:
    lost = [person(n) | {"certificate_no": "5.00E+17"} for n in (1, 3, 5)]
    batch = done(File("v1.xlsx", lost, received=_ON_TIME), File("v2.xlsx", V1.people[:3], received=_LATER))
    assert statuses(batch) == {"v1.xlsx": ["superseded"] * 3, "v2.xlsx": ["accepted"] * 3}
    assert told(batch) == [("F22", "v1.xlsx")]


def test_records_without_a_number_are_nobodys_earlier_ones(done) -> None:
    nobody = person(1) | {"certificate_no": ""}
    batch = done(File("v1.xlsx", [nobody, *V1.people], received=_ON_TIME), File("v2.xlsx", [nobody], received=_LATER))
    assert "superseded" not in statuses(batch)["v1.xlsx"]
    assert changes(batch) == []


@pytest.mark.parametrize(
    "times",
    [
        [{"received": _ON_TIME, "saved": "2025-10-02"}, {"received": _LATER, "saved": "2025-10-01"}],
        [{"received": _ON_TIME}, {"received": _ON_TIME}],
        [{}, {}],
    ],
)
def test_where_nothing_tells_which_is_later_both_count_and_people_are_asked(done, times) -> None:
    pair = [File(**vars(file) | {"received": None} | time) for file, time in zip((V1, V2), times, strict=True)]
    batch = done(*pair)
    assert told(batch) == [("F25", "v1.xlsx"), ("F25", "v2.xlsx")]
    assert ledger_of(batch).superseded == 0
    assert counted(batch)["person_key"].is_unique().all()
    assert changes(batch) == []


def test_the_latest_day_of_survey_is_the_last_sign_and_must_be_credible(done) -> None:
    people = [person(1), person(3)]
    for wrong in ("2025-07-02", "2052-07-01"):
        early = File("a.xlsx", [people[0], person(3, survey_date=wrong)], received=_ON_TIME)
        late = File("b.xlsx", [people[0], person(3, survey_date="2025-07-03")], received=_ON_TIME)
        batch = done(early, late)
        assert statuses(batch)["a.xlsx"] == ["superseded"] * 2


def test_three_versions_follow_each_other(done) -> None:
    v3 = File("v3.xlsx", V2.people[1:], received=_LATE)
    batch = done(v3, V1, V2)
    assert counted(batch).equals(counted(done(v3)))
    assert told(batch) == [("F22", "v1.xlsx"), ("F22", "v2.xlsx"), ("F23", "v3.xlsx")]
    assert "2人" in message(batch, "F23")  # of v1 and of v2
    assert village(batch)["superseded"] == "v1.xlsx、v2.xlsx"
    later = dict(batch.findings.filter(rule="F22").select("file", "message").iter_rows())
    assert "v2.xlsx" in later["v1.xlsx"]
    assert "v3.xlsx" in later["v2.xlsx"]


def test_who_comes_back_is_not_lacking(done) -> None:
    v3 = File("v3.xlsx", V1.people, received=_LATE)
    batch = done(V1, File("v2.xlsx", V1.people[:3], received=_LATER), v3)
    assert told(batch) == [("F22", "v1.xlsx"), ("F22", "v2.xlsx")]


def test_a_correction_of_a_supplement_leaves_the_others_alone(done) -> None:
    first = File("补1.xlsx", [person(7, education="6")], received=_LATER)
    second = File("补2.xlsx", [person(7, education="7")], received=_LATE)
    batch = done(second, V1, first)
    assert statuses(batch)["v1.xlsx"].count("accepted") == 3
    assert counted(batch).filter(person_key=key(7))["education"].to_list() == ["7"]
    assert told(batch) == [("F22", "补1.xlsx"), ("F24", "补2.xlsx")]


def test_a_file_of_a_whole_town_gives_way_village_by_village(done) -> None:
    everybody = [person(1, at=VILLAGE), person(3, at=VILLAGE), person(5, at=OTHER_VILLAGE), person(7, at=OTHER_VILLAGE)]
    town = File("全镇.xlsx", everybody, village=None, received=_ON_TIME)
    own = File("大旺社区.xlsx", [person(1, education="6"), person(3)], received=_LATER)
    batch = done(town, own)
    assert statuses(batch) == {"全镇.xlsx": ["superseded"] * 2 + ["accepted"] * 2, "大旺社区.xlsx": ["accepted"] * 2}
    assert village(batch)["files"] == "大旺社区.xlsx"
    assert village(batch, OTHER_VILLAGE)["files"] == "全镇.xlsx"
    assert batch.findings.filter(rule="F22")["village"].to_list() == [VILLAGE]


def test_a_villages_own_sheet_is_replaced_by_itself(done) -> None:
    """A later file without the village's own sheet leaves the earlier one's standing."""
    first = replace(V1, resources=_OFFICE)
    batch = done(first, V2)
    assert batch.records[RESOURCES][STATUS].to_list() != ["superseded"]
    again = done(first, replace(V2, resources=_OFFICE | {"office_area": "40"}))
    assert sorted(again.records[RESOURCES][STATUS].to_list())[-1] == "superseded"
    assert ("changed", VILLAGE, "office_area", "30", "40") in changes(again)
    assert told(again) == [("F22", "v1.xlsx"), ("F23", "v2.xlsx")]


def test_what_was_told_of_a_file_that_counts_no_more_is_void(design, survey, areas) -> None:
    read = sent(design, V1, V2)
    about = {"severity": "soft", "message": "", "action": "", "records": 0}
    rows = [{"rule": "F13", "file": "v1.xlsx"} | about, {"rule": "F11", "file": "v2.xlsx"} | about]
    read = replace(read, findings=frames.stack(frames.FINDINGS, [pl.DataFrame(rows)]))
    batch = examine_batch(read, design, survey, areas, Silent())
    assert told(batch, "F11", "F13") == [("F11", "v2.xlsx")]


def test_a_zero_return_is_a_return(done, areas: AreaFrame) -> None:
    batch = done(File("零报告.xlsx", declared_none=True, received=_ON_TIME))
    assert village(batch)["status"] == "declared_none"
    assert village(batch)["files"] == "零报告.xlsx"
    coverage = coverage_of(batch, areas)
    assert (coverage.expected, coverage.reported, len(coverage.declared_none)) == (4, 1, 1)
    assert len(coverage.missing) == 3


def test_a_zero_return_beside_people_is_a_contradiction(done) -> None:
    batch = done(V1, File("零报告.xlsx", declared_none=True, received=_LATER))
    assert told(batch) == [("F27", "零报告.xlsx")]
    assert "v1.xlsx" in message(batch, "F27")
    assert "4条" in message(batch, "F27")
    assert village(batch)["status"] == "reported"
    assert village(batch)["files"] == "v1.xlsx"


def test_a_zero_return_may_bring_the_villages_own_sheet(done) -> None:
    batch = done(File("零报告.xlsx", declared_none=True, resources=_OFFICE))
    assert told(batch) == []
    assert village(batch)["status"] == "declared_none"


@pytest.mark.parametrize(
    ("file", "status"),
    [
        (File("空.xlsx"), "empty"),
        (File("坏.xlsx", usable=False), "unusable"),
        (File("无名.xlsx", village=None), "missing"),
    ],
)
def test_what_is_of_no_use_is_no_report(done, areas: AreaFrame, file: File, status: str) -> None:
    batch = done(file)
    assert village(batch)["status"] == status
    assert coverage_of(batch, areas).reported == 0


def test_an_unusable_later_file_leaves_the_earlier_standing(done) -> None:
    batch = done(V1, File("v2.xlsx", usable=False, received=_LATER))
    assert village(batch)["status"] == "reported"
    assert told(batch) == []


@pytest.mark.parametrize(
    ("files", "late"),
    [
        ([File("a.xlsx", V1.people, received=_ON_TIME)], False),
        ([File("a.xlsx", V1.people, received="2025-11-30T23:59:59+08:00")], False),
        ([File("a.xlsx", V1.people, received=_LATE)], True),
        ([File("a.xlsx", V1.people)], None),
        ([V1, File("b.xlsx", V1.people[1:], received=_LATE)], False),  # corrected after the deadline
        ([File("空.xlsx", received=_LATE)], None),
    ],
)
def test_late_is_told_by_the_first_return(done, areas, files: Sequence[File], late: bool | None) -> None:
    batch = done(*files)
    assert village(batch)["late"] is late
    assert len(coverage_of(batch, areas).late) == (late is True)


def test_nothing_at_all(done) -> None:
    batch = done(File("别处.docx", village=None, usable=False))
    assert set(batch.returns["status"]) == {"missing"}
    assert batch.differences.is_empty()


_PEOPLE = st.lists(st.tuples(st.sampled_from([1, 3, 5, 7]), st.sampled_from("456")), max_size=4)
_DAYS = st.sampled_from([None, "2025-11-01", "2025-11-02", "2025-12-01"])
_FILES = st.lists(
    st.tuples(_PEOPLE, st.sampled_from([VILLAGE, VILLAGE, OTHER_VILLAGE]), _DAYS, _DAYS, st.booleans()),
    min_size=1,
    max_size=5,
)


@tried(8)
@given(drawn=_FILES, seed=st.randoms())
def test_the_order_of_files_changes_nothing_and_nobody_counts_twice(done, settling, drawn, seed) -> None:
    files = [
        File(f"{n}.xlsx", [person(o, education=e) for o, e in people], v, received, saved, _OFFICE if own else None)
        for n, (people, v, received, saved, own) in enumerate(drawn)
    ]
    first = in_any_order(settling(*files))
    seed.shuffle(files)
    assert in_any_order(settling(*files)) == first
    assert counted(done(*files))["person_key"].is_unique().all()


def in_any_order(batch: Batch) -> list[list[tuple[object, ...]]]:
    """All that a batch says, whatever the order of its records and findings."""
    records = [frame.sort(*ADDRESS) for frame in batch.records.values()]
    findings = batch.findings.sort(pl.all(), nulls_last=True)
    return [frame.rows() for frame in (*records, findings, batch.returns, batch.differences)]
