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
    unread: str = ""
    """What is not read at all because of it, in Chinese; empty: nothing is lost."""
    cause: str = ""
    """How it usually comes about."""


@dataclass(frozen=True, slots=True)
class SurvivorRule:
    """One step in choosing which of several records of a person counts: the first that tells them apart decides."""

    id: str
    prefer: str
    """SQL; the greater value wins, null loses. Besides the variables it may use the facts of a survivor."""
    reason: str


SURVIVOR_FACTS: Mapping[str, str] = {
    "accepted": "no hard finding",
    "answered": "number of items filled",
    "decided": "what the district says: 2 this record stands, 1 nothing, 0 another one does",
    "repeats_earlier": "the same answers stand earlier in the village",
    "in_roster_village": "it is the village that the roster says, in a workspace with a roster",
}
"""What survivor rules may use besides variables."""


@dataclass(frozen=True, slots=True)
class ReturnsPolicy:
    """When a later file of a village takes the place of its earlier one."""

    supplement_share: float
    """It must have at least this share (0 to 1) of the earlier one's units; with fewer it only adds to it (补报)."""


@dataclass(frozen=True, slots=True)
class LifecyclePolicy:
    """How findings are followed from night to night, and when a rule itself is suspected."""

    known_by: tuple[str, ...]
    """Items by which somebody is recognised whose number cannot be used."""
    share: float
    """A rule that fails on more than this share (0 to 1) of the answers to its item …"""
    towns: int
    """… in at least so many towns is suspected itself, before any village is asked;"""
    records: int
    """towns with fewer answers to the item tell nothing."""
    message: str
    """What the statistician is told of it; may name rule, label, towns, share, failed and whole."""


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """How to tell headers, totals and remarks from records in a village's sheet. Its words: ``templates/layouts/``."""

    id: str
    header_rows: int
    header_lines: int
    header_hits: int
    header_noise: tuple[str, ...]
    similarity_read: float
    """From this likeness on (0 to 100) an unknown header is read as the item that it is like."""
    similarity_asked: float
    """From this likeness on people are asked whether it is that item."""
    similarity_margin: float
    """By so much the next item must be less alike."""
    other_people: tuple[str, ...]
    total_words: tuple[str, ...]
    remark_words: tuple[str, ...]
    zero_words: tuple[str, ...]
    prefilled: tuple[str, ...]
    filled_down: tuple[str, ...]
    identifying_variables: tuple[str, ...]
    identifying_length: int
    village_suffixes: tuple[str, ...]
    village_codes: tuple[str, ...]
    """Headers of a roster's column of villages' codes."""
    zero_unless: tuple[str, ...] = ()
    """A text that says one of these besides declares nothing."""
    who: tuple[str, ...] = ()
    """Items that tell who a person is: where two columns may hold one, none is read but the one that surely does."""
    own_people: tuple[str, ...] = ()
    """Words by which a header says that it is the person's own name or number, and nobody else's."""
    before_village: tuple[str, ...] = ()
    """Words after which a village's name begins, as in ``2025年大旺社区``."""


@dataclass(frozen=True, slots=True)
class Compound:
    """Several items written in one cell, such as ``肢体二级``."""

    id: str
    items: tuple[str, ...]
    """Coded items in the order in which they are written: the whole, then its degree."""
    headers: tuple[str, ...]
    """Headers of columns that hold them together; they are also taken apart in the items' own columns."""
    details: str | None = None
    """Item of several answers that takes what is listed in brackets: ``多重（肢体二级、言语四级）``."""


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
