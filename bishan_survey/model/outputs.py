"""What is published: groupings and table shells."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Grouping:
    """A unit of count that is a group of records, as a household is of persons. Its variables are aggregates."""

    unit: str
    label: str
    of: str
    """Unit of the records that are its members."""
    key: str
    """Variable that is equal in all members; a record without it is in no group."""
    order: str
    """Variable by which the first member is told: the group stands in that one's village."""
    where: str
    """SQL: which records are members of groups."""
    source: str


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
    beside: bool = False
    """Whether these stand side by side below one total, instead of the inner ones below the outer ones."""
    columns: tuple[Column, ...] = ()
    """Columns by conditions, instead of `head`."""
    areas: tuple[str, ...] = ("district", "town")
    public: bool = False
    """Whether the public edition has it."""
    about_people: bool = True
    """Whether it tells of people, whom the public edition protects; not of what villages have, say."""
    chart: str | None = None
    notes: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class DisclosurePolicy:
    """What the public edition must not tell."""

    threshold: int = 5
    """Counts below this are not told, but for noughts."""
    group: int = 10
    """Of groups below this, it is not told that all of them are alike."""
    width: int = 2
    """How far apart the values of a small count must be able to lie, by all that is told."""
    level: str = "town"
    """The deepest level of area that is told."""
