"""One record per person: linked records brought together, one kept for a stated reason, doubts told at their cells.

Which records are linked is told in the batch's ``pairs``; which of them stands is the business of the survivor rules
in ``validators/survivor.toml``. What nobody can tell is held for people to decide.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from bishan_survey import frames
from bishan_survey.changes import Changes
from bishan_survey.deduplication.links import links_of, sided
from bishan_survey.deduplication.questions import questions_of
from bishan_survey.deduplication.survivors import HELD, KEPT, PLACE, Listed, decided, outcome_is, villages_of
from bishan_survey.design import widest_sheet
from bishan_survey.frames import STATUS
from bishan_survey.model import Batch, Decision, Design, Verdict, WordKind

_SAME_VILLAGE, _ELSEWHERE = "D01", "D02"
_ONE_NUMBER, _ONE_NUMBER_ELSEWHERE = "D04", "D05"
"""Records of one key that are not of one person, as far as can be told."""
_PERHAPS = "D06"
_TWO_PERSONS = "D08"
"""The district has decided that they are two."""


def deduplicate(
    batch: Batch, design: Design, roster: pl.DataFrame | None = None, changes: Changes | None = None
) -> Batch:
    """Count each unit once.

    Args:
        batch: validated records, and which of them are of one person (:func:`match_records`).
        design: the definitions.
        roster: the rows of the roster, if there is one: the survivor rules may ask whose village it says.
        changes: the number that has taken the place of each identity number that was changed.

    Returns:
        The batch with ``duplicate`` as the status of records that do not count, ties and records of one number but
        several persons held, a link for every record of a unit met more than once, findings at their cells, and the
        ``questions`` that the district has to decide.
    """
    listed = None if roster is None else villages_of(roster, changes or {})
    units = sorted({unit for _, unit in batch.records})
    for unit in units:
        batch = _counted_once(batch, design, unit, listed)
    return replace(
        batch, questions=frames.stack(frames.QUESTIONS, [questions_of(batch, design, unit) for unit in units])
    )


def _counted_once(batch: Batch, design: Design, unit: str, roster: Listed | None) -> Batch:
    met = decided(batch, design, unit, roster)
    clashing = _clashing(batch.pairs.filter(unit=unit))
    told = [_of_several(clashing, design, unit), _of_possible(batch, design, unit)]
    links = [batch.links]
    if not met.is_empty():
        links.append(links_of(met, batch.pairs.filter(unit=unit), design, unit))
        told.insert(0, _of_duplicates(met, design, unit))
    records = {
        (edition, this): _with_outcome(frame, edition, met, clashing) if this == unit else frame
        for (edition, this), frame in batch.records.items()
    }
    findings = [frames.with_cells(part, batch.columns) for part in told if not part.is_empty()]
    return replace(
        batch,
        records=records,
        links=frames.stack(frames.LINKS, links),
        findings=frames.stack(frames.FINDINGS, [batch.findings, *findings]),
    )


def _clashing(pairs: pl.DataFrame) -> pl.DataFrame:
    """Records that bear the same number as another, though they are not of one person as far as can be told."""
    doubtful = pairs.filter(pl.col("keyed") & (pl.col("verdict") != Verdict.SAME.value))
    return sided(doubtful)


# --- what is told ---------------------------------------------------------------------------------------------------


def _of_duplicates(met: pl.DataFrame, design: Design, unit: str) -> pl.DataFrame:
    """A note at each duplicate, a hard finding at each record of a tie."""
    kept = met.filter(outcome_is(KEPT)).select(
        "group", beside_village="_village", beside_sheet="_sheet", beside_row="_row"
    )
    told = met.filter(~outcome_is(KEPT)).join(kept, on="group", how="left", maintain_order="left")
    near = pl.col("_village") == pl.col("beside_village")
    notice = pl.when(outcome_is(HELD)).then("rule").when(near).then(pl.lit(_SAME_VILLAGE)).otherwise(pl.lit(_ELSEWHERE))
    reasons = {rule.id: rule.reason for rule in design.survivor_rules}
    ruled = pl.col("ruling").replace_strict(design.decisions.texts(WordKind.ACTION), default="", return_dtype=pl.String)
    by_rule = pl.col("rule").replace_strict(reasons, default="", return_dtype=pl.String)
    reason = pl.when(outcome_is(HELD)).then(ruled).otherwise(by_rule)
    return _findings(told.with_columns(notice=notice, reason=reason), design, unit)


def _of_several(clashing: pl.DataFrame, design: Design, unit: str) -> pl.DataFrame:
    """A hard finding at each record that bears another person's number."""
    near = pl.col("_village") == pl.col("beside_village")
    decided = pl.col("decision").is_not_null() & (pl.col("decision") != Decision.PENDING.value)
    notice = (
        pl.when(decided)
        .then(pl.lit(_TWO_PERSONS))
        .when(near)
        .then(pl.lit(_ONE_NUMBER))
        .otherwise(pl.lit(_ONE_NUMBER_ELSEWHERE))
    )
    told = clashing.with_columns(notice=notice).unique([*PLACE, "notice"], keep="first", maintain_order=True)
    return _findings(told, design, unit)


