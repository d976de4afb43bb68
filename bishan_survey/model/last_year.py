"""Last year's round beside this year's: what may be said of both, and what came of comparing them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bishan_survey.model.questionnaire import Severity

if TYPE_CHECKING:
    import polars as pl

LAST = "last_"
"""Stands before the names of last year's variables."""
LAST_VALUE = "{last}"
"""What a message says in place of last year's answer to the rule's item."""
PERSON = "person"
"""The unit that is followed from year to year."""


@dataclass(frozen=True, slots=True)
class TimeRule:
    """A check between what somebody answers this year and what they answered last year."""

    id: str
    unit: str
    item: str
    """The item of this year whose cell is blamed."""
    check: str
    """SQL, three-valued, over this year's variables and last year's, whose names begin with ``last_``."""
    severity: Severity
    message: str
    """What is said; ``{last}`` stands for last year's answer to the item."""
    action: str
    source: str
    mark: str = ""
    holds: tuple[Mapping[str, Any], ...] = ()
    fails: tuple[Mapping[str, Any], ...] = ()
    unknown: tuple[Mapping[str, Any], ...] = ()
    file: str = ""


@dataclass(frozen=True, slots=True)
class NotCompared:
    """Items in which a difference from last year tells nothing."""

    unit: str
    items: tuple[str, ...]
    reason: str


class Turnover(StrEnum):
    """What comparing two years gives for a record that stands in either."""

    MATCHED = "matched"
    """The person stands in both years, once in each."""
    NEW = "new"
    """Nobody of this number was there last year."""
    UNLISTED = "unlisted"
    """So it seems, but of the village nobody at all is known from last year."""
    GONE = "gone"
    """Nobody of this number is there any more."""
    WAITING = "waiting"
    """Not there so far: the village has not reported."""
    LEFT = "left"
    """Not expected any more: dead or moved away already last year."""
    DOUBTFUL = "doubtful"
    """Several standing records bear the number in one of the years."""
    UNNUMBERED = "unnumbered"
    """The number cannot be used, so nobody is sought by it."""


class Difference(StrEnum):
    """How an answer differs from last year's."""

    CHANGED = "changed"
    ANSWERED = "answered"
    """Nothing was answered last year."""
    EMPTIED = "emptied"
    """Nothing is answered any more."""
    RECODED = "recoded"
    """Last year's code has no counterpart in today's code book, so nothing can be said."""


@dataclass(frozen=True)
class LastYear:
    """Last year's persons, however they came."""

    persons: pl.DataFrame
    """Typed records that stood in the end: address, ``_status``, the variables that today's definitions know."""
    columns: pl.DataFrame
    """Which column of which of last year's sheets held which item."""
    problems: pl.DataFrame
    """Findings about the files, the villages and the numbers."""
    books_known: bool
    """Whether it is known what each code meant last year."""


@dataclass(frozen=True)
class OverTime:
    """Two years side by side. Frames only."""

    persons: pl.DataFrame
    """Every standing record of either year, and what became of it."""
    changes: pl.DataFrame
    """Every answer that differs."""
    items: pl.DataFrame
    """How many answers were compared and how many differ, by 镇街 and item."""
    problems: pl.DataFrame
    """Findings about last year's files."""
    books_known: bool
