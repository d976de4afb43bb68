"""Who is who from night to night and from year to year.

A person's id is allotted once and remembered. It is computed from nothing, so nothing can be computed from it. What is
allotted, and forever, is an id for each key (number); a person of several keys goes by the oldest of their ids. So two
persons who turn out to be one have one id, and have two again when they turn out to be two.
"""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from bishan_survey import frames
from bishan_survey.changes import Changes, latest
from bishan_survey.frames import PERSON, STATUS
from bishan_survey.hashes import hashed, joined
from bishan_survey.model import Batch, Design

_UNIT = "person"
_PLACE = [*frames.PLACE]
_NOTHING_CHANGED: Changes = {}
_DIGITS = 7


def no_persons() -> pl.DataFrame:
    """What is remembered before anybody was ever met."""
    return frames.empty(frames.PERSONS)


def with_persons(
    batch: Batch, before: pl.DataFrame, design: Design, moment: str, changes: Changes = _NOTHING_CHANGED
) -> tuple[Batch, pl.DataFrame]:
    """Tell who every person's record is of.

    Args:
        batch: a batch that has gone through all stages.
        before: what is remembered of persons, of the night before or of the year before.
        design: the definitions.
        moment: when the night began (ISO 8601).
        changes: the number that has taken the place of each identity number that was changed.

    Returns:
        The batch, its records, links and pairs with the ids of persons; and what is remembered of persons now. A
        record has no id where no usable number tells whose it is, or two of different names give one number.
    """
    people = _people(batch, design)
    named = _without_doubtful(people, before)
    standing = named.drop_nulls("key").filter("counts")
    memory = pl.concat([before, _newly_met(standing, before, batch, moment)]).with_columns(
        _serial("own"), _serial("person")
    )
    present = standing.select("entity", "key").unique()
    claims = _claims(present, memory, changes)
    ids = claims.group_by("entity").agg(pl.min("id"))
    after = _remembered(memory, present, standing, claims, ids)
    return _told(batch, named, ids, after), frames.stack(
        frames.PERSONS, [after.with_columns(_id("own"), _id("person"))]
    )


def _people(batch: Batch, design: Design) -> pl.DataFrame:
    """Place, key and name of every person's record, whether it counts as sent, and the ``entity`` that it is of.

    Records that are linked are of one entity; they come in the order in which they stand in the batch.
    """
    parts = [
        pl.DataFrame(schema=frames.PLACE | {"key": pl.String(), "known": pl.String(), "counts": pl.Boolean()}),
        *(_of_form(frame, design, edition) for (edition, unit), frame in batch.records.items() if unit == _UNIT),
    ]
    groups = batch.links.filter(unit=_UNIT).select(*_PLACE, "group").unique(_PLACE)
    people = pl.concat(parts).join(groups, on=_PLACE, how="left", nulls_equal=True, maintain_order="left")
    alone = -pl.int_range(1, pl.len() + 1)
    known = hashed(people["known"].fill_null(""))
    return people.with_columns(entity=pl.coalesce("group", alone), known=pl.when(pl.col("known") != "").then(known))


def _of_form(records: pl.DataFrame, design: Design, edition: str) -> pl.DataFrame:
    sheet = design.questionnaires[edition].sheet(_UNIT)
    assert sheet is not None  # noqa: S101 - there are records of it
    called = [pl.col(name).cast(pl.String) for name in design.lifecycle.known_by if name in records.columns]
    return records.select(
        **{name: f"_{name}" for name in _PLACE},
        key=pl.col(sheet.key),
        known=joined(*called),
        counts=pl.col(STATUS) != "superseded",
    )


