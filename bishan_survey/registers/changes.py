"""What matched persons answer otherwise than last year, and how often, by 镇街 and item."""

import polars as pl

from bishan_survey import frames
from bishan_survey.design import as_read, dtype
from bishan_survey.model import LAST, PERSON, Batch, Design, Difference, Item, LastYear
from bishan_survey.registers.code_books import RECODED, UNREADABLE

_SAME = "same"
_PLACE = {"file": "_file", "sheet": "_sheet", "row": "_row"}
_NAMES = [_SAME, *(kind.value for kind in Difference)]
_KINDS = {name: pl.lit(number, dtype=pl.UInt8) for number, name in enumerate(_NAMES)}
"""Kinds as small numbers: there are a million of them."""
_AT = "_at"


def compared_items(batch: Batch, design: Design) -> list[Item]:
    """The items of this year, without those that are asked anew and those in which a difference tells nothing."""
    left_out = {name for entry in design.not_compared if entry.unit == PERSON for name in entry.items}
    left_out |= set(design.layout.prefilled)
    items: dict[str, Item] = {}
    for edition, unit in batch.records:
        sheet = design.questionnaires[edition].sheet(unit)
        if unit == PERSON and sheet is not None:
            items |= {item.name: item for item in sheet.items if item.name not in sheet.asked_anew}
    return [item for name, item in items.items() if name not in left_out]


def compare(pairs: pl.DataFrame, batch: Batch, last: LastYear, design: Design) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Compare the answers of matched persons.

    Args:
        pairs: this year's records with last year's beside them.
        batch: this year's.
        last: last year's.
        design: the definitions.

    Returns:
        Every answer that differs (:data:`frames.CHANGES`), and the counts (:data:`frames.ITEM_CHANGES`).
    """
    items = compared_items(batch, design)
    if pairs.is_empty() or not items:
        return frames.empty(frames.CHANGES), frames.empty(frames.ITEM_CHANGES)
    told = _told(pairs, items, batch, last)
    return _details(pairs, told, items, batch, last, design), _counts(told.with_columns(pairs["_town"]), items)


def _told(pairs: pl.DataFrame, items: list[Item], batch: Batch, last: LastYear) -> pl.DataFrame:
    """For each pair and item, how the two answers stand to each other."""
    here = _asked(pairs, "", batch.columns, items)
    there = _asked(pairs, LAST, last.columns, items)
    return pairs.hstack(here).hstack(there).select(_outcome(pairs, item).alias(item.name) for item in items)


def _outcome(pairs: pl.DataFrame, item: Item) -> pl.Expr:
    """How this year's answer stands to last year's; null where one of them is not known or neither is there."""
    new, old = pl.col(item.name), pl.col(LAST + item.name)
    no_new = new.is_null() & pl.col(_had("", item)) & ~_named(pairs, UNREADABLE, item)
    no_old = old.is_null() & pl.col(_had(LAST, item)) & ~_named(pairs, LAST + UNREADABLE, item)
    return (
        pl.when(_named(pairs, LAST + RECODED, item))
        .then(_KINDS[Difference.RECODED])
        .when(new == old)
        .then(_KINDS[_SAME])
        .when(new != old)
        .then(_KINDS[Difference.CHANGED])
        .when(no_old & new.is_not_null())
        .then(_KINDS[Difference.ANSWERED])
        .when(no_new & old.is_not_null())
        .then(_KINDS[Difference.EMPTIED])
    )


def _named(pairs: pl.DataFrame, column: str, item: Item) -> pl.Expr:
    """Whether an item is among those that a column names."""
    if column not in pairs.columns or pairs[column].null_count() == pairs.height:
        return pl.lit(False)
    return pl.col(column).str.split(" ").list.contains(item.name).fill_null(False)


def _had(side: str, item: Item) -> str:
    return f"_had_{side}{item.name}"


def _asked(pairs: pl.DataFrame, side: str, columns: pl.DataFrame, items: list[Item]) -> pl.DataFrame:
    """For each pair and item, whether the sheet on one side has a column of it."""
    held = columns.drop_nulls("item").group_by("file", "sheet").agg("item")
    flags = [pl.col("item").list.contains(item.name).alias(_had(side, item)) for item in items]
    places = pairs.select(file=f"{side}_file", sheet=f"{side}_sheet")
    known = places.join(held.select("file", "sheet", *flags), on=["file", "sheet"], how="left", maintain_order="left")
    return known.drop("file", "sheet").fill_null(False)


def _counts(told: pl.DataFrame, items: list[Item]) -> pl.DataFrame:
    """The counts of each item, one 镇街 after the other."""
    by_town = told.group_by("_town").agg(
        _counted(item.name, kind).alias(f"{item.name} {kind}") for item in items for kind in _NAMES
    )
    long = (
        by_town.sort("_town", nulls_last=True)
        .unpivot(index="_town")
        .with_columns(pl.col("variable").str.split_exact(" ", 1).struct.rename_fields(["item", "kind"]).struct.unnest())
    )
    wide = long.pivot("kind", index=["item", "_town"], values="value").rename({"_town": "town"})
    labels = {item.name: item.label for item in items}
    told_of = wide.with_columns(
        label=pl.col("item").replace_strict(labels, return_dtype=pl.String),
        compared=pl.col(_SAME) + pl.col(Difference.CHANGED.value),
    )
    some = pl.sum_horizontal(_NAMES) > 0
    return frames.stack(frames.ITEM_CHANGES, [told_of.filter(some).drop(_SAME)])


def _counted(name: str, kind: str) -> pl.Expr:
    return (pl.col(name) == _KINDS[kind]).sum().cast(pl.Int64)


def _details(
    pairs: pl.DataFrame, told: pl.DataFrame, items: list[Item], batch: Batch, last: LastYear, design: Design
) -> pl.DataFrame:
    area = {name: f"_{name}" for name in frames.AREA}
    places = pairs.select(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias(_AT),
        *(pl.col(side + column).alias(side + name) for side in ("", LAST) for name, column in (area | _PLACE).items()),
        key="_key",
    )
    parts = [part for item in items if (part := _of_item(pairs, places, told, item, design)).height]
    whole = pl.concat([_nothing(), *parts], how="diagonal").sort(_AT, maintain_order=True).drop(_AT)
    placed = frames.with_cells(whole, batch.columns)
    of_last = placed.select(**{name: f"{LAST}{name}" for name in _PLACE}, item="item")
    cells = frames.with_cells(of_last, last.columns)["cell"].alias(f"{LAST}cell")
    return frames.stack(frames.CHANGES, [placed.with_columns(cells)])


def _nothing() -> pl.DataFrame:
    at = pl.Series(_AT, [], dtype=pl.UInt32)
    return frames.empty(frames.CHANGES).drop("cell", f"{LAST}cell").with_columns(at)


def _of_item(pairs: pl.DataFrame, places: pl.DataFrame, told: pl.DataFrame, item: Item, design: Design) -> pl.DataFrame:
    """The differences in an item, as people read them."""
    kinds = told[item.name]
    rows = (kinds > 0).fill_null(False).arg_true()
    codes = design.code_lists.get(item.codes or "")
    answers = pairs.select(item.name, LAST + item.name)[rows].select(
        old=as_read(LAST + item.name, dtype(item), codes), new=as_read(item.name, dtype(item), codes)
    )
    return (
        places[rows]
        .hstack(answers)
        .with_columns(
            item=pl.lit(item.name),
            label=pl.lit(item.label),
            change=kinds[rows].replace_strict(dict(enumerate(_NAMES)), return_dtype=pl.String),
        )
    )
