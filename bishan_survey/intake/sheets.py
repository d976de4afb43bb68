"""From a worksheet to verbatim records: which rows are records, and what stands in their cells."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from bishan_survey.intake.compounds import Splitter
from bishan_survey.intake.headers import Header
from bishan_survey.model import SheetLayout
from bishan_survey.reading.grid import Grid

_FIGURE = re.compile(r"[\d.,%/-]+[人户名个元]?")
_TOTAL = 16
"""A longer text is more than the name of a total."""
Texts = dict[str, list[str]]
"""Text of each record by variable."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A part of a cell that held several items."""

    row: int
    item: str
    original: str
    value: str


@dataclass(frozen=True)
class SheetRecords:
    """The records of one worksheet."""

    sheet: str
    header: Header
    rows: list[int]
    """Row number of each record, as the spreadsheet shows it."""
    texts: Texts
    not_records: list[tuple[int, str]]
    """Row number and reason of each row that is no record."""
    headless: list[int]
    """Positions of columns in which something stands, though not in the header."""
    unread: list[tuple[int, int, str]]
    """Row number, position of the column and text of each cell of a record that no item is read from."""
    filled_down: dict[str, int] = field(default_factory=dict)
    """By variable: how many cells were filled from the merged cell that covers them."""
    taken: list[Taken] = field(default_factory=list)
    shared: dict[str, int] = field(default_factory=dict)
    """Column of variables that have none of their own, and were taken out of another item's."""
    above: list[int] = field(default_factory=list)
    """Number of each row that is a record though it stands above the header."""
    sections: list[tuple[int, str]] = field(default_factory=list)
    """Number and text of each row among the records in which nothing but one text stands."""


def read_records(grid: Grid, header: Header, layout: SheetLayout, splitters: Sequence[Splitter] = ()) -> SheetRecords:
    """Every row below the header, as a record or with the reason why it is none; and records that stand above it."""
    first = header.row + 1
    above = [n for n, row in enumerate(grid.rows[: header.first]) if _stands_above(row, header, layout)]
    below, filled = _filled_down(grid, header, layout)
    body = [*(grid.rows[n] for n in above), *below]
    numbers = [n + 1 for n in (*above, *range(first, first + len(below)))]
    lines = _header_lines(grid, header, layout)
    reasons = [_not_a_record(row, header, layout, lines, n == len(above)) for n, row in enumerate(body)]
    kept = [n for n, reason in enumerate(reasons) if reason is None]
    records = body if len(kept) == len(body) else [body[n] for n in kept]
    columns = list(zip(*records, strict=True)) if records else []
    headed = {match.column for match in header.matches}
    read = {match.column for match in header.matches if match.items}
    found = SheetRecords(
        sheet=grid.name,
        header=header,
        rows=[numbers[n] for n in kept],
        texts={name: list(columns[place]) if columns else [] for place, name in header.items.items()},
        not_records=[(numbers[n], reason) for n, reason in enumerate(reasons) if reason is not None],
        headless=[n for n, cells in enumerate(columns) if n not in headed and any(map(str.strip, cells))],
        unread=[
            (numbers[n], place, text)
            for place, cells in enumerate(columns)
            if place not in read
            for n, text in zip(kept, cells, strict=True)
            if text.strip()
        ],
        filled_down=filled,
        above=numbers[: len(above)],
        sections=[
            (numbers[n], texts[0])
            for n, reason in enumerate(reasons)
            if reason not in ("blank", "header") and len(texts := [text for text in body[n] if text.strip()]) == 1
        ],
    )
    for splitter in splitters:
        found = _taken_apart(found, columns, splitter)
    return found


def next_header(grid: Grid, header: Header, layout: SheetLayout) -> int | None:
    """Position of the first row below a header that is another one, of other columns or in another order."""
    places = [place for place, name in header.items.items() if name in layout.identifying_variables]
    for position in range(header.row + 1, len(grid.rows)):
        row = grid.rows[position]
        wordy = any(row[place].strip() and not any(map(str.isdigit, row[place])) for place in places)
        if wordy and _names_items(row, header, layout) and not _repeats_header(row, header):
            return position
    return None


