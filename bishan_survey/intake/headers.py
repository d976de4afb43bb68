"""Which rows are the header, which column is which item, and how that was told.

A header has one to three lines. A column's own text is its lowest one; the groups above it stand before it in its
full text (``户主`` above ``姓名`` is ``户主姓名``). The full text counts before the own one, an approved mapping
before both, and likeness only where words fail, never for what tells who a person is.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from rapidfuzz import fuzz

from bishan_survey.model import Compound, Questionnaire, Sheet, SheetLayout
from bishan_survey.reading.grid import Grid

_ITEM_NUMBER = re.compile(r"^[a-z]\d+(?:[-.]\d+)*(?:\([a-z0-9.]*\))?[.、:]*")
_BLANKS = re.compile(r"\s+")
_CERTAIN = 100.0
_LINE_HITS = 2
"""A line that names as many items by itself belongs to a header."""
_LONGEST = 200
"""Characters of a header; what is longer is no header, and not looked at any further."""


def plain_header(text: str, noise: tuple[str, ...] = ()) -> str:
    """A header without what clerks and forms add to it: blanks, line breaks, item numbers, full-width forms."""
    for mark in noise:
        text = text.replace(mark, "")
    text = _BLANKS.sub("", unicodedata.normalize("NFKC", text)).lower()
    return _ITEM_NUMBER.sub("", text) or text


class How(StrEnum):
    """How a column was recognised."""

    MAPPED = "mapped"
    """An approved mapping says so."""
    LABEL = "label"
    ALIAS = "alias"
    GROUP = "group"
    """By its own text together with the groups above it."""
    COMPOUND = "compound"
    """It holds several items in one cell."""
    SIMILAR = "similar"
    REPEATED = "repeated"
    """It names an item that an earlier column names; it is not read."""
    UNSURE = "unsure"
    """It is like an item's name, but not enough: people are asked."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Match:
    """What a column of a header was recognised as."""

    column: int
    text: str
    """The header as it stands, groups first."""
    items: tuple[str, ...] = ()
    """The variables that are read from it: one, several in a compound column, or none."""
    how: How = How.UNKNOWN
    score: float = 0.0
    """0 to 100."""
    like: str = ""
    """The variable that an unsure column is most like."""


