"""How well matching has done, where it is known whose each record is."""

from dataclasses import dataclass

import polars as pl

from bishan_survey import frames
from bishan_survey.model import Batch, Verdict

_PAIR = ("one", "other")


@dataclass(frozen=True)
class Score:
    """Counts of pairs of records."""

    true: int
    """Of one person."""
    merged: int
    merged_true: int
    asked: int
    asked_true: int
    """Of one person, and not merged without asking."""

    @property
    def precision(self) -> float:
        """Share of what was merged that is of one person."""
        return self.merged_true / self.merged

    @property
    def recall(self) -> float:
        """Share of what is of one person that was merged or asked about."""
        return (self.merged_true + self.asked_true) / self.true

    @property
    def through_questions(self) -> float:
        """Share of what is of one person that was only asked about."""
        return self.asked_true / self.true


def score(merged: pl.DataFrame, asked: pl.DataFrame, labels: pl.DataFrame) -> Score:
    """Count.

    Args:
        merged: ``record`` and the ``group`` that it was put into.
        asked: pairs of records, ``one`` and ``other``.
        labels: whose (``person``) each ``record`` is.
    """
    of_group, of_person = _pairs(merged, "group"), _pairs(labels, "person")
    questions = asked.select(pl.min_horizontal(*_PAIR).alias("one"), pl.max_horizontal(*_PAIR).alias("other")).unique()
    both = list(_PAIR)
    return Score(
        true=of_person.height,
        merged=of_group.height,
        merged_true=of_group.join(of_person, on=both, how="semi").height,
        asked=questions.height,
        asked_true=questions.join(of_person, on=both, how="semi").join(of_group, on=both, how="anti").height,
    )


def _pairs(records: pl.DataFrame, by: str) -> pl.DataFrame:
    met = records.filter(pl.len().over(by) > 1).select(by, one="record")
    return met.join(met.rename({"one": "other"}), on=by).filter(pl.col("one") < pl.col("other")).select(*_PAIR)


def told(batch: Batch, labels: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What a batch that was deduplicated says: records merged, and pairs asked about, by the ``record`` of labels."""
    place = [*frames.PLACE]
    merged = batch.links.join(labels, on=place).select("record", "group")
    asked = batch.pairs.filter(verdict=Verdict.POSSIBLE.value)
    for side in _PAIR:
        known = labels.select(*(pl.col(name).alias(f"{side}_{name}") for name in place), pl.col("record").alias(side))
        asked = asked.join(known, on=[f"{side}_{name}" for name in place])
    return merged, asked.select(*_PAIR)
