"""Which records are compared: those that share a value, each pair once, and never too many."""

from itertools import combinations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from bishan_survey.deduplication.candidates import candidates
from bishan_survey.model import MatchBlock


def block(*by: str, most: int = 20) -> MatchBlock:
    return MatchBlock("试验", "person", by, most)


def people(**columns: list[str | None]) -> pl.DataFrame:
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String()))


def test_a_pair_stands_there_once_however_it_is_met() -> None:
    met = people(a=["x", "x", "y", None, None], b=["p", "p", "p", "q", None])
    pairs = candidates(met, [block("a"), block("b"), block("a || b")])
    assert pairs.rows() == [(0, 1), (0, 2), (1, 2)]


def test_several_values_of_one_block_meet_each_other() -> None:
    """A number in one column is compared with the same number in another."""
    met = people(number=["1", "2", None], other=["3", "1", "2"])
    assert candidates(met, [block("number", "other")]).rows() == [(0, 1), (1, 2)]


def test_nobody_is_compared_with_themselves() -> None:
    assert candidates(people(a=["1"], b=["1"]), [block("a", "b")]).is_empty()


def test_no_value_is_no_block() -> None:
    assert candidates(people(a=[None, None]), [block("a")]).is_empty()
    assert candidates(people(a=[]), [block("a")]).is_empty()
    assert candidates(people(a=["1", "1"]), []).is_empty()


def test_in_a_large_block_only_neighbours_are_compared() -> None:
    pairs = candidates(people(a=["x"] * 100), [block("a", most=3)])
    assert pairs.rows() == [(n, n + d) for n in range(100) for d in (1, 2, 3) if n + d < 100]


def test_the_work_grows_with_the_records_and_not_with_their_square() -> None:
    counts = [candidates(people(a=["x"] * many), [block("a", most=5)]).height for many in (1_000, 2_000, 4_000)]
    assert counts[1] < 2.01 * counts[0]
    assert counts[2] < 2.01 * counts[1]


@settings(deadline=None)
@given(st.lists(st.sampled_from(["x", "y", "z", None]), max_size=18))
def test_all_who_share_a_value_are_compared_and_no_others(values: list[str | None]) -> None:
    wanted = [(i, j) for i, j in combinations(range(len(values)), 2) if values[i] and values[i] == values[j]]
    assert candidates(people(a=values), [block("a")]).rows() == wanted
