"""The roster as it was read: its rows by person, and what is wrong with it. What is wrong is the office's to mend."""

import polars as pl

from bishan_survey import frames
from bishan_survey.design import widest_sheet
from bishan_survey.model import Batch, Design, Roster, Severity, Sheet, Verdict
from bishan_survey.registers.persons import PERSON, PLACE, persons_of

_TOWN, _VILLAGE, _NAME = "town", "village", "name"
_REPEATED, _SHARED = "R06", "R07"
_SIDES = ("one", "other")
_BETWEEN = " "


def hindering(key_item: str) -> pl.Expr:
    """Whether a finding keeps a list of persons from being used: other answers are the villages' to correct."""
    about_place = pl.col("item").is_in([_TOWN, _VILLAGE]) & pl.col("village").is_null()
    nobody_named = (pl.col("item") == _NAME) & pl.col("row").is_null()
    about_whom = (pl.col("item") == key_item) | about_place | nobody_named
    return (pl.col("severity") == Severity.HARD.value) & ((pl.col("records") == 0) | about_whom)


def roster_of(batch: Batch, design: Design) -> Roster:
    """A roster from the batch that the stages have made of its files.

    Rows of one person (one number, or linked by a match rule) are kept together, so that the person counts once. Of
    one number with two names nobody can tell whose it is: there the name must agree too.
    """
    sheet = widest_sheet(design, PERSON)
    assert sheet is not None  # noqa: S101 - every design has persons
    rows = _by_person(persons_of(batch, design), batch)
    placed = frames.with_cells(rows.with_columns(item=pl.lit(sheet.key_item)), batch.columns)
    ordered = placed.sort("village", *PLACE, nulls_last=True)
    told = [_about_files_and_numbers(batch, design, sheet), _repeated(ordered, design), _shared(ordered, design)]
    usable = batch.sources["usable"]
    return Roster(
        rows=frames.stack(frames.ROSTER, [ordered.select([*frames.ROSTER.columns])]),
        problems=frames.stack(frames.FINDINGS, told).sort("file", "sheet", "row", "rule", nulls_last=True),
        files=len(usable),
        unusable=len(usable) - int(usable.sum()),
    )


def _by_person(rows: pl.DataFrame, batch: Batch) -> pl.DataFrame:
    """Rows with what they have in common with other rows of the same person."""
    groups = batch.links.filter(unit=PERSON).select(*PLACE, "group")
    clashing = _clashing(batch)
    known = rows.join(groups, on=PLACE, how="left", nulls_equal=True).join(
        clashing, on=PLACE, how="left", nulls_equal=True
    )
    shared = pl.col("key").is_in(known.filter("clash")["key"].unique().implode()).fill_null(False)
    alone = pl.concat_str([pl.col("file"), pl.col("sheet").fill_null(""), pl.col("row").cast(pl.String)], separator="|")
    linked = pl.when(~shared).then(pl.format("group {}", "group"))
    return known.with_columns(shared=shared).with_columns(
        person=pl.coalesce(linked, pl.when("shared").then(with_name("key", "name")), "key", alone)
    )


def with_name(key: str, name: str) -> pl.Expr:
    """What must agree where a number alone does not tell who it is."""
    return pl.concat_str([pl.col(key), pl.col(name).fill_null("")], separator=_BETWEEN)


def _clashing(batch: Batch) -> pl.DataFrame:
    """Rows that bear the same number as another, though they are not of one person as far as can be told."""
    pairs = batch.pairs.filter(pl.col("keyed") & (pl.col("verdict") != Verdict.SAME.value), unit=PERSON)
    sides = [pairs.select(pl.col(f"{side}_{name}").alias(name) for name in frames.PLACE) for side in _SIDES]
    return pl.concat(sides).unique().with_columns(clash=pl.lit(True))


# --- what is told of it ---------------------------------------------------------------------------------------------


def _about_files_and_numbers(batch: Batch, design: Design, sheet: Sheet) -> pl.DataFrame:
    """What the stages have found in it, as far as it concerns the roster: they speak to villages of much else."""
    about_file = (pl.col("records") == 0) & ((pl.col("severity") == Severity.SOFT.value) | pl.col("sheet").is_null())
    of_duplicates = pl.col("rule").is_in([*design.notices]) & pl.col("row").is_not_null()
    found = batch.findings.filter((hindering(sheet.key_item) & ~of_duplicates) | about_file)
    # Rows of the roster are held by nothing; only a file that cannot be used is as bad as a village's.
    unusable = batch.sources.filter(~pl.col("usable"))["file"]
    harmless = (pl.col("severity") == Severity.HARD.value) & ~pl.col("file").is_in(unusable.implode())
    return found.with_columns(
        severity=pl.when(harmless).then(pl.lit(Severity.SOFT.value)).otherwise("severity"),
        town=pl.lit(None, dtype=pl.String),
        village=pl.lit(None, dtype=pl.String),
        unit=pl.lit(None, dtype=pl.String),
    )


def _repeated(rows: pl.DataFrame, design: Design) -> pl.DataFrame:
    """Further rows of a person, beside the first."""
    first = _beside(rows.group_by("person", maintain_order=True).first(), "person")
    again = rows.filter(~pl.col("person").is_first_distinct())
    return _worded(again.join(first, on="person", how="left", maintain_order="left"), design, _REPEATED)


def _shared(rows: pl.DataFrame, design: Design) -> pl.DataFrame:
    """Rows whose number stands beside another name, once for each."""
    clashing = rows.filter("shared")
    others = _beside(clashing, "key", "person").rename({"person": "other"})
    pairs = clashing.join(others, on="key", maintain_order="left").filter(pl.col("person") != pl.col("other"))
    return _worded(pairs.unique(PLACE, keep="first", maintain_order=True), design, _SHARED)


def _beside(rows: pl.DataFrame, *by: str) -> pl.DataFrame:
    return rows.select(*by, place=pl.format("{}“{}”第{}行", "file", pl.col("sheet").fill_null(""), "row"))


def _worded(rows: pl.DataFrame, design: Design, notice_id: str) -> pl.DataFrame:
    notice = design.notices[notice_id]
    return rows.select(
        *PLACE,
        "cell",
        rule=pl.lit(notice.id),
        severity=pl.lit(notice.severity.value),
        message=pl.Series([notice.message.format(place=place) for place in rows["place"]], dtype=pl.String),
        action=pl.lit(notice.action),
        records=pl.lit(1, dtype=pl.Int64),
    )
