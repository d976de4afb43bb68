"""What is acceptable, how sheets are recognised, and which areas should report."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bishan_survey.model.questionnaire import Severity


@dataclass(frozen=True, slots=True)
class EditRule:
    """A check between answers that is not implied by the questionnaire."""

    id: str
    unit: str
    item: str
    check: str
    """SQL, three-valued: true holds, false fails, null cannot be told."""
    severity: Severity
    message: str
    action: str
    source: str
    mark: str = ""
    editions: tuple[str, ...] = ()
    """Editions it is meant for, with those that extend them; empty: every edition that has its variables."""
    holds: tuple[Mapping[str, Any], ...] = ()
    fails: tuple[Mapping[str, Any], ...] = ()
    unknown: tuple[Mapping[str, Any], ...] = ()
    file: str = ""


@dataclass(frozen=True, slots=True)
class ImpliedText:
    """What is said when a check that follows from the questionnaire itself fails."""

    kind: str
    severity: Severity
    message: str
    action: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What is said about a file, a sheet or a column as a whole, or about a duplicate."""

    id: str
    severity: Severity
    message: str
    action: str


@dataclass(frozen=True, slots=True)
class SurvivorRule:
    """One step in choosing which of several records of a person counts: the first that tells them apart decides."""

    id: str
    prefer: str
    """SQL; the greater value wins, null loses. Besides the variables it may use ``accepted`` (no hard finding),
    ``answered`` (number of items filled) and ``repeats_earlier`` (the same answers stand earlier in the village)."""
    reason: str


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """How to tell headers, totals and remarks from records in a village's sheet."""

    id: str
    header_rows: int
    header_lines: int
    header_hits: int
    total_words: tuple[str, ...]
    remark_words: tuple[str, ...]
    prefilled: tuple[str, ...]
    identifying_variables: tuple[str, ...]
    identifying_length: int
    header_noise: tuple[str, ...]
    village_suffixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Village:
    """A 村（社区） that should report."""

    code: str
    name: str
    town_code: str
    town: str


@dataclass(frozen=True)
class AreaFrame:
    """The 镇街 and 村（社区） that should report, and the older names they go by."""

    district_code: str
    district: str
    villages: tuple[Village, ...]
    former_names: tuple[tuple[str, str, str], ...] = ()
    """(镇街 code, older name, present village code)."""

    @cached_property
    def by_code(self) -> dict[str, Village]:
        """Village by its 12-digit code."""
        return {v.code: v for v in self.villages}

    @cached_property
    def towns(self) -> dict[str, str]:
        """Name of each 镇街 by its 9-digit code."""
        return {v.town_code: v.town for v in self.villages}
