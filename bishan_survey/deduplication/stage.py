"""One record per person: equal keys linked, one record kept for a stated reason, ties held for people to decide.

Near matches and people's decisions come in here as further links; which record stands stays the business of the
survivor rules in ``validators/survivor.toml``.
"""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from bishan_survey import frames
from bishan_survey.design import compile_sql, variables_in
from bishan_survey.frames import STATUS
from bishan_survey.model import Batch, Design, Notice, Sheet, SheetLayout, SurvivorRule

_KEPT, _DUPLICATE, _HELD = "kept", "duplicate", "held"
_REPEATS = "repeats_earlier"
_SAME_VILLAGE, _ELSEWHERE, _TIE = "D01", "D02", "D03"


def deduplicate(batch: Batch, design: Design) -> Batch:
    """Count each unit once.

    Returns:
        The batch with ``duplicate`` as the status of records that do not count, ties held, a link for every record
        of a unit met more than once, and findings at their cells.
    """
    records = dict(batch.records)
    links: list[pl.DataFrame] = []
    findings = [batch.findings]
    for unit in sorted({unit for _, unit in records}):
        met = _met_more_than_once(batch, design, unit)
        if met.is_empty():
            continue
        decided = _decide(met, design.survivor_rules)
        links.append(_links(decided, design, unit))
        findings.append(_findings(decided, design, batch.columns, unit))
        for edition in decided["edition"].unique(maintain_order=True):
            lost = decided.filter(edition=edition)
            records[edition, unit] = _with_outcome(records[edition, unit], lost)
    return replace(
        batch,
        records=records,
        links=frames.stack(frames.LINKS, links),
        findings=frames.stack(frames.FINDINGS, findings),
    )


def _met_more_than_once(batch: Batch, design: Design, unit: str) -> pl.DataFrame:
    """All records whose key stands in more than one record, over all editions, with what the rules prefer."""
    parts = []
    for (edition, this), frame in batch.records.items():
        sheet = design.questionnaires[edition].sheet(this)
        if this == unit and sheet is not None and not frame.is_empty():
            keyed = frame.with_row_index("position").with_columns(
                key=pl.col(sheet.key),
                edition=pl.lit(edition),
                key_item=pl.lit(sheet.key_item),
                key_label=pl.lit(sheet.by_name[sheet.key_item].label),
            )
            parts.append((keyed, sheet))
    keys = pl.concat([keyed["key"] for keyed, _ in parts]) if parts else pl.Series("key", [], dtype=pl.String)
    repeated = keys.drop_nulls().filter(keys.drop_nulls().is_duplicated()).unique()
    met = [
        _preferences(keyed.filter(pl.col("key").is_in(repeated.implode())), sheet, design.survivor_rules, design.layout)
        for keyed, sheet in parts
    ]
    if not met or repeated.is_empty():
        return pl.DataFrame()
    order = pl.col("key").rank("dense").cast(pl.Int64)
    return pl.concat(met, how="diagonal_relaxed").with_columns(group=order)


def _preferences(frame: pl.DataFrame, sheet: Sheet, rules: Sequence[SurvivorRule], layout: SheetLayout) -> pl.DataFrame:
    """Addresses and keys of records, and for each survivor rule the value that it prefers the greatest of."""
    # What a form fills in beforehand, such as a running number, is no answer.
    items = [item.name for item in sheet.items if item.name not in layout.prefilled]
    known = frame.with_columns(
        accepted=pl.col(STATUS) == "accepted",
        answered=pl.sum_horizontal(pl.col(name).is_not_null() for name in items),
    )
    for rule in rules:
        if _REPEATS in variables_in(rule.prefer):
            # Whatever told the records apart so far is part of what they must have in common.
            alike = pl.struct("key", "_village", *items, *(c for c in known.columns if c in {r.id for r in rules}))
            known = known.with_columns(alike.hash().is_first_distinct().not_().alias(_REPEATS))
        if variables_in(rule.prefer) <= set(known.columns):
            value = compile_sql(rule.prefer).to_physical().cast(pl.Int64)
            known = known.with_columns(value.alias(rule.id))
    preferred = [rule.id for rule in rules if rule.id in known.columns]
    return known.select(*frames.ADDRESS, "position", "key", "edition", "key_item", "key_label", *preferred)


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
        .then(pl.lit(_DUPLICATE))
        .when(left > 1)
        .then(pl.lit(_HELD))
        .otherwise(pl.lit(_KEPT)),
        across_towns=pl.col("_town").n_unique().over("group") > 1,
    ).with_columns(
        rule=pl.when(_outcome_is(_HELD))
        .then(pl.lit(_TIE))
        .when(_outcome_is(_KEPT))
        .then(last.replace_strict({n: i for i, n in order.items()}, return_dtype=pl.String, default=None))
        .otherwise("rule")
    )


