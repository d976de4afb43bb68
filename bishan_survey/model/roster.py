"""The roster (底册): who should be surveyed; how returns are compared with it, and what came of that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class RosterPolicy:
    """How findings about the roster are told, and until when a certificate is valid."""

    each_at_most: int
    """Of more persons of a village than this one finding tells, not one for each."""
    valid_until: str
    """SQL over a person's variables: the last day on which the certificate is valid."""
    source: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class RosterCount:
    """A number of persons that is told of every area."""

    id: str
    label: str
    where: str
    """SQL over the rows of the comparison."""


@dataclass(frozen=True, slots=True)
class RosterRate:
    """A rate that is told of every area, with its definition beside it."""

    id: str
    label: str
    numerator: str
    denominator: str
    """SQL over the rows of the comparison, both of them."""
    definition: str
    """Both in words: it is printed wherever the rate is."""
    source: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Expiry:
    """A group of certificates that expire soon or have expired; the first that a certificate falls under counts."""

    id: str
    label: str
    where: str
    """SQL over ``valid_until`` and ``reference_date``."""
    source: str
    mark: str = ""


@dataclass(frozen=True)
class RosterDesign:
    """All that the definitions say of the roster."""

    policy: RosterPolicy
    counts: tuple[RosterCount, ...]
    rates: tuple[RosterRate, ...]
    expiries: tuple[Expiry, ...]


@dataclass(frozen=True)
class Roster:
    """A roster as it was read, whatever its layout."""

    rows: pl.DataFrame
    """Every row of it."""
    problems: pl.DataFrame
    """Findings about its files and rows; they are the office's to mend, no village's."""
    files: int
    unusable: int


@dataclass(frozen=True)
class RosterCheck:
    """What came of comparing returns with the roster."""

    rows: pl.DataFrame
    """Every row of the roster, and every record that is not in it."""
    figures: pl.DataFrame
    """Counts and rates of every area; empty if there is nobody in the roster to compare with."""
    certificates: pl.DataFrame
    """Persons whose certificates expire; told without a roster too."""
    roster: Roster | None
    """``None``: the workspace has none."""
