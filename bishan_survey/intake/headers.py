"""Which rows are the header, and which column is which item.

A header has one to three lines. Lines above its lowest one hold groups of columns, or the texts of cells that reach
down over several lines.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from bishan_survey.intake.header_index import CERTAIN, Column, HeaderIndex, How, Match
from bishan_survey.model import SheetLayout
from bishan_survey.reading.grid import Grid

_LINE_HITS = 2
"""A line that names as many items by itself belongs to a header."""
_GROUP_WORD = 10
"""A longer text above a header is no group of columns but a title or a line of particulars."""
_MOST_GUESSES = 300
"""So many unknown headers of a sheet are compared with all items; whoever has more has something else there."""
_LONGEST = 200
"""Characters of a header; what is longer is no header, and not looked at any further."""


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
    def sure(self) -> bool:
        """Whether it is a header at all: by many items, or by those alone that tell who a person is."""
        layout = self.index.layout
        return self.recognised >= layout.header_hits or len(self.found & set(layout.who)) > 1

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
    if best is None or not best.sure:
        return None
    whole = _reaching_down(grid, _reaching_up(grid, best, layout), layout)
    return _with_guesses(_without_copies(grid, whole))


def _best_of_lines(
    grid: Grid, first: int, last: int, indexes: Sequence[HeaderIndex], best: Header | None
) -> Header | None:
    """A block of lines as a header, by the index that recognises most: if it is more than in the best so far."""
    if best is not None and _filled_columns(grid, first, last) <= best.recognised:
        return best
    columns = _columns(grid, first, last)
    for index in indexes:
        found = Header(index, first, last, _matches(columns, index))
        if found.recognised > (best.recognised if best else 0):
            best = found
    return best


def _reaching_up(grid: Grid, header: Header, layout: SheetLayout) -> Header:
    """The header with the line above it that says whose names and numbers stand below: they are recognised without
    it, but as the person's own."""
    above = header.first - 1
    if above < 0 or header.row - above >= layout.header_lines:
        return header
    texts = [_header_text(text) for text in grid.rows[above]]
    groups = [text for text in texts if len(text) <= _GROUP_WORD and not set(text) & set(":：")]
    if not any(map(header.index.names_others, groups)):
        return header
    return Header(header.index, above, header.row, _matches(_columns(grid, above, header.row), header.index))


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
        header = Header(header.index, header.first, below, _matches(columns, header.index))
        below += 1
    return header


def _filled_columns(grid: Grid, first: int, last: int) -> int:
    """How many columns have some text in a block of lines."""
    return sum(any(map(str.strip, texts)) for texts in zip(*grid.rows[first : last + 1], strict=True))


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


def _matches(columns: Sequence[Column], index: HeaderIndex) -> tuple[Match, ...]:
    """What each column is by its words; villages that fill in one form have one header, which is read but once."""
    lines = tuple(columns)
    known = index.read_before.get(lines)
    if known is not None:
        return known
    matches = tuple(_matched(lines, index))
    if sum(bool(match.items) for match in matches) >= index.layout.header_hits:  # other lines are people's, not kept
        index.read_before[lines] = matches
    return matches


def _matched(columns: Sequence[Column], index: HeaderIndex) -> Iterator[Match]:
    """Each column. An item counts where it is named first, alone before together with others."""
    named = list(_told_apart([index.match(place, own, groups) for place, own, groups in columns], index))
    alone = {match.items[0] for match in named if len(match.items) == 1}
    taken: set[str] = set()
    for match in named:
        items = match.items if len(match.items) == 1 else tuple(item for item in match.items if item not in alone)
        left = tuple(item for item in items if item not in taken)
        taken.update(left)
        yield replace(match, items=left, how=match.how if left or not match.items else How.REPEATED)


def _told_apart(named: Sequence[Match], index: HeaderIndex) -> Iterator[Match]:
    """Of several columns that may hold who a person is, the one alone that says so; without one, none of them."""
    claims = {item: [match for match in named if match.items == (item,)] for item in index.layout.who}
    for match in named:
        rivals = claims.get(match.items[0], []) if len(match.items) == 1 else []
        own = [rival for rival in rivals if rival.how is How.MAPPED] or [r for r in rivals if _own(r, index.layout)]
        if len(rivals) < 2 or (len(own) == 1 and match is own[0]):
            yield match
        elif len(own) == 1:
            yield replace(match, items=(), how=How.REPEATED)
        else:
            yield replace(match, items=(), how=How.AMBIGUOUS, like=match.items[0])


def _without_copies(grid: Grid, header: Header) -> Header:
    """Columns that nobody can tell apart need not be told apart where the same stands in all of them."""
    rivals: dict[str, list[int]] = {}
    for match in header.matches:
        if match.how is How.AMBIGUOUS:
            rivals.setdefault(match.like, []).append(match.column)
    copied = {item for item, columns in rivals.items() if _alike(grid, header, columns)}
    matches: list[Match] = []
    seen: set[str] = set()
    for match in header.matches:
        if match.how is How.AMBIGUOUS and match.like in copied:
            items = () if match.like in seen else (match.like,)
            seen.add(match.like)
            matches.append(
                replace(match, items=items, how=How.LABEL if items else How.REPEATED, score=CERTAIN, like="")
            )
        else:
            matches.append(match)
    return replace(header, matches=tuple(matches))


def _alike(grid: Grid, header: Header, columns: Sequence[int]) -> bool:
    """Whether the same texts stand in some columns below a header."""
    return all(len({row[column].strip() for column in columns}) == 1 for row in grid.rows[header.row + 1 :])


def _own(match: Match, layout: SheetLayout) -> bool:
    """Whether a header says that it is the person's own."""
    return any(word in match.text for word in layout.own_people)


def _with_guesses(header: Header) -> Header:
    """Ask for likeness where words have failed."""
    taken = set(header.found)
    matches: list[Match] = []
    left = _MOST_GUESSES
    for match in header.matches:
        guessed = match.how is How.UNKNOWN and left > 0
        left -= guessed
        matches.append(header.index.guess(match, taken) if guessed else match)
        taken.update(matches[-1].items)
    return replace(header, matches=tuple(matches))
