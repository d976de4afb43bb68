"""How it is told that two records are of one person: what is compared, which records are, and what follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

OTHER = "other_"
"""Stands before the names of the second record's variables."""


class Verdict(StrEnum):
    """What a rule says of a pair of records."""

    SAME = "same"
    """One person, without asking."""
    DIFFERENT = "different"
    """Two persons, without asking."""
    POSSIBLE = "possible"
    """People are asked."""


class Making(StrEnum):
    """How the program makes a feature of a variable."""

    SOUND = "sound"
    """A name as it is spoken."""
    CURRENT = "current"
    """The number that counts today, in place of one that was changed."""


class Distance(StrEnum):
    """How the program measures how far two texts are apart."""

    EDITS = "edits"
    """Characters that are changed, left out, added, or swapped with the next."""
    UNLIKE = "unlike"
    """0 where they are equal, 100 where they have no character in common."""


@dataclass(frozen=True, slots=True)
class MatchFeature:
    """A variable of a record that only matching needs: by SQL, or made of another variable by the program."""

    name: str
    unit: str
    label: str
    sql: str | None = None
    of: str | None = None
    how: Making | None = None
    fold: Mapping[str, str] | None = None
    """Parts of a syllable that sound alike where the survey is made, such as ``zh`` for ``z``."""


@dataclass(frozen=True, slots=True)
class MatchMeasure:
    """How far two records of a pair are apart in some variable."""

    name: str
    unit: str
    how: Distance
    of: tuple[str, ...]
    """Variables; of several, the least distance counts."""


@dataclass(frozen=True, slots=True)
class MatchBlock:
    """Records that are compared with each other: those that share a value. All others are not looked at."""

    id: str
    unit: str
    by: tuple[str, ...]
    """SQL over one record, giving texts; records share a block where any of their values are equal."""
    most: int
    """In a larger block, each record is compared with so many neighbours only."""


@dataclass(frozen=True, slots=True)
class MatchRule:
    """What follows when something holds of a pair. The first rule that holds decides."""

    id: str
    unit: str
    verdict: Verdict
    when: str
    """SQL over features, measures and variables; those of the second record begin with ``other_``. It is tried with
    each record as the first."""
    reason: str
    source: str
    mark: str = ""
    holds: tuple[Mapping[str, Any], ...] = ()
    fails: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Compared:
    """The items that people are shown when they are asked about a pair."""

    unit: str
    items: tuple[str, ...]
    """Those that they rely on: when one changes, they are asked again."""
    besides: tuple[str, ...] = ()
    """Those that tell nothing of who somebody is, and may change as the decision asks for it."""


@dataclass(frozen=True, slots=True)
class Matching:
    """Everything that tells whether two records of a unit are of one person."""

    features: tuple[MatchFeature, ...] = ()
    measures: tuple[MatchMeasure, ...] = ()
    blocks: tuple[MatchBlock, ...] = ()
    rules: tuple[MatchRule, ...] = ()
    compared: tuple[Compared, ...] = ()

    def of(self, unit: str) -> "Matching":
        """What is said of one unit."""
        return Matching(
            tuple(feature for feature in self.features if feature.unit == unit),
            tuple(measure for measure in self.measures if measure.unit == unit),
            tuple(block for block in self.blocks if block.unit == unit),
            tuple(rule for rule in self.rules if rule.unit == unit),
            tuple(compared for compared in self.compared if compared.unit == unit),
        )

    @property
    def items(self) -> tuple[str, ...]:
        """The items that people are shown."""
        return tuple(dict.fromkeys(i for compared in self.compared for i in (*compared.items, *compared.besides)))

    @property
    def relied_on(self) -> tuple[str, ...]:
        """The items that a decision stands on."""
        return tuple(dict.fromkeys(item for compared in self.compared for item in compared.items))
