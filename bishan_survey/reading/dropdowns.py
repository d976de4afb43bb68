"""The lists to choose from that a workbook of Excel 2007 and later offers in its cells."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.parsers import expat

from bishan_survey.reading.grid import Grid, UnreadableFile
from bishan_survey.reading.parts import Parts, refuse_doctype
from bishan_survey.reading.worksheets import worksheets

_RANGE = re.compile(
    r"^(?:'?(?P<sheet>[^'!]+)'?!)?\$?(?P<column>[A-Z]{1,3})\$?(?P<first>\d+):\$?(?P=column)\$?(?P<last>\d+)$"
)
_FIRST_CELL = re.compile(r"^([A-Z]{1,3})\d*(?::([A-Z]{1,3})\d*)?$")
_LETTERS = 26


@dataclass(frozen=True, slots=True)
class Dropdown:
    """A list in some columns of a sheet."""

    sheet: str
    columns: range
    """Counted from 0."""
    formula: str


def dropdowns(content: bytes) -> list[Dropdown]:
    """The lists in a workbook, in the order of its sheets; none if it is no such workbook or cannot be read."""
    try:
        return [one for name, xml in worksheets(Parts(content)) for one in _of_sheet(name, xml)]
    except UnreadableFile:
        return []


def _of_sheet(name: str, xml: bytes) -> Iterator[Dropdown]:
    found: list[tuple[str, list[str]]] = []
    open_list: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        local = tag.rpartition(":")[2]
        if local == "dataValidation" and attributes.get("type") == "list":
            found.append((attributes.get("sqref", ""), []))
        open_list.append(local)

    def text(part: str) -> None:
        if found and open_list and open_list[-1] == "formula1" and "dataValidation" in open_list:
            found[-1][1].append(part)

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.CharacterDataHandler = start, text
    parser.EndElementHandler = lambda _: open_list.pop()
    parser.StartDoctypeDeclHandler = refuse_doctype
    try:
        parser.Parse(xml, True)
    except (expat.ExpatError, ValueError, LookupError):
        return
    for cells, parts in found:
        for span in cells.replace("$", "").split():
            if match := _FIRST_CELL.match(span):
                first, last = (_column(letters or match[1]) for letters in (match[1], match[2]))
                yield Dropdown(name, range(first, last + 1), "".join(parts))


def choices(one: Dropdown, grids: tuple[Grid, ...]) -> tuple[str, ...]:
    """What can be chosen; empty where the list is told in a way that is not followed (a name, a formula)."""
    if one.formula.startswith('"'):
        return tuple(part.strip() for part in one.formula.strip('"').split(",") if part.strip())
    match = _RANGE.match(one.formula)
    grid = next((grid for grid in grids if match and grid.name == (match["sheet"] or one.sheet)), None)
    if match is None or grid is None:
        return ()
    place = _column(match["column"])
    rows = grid.rows[int(match["first"]) - 1 : int(match["last"])]
    return tuple(row[place].strip() for row in rows if place < len(row) and row[place].strip())


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * _LETTERS + ord(letter) - ord("A") + 1
    return number - 1
