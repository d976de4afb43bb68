"""What is told about a village's several files, once it is settled which of their records count."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from bishan_survey import frames
from bishan_survey.model import AreaFrame, Notice

_REPLACED, _LACKING, _SUPPLEMENT, _UNORDERED, _CONTRADICTED = "F22", "F23", "F24", "F25", "F27"
_FILE = ["village", "file"]


@dataclass(frozen=True)
class Settled:
    """The contested records of a unit, when each was superseded (``gone``), and what each step changed."""

    rows: pl.DataFrame
    changes: pl.DataFrame


def findings(
    settled: Sequence[Settled],
    returns: pl.DataFrame,
    declared: pl.DataFrame,
    notices: Mapping[str, Notice],
    areas: AreaFrame,
) -> pl.DataFrame:
    """Findings about files as a whole.

    Args:
        settled: one for each unit.
        returns: one row for each village.
        declared: village and file of each zero return.
        notices: what to say, by id.
        areas: the villages that should report.
    """
    told = [
        (_REPLACED, _summed([_replaced(one) for one in settled], "later")),
        (_LACKING, _summed([_lacking(one.rows) for one in settled], "earlier")),
        (_SUPPLEMENT, _once([_supplements(one.rows) for one in settled])),
        (_UNORDERED, _once([_unordered(one.rows) for one in settled])),
        (_CONTRADICTED, _contradicted(returns, declared)),
    ]
    rows = [row for notice, facts in told for row in _worded(notices[notice], facts, areas)]
    return pl.DataFrame(rows, infer_schema_length=None) if rows else frames.empty(frames.FINDINGS)


def _worded(notice: Notice, facts: pl.DataFrame, areas: AreaFrame) -> Iterator[dict[str, object]]:
    for fact in facts.sort(_FILE).iter_rows(named=True):
        yield {
            "rule": notice.id,
            "severity": notice.severity.value,
            "town": areas.by_code[fact["village"]].town_code,
            "village": fact["village"],
            "file": fact["file"],
            "message": notice.message.format(**fact),
            "action": notice.action.format(**fact),
            "records": 0,
        }


def _once(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The same thing is told once, not once for each unit."""
    return pl.concat(parts).unique()


def _summed(parts: Sequence[pl.DataFrame], other: str) -> pl.DataFrame:
    """Counts of persons and of villages' own sheets together."""
    whole = pl.concat(parts)
    return whole.group_by(*_FILE, other).agg(pl.exclude(*_FILE, other).sum())


def _joined(files: str) -> pl.Expr:
    return pl.col(files).unique().sort().str.join("、")


def _files(rows: pl.DataFrame) -> pl.DataFrame:
    """A village's files, the step each stands on, how many of its records count, and when the last gave way."""
    return rows.group_by(village="_village", file="_file", step="step").agg(
        counting=pl.col("gone").is_null().sum(), records=pl.len(), gone=pl.max("gone")
    )


def _replaced(settled: Settled) -> pl.DataFrame:
    """Files of which nothing counts any more, and what the file that came for them changed."""
    files = _files(settled.rows)
    step = ["village", "gone"]
    later = files.group_by("village", gone="step").agg(later=_joined("file"))
    changes = settled.changes.select(
        "village", "change", "key", file="earlier_file", gone=pl.col("step").cast(pl.Int64)
    )
    added = changes.filter(change="added").group_by(step).agg(added=pl.col("key").n_unique())
    own = changes.group_by("village", "file", "gone").agg(
        _units("removed").alias("removed"), _units("changed").alias("changed")
    )
    return (
        files.filter(counting=0)
        .join(later, on=step)
        .join(added, on=step, how="left")
        .join(own, on=["village", "file", "gone"], how="left")
        .select(*_FILE, "later", "records", *(pl.col(count).fill_null(0) for count in ("added", "removed", "changed")))
    )


def _units(change: str) -> pl.Expr:
    return pl.col("key").filter(pl.col("change") == change).n_unique()


def _lacking(rows: pl.DataFrame) -> pl.DataFrame:
    """Units that stood in a file once and count nowhere in their village now, told at its latest file."""
    counting, gone = rows.filter(pl.col("gone").is_null()), rows.filter(pl.col("gone").is_not_null())
    lost = gone.filter(pl.col("key").is_not_null()).join(counting, on=["_village", "key"], how="anti")
    latest = counting.filter(pl.col("step") == pl.col("step").max().over("_village"))
    told = lost.group_by(village="_village").agg(earlier=_joined("_file"), removed=pl.col("key").n_unique())
    return latest.select(village="_village", file="_file").unique().join(told, on="village")


def _supplements(rows: pl.DataFrame) -> pl.DataFrame:
    """Files that add to an earlier one which still counts."""
    counting = _files(rows).filter(pl.col("counting") > 0).drop("counting", "records", "gone")
    pairs = counting.join(counting, on="village", suffix="_earlier").filter(pl.col("step_earlier") < pl.col("step"))
    return pairs.group_by(_FILE).agg(earlier=_joined("file_earlier"))


def _unordered(rows: pl.DataFrame) -> pl.DataFrame:
    """Files that count side by side, since nothing tells which is later."""
    counting = _files(rows).filter(pl.col("counting") > 0).drop("counting", "records", "gone")
    pairs = counting.join(counting, on=["village", "step"], suffix="_other").filter(
        pl.col("file") != pl.col("file_other")
    )
    return pairs.group_by(_FILE).agg(other=_joined("file_other"))


def _contradicted(returns: pl.DataFrame, declared: pl.DataFrame) -> pl.DataFrame:
    """Zero returns of villages that have sent people too."""
    told = returns.filter(pl.col("records") > 0).select("village", "records", other="files")
    return declared.join(told, on="village").select(*_FILE, "other", "records")
