"""Who is who from night to night: an id is somebody's for good, and says nothing of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bishan_survey import frames
from bishan_survey.frames import PERSON, STATUS
from bishan_survey.lifecycle import no_persons, with_persons
from bishan_survey.model import Batch, Design
from tests.batches import batch_of
from tests.conftest import EDITION
from tests.people import identity

_OF = (EDITION, "person")
_MOMENT = "2025-11-{:02}T02:00:00+08:00"
KEYS = [identity(order=order) for order in range(1, 13)]
A, B, C, D = KEYS[:4]


@dataclass(frozen=True)
class Record:
    """A record: its usable number, if any; whose it is said to be of, if it is linked with others."""

    key: str | None
    name: str = "试验甲"
    group: int | None = None
    file: str = "一.xlsx"
    status: str = "accepted"


def batch(records: Sequence[Record]) -> Batch:
    """What the stages make of records."""
    placed = [(one, 2 + sum(other.file == one.file for other in records[:n])) for n, one in enumerate(records)]
    rows = [
        {"_file": one.file, "_sheet": "表", "_row": row, "person_key": one.key, "name": one.name, STATUS: one.status}
        for one, row in placed
    ]
    links = [
        {"group": one.group, "unit": "person", "file": one.file, "sheet": "表", "row": row}
        | {"outcome": "kept", "rule": "S1", "reason": "某"}
        for one, row in placed
        if one.group is not None
    ]
    files = sorted({one.file for one in records})
    said = {"bytes": 1, "rows_read": 1, "usable": True, "declared_none": False}
    schema = frames.ADDRESS | dict.fromkeys(("person_key", "name", STATUS), pl.String())
    return batch_of(
        sources=frames.stack(frames.SOURCES, [pl.DataFrame([{"file": f, "sha256": f"哈希{f}"} | said for f in files])]),
        records={_OF: pl.DataFrame(rows, schema=schema)},
        links=frames.stack(frames.LINKS, [pl.DataFrame(links)] if links else []),
    )


class Nights:
    """Night after night of one workspace."""

    def __init__(self, design: Design, memory: pl.DataFrame | None = None) -> None:
        self._design, self._count = design, 0
        self.memory = no_persons() if memory is None else memory

    def night(self, *records: Record, changes: Mapping[str, str] | None = None) -> list[str | None]:
        """The id of each record, in their order."""
        self._count += 1
        moment = _MOMENT.format(self._count)
        told, self.memory = with_persons(batch(records), self.memory, self._design, moment, changes or {})
        ids: list[str | None] = told.records[_OF][PERSON].to_list()
        at = dict(zip(told.records[_OF].select("_file", "_sheet", "_row").rows(), ids, strict=True))
        assert [at[place] for place in told.links.select("file", "sheet", "row").rows()] == told.links[
            "person"
        ].to_list()
        return ids


@pytest.fixture
def nights(design: Design) -> Nights:
    return Nights(design)


def people(keys: Sequence[str], files: Sequence[str] = ("一.xlsx",)) -> list[Record]:
    """Somebody for each number, in one of the files."""
    return [Record(key, f"试验{key[-4:]}", file=files[n % len(files)]) for n, key in enumerate(keys)]


few = settings(max_examples=20, deadline=None)
subsets = st.lists(st.sampled_from(KEYS), unique=True)


@few
@given(st.lists(subsets, min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_whoever_comes_goes_or_moves_nobody_elses_id_changes(
    design: Design, sent: list[list[str]], random: Random
) -> None:
    nights, known = Nights(design), dict[str, str | None]()
    for keys in sent:
        files = [f"{random.randint(1, 3)}.xlsx" for _ in range(2)]
        ids = nights.night(*people(keys, files))
        assert len({*ids}) == len(keys)
        assert None not in ids
        for key, person in zip(keys, ids, strict=True):
            assert known.setdefault(key, person) == person
    assert nights.memory["own"].n_unique() == nights.memory.height == len(known)


@few
@given(subsets, st.randoms(use_true_random=False))
def test_a_night_that_brings_nothing_new_leaves_the_memory_as_it_is(
    design: Design, keys: list[str], random: Random
) -> None:
    nights = Nights(design)
    nights.night(*people(keys))
    before = nights.memory
    nights.night(*random.sample(people(keys, ("二.xlsx", "三.xlsx")), len(keys)))
    assert nights.memory.equals(before)


@few
@given(
    st.lists(st.lists(st.tuples(st.sampled_from(KEYS), st.integers(0, 3)), unique_by=lambda one: one[0]), max_size=5)
)
def test_however_people_are_joined_and_parted_no_two_share_an_id(
    design: Design, sent: list[list[tuple[str, int]]]
) -> None:
    nights, own = Nights(design), dict[str, str]()
    for joined in sent:
        records = [Record(key, group=group) for key, group in joined]
        ids = nights.night(*records)
        together = {(one.group, person) for one, person in zip(records, ids, strict=True)}
        assert len(together) == len({group for group, _ in together}) == len({person for _, person in together})
        before = nights.memory
        assert nights.night(*reversed(records)) == ids[::-1]
        assert nights.memory.equals(before)
        for key, allotted, person in before.select("key", "own", "person").rows():
            assert own.setdefault(key, allotted) == allotted  # an id is never given to another key
            assert person <= allotted
    assert len({*own.values()}) == len(own)


def test_ids_say_where_somebody_was_first_met_in_no_order_and_nothing_of_the_number(design: Design) -> None:
    other = [identity("19630303", order) for order in range(500, 512)]
    assert Nights(design).night(*people(KEYS)) == Nights(design).night(*people(other))
    ids = Nights(design).night(*people(KEYS))
    assert sorted(ids) == [f"P{number:07}" for number in range(1, 13)]
    assert ids != sorted(ids)


def test_two_numbers_of_one_person_share_the_older_id(nights: Nights) -> None:
    (first,) = nights.night(Record(A))
    (second,) = nights.night(Record(B))
    assert nights.night(Record(A, group=1), Record(B, group=1)) == [first, first]
    assert nights.night(Record(B)) == [first]  # the record of the other number is gone
    assert nights.night(Record(A), Record(B)) == [first, second]  # they are two after all
    assert nights.night(Record(B)) == [second]
    (third,) = nights.night(Record(C))
    assert third not in (first, second)


def test_who_was_met_as_one_gets_an_id_when_parted(nights: Nights) -> None:
    first, same = nights.night(Record(A, group=1), Record(B, group=1))
    assert first == same
    parted = nights.night(Record(A), Record(B))
    assert len({*parted}) == 2
    assert first in parted


def test_everybody_who_was_merged_goes_along_when_the_person_is_merged_again(nights: Nights) -> None:
    (first,) = nights.night(Record(D))
    nights.night(Record(A, group=1), Record(B, group=1))
    assert nights.night(Record(A, group=1), Record(D, group=1)) == [first, first]
    assert nights.night(Record(B)) == [first]


def test_a_changed_number_keeps_the_id(nights: Nights) -> None:
    (first,) = nights.night(Record(A))
    assert nights.night(Record(C), changes={A: B, B: C}) == [first]
    assert nights.night(Record(C)) == [first]  # remembered, whatever becomes of the table
    assert nights.night(Record(A), changes={A: B, B: C}) == [first]  # a village that still sends the old one


def test_a_changed_number_that_was_met_before_the_table_takes_the_older_id(nights: Nights) -> None:
    (first,) = nights.night(Record(A))
    (later,) = nights.night(Record(B))
    assert later != first
    assert nights.night(Record(B), changes={A: B}) == [first]


def test_two_whom_the_table_would_join_but_who_both_stand_there_stay_two(nights: Nights) -> None:
    first, second = nights.night(Record(A), Record(B))
    assert nights.night(Record(A), Record(B, name="试验乙"), changes={A: B}) == [first, second]


def test_nobody_without_a_number_has_an_id_but_by_a_link(nights: Nights) -> None:
    assert nights.night(Record(None)) == [None]
    assert nights.memory.is_empty()
    first, same = nights.night(Record(None, group=1), Record(A, group=1))
    assert first is not None
    assert first == same


def test_of_two_names_under_one_number_the_known_one_keeps_the_id(nights: Nights) -> None:
    assert nights.night(Record(A, "试验甲"), Record(A, "试验乙")) == [None, None]
    (first,) = nights.night(Record(A, "试验甲"))
    assert nights.night(Record(A, "试验乙"), Record(A, "试验甲")) == [None, first]
    assert nights.night(Record(A, "试验丙"), Record(A, "试验丁")) == [None, None]
    assert nights.night(Record(A, "试验甲")) == [first]


def test_what_was_superseded_is_of_whoever_has_its_number(nights: Nights) -> None:
    (first,) = nights.night(Record(A))
    gone = Record(A, "试验旧名", status="superseded")
    assert nights.night(gone, Record(A)) == [first, first]
    assert nights.night(gone, Record(B, status="superseded")) == [first, None]


def test_next_year_goes_on_where_this_one_ended(nights: Nights, design: Design) -> None:
    first, second = nights.night(Record(A), Record(B))
    year = Nights(design, nights.memory)
    third, again = year.night(Record(C, file="明年.xlsx"), Record(B, file="明年.xlsx"))
    assert again == second
    assert third not in (first, second)
