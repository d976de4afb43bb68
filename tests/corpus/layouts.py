"""Sound files whose layout is odd: nothing is damaged, and every person must come through at the right place."""

from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.corpus.books import SheetEntry, books, inline_book, inline_rows, sheet_xml
from tests.corpus.people import HEADER, ROWS, TABLE, Table
from tests.corpus.registry import kind
from tests.corpus.zips import zipped

_BLANK = ("",) * len(HEADER)


def _table(table: Table, first: int = 1) -> bytes:
    return inline_book(inline_rows(table, first))


@kind("header-only.xlsx", records=0, notice="F10")
def header_only() -> bytes:
    """A village that sent its form back blank."""
    return _table((HEADER,))


@kind("empty-sheet.xlsx", expect="F05")
def empty_sheet() -> bytes:
    """A new workbook, saved."""
    return _table(())


@kind("without-header.xlsx", expect="F05")
def without_header() -> bytes:
    """Which column is which cannot be known."""
    return _table(ROWS)


@kind("header-far-below.xlsx", expect="F05")
def header_far_below() -> bytes:
    """Below the rows in which a header is looked for."""
    return _table(TABLE, 5_000)


@kind("table-in-the-corner-of-another-column.xlsx")
def table_in_another_corner() -> bytes:
    """Blank rows above and blank columns to the left."""
    return _table([("",) * 40 + tuple(row) for row in TABLE], 12)


@kind("blank-rows-between.xlsx")
def blank_rows_between() -> bytes:
    """A blank row after each person."""
    return _table([row for person in TABLE for row in (person, _BLANK)])


@kind("header-on-every-page.xlsx")
def header_on_every_page() -> bytes:
    """The header printed again between the people."""
    return _table([HEADER, ROWS[0], HEADER, ROWS[1], HEADER, ROWS[2]])


@kind("totals-and-signatures.xlsx")
def totals_and_signatures() -> bytes:
    """A sum and a signature are no people."""
    return _table([*TABLE, ("合计", "3人", "", "", ""), ("填表人：某", "", "", "", "")])


@kind("two-tables-on-two-sheets.xlsx")
def two_tables_on_two_sheets() -> bytes:
    """One sheet for each group of houses."""
    return zipped(books([sheet_xml(inline_rows((HEADER, *rows))) for rows in (ROWS[:1], ROWS[1:])]))


@kind("notes-on-another-sheet.xlsx", notice="F07")
def notes_on_another_sheet() -> bytes:
    """A sheet without any header beside the table."""
    sheets = [sheet_xml(inline_rows(TABLE)), sheet_xml(inline_rows((("注意事项",), ("请按时报送",))))]
    return zipped(books(sheets, [SheetEntry("花名册"), SheetEntry("说明一")]))


@kind("headers-with-blanks-and-breaks.xlsx")
def headers_with_blanks_and_breaks() -> bytes:
    """Letters spread out, line breaks, full-width forms."""
    return _table([("序\u3000号", "姓 名", "残疾人\n证号", " 残疾类别\u00a0", "婚姻状况\ufeff"), *ROWS])


@kind("column-twice.xlsx", notice="F12")
def column_twice() -> bytes:
    """A column copied beside itself."""
    return _table([(*row, row[1]) for row in TABLE])


@kind("formulas-as-names.xlsx")
def formulas_as_names() -> bytes:
    """A category that begins like a formula stays text wherever we write it."""
    return _table([HEADER, *((*row[:3], "=1+1", row[4]) for row in ROWS)])


@kind("cards-one-below-the-other.xlsx", expect="F17")
def cards_one_below_the_other() -> bytes:
    """A card for each person, with the names of the items in a column."""
    cards = [(label, text) for row in ROWS for label, text in zip(HEADER, row, strict=True)]
    return _table(cards)


@kind("our-blank-form.xlsx", records=0, notice="F10")
def our_blank_form() -> bytes:
    """The form as it was handed out."""
    return _our_form()


@kind("our-blank-form-cut-in-half.xlsx", expect="F01")
def our_blank_form_cut_in_half() -> bytes:
    """The same, half of it."""
    whole = _our_form()
    return whole[: len(whole) // 2]


@cache
def _our_form() -> bytes:
    from bishan_survey.design import load_design
    from bishan_survey.forms.form import FormContent, write_form
    from bishan_survey.model import Survey

    design = load_design()
    survey = Survey("测试调查", ("bishan-2025",), date(2025, 6, 30), date(2025, 6, 1), date(2025, 11, 30))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "form.xlsx"
        write_form(path, design, design.questionnaires["bishan-2025"], survey, FormContent())
        return path.read_bytes()
