"""The frames that travel in a batch, each with a pandera contract.

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
"""Column of a record's status after validation: ``accepted``, ``held`` or ``duplicate``."""

PLACE: dict[str, pl.DataType] = {"file": pl.String(), "sheet": pl.String(), "row": pl.Int64()}


def _contract(columns: dict[str, pl.DataType], required: tuple[str, ...]) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {name: pa.Column(kind, nullable=name not in required) for name, kind in columns.items()},
        strict=True,
        ordered=True,
    )


SOURCES = _contract(
    {
        "file": pl.String(),
        "sha256": pl.String(),
        "bytes": pl.Int64(),
        "edition": pl.String(),
        "village": pl.String(),
        "town": pl.String(),
        "recognised_by": pl.String(),
        "rows_read": pl.Int64(),
        "usable": pl.Boolean(),
    },
    ("file", "sha256", "bytes", "rows_read", "usable"),
)
COLUMNS = _contract(
    {
        "file": pl.String(),
        "sheet": pl.String(),
        "edition": pl.String(),
        "unit": pl.String(),
        "column": pl.String(),
        "header": pl.String(),
        "item": pl.String(),
    },
    ("file", "sheet", "edition", "unit", "column", "header"),
)
"""``item`` is null for a column that the questionnaire does not know."""
FINDINGS = _contract(
    {
        "rule": pl.String(),
        "severity": pl.String(),
        "town": pl.String(),
        "village": pl.String(),
        **PLACE,
        "cell": pl.String(),
        "unit": pl.String(),
        "item": pl.String(),
        "label": pl.String(),
        "value": pl.String(),
        "message": pl.String(),
        "action": pl.String(),
        "records": pl.Int64(),
    },
    ("rule", "severity", "file", "message", "action", "records"),
)
"""``records`` counts the records that one finding stands for: more than one where a whole column is missing."""
NORMALISED = _contract(
    {**PLACE, "cell": pl.String(), "item": pl.String(), "original": pl.String(), "value": pl.String()},
    ("file", "sheet", "row", "item", "original", "value"),
)
NOT_RECORDS = _contract({**PLACE, "reason": pl.String()}, ("file", "sheet", "row", "reason"))
LINKS = _contract(
    {
        "group": pl.Int64(),
        "unit": pl.String(),
        "key": pl.String(),
        **PLACE,
        "town": pl.String(),
        "village": pl.String(),
        "outcome": pl.String(),
        "rule": pl.String(),
        "reason": pl.String(),
        "across_towns": pl.Boolean(),
    },
    ("group", "unit", "key", "file", "row", "outcome", "rule", "reason"),
)
"""Every record of a person met more than once. ``outcome``: ``kept``, ``duplicate`` or ``held``."""


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
