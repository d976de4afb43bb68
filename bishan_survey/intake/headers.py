"""Which row is the header, and which column is which item.

The doors for layouts that cannot be told from the words alone (approved mappings, similarity) come in here: a
:class:`HeaderIndex` is asked for each header text, and nothing else decides.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from bishan_survey.intake.cells import Cell, Grid, cell_text
from bishan_survey.model import Questionnaire, Sheet, SheetLayout

_ITEM_NUMBER = re.compile(r"^[a-z]\d+(?:[-.]\d+)*(?:\([a-z0-9.]*\))?[.、:]*")
_BLANKS = re.compile(r"\s+")


def plain_header(text: str, noise: tuple[str, ...] = ()) -> str:
    """A header without what clerks and forms add to it: blanks, line breaks, item numbers, full-width forms."""
    for mark in noise:
        text = text.replace(mark, "")
    text = _BLANKS.sub("", unicodedata.normalize("NFKC", text)).lower()
    return _ITEM_NUMBER.sub("", text) or text


@cache
def _cached(text: str, noise: tuple[str, ...]) -> str:
    """Headers repeat from file to file."""
    return plain_header(text, noise)


@dataclass(frozen=True)
class HeaderIndex:
    """The headers that a sheet of a questionnaire is known by."""

    edition: str
    unit: str
    items: dict[str, str]
    """Variable by plain header."""
    noise: tuple[str, ...]

    @classmethod
    def of(cls, questionnaire: Questionnaire, sheet: Sheet, layout: SheetLayout) -> "HeaderIndex":
        """Index a sheet by label, aliases and variable names. A label outranks another item's alias."""
        items: dict[str, str] = {}
        for item in sheet.items:
            for alias in (*item.aliases, item.name):
                items.setdefault(plain_header(alias, layout.header_noise), item.name)
        for item in sheet.items:
            items[plain_header(item.label, layout.header_noise)] = item.name
        return cls(questionnaire.edition, sheet.unit, items, layout.header_noise)

    def item(self, header: str) -> str | None:
        """The variable that a header names."""
        return self.items.get(_cached(header, self.noise))


@dataclass(frozen=True)
class Header:
    """A recognised header row."""

    index: HeaderIndex
    row: int
    """Position in the grid, from 0."""
    items: dict[int, str]
    """Variable by column position."""
    extra: dict[int, str]
    """Header text by column position, of columns that the questionnaire does not know."""
    repeated: dict[int, str]
    """Header text of columns that name an item a second time; the first one counts."""


def find_header(grid: Grid, indexes: Sequence[HeaderIndex], layout: SheetLayout) -> Header | None:
    """The header row that most items are recognised in, over all the indexes; the earlier wins a tie.

    A header has a few lines at most: past them, rows are data and are not looked at.
    """
    best: Header | None = None
    for position, row in enumerate(grid.rows[: layout.header_rows]):
        if best is not None and position > best.row + layout.header_lines:
            break
        texts = {n: text for n, cell in enumerate(row) if (text := cell_text(cell).strip())}
        for index in indexes:
            found = _recognise(texts, position, index)
            if len(found.items) >= layout.header_hits and (best is None or len(found.items) > len(best.items)):
                best = found
    return best


def _recognise(texts: dict[int, str], position: int, index: HeaderIndex) -> Header:
    items: dict[int, str] = {}
    extra: dict[int, str] = {}
    repeated: dict[int, str] = {}
    for column, text in texts.items():
        name = index.item(text)
        if name is None:
            extra[column] = text
        elif name in items.values():
            repeated[column] = text
        else:
            items[column] = name
    return Header(index, position, items, extra, repeated)


def is_blank(row: Sequence[Cell]) -> bool:
    """Whether nothing stands in a row."""
    return not any(cell_text(cell).strip() for cell in row)
