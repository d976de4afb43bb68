"""Who should have reported, and who has."""

from dataclasses import dataclass

import polars as pl

from bishan_survey.frames import STATUS
from bishan_survey.model import AreaFrame, Batch, Village


@dataclass(frozen=True)
class Coverage:
    """The returns against the area frame."""

    expected: int
    reported: int
    """Villages of which some record counts, or that say that nobody is to be surveyed."""
    declared_none: tuple[Village, ...]
    """Those of them that say so (零报告)."""
    late: tuple[Village, ...]
    """Those of them whose first return came after the deadline."""
    missing: tuple[Village, ...]
    """All that have not reported, whether nothing came or nothing of use."""
    empty: tuple[Village, ...]
    """Those of them whose file has no record in it."""
    useless: tuple[Village, ...]
    """Those of them whose file cannot be used."""
    files: int
    unusable: int
    copies: int
    """Files whose content another one has, byte for byte."""
    superseded: int
    """Files of which some record has given way to a later file's."""


def coverage_of(batch: Batch, frame: AreaFrame) -> Coverage:
    """The register of returns, counted; an empty form is no report."""
    returns = batch.returns
    reported = returns["status"].is_in(["reported", "declared_none"])

    def villages(chosen: pl.Series) -> tuple[Village, ...]:
        return tuple(frame.by_code[code] for code in returns.filter(chosen)["village"])

    return Coverage(
        expected=returns.height,
        reported=int(reported.sum()),
        declared_none=villages(returns["status"] == "declared_none"),
        late=villages(returns["late"].fill_null(False)),
        missing=villages(~reported),
        empty=villages(returns["status"] == "empty"),
        useless=villages(returns["status"] == "unusable"),
        files=batch.sources.height,
        unusable=batch.sources.filter(~pl.col("usable")).height,
        copies=batch.sources["copy_of"].count(),
        superseded=_superseded_files(batch),
    )


def _superseded_files(batch: Batch) -> int:
    gone = [frame.filter(pl.col(STATUS) == "superseded")["_file"] for frame in batch.records.values()]
    return pl.concat(gone).n_unique()
