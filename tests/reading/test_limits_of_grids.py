"""What is too much for whoever takes a file over is refused before it is handed on."""

import pytest

from bishan_survey.reading.grid import MAX_COLUMNS, MAX_ROWS, Grid, UnreadableFile, refuse_excess


@pytest.mark.parametrize(
    ("grids", "refused"),
    [
        ([[["x"] * MAX_COLUMNS]], False),
        ([[["x"] * (MAX_COLUMNS + 1)]], True),
        ([[["x", *[" "] * MAX_COLUMNS, "x"]]], False),
        ([[["x", "x"]] * MAX_ROWS], False),
        ([[["x", "x"]] * (MAX_ROWS + 1)], True),
        ([[["x", "x"]] * MAX_ROWS, [["x", "x"]]], True),
        ([[["x", ""]] * (MAX_ROWS + 1)], False),
    ],
)
def test_so_many_rows_and_columns_and_no_more(grids: list[list[list[str]]], refused: bool) -> None:
    whole = tuple(Grid(str(number), rows) for number, rows in enumerate(grids))
    if refused:
        with pytest.raises(UnreadableFile, match="F03"):
            refuse_excess(whole)
    else:
        refuse_excess(whole)
