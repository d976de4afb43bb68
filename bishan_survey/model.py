"""The nouns of the toolkit. Read this file first.

Two groups. What is decided before collection: the questionnaire and everything that the definitions in
``templates/`` and ``validators/`` say. And what came in: a batch of records, findings about them, tables made of
them. All are frozen; a stage takes a :class:`Batch` and returns another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    import polars as pl


class Severity(StrEnum):
    """How much a finding weighs."""

    HARD = "hard"
    """The record is held out of the statistics until it is corrected."""
    SOFT = "soft"
    """A question to the village; the record counts."""
    NOTE = "note"
    """For information: nothing has to be done."""


class ValueType(StrEnum):
    """What a cell of an item holds."""

    TEXT = "text"
    CODE = "code"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    CERTIFICATE = "certificate"
    ID_NUMBER = "id_number"
    PHONE = "phone"
    BOOLEAN = "boolean"


# --- decided before collection ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Code:
    """One answer of a code list."""

    code: str
    label: str
    aliases: tuple[str, ...] = ()
    """Other spellings met in real sheets."""
    exclusive: bool = False
    """A "none of these" answer of a multiple item: it stands alone."""


@dataclass(frozen=True)
class CodeList:
    """The admissible answers of an item, in the order of the form."""

    id: str
    codes: tuple[Code, ...]

    @cached_property
    def labels(self) -> dict[str, str]:
        """Label by code."""
        return {c.code: c.label for c in self.codes}


@dataclass(frozen=True, slots=True)
class Item:
    """A question of the form and the variable that its answers go into."""

    name: str
    """The variable: lower_snake_case, the same in every edition."""
    label: str
    type: ValueType
    subject: str
    number: str = ""
    """Number on the form, such as ``R8``."""
    aliases: tuple[str, ...] = ()
    """Other headers under which the column is met."""
    codes: str | None = None
    multiple: bool = False
    asked: str | None = None
    """SQL over other variables: who answers it. ``None``: everybody."""
    required: str | None = None
    """SQL: who, of those asked, must answer; ``"TRUE"`` for all, ``None`` for nobody."""
    min: float | None = None
    max: float | None = None
    identifying: bool = False
    """Tells who the person is: masked wherever people look."""
    help: str = ""
    source: str = ""
    mark: str = ""
    """How sure the definition is: VERIFIED, INFERRED, RECALLED-…, PROPOSED."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A group of items: the first line of a two-level header."""

    id: str
    label: str
    asked: str | None = None


@dataclass(frozen=True)
class Sheet:
    """One worksheet of a form: one unit of observation."""

    unit: str
    """What a row stands for: ``person`` or ``village``."""
    name: str
    title: str
    subjects: tuple[Subject, ...]
    items: tuple[Item, ...]
    key: str
    """Variable that is equal in two records of the same unit."""
    key_item: str
    """Item whose cell is blamed where a unit is met twice."""

    @cached_property
    def by_name(self) -> dict[str, Item]:
        """Item by variable."""
        return {item.name: item for item in self.items}


@dataclass(frozen=True)
class Questionnaire:
    """An edition of the form."""

    edition: str
    title: str
    version: str
    source: str
    sheets: tuple[Sheet, ...]
    lineage: tuple[str, ...]
    """Its own id, then those of the editions that it extends, the nearest first."""

    def sheet(self, unit: str) -> Sheet | None:
        """The sheet of a unit, or ``None`` where the edition has none."""
        return next((s for s in self.sheets if s.unit == unit), None)


