"""The stage of matching: which records are of one person for sure, which may be, and why."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import polars as pl

from bishan_survey import frames
from bishan_survey.deduplication.candidates import candidates
from bishan_survey.deduplication.decisions import Court
from bishan_survey.deduplication.features import with_features
from bishan_survey.deduplication.groups import without_contradictions
from bishan_survey.deduplication.verdicts import agreement, judge
from bishan_survey.design import variable_types, variables_in, widest_sheet
from bishan_survey.frames import STATUS
from bishan_survey.handwritten import HandwrittenLine
from bishan_survey.hashes import hashed, joined
from bishan_survey.model import OTHER, Batch, Design, Matching, Sheet, Verdict

_PLACE = ("file", "sheet", "row", "town", "village", "held")


def match_records(
    batch: Batch,
    design: Design,
    changes: Mapping[str, str] | None = None,
    decisions: Iterable[HandwrittenLine] = (),
) -> Batch:
    """Compare records that may be of one person, and replay what the district has decided of them.

    Args:
        batch: validated records.
        design: the definitions.
        changes: the number that has taken the place of each identity number that was changed.
        decisions: the lines of the sheets of decisions.

    Returns:
        The batch with its ``pairs``: of one person (``same``), or perhaps (``possible``), each with its rule and what
        is decided of it; and with what became of each line of the ``decisions``.
    """
    court = Court.of(decisions, design.decisions)
    units = sorted({unit for _, unit in batch.records})
    parts = [_pairs(batch, design, unit, changes or {}, court) for unit in units]
    pairs = frames.stack(frames.PAIRS, parts)
    return replace(batch, pairs=pairs, decisions=court.record(pairs))


def _pairs(batch: Batch, design: Design, unit: str, changes: Mapping[str, str], court: Court) -> pl.DataFrame:
    matching = design.matching.of(unit)
    sheet = widest_sheet(design, unit)
    assert sheet is not None  # noqa: S101 - some edition has the unit, or there were no records of it
    people = with_features(_people(batch, design, sheet, matching), matching.features, changes)
    judged = judge(people, candidates(people, matching.blocks), matching)
    decided = court.decide(_identified(judged, people, unit))
    told = court.give_up(without_contradictions(decided))
    told = told.filter((pl.col("verdict") != Verdict.DIFFERENT.value) | pl.col("decision").is_not_null())
    told = told.join(agreement(people, told, sheet, matching.items), on=["one", "other"], maintain_order="left")
    return _with_places(told, people, unit)


def _people(batch: Batch, design: Design, sheet: Sheet, matching: Matching) -> pl.DataFrame:
    """The records of a unit over all editions, with what is looked at.

    They are in the order of what they are ``known`` by from night to night, so that neither the order of files nor
    that of rows changes which record of a pair is the first; ``relied`` is what people see who decide on them.
    """
    types = variable_types(design, sheet)
    wanted = _looked_at(matching) | {*design.lifecycle.known_by}
    names = [name for name in types if name in wanted]
    parts = []
    for (edition, unit), frame in batch.records.items():
        form = design.questionnaires[edition].sheet(unit)
        if unit == sheet.unit and form is not None:
            lacking = [pl.lit(None, dtype=types[name]).alias(name) for name in names if name not in frame.columns]
            known = frame.with_columns(
                *lacking, key=pl.col(form.key), number=pl.col(form.key_item), _held=pl.col(STATUS) != "accepted"
            )
            parts.append(known.select(*frames.ADDRESS, "_held", "key", "number", *names))
    owner = pl.coalesce("_village", "_file")
    by = [pl.col(name).cast(pl.String) for name in design.lifecycle.known_by if name in names]
    shown = [pl.col(name).cast(pl.String) for name in matching.relied_on if name in names]
    people = pl.concat(parts).with_columns(known=joined(owner, "number", *by), relied=joined(*shown))
    ordered = people.sort("known", "relied", "_file", "_sheet", "_row")
    # Several records of one number and name in one village are told apart by their order.
    place = pl.int_range(pl.len()).over("known").cast(pl.String)
    return ordered.with_columns(known=joined("known", place))


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


def _identified(pairs: pl.DataFrame, people: pl.DataFrame, unit: str) -> pl.DataFrame:
    """Pairs with what each is known by on other nights (``pair``), and a hash of what people rely on (``basis``)."""
    one, other = people[pairs["one"]], people[pairs["other"]]
    both = pl.DataFrame(
        {f"{name}_{n}": side[name] for n, side in enumerate((one, other)) for name in ("known", "relied")}
    )
    return pairs.with_columns(
        pair=hashed(both.select(joined(pl.lit(unit), "known_0", "known_1")).to_series()),
        basis=hashed(both.select(joined("relied_0", "relied_1")).to_series()),
    )


def _with_places(pairs: pl.DataFrame, people: pl.DataFrame, unit: str) -> pl.DataFrame:
    """Pairs with both places instead of positions."""
    records = people.select(pl.col(f"_{name}").alias(name) for name in _PLACE)
    one, other = (records[pairs[side]].select(pl.all().name.prefix(f"{side}_")) for side in ("one", "other"))
    return pairs.drop("one", "other").hstack(one).hstack(other).with_columns(unit=pl.lit(unit))
