"""Which of a village's files is later, by every sign that there may be."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bishan_survey.returns.order import Sent, in_steps, moment


def at(day: int | None) -> datetime | None:
    return None if day is None else datetime(2025, 7, day, tzinfo=UTC)


def sent(file: str, received: int | None, saved: int | None = None, surveyed: int | None = None) -> Sent:
    return Sent(file, at(received), at(saved), None if surveyed is None else date(2025, 7, surveyed))


@pytest.mark.parametrize(
    ("files", "steps"),
    [
        ([sent("a", 2), sent("b", 1)], [["b"], ["a"]]),
        ([sent("a", 1, 2), sent("b", 1, 1)], [["b"], ["a"]]),
        ([sent("a", None, 2), sent("b", None, 1)], [["b"], ["a"]]),
        ([sent("a", 1, None, 2), sent("b", 1, 9, 1)], [["b"], ["a"]]),
        ([sent("a", 1, 2), sent("b", 2, 1)], [["a", "b"]]),  # received and saved contradict each other
        ([sent("a", 1, 1, 9), sent("b", 2, 1, 1)], [["a"], ["b"]]),  # days of survey are asked last
        ([sent("a", 1), sent("b", 1)], [["a", "b"]]),
        ([sent("a", None), sent("b", 1)], [["a", "b"]]),
        ([sent("c", 3), sent("a", 1), sent("b", 1), sent("d", 4)], [["a", "b"], ["c"], ["d"]]),
        (
            [sent("a", 1, 3), sent("b", 2, 4), sent("c", 3, 1)],
            [["a", "b", "c"]],
        ),  # a before b, but c may be before both
    ],
)
def test_the_first_sign_that_tells_them_apart_decides(files: list[Sent], steps: list[list[str]]) -> None:
    assert in_steps(files) == steps


_DAY = st.one_of(st.none(), st.integers(1, 3))


@given(signs=st.lists(st.tuples(_DAY, _DAY, _DAY), max_size=7), seed=st.randoms())
def test_whatever_the_order_of_files(signs: list[tuple[int | None, ...]], seed) -> None:
    files = [sent(str(n), *sign) for n, sign in enumerate(signs)]
    steps = in_steps(files)
    seed.shuffle(files)
    assert in_steps(files) == steps
    assert sorted(file for step in steps for file in step) == sorted(one.file for one in files)


@pytest.mark.parametrize("text", [None, "", "昨天"])
def test_what_is_no_moment(text: str | None) -> None:
    assert moment(text) is None


def test_moments_of_several_zones_compare() -> None:
    assert moment("2025-07-01T10:00:00+08:00") == moment("2025-07-01T02:00:00Z")


def test_a_time_of_no_known_zone_is_no_sign_beside_one_of_a_zone() -> None:
    """One program writes the time of the village, another that of Greenwich."""
    saved = [moment(text) for text in ("2025-07-01T10:00:00", "2025-07-01T03:00:00Z", "2025-07-01T09:00:00")]
    files = [Sent(name, None, time, None) for name, time in zip("abc", saved, strict=True)]
    assert in_steps(files[:2]) == [["a", "b"]]
    assert in_steps([files[0], files[2]]) == [["c"], ["a"]]