@dataclass(frozen=True, slots=True)
class Derived:
    """A variable computed from others, by SQL or as a part of an identity number."""

    name: str
    label: str
    unit: str
    type: ValueType
    sql: str | None = None
    of: str | None = None
    part: str | None = None
    codes: str | None = None
    source: str = ""


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


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table that counts or sums by a condition of its own."""

    label: str
    where: str | None = None
    sum: str | None = None


@dataclass(frozen=True, slots=True)
class TableShell:
    """A table before it is filled: who is in it, what the rows and the columns are, what is counted."""

    id: str
    title: str
    unit: str
    where: str
    """SQL: the universe of the table."""
    universe: str
    """The universe in words."""
    subject: str
    measure: str
    """Unit of the figures: 人, 个, 人次 …"""
    stub: str | None = None
    """Variable of the rows; ``None``: the rows are the areas themselves."""
    head: tuple[str, ...] = ()
    """Variables of the columns, outermost first."""
    columns: tuple[Column, ...] = ()
    """Columns by conditions, instead of `head`."""
    areas: tuple[str, ...] = ("district", "town")
    chart: str | None = None
    notes: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryColumn:
    """A column of a file for another system."""

    header: str
    sql: str
    max_length: int | None = None
    recode: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """A line of a statistical report for another system: one cell of a table, for every area."""

    code: str
    label: str
    table: str
    stub: str = ""
    column: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryProfile:
    """The layout that a receiving system wants."""

    id: str
    title: str
    unit: str
    """``person`` or ``village``: a record a line, by `columns`; ``table``: cells of tables, by `lines`."""
    file_name: str
    sheet_name: str
    source: str
    mark: str
    columns: tuple[DeliveryColumn, ...] = ()
    lines: tuple[DeliveryLine, ...] = ()


@dataclass(frozen=True)
class Design:
    """All definitions together, as loaded from ``templates/`` and ``validators/``."""

    root: Path
    questionnaires: Mapping[str, Questionnaire]
    code_lists: Mapping[str, CodeList]
    derived: tuple[Derived, ...]
    rules: tuple[EditRule, ...]
    implied: Mapping[str, ImpliedText]
    notices: Mapping[str, Notice]
    survivor_rules: tuple[SurvivorRule, ...]
    layout: SheetLayout
    shells: tuple[TableShell, ...]
    profiles: Mapping[str, DeliveryProfile]
    digest: str
    """SHA-256 over the definition files: equal digests, equal definitions."""


# --- what came in ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Survey:
    """The frame of one round: which editions are open, the dates that ages and deadlines are told by."""

    title: str
    editions: tuple[str, ...]
    reference_date: date
    period_start: date
    period_end: date


@dataclass(frozen=True)
class Batch:
    """What the stages hand on. Frames only: no path is opened, nothing is printed, no clock is read.

    ``records`` holds one frame for each (edition, unit): first the address columns ``_file, _sheet, _row,
    _village, _town``, then the variables: text as found in the cells before validation, typed after it. After
    validation ``_status`` says ``accepted``, ``held``; after deduplication also ``duplicate``.
    """

    sources: pl.DataFrame
    """One row for each file: path, hash, what it was recognised as, rows read."""
    columns: pl.DataFrame
    """Which column of which sheet holds which item."""
    records: Mapping[tuple[str, str], pl.DataFrame]
    findings: pl.DataFrame
    normalised: pl.DataFrame
    """What was understood though it was not written as the form asks: address, original, value."""
    not_records: pl.DataFrame
    """Rows that are not records (blank, 合计, notes), with their address and the reason."""
    links: pl.DataFrame
    """Records of one person: which counts, which do not, by which rule."""


@dataclass(frozen=True)
class Table:
    """A filled table. ``cells`` is long: area, stub code, column key, value."""

    shell: TableShell
    stub: tuple[Code, ...]
    """Codes of the rows in order (empty where the rows are areas)."""
    head: tuple[tuple[str, str], ...]
    """Key and label of each column in order, the total first."""
    cells: pl.DataFrame


@dataclass(frozen=True)
class Ledger:
    """Where every row went. ``read`` is the sum of the others, or the run is refused."""

    read: int
    accepted: int
    held: int
    duplicate: int
    not_a_record: int

    @property
    def balanced(self) -> bool:
        """Whether every row read is accounted for exactly once."""
        return self.read == self.accepted + self.held + self.duplicate + self.not_a_record
