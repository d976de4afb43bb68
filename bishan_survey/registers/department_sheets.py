"""A department's list as a grid of texts: where its header is, and what stands below. No column is guessed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bishan_survey.handwritten import squeezed
from bishan_survey.model import DepartmentList, SheetLayout
from bishan_survey.reading.grid import Grid

Columns = Mapping[str, Sequence[int]]
"""The positions of the columns under each variable."""


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A row of a list: its number as spreadsheet programs count, and the texts by variable."""

    number: int
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SheetRead:
    """A sheet of a list."""

    columns: Mapping[str, int]
    """Position of each variable's column, from 0."""
    lines: Sequence[SheetLine]
    why_not: str = ""
    """Why nothing of it can be read, in Chinese; empty if it is read."""


def read_list_sheet(grid: Grid, one: DepartmentList, layout: SheetLayout) -> SheetRead:
    """The rows of a list, from a worksheet in any layout.

    Args:
        grid: the worksheet.
        one: which list, with every way in which its columns are called.
        layout: how far down a header may stand, and how totals and remarks begin.
    """
    found = _header(grid, one, layout)
    if found is None:
        names = "、".join(dict.fromkeys(column.label for column in one.numbers))
        return SheetRead({}, (), f"没有找到号码列（{names}）")
    row, columns = found
    labels = {column.name: column.label for column in one.columns}
    twice = [labels[name] for name, places in columns.items() if len(places) > 1]
    if twice:
        return SheetRead({}, (), f"有几列都是“{'”“'.join(twice)}”，不知该读哪一列")
    lacking = [column.label for column in one.columns if column.required and column.name not in columns]
    if lacking:
        return SheetRead({}, (), f"缺少列：{'、'.join(lacking)}")
    places = {name: position[0] for name, position in columns.items()}
    return SheetRead(places, _lines(grid, row, places, one, layout))


def _header(grid: Grid, one: DepartmentList, layout: SheetLayout) -> tuple[int, Columns] | None:
    """The row in which most columns are named, a number among them; the first of several."""
    spellings = {squeezed(s): column.name for column in one.columns for s in (column.label, *column.aliases)}
    numbers = {column.name for column in one.numbers}
    best: tuple[int, Columns] | None = None
    for place, row in enumerate(grid.rows[: layout.header_rows]):
        named: dict[str, list[int]] = {}
        for position, text in enumerate(row):
            if name := spellings.get(squeezed(text)):
                named.setdefault(name, []).append(position)
        if not numbers.isdisjoint(named) and (best is None or len(named) > len(best[1])):
            best = place, named
    return best


def _lines(
    grid: Grid, header: int, places: Mapping[str, int], one: DepartmentList, layout: SheetLayout
) -> list[SheetLine]:
    numbers = {column.name for column in one.numbers}
    words = tuple(map(squeezed, (*layout.total_words, *layout.remark_words)))
    lines = []
    for number, row in enumerate(grid.rows[header + 1 :], header + 2):
        texts = {name: row[position] for name, position in places.items() if row[position].strip()}
        if not texts or row == grid.rows[header]:
            continue
        said = next((squeezed(text) for text in row if text.strip()), "")
        numbered = any(character.isdigit() for name in numbers for character in texts.get(name, ""))
        if not numbered and said.startswith(words):
            continue
        lines.append(SheetLine(number, texts))
    return lines
