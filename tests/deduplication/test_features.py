"""What only matching needs to know: names as they are spoken, numbers that count today, distances."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bishan_survey.deduplication.features import distances, with_features
from bishan_survey.model import Design, Distance, Making, MatchFeature, MatchMeasure

_PLAIN = MatchFeature("made", "person", "试验", of="text", how=Making.SOUND)


@pytest.fixture(scope="session")
def sound(design: Design) -> MatchFeature:
    """The feature that the definitions have, with the dialect's folds."""
    return next(feature for feature in design.matching.features if feature.how is Making.SOUND)


def made(texts: list[str | None], feature: MatchFeature, changes: dict[str, str] | None = None) -> list[str | None]:
    column = pl.DataFrame({str(feature.of): texts}, schema={str(feature.of): pl.String()})
    return with_features(column, [feature], changes or {})[feature.name].to_list()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("张翊", "张yi"),
        ("张翊", "张 YI"),
        ("张伟", "章炜"),
        ("欧阳明", "欧阳·明"),
        ("刘强", "劉強"),
        ("王㛃", "王洁"),
        ("吴喆", "吴哲"),
        ("𬭚", "𬭚 "),
    ],
)
def test_names_that_sound_alike(one: str, other: str) -> None:
    first, second = made([one, other], _PLAIN)
    assert first == second
    assert first


@pytest.mark.parametrize(
    ("one", "other"),
    [("张生", "张森"), ("周兰", "周南"), ("李晶", "李今"), ("陈峥", "陈臻"), ("史春", "史村")],
)
def test_what_the_dialect_does_not_tell_apart(sound: MatchFeature, one: str, other: str) -> None:
    assert made([one], sound) == made([other], sound)
    plain = [made([name], _PLAIN) for name in (one, other)]
    assert plain[0] != plain[1]


@pytest.mark.parametrize(("one", "other"), [("张伟", "张强"), ("李军", "李军军"), ("王一", "王二")])
def test_other_names_sound_otherwise(sound: MatchFeature, one: str, other: str) -> None:
    assert made([one], sound) != made([other], sound)


def test_what_nobody_can_say_has_no_sound(sound: MatchFeature) -> None:
    assert made([None, "", " ", "—", "·、"], sound) == [None] * 5


def test_no_name_at_all_is_no_error(sound: MatchFeature) -> None:
    assert made([], sound) == []
    assert made([None, None], sound) == [None, None]


@settings(deadline=None)
@given(st.lists(st.text(max_size=6), max_size=8))
def test_each_name_sounds_the_same_whoever_else_is_there(names: list[str]) -> None:
    assert made([*names], _PLAIN) == [made([name], _PLAIN)[0] for name in names]


_CURRENT = MatchFeature("now", "person", "现在的号码", of="number", how=Making.CURRENT)


@pytest.mark.parametrize(
    ("changes", "now"),
    [
        ({}, ["A", "B", None]),
        ({"A": "B"}, ["B", "B", None]),
        ({"A": "C", "C": "D"}, ["D", "B", None]),
        ({"C": "D", "A": "C", "D": "B"}, ["B", "B", None]),
    ],
)
def test_the_number_that_counts_today(changes: dict[str, str], now: list[str | None]) -> None:
    assert made(["A", "B", None], _CURRENT, changes) == now


@pytest.mark.parametrize("changes", [{"A": "A"}, {"A": "B", "B": "A"}, {"A": "C", "C": "D", "D": "C"}])
def test_numbers_that_are_changed_in_a_circle_end_somewhere(changes: dict[str, str]) -> None:
    assert made(["A"], _CURRENT, changes)[0] in {*changes, *changes.values()}


@pytest.mark.parametrize(
    ("how", "one", "other", "apart"),
    [
        (Distance.EDITS, "1234", "1234", 0),
        (Distance.EDITS, "1234", "1294", 1),
        (Distance.EDITS, "1234", "1324", 1),
        (Distance.EDITS, "1234", "134", 1),
        (Distance.EDITS, "1234", "12334", 1),
        (Distance.EDITS, "1234", "4231", 2),
        (Distance.UNLIKE, "张伟", "张伟", 0),
        (Distance.UNLIKE, "张伟", "张强", 50),
        (Distance.UNLIKE, "张伟", "李军", 100),
        (Distance.EDITS, None, "1", None),
        (Distance.UNLIKE, "张", None, None),
    ],
)
def test_how_far_texts_are_apart(how: Distance, one: str | None, other: str | None, apart: int | None) -> None:
    first, second = (pl.DataFrame({"text": [text]}, schema={"text": pl.String()}) for text in (one, other))
    measure = MatchMeasure("apart", "person", how, ("text",))
    assert distances(first, second, measure).to_list() == [apart]
    assert distances(second, first, measure).to_list() == [apart]


def test_of_several_variables_the_nearest_counts() -> None:
    one = pl.DataFrame({"a": ["1234", None], "b": ["99", "12"]})
    other = pl.DataFrame({"a": ["5678", "5678"], "b": ["98", "13"]})
    assert distances(one, other, MatchMeasure("apart", "person", Distance.EDITS, ("a", "b"))).to_list() == [1, 1]
