"""The district's desk: the adjudication workbook written, filled in as people do, and read again."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bishan_survey.deduplication import deduplicate, match_records
from bishan_survey.delivery.adjudication import write_adjudication
from bishan_survey.handwritten import HandwrittenLine, SheetKind, read_sheets
from bishan_survey.model import AreaFrame, Batch, Design, Survey, WordKind
from tests.deduplication.records import validated
from tests.workbooks import sheets_of, table, write_cells

SIGNED = {"author": "判定员甲", "date": "2025-10-15"}
Rows = list[list[Any]]


class Desk:
    """Asks and answers, with real workbooks."""

    def __init__(self, folder: Path, design: Design, areas: AreaFrame, survey: Survey) -> None:
        self.folder = folder
        self.design = design
        self._areas = areas
        self._survey = survey
        self._files = 0

    def heard(self, records: Sequence[Mapping[str, Any]], *files: Path) -> Batch:
        """A night over records, with these sheets of decisions."""
        batch = match_records(validated(records, self.design), self.design, decisions=self.lines(*files))
        return deduplicate(batch, self.design)

    def lines(self, *files: Path) -> list[HandwrittenLine]:
        """The lines of sheets of decisions."""
        return read_sheets(files, SheetKind("判定单", self.design.decisions, ""), self.design.notices)

    def asked(self, batch: Batch) -> Path:
        """The workbook that the night gives the district."""
        self._files += 1
        path = self.folder / f"asked-{self._files}.xlsx"
        write_adjudication(path, batch.questions, self.design, self._areas, self._survey)
        return path

    def answer(self, batch: Batch, decisions: Sequence[str | None], **texts: str) -> Path:
        """The night's workbook with a decision (its id) on each question, signed, and what else is written beside."""
        return self.fill(self.asked(batch), decisions, **texts)

    def fill(
        self,
        asked: Path,
        decisions: Sequence[str | None],
        spoil: Callable[[list[str], Rows], None] | None = None,
        **texts: str,
    ) -> Path:
        """A workbook filled in and saved under another name, as a spreadsheet program does."""
        columns = self.design.decisions.texts(WordKind.COLUMN)
        choices = self.design.decisions.texts(WordKind.ACTION)
        title, head, *rows = sheets_of(asked)["待判定"]
        names = [next(name for name, text in columns.items() if text == cell) for cell in head]
        for row, decision in zip(rows, decisions, strict=True):
            if decision is not None:
                written = SIGNED | {"decision": choices.get(decision, decision)} | texts
                for name, text in written.items():
                    row[names.index(name)] = text
        if spoil:
            spoil(names, rows)
        filled = asked.with_name(asked.stem.replace("asked", "判定") + ".xlsx")
        return write_cells(filled, {"待判定": table((0, 0), [title, head, *rows])})


def told(batch: Batch) -> list[tuple[str, str]]:
    """Outcome and remark of each line of the sheets of decisions."""
    return [(row["outcome"], row["remark"] or "") for row in batch.decisions.iter_rows(named=True)]
