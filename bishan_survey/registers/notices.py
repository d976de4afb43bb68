"""What villages are told after their persons are compared with the roster; never of a village of another 镇街."""

from collections.abc import Sequence

import polars as pl

from bishan_survey import frames
from bishan_survey.design import variables_in, widest_sheet
from bishan_survey.model import AreaFrame, Batch, Design, Notice
from bishan_survey.registers.persons import PERSON, PLACE

_MISSING, _EXTRA, _MANY_EXTRA = "R01", "R02", "R03"
_IN_TOWN, _MANY_ELSEWHERE, _IN_DISTRICT = "R04", "R05", "R08"
_DECIDED = "decided"
"""What survivor rules prefer by which stand on decisions."""
_FOUND = {name: f"found_{name}" for name in (*PLACE, *frames.AREA)}


def roster_findings(rows: pl.DataFrame, batch: Batch, design: Design, areas: AreaFrame) -> pl.DataFrame:
    """Findings about persons who are missing, not in the roster, or in it for another village.

    Args:
        rows: the comparison.
        batch: for the files of villages.
        design: the definitions; of more than so many persons of a village one finding tells.
        areas: for the names of villages.
    """
    found = rows.select("status", its_town="town", its_village="village", **_FOUND)
    # What the district has decided is not to be undone because of the roster.
    rules = [rule.id for rule in design.survivor_rules if _DECIDED in variables_in(rule.prefer)]
    decided = batch.links.filter(pl.col("rule").is_in(rules), outcome="kept").select(*frames.PLACE)
    found = found.join(decided, on=[*frames.PLACE], how="anti", nulls_equal=True, maintain_order="left")
    told = [
        _missing(rows, batch, design.notices[_MISSING]),
        *_each_or_all(found.filter(status="extra"), design, areas, _MANY_EXTRA),
        *_each_or_all(found.filter(status="elsewhere"), design, areas, _MANY_ELSEWHERE),
    ]
    findings = frames.stack(frames.FINDINGS, [part for part in told if not part.is_empty()])
    return frames.with_cells(findings.drop("cell"), batch.columns).select(findings.columns)


def _missing(rows: pl.DataFrame, batch: Batch, notice: Notice) -> pl.DataFrame:
    """One finding for each village that has sent something, at the first of its files."""
    counted = rows.filter(status="missing").group_by("village").agg(count=pl.len())
    files = batch.returns.select("village", "town", file=pl.col("files").str.split("、").list.first())
    return _about_village(counted.join(files, on="village").drop_nulls("file"), notice)


def _each_or_all(found: pl.DataFrame, design: Design, areas: AreaFrame, of_many: str) -> Sequence[pl.DataFrame]:
    """A finding at each record, or one for the village where there are too many."""
    many = pl.len().over("village") > design.roster.policy.each_at_most
    villages = found.filter(many).group_by("town", "village").agg(count=pl.len(), file=pl.min("file"))
    few = found.filter(~many)
    if of_many == _MANY_EXTRA:
        each = [_at_records(few, design, areas, _EXTRA)]
    else:
        near = (pl.col("town") == pl.col("its_town")).fill_null(False)
        each = [
            _at_records(few.filter(near), design, areas, _IN_TOWN),
            _at_records(few.filter(~near), design, areas, _IN_DISTRICT),
        ]
    return [*each, _about_village(villages, design.notices[of_many])]


def _about_village(counted: pl.DataFrame, notice: Notice) -> pl.DataFrame:
    ordered = counted.sort("village", nulls_last=True)
    messages = [notice.message.format(count=count) for count in ordered["count"]]
    return ordered.select("town", "village", "file", **_words(notice, messages), records=pl.lit(0, dtype=pl.Int64))


def _at_records(found: pl.DataFrame, design: Design, areas: AreaFrame, notice_id: str) -> pl.DataFrame:
    """Findings at the numbers of records."""
    sheet = widest_sheet(design, PERSON)
    assert sheet is not None  # noqa: S101 - there are records of it
    notice = design.notices[notice_id]
    messages = [notice.message.format(where=_name(code, areas)) for code in found["its_village"]]
    return found.select(
        *PLACE,
        *frames.AREA,
        **_words(notice, messages),
        unit=pl.lit(PERSON),
        item=pl.lit(sheet.key_item),
        label=pl.lit(sheet.by_name[sheet.key_item].label),
        records=pl.lit(1, dtype=pl.Int64),
    )


def _name(code: str | None, areas: AreaFrame) -> str:
    village = areas.by_code.get(code or "")
    return village.name if village else ""


def _words(notice: Notice, messages: Sequence[str]) -> dict[str, pl.Expr | pl.Series]:
    return {
        "rule": pl.lit(notice.id),
        "severity": pl.lit(notice.severity.value),
        "message": pl.Series(messages, dtype=pl.String),
        "action": pl.lit(notice.action),
    }
