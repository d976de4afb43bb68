"""What the real validation would find in texts that are not written to files yet."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from bishan_survey.model import Design, Sheet, Survey
from bishan_survey.validation import checks_for, failures, type_records


@dataclass(frozen=True)
class Found:
    """What was found, by the position of the record."""

    findings: Mapping[int, frozenset[tuple[str, str]]]
    """Rule and item."""
    normalised: Mapping[int, frozenset[str]]

    @property
    def records(self) -> frozenset[int]:
        """Positions of the records about which anything is said."""
        return frozenset(self.findings) | frozenset(self.normalised)


class Checker:
    """Confronts records of one sheet with every check, in memory."""

    def __init__(self, design: Design, survey: Survey, edition: str, sheet: Sheet) -> None:
        self.sheet = sheet
        self._design = design
        self._survey = survey
        self._checks = checks_for(design, edition, sheet.unit)

    def type(self, records: pl.DataFrame) -> pl.DataFrame:
        """Typed variables of the records, and the texts understood though written otherwise, by position."""
        return type_records(placed(records), self._design, self.sheet, self._survey).frame

    def look(self, records: pl.DataFrame) -> Found:
        """Everything that is to be said about the records."""
        typed = type_records(placed(records), self._design, self.sheet, self._survey)
        findings: dict[int, set[tuple[str, str]]] = {}
        for check, rows in failures(typed.frame, self._checks):
            for row in rows:
                findings.setdefault(row, set()).add((check.id, check.item.name))
        normalised: dict[int, set[str]] = {}
        for row, item in typed.normalised.select("row", "item").iter_rows():
            normalised.setdefault(row, set()).add(item)
        return Found(
            {row: frozenset(found) for row, found in findings.items()},
            {row: frozenset(items) for row, items in normalised.items()},
        )


def placed(records: pl.DataFrame) -> pl.DataFrame:
    """Records with an address: their position stands for the row. Each stands in the village that it names."""
    return records.with_columns(
        pl.int_range(pl.len(), dtype=pl.Int64).alias("_row"),
        pl.lit("").alias("_file"),
        pl.lit("").alias("_sheet"),
        pl.lit(True).alias("village_known"),
        pl.lit(True).alias("village_matches"),
    )
