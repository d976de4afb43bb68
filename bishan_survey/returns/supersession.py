"""A later file takes the place of an earlier one, record by record; and what it changed."""

from collections.abc import Iterator

import polars as pl

from bishan_survey import frames
from bishan_survey.model import Batch, Design, Sheet

_SIDES = ("earlier", "later")
_KEY = ["_village", "key"]


def contested_rows(rivals: Batch, design: Design, unit: str, steps: pl.DataFrame) -> pl.DataFrame:
    """The records of a unit in villages' several files, over all editions, their values as text.

    Args:
        rivals: typed records.
        design: the definitions.
        unit: ``person`` or ``village``.
        steps: village, file, and the step in time that the file stands on.
    """
    parts = []
    for (edition, this), frame in rivals.records.items():
        sheet = design.questionnaires[edition].sheet(this)
        if this == unit and sheet is not None:
            placed = frame.with_row_index("position").join(steps, on=["_village", "_file"], maintain_order="left")
            known = pl.lit(edition).alias("edition"), pl.col(sheet.key).alias("key")
            parts.append(
                placed.select(
                    *frames.ADDRESS, "position", "step", *known, *(_written(placed, name) for name in sheet.by_name)
                )
            )
    return pl.concat(parts, how="diagonal")


def _written(frame: pl.DataFrame, name: str) -> pl.Expr:
    """A variable's values in the spelling that the form asks for."""
    if frame.schema[name] == pl.List:
        return pl.col(name).list.join(",")
    text = pl.col(name).cast(pl.String)
    return text.str.strip_suffix(".0") if frame.schema[name] == pl.Float64 else text


def superseded(rows: pl.DataFrame, share: float) -> pl.DataFrame:
    """Add ``gone``: the step whose files took the place of a record; null where it counts.

    All villages take each step together, so there are as many rounds as the most often corrected village has files.
    """
    rows = rows.with_columns(gone=pl.lit(None, dtype=pl.Int64))
    for step in _later_steps(rows):
        rows = rows.with_columns(gone=pl.when(_replaced(step, share)).then(step).otherwise("gone"))
    return rows


def _later_steps(rows: pl.DataFrame) -> range:
    last = rows["step"].max()
    return range(1, 1 + (last if isinstance(last, int) else 0))


def _replaced(step: int, share: float) -> pl.Expr:
    """Whether a record that counts so far gives way to the files of a step: all do, or those met again in them."""
    later = pl.col("step") == step
    earlier = _standing_before(step)
    met = earlier & pl.col("key").is_not_null() & later.any().over(_KEY)
    supplement = (_units(later) < share * _units(earlier)) | (_known_units(met) < share * _known_units(earlier))
    return earlier & later.any().over("_village") & (met | ~supplement)


def _standing_before(step: int) -> pl.Expr:
    """Whether a record is of an earlier step and counted until this one."""
    return (pl.col("step") < step) & (pl.col("gone").is_null() | (pl.col("gone") >= step))


def _known_units(rows: pl.Expr) -> pl.Expr:
    """How many units of a village can be recognised among these rows."""
    return pl.col("key").filter(rows).drop_nulls().n_unique().over("_village")


def _units(rows: pl.Expr) -> pl.Expr:
    """How many units of a village stand in these rows; one without a key is met nowhere else."""
    return _known_units(rows) + (rows & pl.col("key").is_null()).sum().over("_village")


def changes(rows: pl.DataFrame, design: Design, unit: str, columns: pl.DataFrame) -> pl.DataFrame:
    """What the files of each step added, removed and changed: an item to a row, at its cells.

    Units without a key cannot be compared and stand in no difference.
    """
    sheets = [(form.edition, sheet) for form in design.questionnaires.values() if (sheet := form.sheet(unit))]
    told = [
        part.with_columns(step=pl.lit(step), unit=pl.lit(unit))
        for step in _later_steps(rows)
        for part in _changed_items(_pairs(rows, step), sheets, design)
    ]
    if not told:
        return frames.empty(frames.DIFFERENCES).with_columns(step=pl.lit(None, dtype=pl.Int32))
    whole = pl.concat(told).sort("village", "step", "key", maintain_order=True)
    for side in _SIDES:
        whole = _with_cells(whole, side, columns)
    return whole


def _pairs(rows: pl.DataFrame, step: int) -> pl.DataFrame:
    """Records of units before and after a step, side by side; one side is null for a unit added or removed."""
    keyed = rows.filter(pl.col("key").is_not_null()).sort("_file", "_sheet", "_row")
    earlier = keyed.filter(_standing_before(step)).unique(_KEY, keep="first", maintain_order=True)
    later = keyed.filter(step=step).unique(_KEY, keep="first", maintain_order=True)
    rivals = rows.filter(_standing_before(step)).select("_village")
    added_or_met = later.join(rivals, on="_village", how="semi")
    pairs = earlier.join(added_or_met, on=_KEY, how="full", suffix="_later", coalesce=True)
    return pairs.filter(pl.col("_file_later").is_not_null() | (pl.col("gone") == step))


def _changed_items(pairs: pl.DataFrame, sheets: list[tuple[str, Sheet]], design: Design) -> Iterator[pl.DataFrame]:
    """Differences item by item; what a form fills in beforehand, such as a running number, is no answer."""
    added, removed = pl.col("_file").is_null(), pl.col("_file_later").is_null()
    for name in dict.fromkeys(name for _, sheet in sheets for name in sheet.by_name):
        if name not in pairs.columns:
            continue
        editions = [edition for edition, sheet in sheets if name in sheet.by_name]
        asked = pl.col("edition").is_in(editions) & pl.col("edition_later").is_in(editions)
        told = asked & pl.col(name).ne_missing(pl.col(f"{name}_later")) & (name not in design.layout.prefilled)
        if any(sheet.key_item == name for _, sheet in sheets):
            told = told.fill_null(False) | added | removed
        yield pairs.filter(told).select(
            pl.col("_village").alias("village"),
            pl.when(added)
            .then(pl.lit("added"))
            .when(removed)
            .then(pl.lit("removed"))
            .otherwise(pl.lit("changed"))
            .alias("change"),
            "key",
            pl.lit(name).alias("item"),
            pl.lit(design.variable_labels[name]).alias("label"),
            pl.col(name).alias("old"),
            pl.col(f"{name}_later").alias("new"),
            *(pl.col(f"_{part}").alias(f"earlier_{part}") for part in frames.PLACE),
            *(pl.col(f"_{part}_later").alias(f"later_{part}") for part in frames.PLACE),
        )


def _with_cells(told: pl.DataFrame, side: str, columns: pl.DataFrame) -> pl.DataFrame:
    """Add the address of the cell on one side."""
    places = told.rename({f"{side}_{part}": part for part in frames.PLACE})
    return frames.with_cells(places, columns).rename({part: f"{side}_{part}" for part in (*frames.PLACE, "cell")})
