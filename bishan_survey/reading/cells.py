"""Cells as text.

Every value is kept as the text that a person sees in the cell. A number with more than fifteen digits is shown in
scientific notation, as spreadsheets do: its last digits are lost, and the text says so by its form.
"""

import datetime as dt
from collections.abc import Sequence

_EXACT = 1e15
"""From here on a spreadsheet's number has lost digits (15 significant digits)."""


def cell_text(value: object) -> str:
    """What a person sees in the cell; empty where there is nothing."""
    match value:
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case float() | int():
            return _number_text(value)
        case dt.datetime():
            return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
        case dt.date() | dt.time():
            return value.isoformat()
        case _:
            return "" if value is None else str(value)


def _number_text(value: float) -> str:
    if not abs(value) < _EXACT:
        return f"{value:.5E}"
    return str(int(value)) if value == int(value) else repr(value)


def row_texts(row: Sequence[object]) -> list[str]:
    """The texts of a row's cells."""
    return [value if type(value) is str else cell_text(value) for value in row]
