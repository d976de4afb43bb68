"""Frames with people's data as CSV that its owner alone can read."""

from pathlib import Path

import pandera.polars as pa
import polars as pl

from bishan_survey import frames
from bishan_survey.private import create_private


def as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame that fits into CSV: lists as codes joined by commas."""
    lists = [name for name, kind in frame.schema.items() if kind == pl.List]
    return frame.with_columns(pl.col(name).list.join(",") for name in lists)


def write_private_csv(path: Path, frame: pl.DataFrame) -> None:
    """A frame as CSV, with the mark by which spreadsheet programs know UTF-8."""
    as_text(frame).write_csv(create_private(path), include_bom=True)


def read_private_csv(path: Path, contract: pa.DataFrameSchema) -> pl.DataFrame:
    """A frame of a contract as :func:`write_private_csv` wrote it; columns that stand beside it are left out."""
    kinds = {name: column.dtype.type for name, column in contract.columns.items()}
    texts = pl.read_csv(path, infer_schema=False).select(kinds.keys())
    return frames.stack(contract, [texts.cast(kinds)])
