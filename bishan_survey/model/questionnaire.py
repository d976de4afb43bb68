"""What is asked: editions of the questionnaire, their sheets, items and code lists, and what is derived of them."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


class Severity(StrEnum):
    """How much a finding weighs."""

    HARD = "hard"
    """The record is held out of the statistics until it is corrected."""
    SOFT = "soft"
    """A question to the village; the record counts."""
    NOTE = "note"
    """For information: nothing has to be done."""
    ACCEPTED = "accepted"
    """People have looked and accepted the value of this record as it is. No definition says so: a correction does."""


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
    asked_anew: tuple[str, ...] = ()
    """Items that the next round's form does not fill in from this one's answers."""
    gone: str | None = None
    """SQL: whom the next round's form does not list any more."""

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
    multiple: bool = False
    """Whether it holds a list of codes, as the answers to a question of several answers do."""
    source: str = ""