def _names_items(row: Sequence[str], header: Header, layout: SheetLayout) -> bool:
    named = {item for text in row if text.strip() and (item := header.index.item(text))}
    return len(named) >= layout.header_hits and not _identified(row, header, layout)


def _end(rows: Sequence[Sequence[str]]) -> int:
    """Position after the last row in which anything stands."""
    for position in range(len(rows), 0, -1):
        if not is_blank(rows[position - 1]):
            return position
    return 0


def is_blank(row: Sequence[str]) -> bool:
    """Whether nothing stands in a row."""
    return not any(map(str.strip, row))


def _filled_down(grid: Grid, header: Header, layout: SheetLayout) -> tuple[list[list[str]], dict[str, int]]:
    """The rows below the header; where one merged cell stands for several rows, each has its text."""
    first = header.row + 1
    body = grid.rows[first : _end(grid.rows)]
    filled: dict[str, int] = {}
    done: dict[int, int] = {}
    for top, left, lowest, right in sorted(grid.merged):
        bottom = min(lowest, first + len(body) - 1)
        for column in range(left, min(right, len(grid.rows[0]) - 1) + 1):
            item = header.items.get(column)
            if item not in layout.filled_down or not max(first, done.get(column, 0)) <= top < bottom:
                continue
            done[column] = bottom + 1  # of cells that overlap, as nobody's program merges them, the first counts
            text = body[top - first][left]
            for row in range(top + (column == left) - first, bottom + 1 - first):
                body[row] = [*body[row][:column], text, *body[row][column + 1 :]]
            filled[item] = filled.get(item, 0) + bottom - top
    return body, filled


def _not_a_record(
    row: Sequence[str], header: Header, layout: SheetLayout, lines: Collection[tuple[str, ...]], is_first: bool
) -> str | None:
    """Why a row is no record: ``blank``, ``total``, ``remark``, ``unfilled``, ``header``; ``None`` if it is one."""
    first = "".join(next((text for text in row if text.strip()), "").split()).rstrip("：:（）()")
    if not first and is_blank(row):
        return "blank"
    if _stripped(row) in lines or _repeats_header(row, header) or (is_first and _counts_columns(row)):
        return "header"
    if _identified(row, header, layout):
        return None
    if first in layout.total_words or _adds_up(row, layout):
        return "total"
    if (first.startswith(layout.remark_words) and not _is_answer(row, header, layout)) or _declares_none(row, layout):
        return "remark"
    return None if _answered(row, header, layout) else "unfilled"


def _identified(row: Sequence[str], header: Header, layout: SheetLayout) -> bool:
    """Whether something as long as a person's number stands where one belongs (a total may stand there too)."""
    return any(
        len(row[place].strip()) >= layout.identifying_length
        for place, name in header.items.items()
        if name in layout.identifying_variables
    )


def _adds_up(row: Sequence[str], layout: SheetLayout) -> bool:
    """Whether a row says of what it is the total, and otherwise holds nothing but figures."""
    texts = ["".join(text.split()) for text in row if text.strip()]
    words = [text for text in texts if not _FIGURE.fullmatch(text)]
    return len(words) == 1 and any(word in words[0] for word in layout.total_words) and len(words[0]) <= _TOTAL


def _is_answer(row: Sequence[str], header: Header, layout: SheetLayout) -> bool:
    """Whether a row begins with somebody's remarks: it tells who they are, and more besides."""
    plain = [name for place, name in header.items.items() if row[place].strip() and not set(row[place]) & set(":：")]
    return len(plain) >= layout.header_hits and not set(plain).isdisjoint(layout.who)