def _of_possible(batch: Batch, design: Design, unit: str) -> pl.DataFrame:
    """A question at both records of a village that may be of one person; of another village's nothing is said."""
    asked = batch.pairs.filter(unit=unit, verdict=Verdict.POSSIBLE.value, keyed=False).filter(
        pl.col("one_village") == pl.col("other_village")
    )
    return _findings(sided(asked).with_columns(notice=pl.lit(_PERHAPS)), design, unit)


def _findings(told: pl.DataFrame, design: Design, unit: str) -> pl.DataFrame:
    """Findings at the number of each record, in the words of its ``notice``."""
    sheet = widest_sheet(design, unit)
    assert sheet is not None  # noqa: S101 - there are records of it
    notices = design.notices
    severities = {notice.id: notice.severity.value for notice in notices.values()}
    actions = {notice.id: notice.action for notice in notices.values()}
    return told.select(
        rule="notice",
        severity=pl.col("notice").replace_strict(severities, return_dtype=pl.String),
        town="_town",
        village="_village",
        file="_file",
        sheet="_sheet",
        row="_row",
        unit=pl.lit(unit),
        item=pl.lit(sheet.key_item),
        label=pl.lit(sheet.by_name[sheet.key_item].label),
        message=pl.Series([_message(row, design) for row in told.iter_rows(named=True)], dtype=pl.String),
        action=pl.col("notice").replace_strict(actions, return_dtype=pl.String),
        records=pl.lit(1, dtype=pl.Int64),
    )


def _message(told: Mapping[str, Any], design: Design) -> str:
    words = {name: told.get(name) or "" for name in ("reason", "agreed", "differed")}
    place = f"“{told['beside_sheet']}”第{told['beside_row']}行"
    return design.notices[told["notice"]].message.format(place=place, **words)


# --- what becomes of the records ------------------------------------------------------------------------------------


def _with_outcome(frame: pl.DataFrame, edition: str, met: pl.DataFrame, clashing: pl.DataFrame) -> pl.DataFrame:
    """Set the status of records that do not count, or that are held."""
    held = clashing.select(PLACE).unique().with_columns(clash=pl.lit(HELD))
    numbered = frame.join(held, on=PLACE, how="left", nulls_equal=True, maintain_order="left").with_row_index(
        "position"
    )
    outcome = pl.coalesce("clash", STATUS)
    if not met.is_empty():
        lost = met.filter(~outcome_is(KEPT), edition=edition).select("position", "outcome")
        numbered = numbered.join(lost, on="position", how="left", maintain_order="left")
        outcome = pl.coalesce("outcome", "clash", STATUS)
    return numbered.with_columns(outcome.alias(STATUS)).select(frame.columns)
