"""Lists of other departments, and the indicators that are computed of them and of the survey."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bishan_survey.model.questionnaire import ValueType

if TYPE_CHECKING:
    import polars as pl

NUMBER_TYPES = (ValueType.CERTIFICATE, ValueType.ID_NUMBER)
"""Types of the columns of a list by which people are known."""


@dataclass(frozen=True, slots=True)
class ListColumn:
    """A column that is read of a department's list; a list may have any others besides."""

    name: str
    """Its variable. Those that hold an identity number are known by their type; ``name`` is the person's name and
    ``town`` the 镇街, if the list has them."""
    label: str
    type: ValueType
    aliases: tuple[str, ...] = ()
    """Other headers under which it is met. None is read by likeness."""
    required: bool = False
    """Without it the list cannot be used."""


@dataclass(frozen=True, slots=True)
class DepartmentList:
    """A list that a department keeps: what a row of it is, and how its columns are called."""

    id: str
    """Also the name of its folder below ``registers/`` in a workspace."""
    title: str
    department: str
    variable: str
    """Variable of persons and households that says whether they are in the list; also the unit of its rows."""
    row: str
    """What a row stands for, in words."""
    columns: tuple[ListColumn, ...]
    source: str
    mark: str = ""
    where: str | None = None
    """SQL over its columns and the dates of the survey: which rows count."""
    same: tuple[str, ...] = ()
    """Columns that tell rows of one person apart: two rows that agree in the number and in all of these are one."""
    household: bool = False
    """Whether a row is of a household: it may then bear the number of the head."""
    survey: str | None = None
    """SQL over a person's variables: the survey's own answer to the same question."""

    @property
    def numbers(self) -> tuple[ListColumn, ...]:
        """The columns by which people are known, the preferred one first."""
        return tuple(column for column in self.columns if column.type in NUMBER_TYPES)


class RowStatus(StrEnum):
    """What became of a row of a department's list."""

    MATCHED = "matched"
    HELD = "held"
    """The person's record does not count as long as it is held."""
    UNSURVEYED = "unsurveyed"
    OUTSIDE = "outside"
    """Of another district, as the list itself says."""
    UNCLEAR = "unclear"
    """Its number stands beside other names as well, or is an old one: the name must agree, and does not."""
    UNREADABLE = "unreadable"
    REPEATED = "repeated"
    NOT_COUNTED = "not_counted"
    """The list says that it does not count, or what decides on that cannot be read."""


@dataclass(frozen=True)
class ListRead:
    """A department's list as it was read, before it is compared with anybody."""

    list: DepartmentList
    rows: pl.DataFrame
    """Its rows: place, cell of the number, the columns as values, and the ``key`` by which people are known."""
    problems: pl.DataFrame
    """What could not be read of it: file, sheet, cell, in words."""
    files: int
    unusable: int

    @property
    def usable(self) -> bool:
        """Whether anything of it can be used."""
        return self.files > self.unusable


@dataclass(frozen=True)
class ListCheck:
    """A department's list beside the survey."""

    read: ListRead
    rows: pl.DataFrame
    """Every row with its status, and the place of the record that it is matched with."""
    answers: pl.DataFrame
    """Every person that counts: what the survey says, and whether the person is in the list."""


class Measure(StrEnum):
    """How an indicator is made of its two numbers."""

    SHARE = "share"
    """Numerator ÷ denominator, in per cent; the numerator is counted among those of the denominator."""
    SUM = "sum"
    """The numerator alone, summed up."""
    GROWTH = "growth"
    """Compound growth a year, in per cent, of numerator ÷ denominator from the first year of a list to its last."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way of computing an indicator. The first whose variables are there is gone."""

    id: str
    numerator: str
    """SQL over the variables of the unit: a truth value or, for sums and growth, a number."""
    definition: str
    """Both numbers in words: it is printed wherever the indicator is."""
    source: str
    denominator: str | None = None
    unit: str = "person"
    """``person``, ``household``, or the variable of a list: its rows."""
    where: str | None = None
    """SQL: of whom the indicator speaks at all."""
    year: str | None = None
    """Column of the year, for growth."""
    compared: bool = True
    """Whether it may be compared with the target."""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator of the district's plan, with its target. Where sources disagree there are several of one number."""

    id: str
    number: int
    title: str
    measure: Measure
    unit: str
    """Unit of the value: ％, 人次."""
    target: str
    """In words, as the plan has it."""
    binding: bool
    """Whether it is 约束性 (or else 预期性)."""
    better: str
    """``up`` or ``down``: in which direction it improves."""
    ways: tuple[Way, ...]
    source: str
    variant: str = ""
    """Which of the published definitions, where there are several."""
    reached: str | None = None
    """SQL over ``value``: whether the target is reached; ``None`` where the target is no number."""

    @property
    def name(self) -> str:
        """Its title, with the definition where there are several."""
        return f"{self.title}（{self.variant}）" if self.variant else self.title


@dataclass(frozen=True)
class Indicators:
    """The indicators of a round."""

    figures: pl.DataFrame
    """Both numbers and the value for the district and every 镇街, by the way that was gone."""
    records: pl.DataFrame
    """Which records they are made of, and what each adds."""
    gone: Mapping[str, str]
    """Id of the way by which each indicator was computed."""
    reasons: Mapping[str, str]
    """Why an indicator cannot be computed."""
    remarks: Mapping[str, str]
    """What must be known of an indicator's figures."""


@dataclass(frozen=True)
class Departments:
    """What departments' lists say of the round, and the indicators of both."""

    lists: tuple[ListRead, ...]
    """Every list that there are files of, also those that cannot be read."""
    checks: tuple[ListCheck, ...]
    """Those that can, beside the survey."""
    indicators: Indicators
