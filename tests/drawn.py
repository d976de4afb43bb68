"""Frames drawn as text tables, so that a test shows what goes in and what comes out."""

import polars as pl


def frame(drawing: str) -> pl.DataFrame:
    """A frame of text from a table drawn with bars; ``·`` is a missing value."""
    lines = [line.strip() for line in drawing.strip().splitlines() if line.strip()]
    head, *body = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    rows = [[None if cell == "·" else cell for cell in row] for row in body]
    return pl.DataFrame(rows, schema=dict.fromkeys(head, pl.String), orient="row")
