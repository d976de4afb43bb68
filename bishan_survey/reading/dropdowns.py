"""The lists to choose from that a workbook of Excel 2007 and later offers in its cells."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.parsers import expat

from bishan_survey.reading.grid import Grid, UnreadableFile, column_number
from bishan_survey.reading.parts import Parts, refuse_doctype
from bishan_survey.reading.worksheets import worksheets

_RANGE = re.compile(
    r"^(?:'?(?P<sheet>[^'!]+)'?!)?\$?(?P<column>[A-Z]{1,3})\$?(?P<first>\d+):\$?(?P=column)\$?(?P<last>\d+)$"
)
_FIRST_CELL = re.compile(r"^([A-Z]{1,3})\d*(?::([A-Z]{1,3})\d*)?$")


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
    for told in _validations(xml):
        for span in told["sqref"].replace("$", "").split() if told.get("type") == "list" else ():
            if match := _FIRST_CELL.match(span):
                first, last = (column_number(letters or match[1]) for letters in (match[1], match[2]))
                yield Dropdown(name, range(first, last + 1), told["formula1"])


def _validations(xml: bytes) -> list[dict[str, str]]:
    """What each input check says. In Excel 2010 and later, one with a list on another sheet tells its cells inside."""
    found: list[dict[str, str]] = []
    path: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        path.append(tag.rpartition(":")[2])
        if path[-1] == "dataValidation":
            found.append({"sqref": "", "formula1": ""} | attributes)

    def text(part: str) -> None:
        if "dataValidation" in path[:-1]:
            key = path[path.index("dataValidation") + 1]
            found[-1][key] = found[-1].get(key, "") + part

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.CharacterDataHandler = start, text
    parser.EndElementHandler = lambda _: path.pop()
    parser.StartDoctypeDeclHandler = refuse_doctype
    try:
        parser.Parse(xml, True)
    except (expat.ExpatError, ValueError, LookupError):
        return []
    return found


def choices(one: Dropdown, grids: tuple[Grid, ...]) -> tuple[str, ...]:
    """What can be chosen; empty where the list is told in a way that is not followed (a name, a formula)."""
    if one.formula.startswith('"'):
        return tuple(part.strip() for part in one.formula.strip('"').split(",") if part.strip())
    match = _RANGE.match(one.formula)
    grid = next((grid for grid in grids if match and grid.name == (match["sheet"] or one.sheet)), None)
    if match is None or grid is None:
        return ()
    place = column_number(match["column"])
    rows = grid.rows[int(match["first"]) - 1 : int(match["last"])]
    return tuple(row[place].strip() for row in rows if place < len(row) and row[place].strip())
