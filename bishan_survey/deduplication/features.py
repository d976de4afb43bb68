"""What only matching needs to know of a record, and how far two records are apart.

Facts only: which of them make one person is for the rules in ``validators/matching.toml`` to say.
"""

from collections.abc import Callable, Mapping, Sequence

import polars as pl
from pypinyin import lazy_pinyin
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from bishan_survey.changes import Changes, today
from bishan_survey.design import compile_sql
from bishan_survey.model import Distance, Making, MatchFeature, MatchMeasure


def with_features(people: pl.DataFrame, features: Sequence[MatchFeature], changes: Changes) -> pl.DataFrame:
    """Add the features, each made of the columns before it."""
    for feature in features:
        if feature.sql:
            made = compile_sql(feature.sql)
        else:
            made = pl.lit(_MADE[Making(str(feature.how))](people[str(feature.of)], feature, changes))
        people = people.with_columns(made.alias(feature.name))
    return people


def _sound(names: pl.Series, feature: MatchFeature, _: Changes) -> pl.Series:
    """A name as it is spoken: syllables without tones, so that a wrong or simpler character makes no difference.

    What is no Chinese character stands as it is, in small letters: ``张yi`` sounds as ``张翊`` does. Blanks and
    marks, and what nobody can say, are left out.
    """
    distinct = names.drop_nulls().unique()
    spoken = {character: _syllable(character, feature.fold or {}) for character in set("".join(distinct))}
    sounds = ["".join(spoken[character] for character in name) or None for name in distinct]
    return names.replace_strict(distinct, pl.Series(sounds, dtype=pl.String), default=None, return_dtype=pl.String)


def _syllable(character: str, fold: Mapping[str, str]) -> str:
    if not character.isalnum():
        return ""
    syllable = lazy_pinyin(character)[0].lower()
    for written, spoken in fold.items():
        if written.startswith("-"):
            ending = written.removeprefix("-")
            syllable = syllable.removesuffix(ending) + spoken if syllable.endswith(ending) else syllable
        elif syllable.startswith(written):
            syllable = spoken + syllable.removeprefix(written)
    return syllable


def _current(numbers: pl.Series, _: MatchFeature, changes: Changes) -> pl.Series:
    """The number that counts today, where a number was changed (more than once, perhaps)."""
    return numbers.replace(today(changes))


_MADE: Mapping[Making, Callable[[pl.Series, MatchFeature, Changes], pl.Series]] = {
    Making.SOUND: _sound,
    Making.CURRENT: _current,
}


def distances(one: pl.DataFrame, other: pl.DataFrame, measure: MatchMeasure) -> pl.Series:
    """How far the records of each pair are apart; null where there is nothing to compare."""
    columns = [_column(one[name], other[name], _MEASURED[measure.how]) for name in measure.of]
    return pl.select(pl.min_horizontal(*columns)).to_series().alias(measure.name)


def _column(one: pl.Series, other: pl.Series, measured: Callable[[str, str], float]) -> pl.Series:
    pairs = zip(one, other, strict=True)
    return pl.Series([None if a is None or b is None else int(measured(a, b)) for a, b in pairs], dtype=pl.Int64)


def _unlike(one: str, other: str) -> float:
    """0 where two texts are equal, 100 where they have no character in common."""
    return 100 - fuzz.ratio(one, other)


_MEASURED: Mapping[Distance, Callable[[str, str], float]] = {Distance.EDITS: OSA.distance, Distance.UNLIKE: _unlike}