def _without_doubtful(people: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """The records without the keys that several entities give, but for the one that was called so before."""
    last = before.select("key", last="known")
    told = people.join(last, on="key", how="left", maintain_order="left").with_columns(
        several=pl.col("entity").filter("counts").n_unique().over("key") > 1,
        theirs=pl.col("counts") & (pl.col("known") == pl.col("last")).fill_null(False),
    )
    whose = pl.col("entity").filter("theirs")
    sure = (whose.n_unique() == 1).over("key") & (pl.col("entity") == whose.first().over("key"))
    key = pl.when(~pl.col("several") | sure.fill_null(False)).then("key")
    return told.with_columns(key=key).drop("last", "several", "theirs")


def _newly_met(standing: pl.DataFrame, before: pl.DataFrame, batch: Batch, moment: str) -> pl.DataFrame:
    """Keys that were never met before, each with the next id.

    They come in the order of a hash of where they stand, so that the ids say nothing of anybody's number or place.
    """
    new = standing.join(before, on="key", how="anti").join(
        batch.sources.select("file", "sha256"), on="file", how="left", maintain_order="left"
    )
    stood = hashed(new.select(joined("sha256", "sheet", pl.col("row").cast(pl.String))).to_series()).alias("stood")
    ordered = new.with_columns(stood).group_by("key").agg(pl.min("stood")).sort("stood", "key")
    last = before.select(_serial("own").max()).item() or 0
    own = pl.int_range(last + 1, pl.len() + last + 1)
    return frames.stack(
        frames.PERSONS,
        [ordered.select("key", own=own, person=own, first_seen=pl.lit(moment)).with_columns(_id("own"), _id("person"))],
    )


def _claims(present: pl.DataFrame, memory: pl.DataFrame, changes: Changes) -> pl.DataFrame:
    """Which ids each entity may go by, one line for each of its keys, and ``held``: whether it is the one who does.

    An id that several entities might go by stays with the one whose key it was allotted to, if that is there; else
    with the one that has the oldest key. The others' keys fall back upon their own ids.
    """
    own = present.join(memory, on="key").select("entity", "own", "person", real=pl.lit(True))
    whole = pl.concat([own, _renumbered(present, memory, changes)])
    oldest = whole.with_columns(least=pl.col("own").filter("real").min().over("entity"))
    holders = oldest.sort("person", "real", "own", "least", descending=[False, True, False, False]).unique(
        "person", keep="first", maintain_order=True
    )
    told = oldest.join(holders.select("person", holder="entity"), on="person")
    held = pl.col("holder") == pl.col("entity")
    return told.with_columns(held=held, id=pl.when(held).then("person").when("real").then("own"))


def _renumbered(present: pl.DataFrame, memory: pl.DataFrame, changes: Changes) -> pl.DataFrame:
    """Claims of entities to keys that nobody gives tonight, because they were changed into theirs or from theirs."""
    numbers = sorted({*changes, *changes.values()})
    today = pl.DataFrame(
        {"key": numbers, "today": [latest(number, changes) for number in numbers]},
        schema={"key": pl.String(), "today": pl.String()},
    )
    absent = memory.join(present, on="key", how="anti").join(today, on="key")
    return (
        present.join(today, on="key")
        .join(absent, on="today")
        .select("entity", "own", "person", real=pl.lit(False))
        .unique()
    )


def _remembered(
    memory: pl.DataFrame, present: pl.DataFrame, standing: pl.DataFrame, claims: pl.DataFrame, ids: pl.DataFrame
) -> pl.DataFrame:
    """The memory after the night: keys that nobody gives tonight stay with the person whose they were."""
    merged = claims.filter("held").select("person", "entity").unique().join(ids, on="entity")
    called = standing.group_by("key").agg(called=pl.col("known").min())
    return (
        memory.join(present.join(ids, on="entity").select("key", now="id"), on="key", how="left", maintain_order="left")
        .join(merged.select("person", into="id"), on="person", how="left", maintain_order="left")
        .join(called, on="key", how="left", maintain_order="left")
        .with_columns(person=pl.coalesce("now", "into", "person"), known=pl.coalesce("called", "known"))
        .sort("own")
    )


def _told(batch: Batch, people: pl.DataFrame, ids: pl.DataFrame, memory: pl.DataFrame) -> Batch:
    """The batch with ids; a record that was superseded is of the person whose number it gives."""
    now = memory.select("key", remembered="person")
    told = (
        people.join(ids, on="entity", how="left", maintain_order="left")
        .join(now, on="key", how="left", maintain_order="left")
        .select(*_PLACE, person=pl.when("counts").then("id").otherwise("remembered"))
        .with_columns(_id("person"))
    )
    places = told.unique(_PLACE, keep="first", maintain_order=True)
    return replace(
        batch,
        records=_with_ids(batch.records, told["person"]),
        links=_at(batch.links, places, ""),
        pairs=_at(_at(batch.pairs, places, "one_"), places, "other_"),
    )


def _with_ids(
    records: Mapping[tuple[str, str], pl.DataFrame], ids: pl.Series
) -> Mapping[tuple[str, str], pl.DataFrame]:
    """The records with the ids, which come in their order."""
    first, done = 0, dict(records)
    for (edition, unit), frame in records.items():
        if unit == _UNIT:
            done[edition, unit] = frame.with_columns(ids.slice(first, frame.height).alias(PERSON))
            first += frame.height
    return done


def _at(frame: pl.DataFrame, places: pl.DataFrame, side: str) -> pl.DataFrame:
    """A frame with the ids of the persons whose records stand at the places of one side."""
    column = f"{side}person"
    known = places.rename({name: f"{side}{name}" for name in _PLACE} | {"person": "id"})
    on = [f"{side}{name}" for name in _PLACE]
    found = frame.join(known, on=on, how="left", nulls_equal=True, maintain_order="left")
    return found.with_columns(pl.when(pl.col("unit") == _UNIT).then("id").alias(column)).select(frame.columns)


def _serial(column: str) -> pl.Expr:
    """The number in an id; the greater, the younger."""
    return pl.col(column).str.slice(1).cast(pl.Int64).alias(column)


def _id(column: str) -> pl.Expr:
    return pl.format("P{}", pl.col(column).cast(pl.String).str.zfill(_DIGITS)).alias(column)
