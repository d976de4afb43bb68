"""The stage of matching: which records are of one person for sure, which may be, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from bishan_survey import frames
from bishan_survey.deduplication.candidates import candidates
from bishan_survey.deduplication.features import with_features
from bishan_survey.deduplication.groups import without_contradictions
from bishan_survey.deduplication.verdicts import agreement, judge
from bishan_survey.design import variable_types, variables_in, widest_sheet
from bishan_survey.hashes import hashed, joined
from bishan_survey.model import OTHER, Batch, Design, Matching, Sheet, Verdict

_PLACE = ("file", "sheet", "row", "town", "village")


def match_records(batch: Batch, design: Design, changes: Mapping[str, str] | None = None) -> Batch:
    """Compare records that may be of one person.

    Args:
        batch: validated records.
        design: the definitions.
        changes: the number that has taken the place of each identity number that was changed.

    Returns:
        The batch with its ``pairs``: of one person (``same``), or perhaps (``possible``), each with its rule.
    """
    units = sorted({unit for _, unit in batch.records})
    parts = [_pairs(batch, design, unit, changes or {}) for unit in units]
    return replace(batch, pairs=frames.stack(frames.PAIRS, parts))


def _pairs(batch: Batch, design: Design, unit: str, changes: Mapping[str, str]) -> pl.DataFrame:
    matching = design.matching.of(unit)
    sheet = widest_sheet(design, unit)
    assert sheet is not None  # noqa: S101 - some edition has the unit, or there were no records of it
    people = with_features(_people(batch, design, sheet, matching), matching.features, changes)
    judged = judge(people, candidates(people, matching.blocks), matching)
    told = without_contradictions(judged).filter(pl.col("verdict") != Verdict.DIFFERENT.value)
    told = told.join(agreement(people, told, sheet, matching.items), on=["one", "other"], maintain_order="left")
    return _with_places(told, people, unit, matching.items)


def _people(batch: Batch, design: Design, sheet: Sheet, matching: Matching) -> pl.DataFrame:
    """The records of a unit over all editions, with what is looked at.

    They are in the order of what they are ``known`` by from night to night, so that neither the order of files nor
    that of rows changes which record of a pair is the first.
    """
    types = variable_types(design, sheet)
    wanted = _looked_at(matching) | {*design.lifecycle.known_by}
    names = [name for name in types if name in wanted]
    parts = []
    for (edition, unit), frame in batch.records.items():
        form = design.questionnaires[edition].sheet(unit)
        if unit == sheet.unit and form is not None:
            lacking = [pl.lit(None, dtype=types[name]).alias(name) for name in names if name not in frame.columns]
            known = frame.with_columns(*lacking, key=pl.col(form.key), number=pl.col(form.key_item))
            parts.append(known.select(*frames.ADDRESS, "key", "number", *names))
    owner = pl.coalesce("_village", "_file")
    by = [pl.col(name).cast(pl.String) for name in design.lifecycle.known_by if name in names]
    people = pl.concat(parts).with_columns(known=joined(owner, "number", *by))
    return people.sort("known", "_file", "_sheet", "_row")


def _looked_at(matching: Matching) -> set[str]:
    """The variables that features, blocks, measures, rules and people look at."""
    texts = [
        *(feature.sql for feature in matching.features if feature.sql),
        *(sql for block in matching.blocks for sql in block.by),
        *(rule.when for rule in matching.rules),
    ]
    named = {name.removeprefix(OTHER) for sql in texts for name in variables_in(sql)}
    named |= {feature.of for feature in matching.features if feature.of}
    return named | {name for measure in matching.measures for name in measure.of} | {*matching.items}


def _with_places(pairs: pl.DataFrame, people: pl.DataFrame, unit: str, items: Sequence[str]) -> pl.DataFrame:
    """Both places of each pair, what it is known by from night to night, and a hash of what people rely on."""
    values = [pl.col(name).cast(pl.String) for name in items if name in people.columns]
    records = people.select(*(pl.col(f"_{name}").alias(name) for name in _PLACE), "known", relied=joined(*values))
    one, other = (records[pairs[side]].select(pl.all().name.prefix(f"{side}_")) for side in ("one", "other"))
    both = pairs.drop("one", "other").hstack(one).hstack(other)
    return both.with_columns(
        unit=pl.lit(unit),
        pair=hashed(both.select(joined(pl.lit(unit), "one_known", "other_known")).to_series()),
        basis=hashed(both.select(joined("one_relied", "other_relied")).to_series()),
    ).drop(f"{side}_{name}" for side in ("one", "other") for name in ("known", "relied"))
