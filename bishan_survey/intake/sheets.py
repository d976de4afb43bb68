"""From a worksheet to verbatim records: which rows are records, and what stands in their cells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bishan_survey.intake.cells import Cell, Grid, cell_text, column_texts
from bishan_survey.intake.headers import Header, is_blank
from bishan_survey.model import SheetLayout


@dataclass(frozen=True)
class SheetRecords:
    """The records of one worksheet."""

    sheet: str
    header: Header
    rows: list[int]
    """Row number of each record, as the spreadsheet shows it."""
    texts: dict[str, list[str]]
    """Text of each record by variable."""
    not_records: list[tuple[int, str]]
    """Row number and reason of each row that is no record."""
    headless: list[int]
    """Positions of columns in which something stands, though not in the header."""


def read_records(grid: Grid, header: Header, layout: SheetLayout) -> SheetRecords:
    """Every row below the header, as a record or with the reason why it is none."""
    first = header.row + 1
    body = grid.rows[first : _end(grid)]
    reasons = [_not_a_record(row, header, layout) for row in body]
    kept = [n for n, reason in enumerate(reasons) if reason is None]
    records = body if len(kept) == len(body) else [body[n] for n in kept]
    columns = list(zip(*records, strict=True)) if records else []
    headed = {*header.items, *header.extra, *header.repeated}
    return SheetRecords(
        sheet=grid.name,
        header=header,
        rows=[first + n + 1 for n in kept],
        texts={name: column_texts(columns[place]) if columns else [] for place, name in header.items.items()},
        not_records=[(first + n + 1, reason) for n, reason in enumerate(reasons) if reason is not None],
        headless=[n for n, cells in enumerate(columns) if n not in headed and any(map(_filled, cells))],
    )


def _end(grid: Grid) -> int:
    """Position after the last row in which anything stands."""
    for position in range(len(grid.rows), 0, -1):
        if not is_blank(grid.rows[position - 1]):
            return position
    return 0


def _not_a_record(row: Sequence[Cell], header: Header, layout: SheetLayout) -> str | None:
    """Why a row is no record: ``blank``, ``total``, ``remark``, ``unfilled``, ``header``; ``None`` if it is one."""
    first = "".join(next(_texts(row), "").split()).rstrip("：:（）()")
    if not first and not any(map(_filled, row)):
        return "blank"
    if _repeats_header(row, header):
        return "header"
    if _identified(row, header, layout):
        return None
    if first in layout.total_words:
        return "total"
    if first.startswith(layout.remark_words):
        return "remark"
    return None if _answered(row, header, layout) else "unfilled"


def _identified(row: Sequence[Cell], header: Header, layout: SheetLayout) -> bool:
    """Whether something as long as a person's number stands where one belongs (a total may stand there too)."""
    return any(
        len(cell_text(row[place]).strip()) >= layout.identifying_length
        for place, name in header.items.items()
        if name in layout.identifying_variables
    )


def _filled(cell: Cell) -> bool:
    return bool(cell_text(cell).strip())


def _answered(row: Sequence[Cell], header: Header, layout: SheetLayout) -> bool:
    """Whether more stands in a row than a form has filled in beforehand."""
    asked = [place for place, name in header.items.items() if name not in layout.prefilled]
    return any(_filled(row[place]) for place in (*asked, *header.extra, *header.repeated))


def _texts(row: Sequence[Cell]) -> Iterator[str]:
    return (text for cell in row if (text := cell_text(cell).strip()))


def _repeats_header(row: Sequence[Cell], header: Header) -> bool:
    """A header printed again on a later page."""
    return all(header.index.item(cell_text(row[place])) == name for place, name in header.items.items())
