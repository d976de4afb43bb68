"""A filled table as rows and columns, the same for every output format."""

from collections.abc import Iterator
from dataclasses import dataclass

from bishan_survey.model import AreaFrame, Code, Table

Value = float | int | None
"""``None``: left out, so that nobody can be found out."""
SYMBOL = "×"
"""Stands where a value is left out."""
_TOTAL = Code("", "合计")


@dataclass(frozen=True, slots=True)
class GridRow:
    """One line of a table."""

    level: str
    area: str
    area_name: str
    stub: Code | None
    values: list[Value]


@dataclass(frozen=True)
class TableGrid:
    """A table laid out: the labels of its columns and its lines, every area of the frame among them."""

    table: Table
    row_labels: list[str]
    """Headers of the leading columns: the area, and the rows' variable if there is one."""
    column_labels: list[str]
    rows: list[GridRow]


def lay_out(table: Table, frame: AreaFrame, stub_label: str) -> TableGrid:
    """Lay a table out.

    Args:
        table: the filled table.
        frame: whose areas are shown, also those that nobody reported from.
        stub_label: what the rows' variable is called.
    """
    cells = table.cells.select("area", "stub", "column", "value")
    values = {(area, stub, column): value for area, stub, column, value in cells.iter_rows()}
    keys = [key for key, _ in table.head]
    stubs: list[Code | None] = [_TOTAL, *table.stub] if table.shell.stub else [None]
    rows = [
        GridRow(
            level,
            area,
            name,
            stub,
            [_plain(values.get((area, stub.code if stub else "", k), 0.0)) for k in keys],
        )
        for level, area, name in _areas(frame, table.shell.areas)
        for stub in stubs
    ]
    labels = ["地区", stub_label] if table.shell.stub else ["地区"]
    return TableGrid(table, labels, [label for _, label in table.head], rows)


def _plain(value: float | None) -> Value:
    return int(value) if value is not None and value == int(value) else value


def _areas(frame: AreaFrame, levels: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    """Level, code and name of each area, every village below its 镇街."""
    if "district" in levels:
        yield "district", frame.district_code, frame.district
    for code, name in sorted(frame.towns.items()):
        if "town" in levels:
            yield "town", code, name
        if "village" in levels:
            for village in sorted(v.code for v in frame.villages if v.town_code == code):
                yield "village", village, frame.by_code[village].name