def _outcome_is(outcome: str) -> pl.Expr:
    """Whether a record's outcome is this one."""
    return pl.col("outcome") == outcome


def _links(decided: pl.DataFrame, design: Design, unit: str) -> pl.DataFrame:
    reasons = {rule.id: rule.reason for rule in design.survivor_rules} | {_TIE: design.notices[_TIE].message}
    return decided.select(
        "group",
        "key",
        "outcome",
        "rule",
        "across_towns",
        unit=pl.lit(unit),
        file="_file",
        sheet="_sheet",
        row="_row",
        town="_town",
        village="_village",
        reason=pl.col("rule").replace_strict(reasons, return_dtype=pl.String),
    ).sort("group", "outcome", "file", "sheet", "row", descending=[False, True, False, False, False])


def _findings(decided: pl.DataFrame, design: Design, columns: pl.DataFrame, unit: str) -> pl.DataFrame:
    """A note at each duplicate, a hard finding at each record of a tie."""
    kept = decided.filter(_outcome_is(_KEPT)).select(
        "group", kept_village="_village", kept_sheet="_sheet", kept_row="_row"
    )
    told = decided.filter(~_outcome_is(_KEPT)).join(kept, on="group", how="left", maintain_order="left")
    same = pl.col("_village") == pl.col("kept_village")
    notice = (
        pl.when(_outcome_is(_HELD))
        .then(pl.lit(_TIE))
        .when(same)
        .then(pl.lit(_SAME_VILLAGE))
        .otherwise(pl.lit(_ELSEWHERE))
    )
    told = told.with_columns(notice=notice)
    notices = design.notices
    reasons = {rule.id: rule.reason for rule in design.survivor_rules}
    messages = [
        _message(notices[row["notice"]], row["kept_sheet"], row["kept_row"], reasons.get(row["rule"], ""))
        for row in told.iter_rows(named=True)
    ]
    return frames.with_cells(
        told.select(
            rule="notice",
            severity=pl.col("notice").replace_strict(
                {n.id: n.severity.value for n in notices.values()}, return_dtype=pl.String
            ),
            town="_town",
            village="_village",
            file="_file",
            sheet="_sheet",
            row="_row",
            unit=pl.lit(unit),
            item="key_item",
            label="key_label",
            message=pl.Series(messages, dtype=pl.String),
            action=pl.col("notice").replace_strict({n.id: n.action for n in notices.values()}, return_dtype=pl.String),
            records=pl.lit(1, dtype=pl.Int64),
        ),
        columns,
    )


def _message(notice: Notice, sheet: str | None, row: int | None, reason: str) -> str:
    return notice.message.format(place=f"“{sheet}”第{row}行", reason=reason)


def _with_outcome(frame: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """Set the status of records that do not count, or that are held as ties."""
    changed = decided.filter(~_outcome_is(_KEPT)).select("position", outcome=pl.col("outcome"))
    return (
        frame.with_row_index("position")
        .join(changed, on="position", how="left", maintain_order="left")
        .with_columns(pl.coalesce("outcome", STATUS).alias(STATUS))
        .drop("position", "outcome")
    )
