"""One submitted file: what it is, of which village, and the records in it. Nothing in a file raises."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from bishan_survey.design import GUIDE_SHEET, MARK_SHEET, OWN_SHEETS, FormMark, read_mark
from bishan_survey.intake.areas import AreaIndex
from bishan_survey.intake.cells import UnreadableWorkbook, Workbook
from bishan_survey.intake.headers import HeaderIndex, find_header, is_blank
from bishan_survey.intake.sheets import SheetRecords, read_records
from bishan_survey.model import Design, Survey, Village

READABLE = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et"})


@dataclass(frozen=True, slots=True)
class Submission:
    """A file that came in: its name relative to the inbox, and where its bytes lie."""

    name: str
    path: Path
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to be said about a file as a whole, by the id of its notice."""

    notice: str
    sheet: str | None = None
    row: int | None = None
    column: int | None = None
    value: str | None = None
    """What stands in the cell: for the findings alone, since people write anything into headers."""
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ParsedFile:
    """A file as it was understood."""

    submission: Submission
    village: Village | None = None
    town: str | None = None
    """Code of the 镇街: the village's, or that of the folder."""
    recognised_by: str = ""
    sheets: tuple[SheetRecords, ...] = ()
    remarks: tuple[Remark, ...] = ()
    usable: bool = True


class FileReader:
    """Reads files of one survey: knows its open editions and its area frame."""

    def __init__(self, design: Design, survey: Survey, areas: AreaIndex) -> None:
        self._layout = design.layout
        self._areas = areas
        self._editions = survey.editions
        self._indexes = [
            HeaderIndex.of(design.questionnaires[edition], sheet, design.layout)
            for edition in survey.editions
            for sheet in design.questionnaires[edition].sheets
        ]

    def read(self, submission: Submission) -> ParsedFile:
        """Understand a file; one that cannot be read comes back unusable, with the reason."""
        parsed = self._read(submission)
        town = parsed.village.town_code if parsed.village else self._areas.town_of_file(submission.name)
        return replace(parsed, town=town)

    def _read(self, submission: Submission) -> ParsedFile:
        if PurePosixPath(submission.name).suffix.lower() not in READABLE:
            return _unusable(submission, "F04")
        try:
            return self._understand(submission, Workbook(submission.path.read_bytes()))
        except UnreadableWorkbook as error:
            return _unusable(submission, str(error.args[0]))
        except OSError:
            return _unusable(submission, "F01")

    def _understand(self, submission: Submission, workbook: Workbook) -> ParsedFile:
        mark = read_mark(workbook.grid(MARK_SHEET).rows) if MARK_SHEET in workbook.sheets else None
        if mark and mark.edition not in self._editions:
            return _unusable(submission, "F06", edition=mark.edition)
        village, how, doubts = self._place(submission.name, mark)
        sheets: list[SheetRecords] = []
        remarks: list[Remark] = list(doubts)
        passed_over = OWN_SHEETS if mark else OWN_SHEETS - {GUIDE_SHEET}
        for grid in (workbook.grid(name) for name in workbook.sheets if name not in passed_over):
            header = find_header(grid, self._candidates(mark), self._layout)
            if header is not None:
                sheets.append(read_records(grid, header, self._layout))
            elif not all(map(is_blank, grid.rows)):
                remarks.append(Remark("F07", sheet=grid.name))
        if not sheets:
            return _unusable(submission, "F05")
        remarks += [remark for sheet in sheets for remark in _column_remarks(sheet)]
        hidden = [sheet for sheet in sheets if sheet.sheet in workbook.hidden and sheet.rows]
        remarks += [Remark("F14", sheet.sheet, details={"records": str(len(sheet.rows))}) for sheet in hidden]
        if not any(sheet.rows for sheet in sheets):
            remarks.append(Remark("F10"))
        return ParsedFile(submission, village, recognised_by=how, sheets=tuple(sheets), remarks=tuple(remarks))

    def _candidates(self, mark: FormMark | None) -> list[HeaderIndex]:
        return [index for index in self._indexes if mark is None or index.edition == mark.edition]

    def _place(self, name: str, mark: FormMark | None) -> tuple[Village | None, str, list[Remark]]:
        """The village of a file: the form's own mark counts before the file's name."""
        named, how = self._areas.of_file(name)
        if mark is None or not mark.village:
            return named, how, []
        marked = self._areas.frame.by_code.get(mark.village)
        if marked is None:
            return named, how, [Remark("F08", details={"code": mark.village})]
        if named is not None and named != marked:
            return marked, "form", [Remark("F09", details={"form": marked.name, "name": named.name})]
        return marked, "form", []


def _unusable(submission: Submission, notice: str, **details: str) -> ParsedFile:
    return ParsedFile(submission, remarks=(Remark(notice, details=details),), usable=False)


def _column_remarks(sheet: SheetRecords) -> Iterator[Remark]:
    """Columns that the questionnaire does not know, or that name an item twice."""
    header = sheet.header
    for notice, columns in (("F11", header.extra), ("F12", header.repeated)):
        for column, text in columns.items():
            yield Remark(notice, sheet.sheet, header.row + 1, column, " ".join(text.split()))
    for column in sheet.headless:
        yield Remark("F13", sheet.sheet, header.row + 1, column)
