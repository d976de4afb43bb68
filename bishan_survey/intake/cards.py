"""Cards: one person on a sheet, the names of the items in a column and the answers beside them."""

from collections.abc import Iterator, Sequence

from bishan_survey.intake.header_index import HeaderIndex
from bishan_survey.intake.headers import Header
from bishan_survey.model import SheetLayout
from bishan_survey.reading.grid import Grid

_ROWS = 200
"""A card ends long before."""


def is_card(grid: Grid, header: Header | None, indexes: Sequence[HeaderIndex], layout: SheetLayout) -> bool:
    """Whether the names of items stand one below the other, and not side by side as in a header.

    A line of a card may look like a small header: names of items, with answers between them.
    """
    if header is not None and 2 * header.recognised > len(header.matches):
        return False
    return any(len(list(_lines_that_add(grid, index))) > layout.header_hits for index in indexes)


def _lines_that_add(grid: Grid, index: HeaderIndex) -> Iterator[int]:
    """Lines that name items which no line above names."""
    seen: set[str] = set()
    for number, row in enumerate(grid.rows[:_ROWS]):
        named = {item for text in row if text.strip() and (item := index.item(text))}
        if named - seen:
            yield number
        seen |= named
