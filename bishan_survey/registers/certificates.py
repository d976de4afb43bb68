"""Certificates that expire or have expired, of everybody who has a record, or at least stands in the roster."""

import polars as pl

from bishan_survey import frames

_COLUMNS = ("expiry", "valid_until", *frames.AREA, "name", "number", *frames.PLACE)


def certificates_of(records: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The certificates in some group that expires, those that expire first at the top.

    Args:
        records: persons that count or are held.
        rows: the comparison with the roster; empty if there is none. Of persons without a record, and of those whose
            record does not say, the roster's own dates are taken.
    """
    of_roster = rows.filter("listed")
    silent = records.filter(pl.col("valid_until").is_null()).select(
        *(pl.col(name).alias(f"found_{name}") for name in frames.PLACE)
    )
    places = [f"found_{name}" for name in frames.PLACE]
    unsaid = pl.concat(
        [
            of_roster.filter(pl.col("found_file").is_null()),
            of_roster.join(silent, on=places, how="semi", nulls_equal=True),
        ]
    )
    parts = [
        records.select(*_COLUMNS, said_by=pl.lit("return")),
        unsaid.select(*_COLUMNS, said_by=pl.lit("roster")),
    ]
    whole = frames.stack(frames.CERTIFICATES, [part.filter(pl.col("expiry").is_not_null()) for part in parts])
    return whole.sort("town", "village", "valid_until", *frames.PLACE, nulls_last=True)
