"""The answers: every finding that must come out of the sample, every text that must be understood, who counts."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xlsxwriter.utility import xl_col_to_name

from bishan_survey.forms import FIRST_ROW
from bishan_survey.synthesis.composition import Composition, Unit
from bishan_survey.synthesis.places import Workbook
from bishan_survey.synthesis.planting import Planting, copies_of
from bishan_survey.synthesis.recipe import DuplicateKind

FINDINGS = ("file", "sheet", "row", "cell", "rule", "item", "fault")
NORMALISED = ("file", "sheet", "cell", "item", "original", "value")
DUPLICATES = ("group", "file", "sheet", "row", "outcome", "step")
_SAME_VILLAGE, _ELSEWHERE, _TIE = "D01", "D02", "D03"

Line = tuple[object, ...]


def write_answers(folder: Path, district: Composition, strays: Iterable[tuple[str, str, str]]) -> None:
    """Write the answers; `strays` are file, rule and id of the files that cannot be used."""
    persons = district.persons
    at = addresses(district.books)
    at_villages = village_addresses(district.books, district.villages)
    twice = groups(persons, at)
    findings: list[Line] = [
        *planted_findings(persons, at),
        *planted_findings(district.villages, at_villages),
        *(line for group in twice for line in group.findings(persons.sheet.key_item)),
        *layout_findings(district.books),
        *((file, "", "", "", rule, "", stray) for file, rule, stray in strays),
    ]
    spellings = [
        *planted_spellings(persons.plantings, at),
        *planted_spellings(district.villages.plantings, at_villages),
    ]
    write_csv(folder / "findings.csv", FINDINGS, sorted(findings, key=_in_sheets))
    write_csv(folder / "normalised.csv", NORMALISED, sorted(spellings, key=_in_sheets))
    write_csv(folder / "duplicates.csv", DUPLICATES, duplicate_lines(twice))


def _in_sheets(line: Line) -> tuple[object, ...]:
    """Lines in the order of files, sheets and rows; what concerns a whole file or sheet comes first."""
    file, sheet, row, *others = line
    return (file, sheet, row if isinstance(row, int) else 0, *map(str, (row, *others)))


@dataclass(frozen=True)
class Address:
    """Where a record stands."""

    file: str
    sheet: str
    row: int
    """As the spreadsheet shows it."""
    village: str
    columns: Mapping[str, str]

    def finding(self, rule: str, item: str, fault: str) -> Line:
        """A line of the key of findings."""
        return (self.file, self.sheet, self.row, f"{self.columns[item]}{self.row}", rule, item, fault)


def addresses(books: Iterable[Workbook]) -> dict[int, Address]:
    """Address of every person's record, by its position."""
    return {
        position: Address(book.file, book.name, row + 1, book.village.code, book.columns_by_name)
        for book in books
        for position, row in book.rows.items()
    }


def village_addresses(books: Iterable[Workbook], unit: Unit) -> dict[int, Address]:
    """Address of every village's own record, by its position."""
    forms = {book.village.code: book for book in books if book.layout.form}
    columns = {name: xl_col_to_name(place) for place, name in enumerate(unit.sheet.by_name)}
    return {
        position: Address(forms[code].file, unit.sheet.name, FIRST_ROW + 1, code, columns)
        for position, code in enumerate(unit.clean["_village"])
    }


def planted_findings(unit: Unit, at: Mapping[int, Address]) -> Iterator[Line]:
    """Lines for what was planted."""
    copies = copies_of(unit.plantings, unit.clean.height)
    for planting, copy in zip(unit.plantings, copies, strict=True):
        expect = planting.expect if copy is None else {**planting.expect, copy: planting.expect_of_copy}
        for position, pairs in expect.items():
            for rule, item in sorted(pairs):
                yield at[position].finding(rule, item, planting.kind.id)


def planted_spellings(plantings: Sequence[Planting], at: Mapping[int, Address]) -> Iterator[Line]:
    """Lines for texts that must be understood though written otherwise."""
    for planting in plantings:
        for (position, item), value in planting.understood.items():
            place = at[position]
            cell = f"{place.columns[item]}{place.row}"
            yield (place.file, place.sheet, cell, item, planting.cells[position, item], value)


@dataclass(frozen=True)
class Group:
    """A person's two records."""

    kind: DuplicateKind
    original: Address
    copy: Address

    def outcomes(self) -> list[tuple[Address, str]]:
        """Each record, and what becomes of it."""
        if not self.kind.kept:
            return [(self.original, "held"), (self.copy, "held")]
        pair = [(self.original, "original"), (self.copy, "copy")]
        return [(place, "kept" if which == self.kind.kept else "duplicate") for place, which in pair]

    def findings(self, key_item: str) -> Iterator[Line]:
        """What taking out the duplicates adds."""
        elsewhere = _SAME_VILLAGE if self.original.village == self.copy.village else _ELSEWHERE
        rules = {"held": _TIE, "duplicate": elsewhere}
        for place, outcome in self.outcomes():
            if outcome in rules:
                yield place.finding(rules[outcome], key_item, self.kind.id)


def groups(unit: Unit, at: Mapping[int, Address]) -> list[Group]:
    """The persons who stand in the sheets twice."""
    copies = copies_of(unit.plantings, unit.clean.height)
    return [
        Group(planting.kind, at[planting.records[0]], at[copy])
        for planting, copy in zip(unit.plantings, copies, strict=True)
        if copy is not None and isinstance(planting.kind, DuplicateKind)
    ]


def duplicate_lines(found: Sequence[Group]) -> Iterator[Line]:
    """Lines of the key of duplicates."""
    for number, group in enumerate(found, 1):
        for place, outcome in group.outcomes():
            yield (number, place.file, place.sheet, place.row, outcome, group.kind.step)


def layout_findings(books: Iterable[Workbook]) -> Iterator[Line]:
    """Lines for columns and sheets that the questionnaire does not know."""
    for book in books:
        for extra in book.layout.extra:
            row = book.origin[0] + 1
            yield (book.file, book.name, row, book.header_cell(extra.header), extra.rule, "", book.layout.id)
        for other in book.layout.beside:
            yield (book.file, other.name, "", "", other.rule, "", book.layout.id)


def write_csv(path: Path, head: Sequence[str], lines: Iterable[Line]) -> None:
    """A table for people and for tests, readable by spreadsheets."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(lines)
