"""What the sample is made of, as the files in ``templates/samples/`` say it."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from bishan_survey.design.parse import Reader
from bishan_survey.errors import DefinitionError
from bishan_survey.model import Design

T = TypeVar("T")

FOLDER = "templates/samples"


@dataclass(frozen=True, slots=True)
class Draw:
    """One way in which a variable gets its value. Exactly one of the kinds below `shared` is given."""

    item: str
    unit: str = "person"
    where: str = "TRUE"
    """SQL: who gets it this way."""
    shared: bool = False
    """The same for the whole household: as its first member's."""
    weights: Mapping[str, float] = field(default_factory=dict)
    chances: Mapping[str, float] = field(default_factory=dict)
    otherwise: str = ""
    value: str | None = None
    dates: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    identity: tuple[str, ...] = ()


@dataclass(frozen=True)
class Population:
    """Who lives in the villages and what they answer."""

    edition: str
    identity_prefixes: tuple[str, ...]
    rounds: int
    roster_missing: float
    roster_extra: float
    sizes: Mapping[str, tuple[int, int]]
    households: Mapping[str, float]
    draw: tuple[Draw, ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """A finding that must arise at an item of the record."""

    rule: str
    item: str
    record: str = "original"
    """Of a duplicate: ``original`` or ``copy``."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A way in which clerks spoil an answer, or write it otherwise than asked."""

    id: str
    title: str
    set: Mapping[str, str]
    """Text by variable, as SQL over the texts of the record."""
    where: str = "TRUE"
    unit: str = "person"
    expect: tuple[Expected, ...] = ()
    understood: tuple[str, ...] = ()
    """Items that are written otherwise and yet understood: they keep their value and are reported as normalised."""
    as_number: tuple[str, ...] = ()
    spread: bool = False
    """The findings arise at every record of the household."""
    together: int = 1
    """So many persons of one village at once."""
    cases: int | None = None
    """At most so many times."""


@dataclass(frozen=True, slots=True)
class DuplicateKind:
    """A way in which a person comes to stand in the sheets twice."""

    id: str
    title: str
    place: str
    """Where the copy stands: ``same_village``, ``other_village`` (of the town) or ``other_town``."""
    step: str
    """The survivor rule that decides, or ``D03`` where none can."""
    kept: str = ""
    """``original`` or ``copy``; empty where both are held."""
    where: str = "TRUE"
    share: float = 0.0005
    """Of all persons."""
    original: Mapping[str, str] = field(default_factory=dict)
    copy: Mapping[str, str] = field(default_factory=dict)
    there: tuple[str, ...] = ()
    """Items that the copy takes over from somebody in the village where it stands."""
    expect: tuple[Expected, ...] = ()


@dataclass(frozen=True, slots=True)
class ExtraColumn:
    """A column that the questionnaire does not know, or that repeats one."""

    header: str
    value: str
    rule: str


@dataclass(frozen=True, slots=True)
class OtherSheet:
    """A worksheet that is no part of the survey."""

    name: str
    text: str
    rule: str


@dataclass(frozen=True, slots=True)
class Layout:
    """How a village's sheet looks."""

    id: str
    title: str
    form: bool = False
    """Our own form."""
    villages: int = 1
    """So many; of our own form: in this proportion."""
    file_name: str = "{code}{village}.xlsx"
    sheet_name: str = "Sheet1"
    origin: str = "A1"
    """Cell of the first header."""
    above: Mapping[str, str] = field(default_factory=dict)
    """Text by cell, above the header."""
    first: tuple[str, ...] = ()
    """Items that stand first; the others follow in the form's order."""
    headers: Mapping[str, str] = field(default_factory=dict)
    aliases: bool = False
    """Use the first alias of each item as its header."""
    extra: tuple[ExtraColumn, ...] = ()
    codes: str = "code"
    """How single answers are written: ``code``, ``label`` or ``both``; ``label`` concerns several answers too."""
    blank_every: int = 0
    numbers: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    below: tuple[tuple[str, ...], ...] = ()
    """Rows after the last record."""
    beside: tuple[OtherSheet, ...] = ()


@dataclass(frozen=True, slots=True)
class Stray:
    """A file that lies beside the good ones and cannot be used."""

    id: str
    village: int
    """Position of the village in whose folder it lies and whose names it bears."""
    file_name: str
    rule: str
    text: str = ""
    """A text file of this content."""
    rows: tuple[tuple[str, ...], ...] = ()
    """A workbook of these cells."""
    cut: int = 0
    """The first so many bytes of the village's own workbook."""


@dataclass(frozen=True)
class Recipe:
    """All of it."""

    population: Population
    faults: tuple[Fault, ...]
    duplicates: tuple[DuplicateKind, ...]
    layouts: tuple[Layout, ...]
    strays: tuple[Stray, ...]
    names: Mapping[str, Mapping[str, float]]
    """Weight by text, by list."""

    @cached_property
    def plain(self) -> tuple[Layout, ...]:
        """Layouts that are not our own form."""
        return tuple(layout for layout in self.layouts if not layout.form)

    @cached_property
    def forms(self) -> tuple[Layout, ...]:
        """Ways of filling in our own form."""
        return tuple(layout for layout in self.layouts if layout.form)


def read_recipe(design: Design) -> Recipe:
    """The recipe of the sample.

    Raises:
        DefinitionError: entries are not what they should be; all of them are named.
    """
    reader = Reader(design.root)
    files = {
        stem: reader.toml(design.root / FOLDER / f"{stem}.toml")
        for stem in ("population", "faults", "duplicates", "layouts")
    }
    population = reader.noun(Population, files["population"], f"{FOLDER}/population.toml")
    parts: dict[str, tuple[Any, ...]] = {
        "faults": _nouns(reader, Fault, files["faults"], "faults", "fault"),
        "duplicates": _nouns(reader, DuplicateKind, files["duplicates"], "duplicates", "duplicate"),
        "layouts": _nouns(reader, Layout, files["layouts"], "layouts", "layout"),
        "strays": _nouns(reader, Stray, files["layouts"], "layouts", "stray"),
    }
    if reader.problems or population is None:
        raise DefinitionError(reader.problems)
    return Recipe(population=population, names=_names(design), **parts)


def _nouns(reader: Reader, kind: type[T], content: Mapping[str, Any], stem: str, key: str) -> tuple[T, ...]:
    return tuple(reader.nouns(kind, content.get(key, []), f"{FOLDER}/{stem}.toml"))


def _names(design: Design) -> dict[str, dict[str, float]]:
    lists: dict[str, dict[str, float]] = {}
    with (design.root / FOLDER / "names.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            lists.setdefault(row["list"], {})[row["text"]] = float(row["weight"])
    return lists
