"""Who should have reported, and who has."""

from dataclasses import dataclass

import polars as pl

from bishan_survey.model import AreaFrame, Batch, Village


@dataclass(frozen=True)
class Coverage:
    """The returns against the area frame."""

    expected: int
    reported: int
    missing: tuple[Village, ...]
    files: int
    unusable: int


def coverage_of(batch: Batch, frame: AreaFrame) -> Coverage:
    """A village has reported when some record is of it; an empty form is no report."""
    met = set(pl.concat([records["_village"].drop_nulls() for records in batch.records.values()]).unique())
    missing = tuple(village for village in frame.villages if village.code not in met)
    return Coverage(
        expected=len(frame.villages),
        reported=len(frame.villages) - len(missing),
        missing=missing,
        files=batch.sources.height,
        unusable=batch.sources.height - batch.sources.filter("usable").height,
    )
