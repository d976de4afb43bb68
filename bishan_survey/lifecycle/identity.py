"""What makes a finding the same from night to night, however rows, sheets and files move.

A finding is known by the village, the person or row, the item, the rule and the value as it was written; never by its
place. What is alike in all of this is numbered, so that two equal rows have two findings, and mending one leaves one.
"""

import polars as pl

from bishan_survey import frames
from bishan_survey.frames import STATUS
from bishan_survey.hashes import BETWEEN, hashed, joined
from bishan_survey.model import Batch, Design, Sheet

_PLACE = [f"_{part}" for part in frames.PLACE]


def subjects_of(batch: Batch, design: Design) -> pl.DataFrame:
    """Where every record that counts as sent stands, and a hash of the person or village that it is of."""
    parts = [_subjects(batch, design, edition, unit) for edition, unit in batch.records]
    whole = pl.concat([pl.DataFrame(schema={**frames.PLACE, "subject": pl.String()}), *parts])
    unique = whole.unique([*frames.PLACE], keep="first", maintain_order=True)
    return unique.with_columns(hashed(unique["subject"]).alias("subject"))


def identified(batch: Batch, subjects: pl.DataFrame) -> pl.DataFrame:
    """The batch's findings in their order, each with its ``id`` and the ``subject`` that it is about."""
    known = batch.findings.join(subjects, on=[*frames.PLACE], how="left", maintain_order="left")
    # What is not about a record is known by its village, or by its file while that is not known.
    about = pl.coalesce("subject", _owner("village", "file"))
    texts = known.with_columns(text=joined(about, "unit", "item", "rule", pl.col("value").str.strip_chars()))
    numbered = (
        texts.with_row_index("order")
        .sort("severity", *frames.PLACE, "cell", "message", nulls_last=True, maintain_order=True)
        .with_columns(number=pl.int_range(pl.len()).over("text").cast(pl.String))
        .sort("order")
    )
    ids = numbered.select(joined("text", "number")).to_series()
    return known.with_columns(hashed(ids).alias("id"))


def _owner(village: str, file: str) -> pl.Expr:
    return pl.coalesce(village, pl.format("file{}{}", pl.lit(BETWEEN), file))


def _subjects(batch: Batch, design: Design, edition: str, unit: str) -> pl.DataFrame:
    sheet = design.questionnaires[edition].sheet(unit)
    assert sheet is not None  # noqa: S101 - intake read it by this sheet
    records = batch.records[edition, unit].filter(pl.col(STATUS) != "superseded")
    keyed = records.select(*frames.ADDRESS, key=pl.col(sheet.key))
    verbatim = batch.verbatim[edition, unit].join(keyed.filter(pl.col("key").is_null()), on=_PLACE, how="semi")
    unkeyed = verbatim.select(*_PLACE, known=_recognised(sheet, design))
    about = pl.coalesce(pl.format("key{}{}", pl.lit(BETWEEN), "key"), "known")
    return keyed.join(unkeyed, on=_PLACE, how="left", maintain_order="left").select(
        *(pl.col(f"_{part}").alias(part) for part in frames.PLACE),
        subject=joined(pl.lit(unit), _owner("_village", "_file"), about),
    )


def _recognised(sheet: Sheet, design: Design) -> pl.Expr:
    """By what a record without a usable key is recognised: its number as written and the name, else all of it."""
    by = [sheet.key_item, *(name for name in design.lifecycle.known_by if name in sheet.by_name)]
    everything = [name for name in sheet.by_name if name not in design.layout.prefilled]
    some = pl.any_horizontal(pl.col(name).is_not_null() for name in by)
    return pl.when(some).then(_written("by", by)).otherwise(_written("all", everything))


def _written(how: str, names: list[str]) -> pl.Expr:
    return joined(pl.lit(how), *(pl.col(name).str.strip_chars() for name in names))
