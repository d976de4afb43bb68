"""Returns compared with the roster: who is found, missing, in another village, or in no roster.

Persons are compared by their key. What cannot be read is matched by nothing; nobody is guessed.
"""

from dataclasses import replace
from types import MappingProxyType

import polars as pl

from bishan_survey import frames
from bishan_survey.changes import Changes, today
from bishan_survey.frames import REPORTED
from bishan_survey.model import AreaFrame, Batch, Design, Roster, RosterCheck
from bishan_survey.registers.certificates import certificates_of
from bishan_survey.registers.notices import roster_findings
from bishan_survey.registers.persons import PERSON, PLACE, persons_of
from bishan_survey.registers.rates import figures_of
from bishan_survey.registers.reading import with_name

NO_CHANGES: Changes = MappingProxyType({})
_COUNTING = ("accepted", "held")
_FOUND = "found_"
_FOUND_PLACE = [_FOUND + name for name in PLACE]
_SAID = ("survey_status", "survey_method")
"""What only the record says, whichever of the two the row is of."""


def check_roster(
    batch: Batch, roster: Roster | None, design: Design, areas: AreaFrame, changes: Changes = NO_CHANGES
) -> Batch:
    """Compare the records that count or are held with the roster.

    Args:
        batch: after all stages.
        roster: who should be surveyed; ``None`` if nobody has said.
        design: the definitions.
        areas: the villages that should report.
        changes: keys that have changed, old to new.

    Returns:
        The batch with what came of it, and with findings: to villages about their persons, to the office about the
        roster itself.
    """
    records = persons_of(batch, design).filter(pl.col("status").is_in(_COUNTING))
    if roster is None:
        rows, problems = frames.empty(frames.ROSTER_CHECK), frames.empty(frames.FINDINGS)
    else:
        rows, problems = _compared(batch, records, roster, changes), roster.problems
    told = roster_findings(rows, batch, design, areas)
    check = RosterCheck(rows, figures_of(rows, design.roster, areas), certificates_of(records, rows), roster)
    return replace(batch, findings=frames.stack(frames.FINDINGS, [batch.findings, told, problems]), roster=check)


def _compared(batch: Batch, records: pl.DataFrame, roster: Roster, changes: Changes) -> pl.DataFrame:
    """Every row of the roster with its status, then every record that is in none of its rows."""
    listed = roster.rows.with_row_index("line").with_columns(by=_now("key", changes))
    shared = _shared(listed)
    bearers = _bearers(batch, records, changes)
    pairs = listed.with_columns(by=_known_by("name", shared)).join(
        bearers.with_columns(by=_known_by("found_name", shared)), on="by"
    )
    silent = batch.returns.filter(~pl.col("status").is_in(REPORTED))["village"]
    rows = _once(listed, pairs).with_columns(status=_status(silent))
    dated = pl.when(pl.col("found_valid_until").is_not_null())
    counting = rows.with_columns(
        listed=pl.col("status") != "repeated",
        **{name: dated.then(_FOUND + name).otherwise(name) for name in ("valid_until", "expiry")},
    )
    matched = pairs.select(_FOUND_PLACE).unique()
    others = _as_found(records).join(matched, on=_FOUND_PLACE, how="anti", nulls_equal=True, maintain_order="left")
    columns = [*frames.ROSTER_CHECK.columns]
    return frames.stack(frames.ROSTER_CHECK, [counting.select(columns), _strangers(others, listed["village"])])


def _now(key: str, changes: Changes) -> pl.Expr:
    return pl.col(key).replace(today(changes))


def _shared(listed: pl.DataFrame) -> pl.Series:
    """Numbers that the roster gives to persons of several names."""
    persons = listed.drop_nulls("by").group_by("by").agg(pl.col("person").n_unique())
    return persons.filter(pl.col("person") > 1)["by"]


def _known_by(name: str, shared: pl.Series) -> pl.Expr:
    return pl.when(pl.col("by").is_in(shared.implode())).then(with_name("by", name)).otherwise("by")


def _as_found(records: pl.DataFrame) -> pl.DataFrame:
    return records.select(*_SAID, pl.exclude(*_SAID).name.prefix(_FOUND))


def _bearers(batch: Batch, records: pl.DataFrame, changes: Changes) -> pl.DataFrame:
    """The records by every number that is known to be their person's: their own, and that of each duplicate."""
    groups = batch.links.filter(unit=PERSON).select("group", "key", *PLACE)
    of_group = groups.select("group", *PLACE).join(groups.select("group", "key").unique(), on="group")
    numbers = pl.concat([records.select(*PLACE, "key"), of_group.select(*PLACE, "key")]).drop_nulls("key").unique()
    borne = numbers.select(*(pl.col(name).alias(_FOUND + name) for name in PLACE), by=_now("key", changes))
    return _as_found(records).join(borne.unique(), on=_FOUND_PLACE, nulls_equal=True)


def _once(listed: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Each row of the roster with the record that answers it best, and whether a row of the same person does better."""
    own = (pl.col("village") == pl.col("found_village")) | pl.col("village").is_null()
    counts = pl.col("found_status") == "accepted"
    best = (
        pairs.with_columns(own=own.fill_null(False), counts=counts)
        .sort("own", "counts", "found_village", *_FOUND_PLACE, descending=[True, True, *(False for _ in range(4))])
        .unique("line", keep="first", maintain_order=True)
        .select("line", "own", *_SAID, f"^{_FOUND}.*$")
    )
    answered = listed.join(best, on="line", how="left").sort("own", "line", descending=[True, False], nulls_last=True)
    return answered.with_columns(first=pl.col("person").is_first_distinct()).sort("line")


def _status(silent: pl.Series) -> pl.Expr:
    """What became of each row of the roster."""
    return (
        pl.when(~pl.col("first"))
        .then(pl.lit("repeated"))
        .when(pl.col("key").is_null())
        .then(pl.lit("unmatched"))
        .when("own")
        .then(pl.lit("found"))
        .when(pl.col("own").is_not_null())
        .then(pl.lit("elsewhere"))
        .when(pl.col("village").is_in(silent.implode()))
        .then(pl.lit("silent"))
        .otherwise(pl.lit("missing"))
    )


def _strangers(others: pl.DataFrame, villages: pl.Series) -> pl.DataFrame:
    """Records that are in no row, of villages that have a roster; of the others nobody can tell."""
    covered = (
        pl.col("found_village").is_in(villages.drop_nulls().unique().implode()) | pl.col("found_village").is_null()
    )
    readable = pl.col("found_key").is_not_null()
    return (
        others.filter(covered & pl.lit(not villages.is_empty()))
        .sort("found_village", *_FOUND_PLACE, nulls_last=True)
        .with_columns(
            status=pl.when(readable).then(pl.lit("extra")).otherwise(pl.lit("unmatched")),
            listed=pl.lit(False),
            **{name: _FOUND + name for name in ("town", "village", "name", "number", "valid_until", "expiry")},
        )
        .select([c for c in frames.ROSTER_CHECK.columns if c not in (*PLACE, "cell")])
    )