def _stands_above(row: Sequence[str], header: Header, layout: SheetLayout) -> bool:
    """Whether a row above the header is a record that was sorted or pasted there: with a number, and more besides."""
    numbered = any(
        sum(map(str.isdigit, row[place])) >= layout.identifying_length
        for place, name in header.items.items()
        if name in layout.identifying_variables
    )
    return numbered and sum(bool(row[place].strip()) for place in header.items) >= layout.header_hits


def _header_lines(grid: Grid, header: Header, layout: SheetLayout) -> set[tuple[str, ...]]:
    """The header's last line, and those above it that may be its groups: they may be pasted once more below."""
    rows = grid.rows[max(header.row + 1 - layout.header_lines, 0) : header.row + 1]
    return {_stripped(row) for row in rows if not _identified(row, header, layout)}


def _stripped(row: Sequence[str]) -> tuple[str, ...]:
    return tuple(map(str.strip, row))


def declares_none(text: str, layout: SheetLayout) -> bool:
    """Whether a text says that there is nobody to be surveyed, and neither explains nor asks for it."""
    plain = "".join(text.split())
    said = any(word in plain for word in layout.zero_words)
    return said and not any(word in plain for word in layout.zero_unless)


def _declares_none(row: Sequence[str], layout: SheetLayout) -> bool:
    """A line that says nothing but that there is nobody to be surveyed."""
    texts = [text for text in row if text.strip()]
    return len(texts) == 1 and declares_none(texts[0], layout)


def _answered(row: Sequence[str], header: Header, layout: SheetLayout) -> bool:
    """Whether more stands in a row than a form has filled in beforehand."""
    return any(
        row[match.column].strip()
        for match in header.matches
        if not match.items or any(item not in layout.prefilled for item in match.items)
    )


def _repeats_header(row: Sequence[str], header: Header) -> bool:
    """A header printed again on a later page."""
    return all(header.index.item(row[place]) == name for place, name in header.items.items())


def _counts_columns(row: Sequence[str]) -> bool:
    """A line below the header that numbers its columns: 1, 2, 3 … or 甲, 1, 2 …"""
    numbers = [text.strip("()（） ") for text in row if text.strip()]
    numbers = numbers[1:] if numbers and numbers[0] in ("甲", "栏次") else numbers
    return len(numbers) > 2 and numbers == [str(n) for n in range(1, len(numbers) + 1)]


def _taken_apart(found: SheetRecords, columns: Sequence[Sequence[str]], splitter: Splitter) -> SheetRecords:
    """Take cells apart that hold several items: those of compound columns, and those of the items' own columns."""
    items = splitter.compound.items
    places = [place for place, held in found.header.compounds.items() if held == items]
    places += [place for place, name in found.header.items.items() if name in items]
    for place in places:
        cells = columns[place] if columns else []
        parts = {text: splitter.split(text) for text in set(cells)}
        compound = place in found.header.compounds
        if compound or any(parts.values()):
            found = _with_parts(found, place, cells, parts, splitter)
    return found


def _with_parts(
    found: SheetRecords,
    place: int,
    cells: Sequence[str],
    parts: dict[str, dict[str, str] | None],
    splitter: Splitter,
) -> SheetRecords:
    own = found.header.items.get(place)
    wanted = [*splitter.compound.items, *([splitter.details] if splitter.details else [])]
    texts = found.texts | {name: list(found.texts.get(name) or [""] * len(cells)) for name in wanted}
    taken = list(found.taken)
    for n, cell in enumerate(cells):
        split = parts[cell]
        if split is None:
            if own is None and cell.strip() and not texts[wanted[0]][n].strip():
                texts[wanted[0]][n] = cell  # not understood: it is shown to people where the first item belongs
        elif all(not texts[i][n].strip() or i == own or splitter.same(i, texts[i][n], t) for i, t in split.items()):
            for item, text in split.items():
                if item == own or not texts[item][n].strip():
                    texts[item][n] = text
                    taken.append(Taken(found.rows[n], item, cell, text))
    shared = {name: place for name in wanted if name not in found.header.items.values()}
    return replace(found, texts=texts, taken=taken, shared={**shared, **found.shared})
