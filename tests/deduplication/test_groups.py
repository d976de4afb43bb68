"""Records brought together through others, and what is given up when that would make one person of two."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bishan_survey.deduplication.groups import components, without_contradictions

_POSITION = {"one": pl.UInt32(), "other": pl.UInt32()}


def judged(*pairs: tuple[int, int, str, bool]) -> pl.DataFrame:
    schema = _POSITION | {"verdict": pl.String(), "keyed": pl.Boolean()}
    undecided = pl.lit(None, dtype=pl.String)
    return pl.DataFrame(pairs, schema=schema, orient="row").with_columns(decision=undecided)


def told(*pairs: tuple[int, int, str, bool]) -> list[tuple[str, bool]]:
    return without_contradictions(judged(*pairs)).select("verdict", "contradicted").rows()


@pytest.mark.parametrize(
    ("pairs", "group"),
    [
        ([], {}),
        ([(0, 1)], {0: 0, 1: 0}),
        ([(3, 4), (1, 2), (2, 3)], {1: 1, 2: 1, 3: 1, 4: 1}),
        ([(0, 9), (1, 8), (8, 9)], {0: 0, 1: 0, 8: 0, 9: 0}),
        ([(0, 1), (2, 3)], {0: 0, 1: 0, 2: 2, 3: 2}),
    ],
)
def test_whoever_is_linked_stands_together(pairs: list[tuple[int, int]], group: dict[int, int]) -> None:
    assert components(pl.DataFrame(pairs, schema=_POSITION, orient="row")) == group


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=20), st.randoms())
def test_groups_do_not_depend_on_the_order_of_pairs(pairs: list[tuple[int, int]], draw) -> None:
    first = components(pl.DataFrame(pairs, schema=_POSITION, orient="row"))
    draw.shuffle(pairs)
    assert components(pl.DataFrame(pairs, schema=_POSITION, orient="row")) == first
    assert all(group <= one and first[group] == group for one, group in first.items())


def test_what_agrees_stays_as_it_is() -> None:
    assert told((0, 1, "same", True), (1, 2, "same", False), (0, 2, "possible", False), (2, 3, "different", False)) == [
        ("same", False),
        ("same", False),
        ("possible", False),
        ("different", False),
    ]


def test_links_that_would_join_two_persons_are_asked_about() -> None:
    assert told((0, 1, "same", False), (1, 2, "same", False), (0, 2, "different", False), (5, 6, "same", False)) == [
        ("possible", True),
        ("possible", True),
        ("different", False),
        ("same", False),
    ]


def test_equal_keys_are_given_up_last() -> None:
    assert told((0, 1, "same", True), (1, 2, "same", False), (0, 2, "different", False)) == [
        ("same", False),
        ("possible", True),
        ("different", False),
    ]


def test_two_of_one_key_who_may_be_two_persons_are_not_joined_by_a_third() -> None:
    """A number was copied into a neighbour's row; its owner moved, and the new village's record is like both."""
    assert told((0, 1, "possible", True), (0, 2, "same", True), (1, 2, "same", True)) == [
        ("possible", False),
        ("possible", True),
        ("possible", True),
    ]