@dataclass(frozen=True)
class HeaderIndex:
    """The headers that a sheet of a questionnaire is known by."""

    sheet: Sheet
    edition: str
    layout: SheetLayout
    compounds: Mapping[str, tuple[str, ...]]
    """Variables by plain header, of columns that hold several items."""
    approved: Mapping[str, str | None]
    """Variable by plain header, as people have approved it for this sender; ``None``: not to be read."""

    @classmethod
    def of(
        cls, questionnaire: Questionnaire, sheet: Sheet, layout: SheetLayout, compounds: Sequence[Compound] = ()
    ) -> "HeaderIndex":
        """Index a sheet by label, aliases and variable names."""
        known = {
            plain_header(header, layout.header_noise): compound.items
            for compound in compounds
            if set(compound.items) <= sheet.by_name.keys()
            for header in compound.headers
        }
        return cls(sheet, questionnaire.edition, layout, known, {})

    def approving(self, approved: Mapping[str, str | None]) -> "HeaderIndex":
        """The same, with what people have approved for a sender: variable by header text."""
        noise = self.layout.header_noise
        known = {plain_header(text, noise): item for text, item in approved.items()}
        return replace(self, approved=known) if known else self

    @property
    def unit(self) -> str:
        """What a row of the sheet stands for."""
        return self.sheet.unit

    @cached_property
    def labels(self) -> dict[str, str]:
        """Variable by plain label."""
        return {plain_header(item.label, self.layout.header_noise): item.name for item in self.sheet.items}

    @cached_property
    def items(self) -> dict[str, str]:
        """Variable by plain header. A label outranks another item's alias."""
        known: dict[str, str] = {}
        for item in self.sheet.items:
            for alias in (*item.aliases, item.name):
                known.setdefault(plain_header(alias, self.layout.header_noise), item.name)
        return known | self.labels

    @cached_property
    def _plain_texts(self) -> dict[str, str]:
        """Headers repeat from file to file."""
        return {}

    def plain(self, text: str) -> str:
        """A header text as it is compared."""
        known = self._plain_texts
        if text not in known:
            known[text] = plain_header(text, self.layout.header_noise)
        return known[text]

    def item(self, header: str) -> str | None:
        """The variable that a header names by itself."""
        return self.items.get(self.plain(header))

    def match(self, column: int, own: str, groups: Sequence[str]) -> Match:
        """What the words of a column's header say; likeness is not asked."""
        text = " ".join((*groups, own))
        plain_own = self.plain(own)
        grouped = [self.plain("".join((*groups[outer:], own))) for outer in range(len(groups))]
        for plain in (*grouped, plain_own):
            if plain in self.approved:
                item = self.approved[plain]
                return Match(column, text, (item,) if item else (), How.MAPPED, _CERTAIN)
        for plain in grouped:
            if plain in self.items:
                return Match(column, text, (self.items[plain],), How.GROUP, _CERTAIN)
        if plain_own in self.compounds:
            return Match(column, text, self.compounds[plain_own], How.COMPOUND, _CERTAIN)
        if plain_own in self.items and not self._of_somebody_else(plain_own, groups):
            how = How.LABEL if plain_own in self.labels else How.ALIAS
            return Match(column, text, (self.items[plain_own],), how, _CERTAIN)
        return Match(column, text)

    def _of_somebody_else(self, plain: str, groups: Sequence[str]) -> bool:
        """Whether a name or number stands below a group such as 监护人: then it is not the person's own."""
        group = "".join(groups)
        personal = self.sheet.by_name[self.items[plain]].identifying
        return personal and any(word in group for word in self.layout.other_people)

    def guess(self, unknown: Match, taken: set[str]) -> Match:
        """What an unknown header is most like, among the items that no other column names.

        It counts as recognised where it is alike enough, clearly more than the next, and does not tell who the
        person is; where it is less alike, people are asked.
        """
        plain = self.plain(unknown.text)
        ranked = sorted(((fuzz.ratio(plain, known), known) for known in self.items), reverse=True)
        best, header = ranked[0]
        item = self.items[header]
        if best < self.layout.similarity_asked or item in taken:
            return unknown
        rival = next((score for score, known in ranked if self.items[known] != item), 0.0)
        sure = best >= self.layout.similarity_read and best - rival >= self.layout.similarity_margin
        if sure and not self.sheet.by_name[item].identifying:
            return replace(unknown, items=(item,), how=How.SIMILAR, score=best, like=item)
        return replace(unknown, how=How.UNSURE, score=best, like=item)


@dataclass(frozen=True)
class Header:
    """A recognised header."""

    index: HeaderIndex
    first: int
    """Position of its first line in the grid, from 0."""
    row: int
    """Position of its last line."""
    matches: tuple[Match, ...]

    @cached_property
    def items(self) -> dict[int, str]:
        """Variable by column position, of columns that hold one."""
        return {m.column: m.items[0] for m in self.matches if len(m.items) == 1}

    @cached_property
    def compounds(self) -> dict[int, tuple[str, ...]]:
        """Variables by column position, of columns that hold several."""
        return {m.column: m.items for m in self.matches if len(m.items) > 1}

    @cached_property
    def complete(self) -> bool:
        """Whether every column is recognised."""
        return self.recognised >= self.index.layout.header_hits and all(match.items for match in self.matches)

    @cached_property
    def recognised(self) -> int:
        """How many columns are recognised."""
        return sum(bool(match.items) for match in self.matches)

    @cached_property
    def found(self) -> frozenset[str]:
        """Every variable that has a column."""
        return frozenset(item for match in self.matches for item in match.items)


def find_header(grid: Grid, indexes: Sequence[HeaderIndex], layout: SheetLayout) -> Header | None:
    """The lines in which most columns are recognised, over all the indexes; fewer lines and the earlier win a tie.

    A header has a few lines at most: past them, rows are data and are not looked at.
    """
    best: Header | None = None
    for last in range(min(layout.header_rows, len(grid.rows))):
        if best is not None and last > best.row + (1 if best.complete else layout.header_lines):
            break
        for first in range(last, max(last - layout.header_lines, -1), -1):
            best = _best_of_lines(grid, first, last, indexes, best)
    if best is None or best.recognised < layout.header_hits:
        return None
    return _with_guesses(_reaching_down(grid, best, layout))


