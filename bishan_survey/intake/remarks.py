"""What is to be said of a file, its sheets and their columns, by the ids of notices."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from bishan_survey.intake.header_index import How
from bishan_survey.intake.places import WHERE, Placed, Section
from bishan_survey.intake.sheets import SheetRecords, is_blank
from bishan_survey.model import Village
from bishan_survey.reading.grid import Grid


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to be said about a file as a whole, by the id of its notice."""

    notice: str
    sheet: str | None = None
    row: int | None = None
    column: int | None = None
    value: str | None = None
    """What stands in the cell: for the findings alone, since people write anything into headers."""
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlacedSheet:
    """A worksheet with records, and where it belongs."""

    found: SheetRecords
    placed: Placed
    sections: tuple[Section, ...] = ()
    """Titles among its records that name another village."""
    below: int | None = None
    """Position of a row further down that is another header: what stands below that is not read."""

    @property
    def villages(self) -> Iterator[tuple[Village | None, bool]]:
        """The village of each record as far as titles tell it, and whether one below the header contradicts."""
        village, astray, sections = self.placed.village, False, list(self.sections)
        for row in self.found.rows:
            while sections and sections[0].row < row:
                section = sections.pop(0)
                village, astray = section.village or self.placed.village, section.village is None
            yield village, astray


def remarks_on(table: PlacedSheet, grid: Grid) -> Iterator[Remark]:
    """What is to be said of a table and its columns."""
    found, placed = table.found, table.placed
    yield from _column_remarks(found)
    if grid.hidden and found.rows:
        yield Remark("F14", grid.name, details={"records": str(len(found.rows))})
    rows, columns = (len(set(hidden)) for hidden in (grid.hidden_rows, grid.hidden_columns))
    if (rows or columns) and found.rows:
        yield Remark("F20", grid.name, details={"rows": str(rows), "columns": str(columns)})
    if placed.against and placed.village and found.rows:
        yield replace(against(placed, placed.against.where, placed.against.village.name), sheet=grid.name)
    if placed.former and placed.village and found.rows:
        yield Remark("F21", grid.name, details={"former": placed.former, "village": placed.village.name})
    for item, rows in found.filled_down.items():
        column = next(place for place, name in found.header.items.items() if name == item)
        yield Remark("F33", grid.name, found.header.row + 1, column, details={"rows": str(rows)})
    if found.above:
        details = {"header": str(found.header.row + 1), "rows": str(len(found.above))}
        yield Remark("F36", grid.name, found.above[0], details=details)
    if table.below is not None:
        rest = sum(not is_blank(row) for row in grid.rows[table.below + 1 :])
        yield Remark("F43", grid.name, table.below + 1, details={"row": str(table.below + 1), "rows": str(rest)})
    for section in table.sections:
        notice = "F41" if section.village == section.named else "F42"
        yield Remark(notice, grid.name, section.row, details={"row": str(section.row), "village": section.named.name})


def against(placed: Placed, where: str, name: str) -> Remark:
    """A sign that says something else than the one that counts."""
    assert placed.village is not None  # noqa: S101 - asked only where a sign counts
    details = {"first_where": WHERE[placed.by], "first": placed.village.name, "second_where": WHERE[where]}
    return Remark("F09", details={**details, "second": name})


_OF_COLUMNS = {
    How.UNKNOWN: "F11",
    How.REPEATED: "F12",
    How.SIMILAR: "F15",
    How.UNSURE: "F16",
    How.AMBIGUOUS: "F39",
}


def _column_remarks(found: SheetRecords) -> Iterator[Remark]:
    """Columns that the questionnaire does not know, that name an item twice, or that are only like one."""
    header = found.header
    for match in header.matches:
        if match.how not in _OF_COLUMNS:
            continue
        label = header.index.sheet.by_name[match.like].label if match.like else ""
        details = {"label": label, "score": f"{match.score:.0f}"}
        text = " ".join(match.text.split())
        yield Remark(_OF_COLUMNS[match.how], found.sheet, header.row + 1, match.column, text, details)
    for column in found.headless:
        yield Remark("F13", found.sheet, header.row + 1, column)


def moved_columns(found: SheetRecords) -> Iterator[Remark]:
    """In a form of ours: the first column that stands before one on whose right it belongs.

    Columns may have been moved, and are read rightly; or two headers were exchanged, and nobody else can tell.
    """
    items = found.header.index.sheet.by_name
    order = {name: place for place, name in enumerate(items)}
    for (column, name), (_, following) in pairwise(sorted(found.header.items.items())):
        if order[name] > order[following]:
            details = {"label": items[name].label, "following": items[following].label}
            yield Remark("F35", found.sheet, found.header.row + 1, column, details=details)
            return


def of_editions(sheets: Sequence[PlacedSheet]) -> Iterator[Remark]:
    """Sheets of different editions in one file."""
    editions = {sheet.found.sheet: sheet.found.header.index.edition for sheet in sheets if sheet.found.rows}
    first = next(iter(editions.values()), "")
    for name, edition in editions.items():
        if edition != first:
            yield Remark("F32", name, details={"edition": edition, "other": first})
