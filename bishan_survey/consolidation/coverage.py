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
    """A village has reported when some file of it could be used, or some record is of it."""
    usable = batch.sources.filter("usable")["village"].drop_nulls()
    placed = [records["_village"].drop_nulls().unique() for records in batch.records.values()]
    met = set(pl.concat([usable, *placed]).unique())
    missing = tuple(village for village in frame.villages if village.code not in met)
    return Coverage(
        expected=len(frame.villages),
        reported=len(frame.villages) - len(missing),
        missing=missing,
        files=batch.sources.height,
        unusable=batch.sources.height - batch.sources.filter("usable").height,
    )