def _best_of_lines(
    grid: Grid, first: int, last: int, indexes: Sequence[HeaderIndex], best: Header | None
) -> Header | None:
    """A block of lines as a header, by the index that recognises most: if it is more than in the best so far."""
    if best is not None and _filled_columns(grid, first, last) <= best.recognised:
        return best
    columns = _columns(grid, first, last)
    for index in indexes:
        found = Header(index, first, last, tuple(_matches(columns, index)))
        if found.recognised > (best.recognised if best else 0):
            best = found
    return best


def _reaching_down(grid: Grid, header: Header, layout: SheetLayout) -> Header:
    """The header with the lines below it that belong to it: a line that names several items is no data.

    Above them stand groups, some of which may look like items themselves, and be recognised as well as these.
    """
    below = header.row + 1
    while below < min(header.first + layout.header_lines, len(grid.rows)):
        texts = [_header_text(text) for text in grid.rows[below]]
        named = {item for text in texts if text and (item := header.index.item(text))}
        if len(named) < _LINE_HITS or texts == [_header_text(text) for text in grid.rows[header.row]]:
            break
        columns = _columns(grid, header.first, below)
        header = Header(header.index, header.first, below, tuple(_matches(columns, header.index)))
        below += 1
    return header


def _filled_columns(grid: Grid, first: int, last: int) -> int:
    """How many columns have some text in a block of lines."""
    return sum(any(map(str.strip, texts)) for texts in zip(*grid.rows[first : last + 1], strict=True))


Column = tuple[int, str, tuple[str, ...]]
"""Position, own text, and the texts of the groups above it."""


def _columns(grid: Grid, first: int, last: int) -> list[Column]:
    """What the columns of a block of lines say."""
    if first == last:
        return [(place, own, ()) for place, text in enumerate(grid.rows[last]) if (own := _header_text(text))]
    lines = [_spread(grid, row) for row in range(first, last)]
    columns = (_column(grid, place, first, last, lines) for place in range(len(grid.rows[last])))
    return [column for column in columns if column is not None]


def _column(grid: Grid, place: int, first: int, last: int, lines: Sequence[Sequence[str]]) -> Column | None:
    own = _header_text(grid.rows[last][place])
    groups = [line[place] for line in lines]
    if not own:
        # A cell that reaches down over several lines holds its text in the first one.
        standing = [_header_text(grid.rows[row][place]) for row in range(first, last)]
        own = next((text for text in reversed(standing) if text), "")
        groups = groups[: max((n for n, text in enumerate(standing) if text), default=0)]
    return (place, own, tuple(dict.fromkeys(text for text in groups if text and text != own))) if own else None


def _header_text(text: str) -> str:
    return text[:_LONGEST].strip()


def _spread(grid: Grid, row: int) -> list[str]:
    """A line of groups: each text stands for the columns that it reaches over.

    Merged cells tell how far; without them, as in text files, a text reaches to the next one.
    """
    texts = [_header_text(text) for text in grid.rows[row]]
    merged = {first: last for top, first, _, last in grid.merged if top == row}
    if merged or grid.merged:
        for first, last in merged.items():
            if first < len(texts):
                texts[first : last + 1] = [texts[first]] * (min(last, len(texts) - 1) - first + 1)
        return texts
    for place in range(1, len(texts)):
        texts[place] = texts[place] or texts[place - 1]
    return texts


def _matches(columns: Sequence[Column], index: HeaderIndex) -> Iterator[Match]:
    """What each column is by its words. An item counts where it is named first, alone before together with others."""
    named = [index.match(place, own, groups) for place, own, groups in columns]
    alone = {match.items[0] for match in named if len(match.items) == 1}
    taken: set[str] = set()
    for match in named:
        items = match.items if len(match.items) == 1 else tuple(item for item in match.items if item not in alone)
        left = tuple(item for item in items if item not in taken)
        taken.update(left)
        yield replace(match, items=left, how=match.how if left or not match.items else How.REPEATED)


def _with_guesses(header: Header) -> Header:
    """Ask for likeness where words have failed."""
    taken = set(header.found)
    matches: list[Match] = []
    for match in header.matches:
        matches.append(header.index.guess(match, taken) if match.how is How.UNKNOWN else match)
        taken.update(matches[-1].items)
    return replace(header, matches=tuple(matches))
