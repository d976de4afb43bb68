"""Workbooks of Excel, WPS and LibreOffice: cells by python-calamine, and the evidence that it does not tell."""

import io
from collections.abc import Callable, Iterator, Mapping

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from bishan_survey.reading.cells import row_texts
from bishan_survey.reading.evidence_ods import evidence_of_ods
from bishan_survey.reading.evidence_xls import evidence_of_xls, readable_xls
from bishan_survey.reading.evidence_xlsx import evidence_of_xlsx, with_known_errors
from bishan_survey.reading.grid import MAX_CELLS, Contents, Evidence, Grid, UnreadableFile
from bishan_survey.reading.kinds import Kind
from bishan_survey.reading.parts import Parts
from bishan_survey.reading.worksheets import worth_reading

MAX_SHEETS = 1_000

Evidences = tuple[dict[str, Evidence], str | None]
"""What is to be known of each sheet by name, and when the file was last saved."""

_EVIDENCE: dict[Kind, Callable[[bytes], Evidences]] = {
    Kind.XLSX: evidence_of_xlsx,
    Kind.XLS: evidence_of_xls,
    Kind.ODS: evidence_of_ods,
}


def read_spreadsheet(content: bytes, kind: Kind) -> Contents:
    """Read a workbook.

    Raises:
        UnreadableFile: damaged, protected by a password, or too large.
    """
    if kind is Kind.XLSB:
        Parts(content).refuse_damage("xl/")
    evidence, saved_at = _EVIDENCE[kind](content) if kind in _EVIDENCE else ({}, None)
    content, encoding = readable_xls(content) if kind is Kind.XLS else (content, None)
    try:
        grids = tuple(_grids(content, evidence, encoding))
    except CalamineError as error:
        if kind is not Kind.XLSX or "cell error" not in str(error):
            raise UnreadableFile("F02" if "password" in str(error).lower() else "F01") from error
        return Contents(kind.value, tuple(_grids(with_known_errors(content), evidence, encoding)), saved_at)
    return Contents(kind.value, grids, saved_at)


def _grids(content: bytes, evidence: Mapping[str, Evidence], encoding: str | None) -> Iterator[Grid]:
    """The worksheets that may hold answers; with an encoding, their texts came byte by byte."""
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheets = [meta for meta in workbook.sheets_metadata if meta.typ is SheetTypeEnum.WorkSheet]
    if not workbook.sheets_metadata:
        raise UnreadableFile("F01")
    if len(sheets) > MAX_SHEETS:
        raise UnreadableFile("F03")
    hidden = {meta.name for meta in sheets if meta.visible is not SheetVisibleEnum.Visible}
    for name in worth_reading([meta.name for meta in sheets]):
        sheet = workbook.get_sheet_by_name(name)
        rows = [row_texts(row) for row in sheet.to_python(skip_empty_area=False)]
        true_name = name
        if encoding:
            true_name = _decoded(name, encoding)
            rows = [[_decoded(text, encoding) for text in row] for row in rows]
        yield _grid(true_name, rows, sheet, evidence.get(true_name, Evidence()), name in hidden)


def _decoded(text: str, encoding: str) -> str:
    return text.encode("latin-1", errors="replace").decode(encoding, errors="replace")


def _grid(name: str, rows: list[list[str]], sheet: CalamineSheet, evidence: Evidence, hidden: bool) -> Grid:
    _show(evidence, rows)
    merged = tuple((*first, *last) for first, last in sheet.merged_cell_ranges or ()) or evidence.merged
    hidden_rows = tuple(row for row in evidence.hidden_rows if row < len(rows))
    hidden_columns = tuple(column for column in evidence.hidden_columns if rows and column < len(rows[0]))
    return Grid(name, rows, hidden, hidden_rows, hidden_columns, merged)


def _show(evidence: Evidence, rows: list[list[str]]) -> None:
    """Put what a person sees into cells that came out blank, also beyond the last one that did not."""
    if not evidence.texts:
        return
    width = max(len(rows[0]) if rows else 0, 1 + max(column for _, column in evidence.texts))
    height = max(len(rows), 1 + max(row for row, _ in evidence.texts))
    if width * height > MAX_CELLS:
        raise UnreadableFile("F03")
    for row in rows:
        row.extend([""] * (width - len(row)))
    rows.extend([""] * width for _ in range(height - len(rows)))
    for (row_number, column), text in evidence.texts.items():
        if not rows[row_number][column]:
            rows[row_number][column] = text
