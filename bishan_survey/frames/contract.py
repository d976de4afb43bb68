"""What every frame of a batch is made of, and how frames are checked.

A broken contract is a bug of ours and raises; what people answered wrong stands in the findings frame.
"""

from collections.abc import Iterable

import pandera.polars as pa
import polars as pl

ADDRESS: dict[str, pl.DataType] = {
    "_file": pl.String(),
    "_sheet": pl.String(),
    "_row": pl.Int64(),
    "_village": pl.String(),
    "_town": pl.String(),
}
"""Where a record stands, and the area that it is of. Every frame of records begins with these columns."""
STATUS = "_status"
"""Column of a record's status: ``accepted``, ``held``, ``duplicate`` or ``superseded``."""
PERSON = "_person"
"""Column of a person's record with the person's id, once that is told; null where nobody can tell who it is."""
AREA: dict[str, pl.DataType] = {"town": pl.String(), "village": pl.String()}
PLACE: dict[str, pl.DataType] = {"file": pl.String(), "sheet": pl.String(), "row": pl.Int64()}
LAST_PLACE = {f"last_{name}": kind for name, kind in (AREA | PLACE).items()}
"""Area and place in last year's round."""


def contract(columns: dict[str, pl.DataType], required: tuple[str, ...]) -> pa.DataFrameSchema:
    """The contract of a frame with these columns, in this order; ``required`` ones are never null."""
    return pa.DataFrameSchema(
        {name: pa.Column(kind, nullable=name not in required) for name, kind in columns.items()},
        strict=True,
        ordered=True,
    )


def empty(contract: pa.DataFrameSchema) -> pl.DataFrame:
    """An empty frame of a contract."""
    return pl.DataFrame(schema={name: column.dtype.type for name, column in contract.columns.items()})


def stack(contract: pa.DataFrameSchema, parts: list[pl.DataFrame]) -> pl.DataFrame:
    """Frames under one another, in the contract's column order, and checked against it."""
    whole = pl.concat([empty(contract), *parts], how="diagonal").select(list(contract.columns))
    return contract.validate(whole)


def with_cells(places: pl.DataFrame, columns: pl.DataFrame) -> pl.DataFrame:
    """Add the address of the cell to rows that know their file, sheet, row and item."""
    lookup = columns.select("file", "sheet", "item", "column").filter(pl.col("item").is_not_null())
    return (
        places.join(lookup, on=["file", "sheet", "item"], how="left", maintain_order="left")
        .with_columns(cell=pl.col("column") + pl.col("row").cast(pl.String))
        .drop("column")
    )


def accepted(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The records that count, of several editions together."""
    return pl.concat(parts, how="diagonal").filter(pl.col(STATUS) == "accepted")
