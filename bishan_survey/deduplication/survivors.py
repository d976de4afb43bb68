"""Which of several records of a person counts, by the rules in ``validators/survivor.toml``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from bishan_survey import frames
from bishan_survey.changes import Changes, today
from bishan_survey.deduplication.groups import components
from bishan_survey.design import compile_sql, variables_in
from bishan_survey.frames import STATUS
from bishan_survey.model import Batch, Decision, Design, Sheet, SheetLayout, SurvivorRule, Verdict

KEPT, DUPLICATE, HELD = "kept", "duplicate", "held"
TIE, NOT_GONE = "D03", "D07"
"""Notices of records that are held: nobody can tell which stands; the district says that the person is gone."""
PLACE = [f"_{name}" for name in frames.PLACE]
SIDES = ("one", "other")
_REPEATS = "repeats_earlier"
_IN_ROSTER = "in_roster_village"
_LOST, _EVEN, _WON = 0, 1, 2
_KEEPING = (Decision.KEEP_ONE, Decision.KEEP_OTHER)


_NOT_AS_DECIDED = pl.col("ruling").is_not_null() & ~pl.col("gone")
"""The person is gone, people have decided, and the record does not say so."""


@dataclass(frozen=True)
class Listed:
    """Whom a roster lists in which village, by the numbers that count today."""

    rows: pl.DataFrame
    numbers: Mapping[str, str]
    """The number of today for each that was changed."""

    def marked(self, records: pl.DataFrame) -> pl.DataFrame:
        """Records with whether the roster lists their person in their village."""
        today = records.with_columns(_today=pl.col("key").replace(dict(self.numbers)))
        return today.join(self.rows, on=["_today", "_village"], how="left", maintain_order="left").drop("_today")


def villages_of(roster: pl.DataFrame, changes: Changes) -> Listed:
    """For each number of a roster the village, or the villages, that it says."""
    numbers = today(changes)
    said = (
        roster.select("key", _village="village").drop_nulls().select("_village", _today=pl.col("key").replace(numbers))
    )
    return Listed(said.unique().with_columns(pl.lit(True).alias(_IN_ROSTER)), numbers)


def decided(batch: Batch, design: Design, unit: str, roster: Listed | None = None) -> pl.DataFrame:
    """Every record of a unit that is of one person with another, with its ``outcome`` and the ``rule`` for it."""
    met = _met_more_than_once(batch, design, unit, roster)
    return met if met.is_empty() else _decide(met, design.survivor_rules)


def _met_more_than_once(batch: Batch, design: Design, unit: str, roster: Listed | None) -> pl.DataFrame:
    """All records that are linked with another, over all editions, with what the rules prefer."""
    pairs = batch.pairs.filter(unit=unit, verdict=Verdict.SAME.value)
    groups = _ruled(_groups(pairs), pairs)
    if groups.is_empty():
        return pl.DataFrame()
    met = []
    for (edition, this), frame in batch.records.items():
        sheet = design.questionnaires[edition].sheet(this)
        if this == unit and sheet is not None:
            linked = (
                frame.with_row_index("position")
                .join(groups, on=PLACE, nulls_equal=True, maintain_order="left")
                .with_columns(
                    key=pl.col(sheet.key),
                    edition=pl.lit(edition),
                    key_item=pl.lit(sheet.key_item),
                    key_label=pl.lit(sheet.by_name[sheet.key_item].label),
                )
            )
            if roster is not None:
                linked = roster.marked(linked)
            met.append(_preferences(linked, sheet, design.survivor_rules, design.layout))
    return pl.concat(met, how="diagonal_relaxed")


def _groups(pairs: pl.DataFrame) -> pl.DataFrame:
    """The number of its group for each record that stands in a pair, by its place."""
    sides = {side: pairs.select(pl.col(f"{side}_{name}").alias(f"_{name}") for name in frames.PLACE) for side in SIDES}
    # Pairs come in the order of what is written in the records, whatever the order of files; so do the groups.
    places = pl.concat(sides.values()).unique(maintain_order=True).with_row_index("place")
    numbered = {
        side: frame.join(places, on=PLACE, how="left", nulls_equal=True, maintain_order="left")["place"]
        for side, frame in sides.items()
    }
    root = places["place"].replace_strict(components(pl.DataFrame(numbered)), return_dtype=pl.UInt32)
    return places.select(*PLACE, group=root.rank("dense").cast(pl.Int64))


def _ruled(groups: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """What is decided: whether a record ``stands`` before others; that its person is gone (``ruling``)."""
    wins, loses = pl.col("decision") == pl.col("wins"), pl.col("decision") == pl.col("loses")
    sides = pl.concat(
        pairs.select(
            *(pl.col(f"{side}_{name}").alias(f"_{name}") for name in frames.PLACE),
            "decision",
            wins=pl.lit(keeping.value),
            loses=pl.lit(dropping.value),
        )
        for side, keeping, dropping in zip(SIDES, _KEEPING, _KEEPING[::-1], strict=True)
    )
    gone = pl.col("decision").is_in([one.value for one in Decision if one.gone])
    told = sides.group_by(PLACE, maintain_order=True).agg(
        stands=pl.when(loses.any()).then(_LOST).when(wins.any()).then(_WON).otherwise(_EVEN),
        ruling=pl.col("decision").filter(gone).first(),
    )
    ruled = groups.join(told, on=PLACE, how="left", nulls_equal=True, maintain_order="left")
    return ruled.with_columns(pl.col("ruling").drop_nulls().first().over("group"))


def says_gone(frame: pl.DataFrame, sheet: Sheet) -> pl.Expr:
    """Whether a record itself says that its person has died or moved away."""
    if sheet.gone is None or not variables_in(sheet.gone) <= set(frame.columns):
        return pl.lit(False)
    return compile_sql(sheet.gone).fill_null(False)


def _preferences(frame: pl.DataFrame, sheet: Sheet, rules: Sequence[SurvivorRule], layout: SheetLayout) -> pl.DataFrame:
    """Addresses and keys of records, and for each survivor rule the value that it prefers the greatest of."""
    # What a form fills in beforehand, such as a running number, is no answer.
    items = [item.name for item in sheet.items if item.name not in layout.prefilled]
    known = frame.with_columns(
        # Whoever is decided to be gone is best told of by the record that says so too.
        decided=pl.when(pl.col("ruling").is_null()).then("stands").otherwise(says_gone(frame, sheet).cast(pl.Int32)),
        gone=says_gone(frame, sheet),
        accepted=pl.col(STATUS) == "accepted",
        answered=pl.sum_horizontal(pl.col(name).is_not_null() for name in items),
    )
    for rule in rules:
        if _REPEATS in variables_in(rule.prefer):
            # Whatever told the records apart so far is part of what they must have in common.
            alike = pl.struct("group", "_village", *items, *(c for c in known.columns if c in {r.id for r in rules}))
            known = known.with_columns(alike.hash().is_first_distinct().not_().alias(_REPEATS))
        if variables_in(rule.prefer) <= set(known.columns):
            value = compile_sql(rule.prefer).to_physical().cast(pl.Int64)
            known = known.with_columns(value.alias(rule.id))
    preferred = [rule.id for rule in rules if rule.id in known.columns]
    told = ("position", "group", "key", "edition", "key_item", "key_label", "ruling", "gone")
    return known.select(*frames.ADDRESS, *told, *preferred)


def _decide(met: pl.DataFrame, rules: Sequence[SurvivorRule]) -> pl.DataFrame:
    """Let the rules drop records one after another until one of each group is left, or none tells them apart."""
    frame = met.with_columns(alive=pl.lit(True), rule=pl.lit(None, dtype=pl.String))
    for rule in rules:
        if rule.id not in frame.columns:
            continue
        value = pl.when("alive").then(pl.col(rule.id).fill_null(-(2**62)))
        lost = pl.col("alive") & (value < value.max().over("group"))
        frame = frame.with_columns(
            rule=pl.when(lost).then(pl.lit(rule.id)).otherwise("rule"), alive=pl.col("alive") & ~lost
        )
    left = pl.col("alive").sum().over("group")
    order = {rule.id: number for number, rule in enumerate(rules)}
    last = pl.col("rule").replace_strict(order, return_dtype=pl.Int64, default=None).max().over("group")
    return frame.with_columns(
        outcome=pl.when(~pl.col("alive"))
        .then(pl.lit(DUPLICATE))
        .when((left > 1) | _NOT_AS_DECIDED)
        .then(pl.lit(HELD))
        .otherwise(pl.lit(KEPT)),
        across_towns=pl.col("_town").n_unique().over("group") > 1,
    ).with_columns(
        rule=pl.when(outcome_is(HELD))
        .then(pl.when(_NOT_AS_DECIDED).then(pl.lit(NOT_GONE)).otherwise(pl.lit(TIE)))
        .when(outcome_is(KEPT))
        .then(last.replace_strict({n: i for i, n in order.items()}, return_dtype=pl.String, default=None))
        .otherwise("rule")
    )


def outcome_is(outcome: str) -> pl.Expr:
    """Whether a record's outcome is this one."""
    return pl.col("outcome") == outcome
