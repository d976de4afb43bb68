"""What the villages of the synthetic district know of their people, and how they correct what comes back to them."""

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from xml.etree import ElementTree as ET

from xlsxwriter.utility import xl_cell_to_rowcol, xl_col_to_name

from bishan_survey.forms import FIRST_ROW
from bishan_survey.model import RETURN_SHEET, AreaFrame, Design, Survey
from bishan_survey.synthesis.composition import Composer
from bishan_survey.synthesis.recipe import read_recipe
from tests.workbooks import sheets_of

Edits = Mapping[str, Mapping[str, str]]
"""New texts by sheet and cell; an empty one clears the cell."""

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PERSONS, _SEED, _FAULTS = 18_000, 1, 3
"""What the command makes a sample of when it is told nothing else."""
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


class Villages:
    """Every village with the truth about its people, in the order of the rows of its workbook."""

    def __init__(self, design: Design, survey: Survey, areas: AreaFrame) -> None:
        composer = Composer(design, survey, read_recipe(design), Random(_SEED))
        district = composer.compose(areas, _PERSONS, _FAULTS)
        self._persons, self._reports = district.persons, district.villages
        self._homes = set(district.persons.clean.select("_village", "certificate_no").rows())
        self._people = {book.village.code: list(book.positions) for book in district.books}
        self._report = {code: position for position, code in enumerate(district.villages.clean["_village"])}

    def knows(self, code: str, certificate: str) -> bool:
        """Whether somebody of this number lives in a village."""
        return (code, certificate) in self._homes

    def correct(self, code: str, path: Path, target: Path, *, but: int = 0) -> None:
        """Answer everything that a return workbook asks, but for the first so many records that it asks about.

        A record that is marked is answered anew as it truly is; whoever belongs to another village is taken out.
        """
        sheets = sheets_of(path)
        asked = list(dict.fromkeys(_asked(sheets[RETURN_SHEET])))[but:]
        edits: dict[str, dict[str, str]] = {}
        for sheet, row in asked:
            edits.setdefault(sheet, {}).update(self._answers(code, sheet, row))
        people = self._persons.sheet.name
        for row in self._strangers(code, sheets[people]):
            edits.setdefault(people, {}).update(_nothing(row, len(sheets[people][row])))
        edit(path, target, edits)

    def forget_a_name(self, path: Path) -> None:
        """Clear the name of the first person of a workbook."""
        column = xl_col_to_name(list(self._persons.sheet.by_name).index("name"))
        edit(path, path, {self._persons.sheet.name: {f"{column}{FIRST_ROW + 1}": ""}})

    def _strangers(self, code: str, rows: Sequence[object]) -> Iterator[int]:
        """Rows of the second records of people who are surveyed elsewhere, as far as they still stand there."""
        for row, position in enumerate(self._people[code], FIRST_ROW):
            if position >= self._persons.clean.height and row < len(rows):
                yield row

    def _answers(self, code: str, sheet: str, row: int) -> Iterator[tuple[str, str]]:
        of_persons = sheet == self._persons.sheet.name
        unit = self._persons if of_persons else self._reports
        position = self._people[code][row - FIRST_ROW] if of_persons else self._report[code]
        truth = unit.clean.row(position, named=True) if position < unit.clean.height else {}
        for column, name in enumerate(unit.sheet.by_name):
            yield f"{xl_col_to_name(column)}{row + 1}", truth.get(name) or ""


def _nothing(row: int, width: int) -> Iterator[tuple[str, str]]:
    """An empty row."""
    return ((f"{xl_col_to_name(column)}{row + 1}", "") for column in range(width))


def _asked(listing: Sequence[Sequence[object]]) -> Iterator[tuple[str, int]]:
    """Sheet and row, from 0, of each finding that has to be corrected or confirmed."""
    for weight, place, *_ in listing:
        if weight in ("必须改正", "请核实"):
            sheet, cell = str(place).split("!")
            yield sheet, xl_cell_to_rowcol(cell)[0]


def edit(path: Path, target: Path, edits: Edits) -> None:
    """Type texts into cells of a workbook of ours, and leave all the rest as it is."""
    order = list(sheets_of(path))
    parts = {f"xl/worksheets/sheet{order.index(sheet) + 1}.xml": texts for sheet, texts in edits.items()}
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in members.items():
            new.writestr(name, _typed(content, parts[name]) if name in parts else content)


def _typed(content: bytes, texts: Mapping[str, str]) -> bytes:
    """The part of a sheet with texts in some of its cells."""
    ET.register_namespace("", _MAIN)
    ET.register_namespace("r", _RELATIONS)
    root = ET.fromstring(content)
    cells = {cell.get("r"): cell for cell in root.iter(f"{{{_MAIN}}}c")}
    rows = {row.get("r"): row for row in root.iter(f"{{{_MAIN}}}row")}
    for address, text in texts.items():
        if address in cells:
            _fill(cells[address], text)
        elif text:
            row = rows[str(xl_cell_to_rowcol(address)[0] + 1)]
            _fill(ET.SubElement(row, f"{{{_MAIN}}}c", r=address), text)
            row[:] = sorted(row, key=lambda cell: xl_cell_to_rowcol(cell.get("r", "")))
    return ET.tostring(root, encoding="UTF-8", xml_declaration=True)


def _fill(cell: ET.Element, text: str) -> None:
    cell[:] = []
    cell.attrib.pop("t", None)
    if text:
        cell.set("t", "inlineStr")
        ET.SubElement(ET.SubElement(cell, f"{{{_MAIN}}}is"), f"{{{_MAIN}}}t").text = text
