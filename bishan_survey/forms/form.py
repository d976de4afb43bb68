"""Our form as a workbook, blank or filled: what it means, the sheets to fill, hidden code lists and the hidden mark."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from bishan_survey.forms.styles import Styles
from bishan_survey.model import (
    CODES_SHEET,
    GUIDE_SHEET,
    MARK_SHEET,
    CodeList,
    Design,
    FormMark,
    Item,
    Questionnaire,
    Sheet,
    Survey,
    ValueType,
    Village,
)
from bishan_survey.widths import LINE_HEIGHT, lines_needed

Row = Mapping[str, str | float]
"""Texts (or, for damaged samples, numbers) by variable."""

SPARE_ROWS = 100
"""Empty rows below the last filled one that take answers."""
MIN_ROWS = 300
_TITLE_ROW, _NOTE_ROW, _GROUP_ROW, _HEADER_ROW = range(4)
FIRST_ROW = _HEADER_ROW + 1
_WIDTHS = {ValueType.CERTIFICATE: 25, ValueType.ID_NUMBER: 21, ValueType.DATE: 12, ValueType.PHONE: 14}
_COLUMNS_A_PAGE = 20
_PRINTED_ROWS = 30
_LONGEST_PROMPT = 255
_LONGEST_PROMPT_TITLE = 32


@dataclass(frozen=True)
class FormContent:
    """What goes into a form besides the questions."""

    village: Village | None = None
    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    """Answers by unit."""


def write_form(path: Path, design: Design, form: Questionnaire, survey: Survey, content: FormContent) -> None:
    """Write one form.

    Args:
        path: the file to write; its folder must exist.
        design: for the code lists.
        form: the edition.
        survey: for dates; the file's own date is the survey's first day, so that equal forms have equal bytes.
        content: the village and what is filled in already.
    """
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(str(path), options) as workbook:
        created = datetime.combine(survey.period_start, datetime.min.time())
        workbook.set_properties({"title": form.title, "created": created})
        styles = Styles(workbook)
        _write_guide(workbook.add_worksheet(GUIDE_SHEET), styles, form, survey, design)
        for sheet in form.sheets:
            rows = content.rows.get(sheet.unit, ())
            _AnswerSheet(workbook.add_worksheet(sheet.name), styles, design, sheet).write(form, content.village, rows)
        _write_codes(workbook.add_worksheet(CODES_SHEET), design, form)
        _write_mark(workbook.add_worksheet(MARK_SHEET), form, content.village)
        workbook.get_worksheet_by_name(form.sheets[0].name).activate()


def _write_guide(sheet: Worksheet, styles: Styles, form: Questionnaire, survey: Survey, design: Design) -> None:
    """What every item means, for people to read."""
    sheet.write_string(0, 0, f"{form.title} 填表说明", styles["title"])
    period = f"{survey.period_start:%Y年%m月%d日}至{survey.period_end:%Y年%m月%d日}"
    lines = (
        f"调查时间：{period}；年龄按{survey.reference_date:%Y年%m月%d日}的周岁计算。版本：{form.edition}。",
        "一人一行。有下拉列表的请从列表中选；多选的用逗号隔开代码，例如：1,3。",
        "证号、身份证号、电话、日期按文本填写；日期写成 2025-06-01。底色较深、标“必填”的必须填。",
    )
    for number, line in enumerate(lines, 1):
        sheet.write_string(number, 0, line, styles["line"])
    top = len(lines) + 2
    widths = {"表": 20, "编号": 8, "项目": 30, "怎么填": 60, "可选项": 60}
    for column, (head, width) in enumerate(widths.items()):
        sheet.write_string(top, column, head, styles["explain_head"])
        sheet.set_column(column, column, width)
    entries = ((part.name, item) for part in form.sheets for item in part.items)
    for row, (part, item) in enumerate(entries, top + 1):
        codes = design.code_lists.get(item.codes or "")
        texts = (part, item.number, item.label, item.help, _choices(item, codes))
        sheet.set_row(row, LINE_HEIGHT * lines_needed(texts, [*widths.values()]))
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text, styles["explain"])
    sheet.freeze_panes(top + 1, 0)
    _print_setup(sheet, repeat=(top, top))


def _choices(item: Item, codes: CodeList | None) -> str:
    if codes is None:
        return ""
    listed = "；".join(f"{c.code} {c.label}" for c in codes.codes)
    return f"（可多选）{listed}" if item.multiple else listed


def _write_codes(sheet: Worksheet, design: Design, form: Questionnaire) -> None:
    """The code lists that the drop-downs point at: a column each."""
    for column, name in enumerate(_lists_of(form)):
        sheet.write_string(0, column, name)
        for row, code in enumerate(design.code_lists[name].codes, 1):
            sheet.write_string(row, column, f"{code.code} {code.label}")
    sheet.very_hidden()


def _lists_of(form: Questionnaire) -> list[str]:
    """Ids of the code lists that need a drop-down."""
    return sorted({i.codes for s in form.sheets for i in s.items if i.codes and not i.multiple})


def _write_mark(sheet: Worksheet, form: Questionnaire, village: Village | None) -> None:
    for row, (key, value) in enumerate(FormMark(form.edition, village.code if village else "").rows()):
        sheet.write_string(row, 0, key)
        sheet.write_string(row, 1, value)
    sheet.very_hidden()


def _print_setup(sheet: Worksheet, repeat: tuple[int, int], pages_wide: int = 1) -> None:
    sheet.set_landscape()
    sheet.set_paper(8)  # A3
    sheet.fit_to_pages(pages_wide, 0)
    sheet.repeat_rows(*repeat)
    sheet.set_footer("&C第 &P 页，共 &N 页")


class _AnswerSheet:
    """One sheet to fill: a two-level header, answers as text, drop-downs with the code and its label."""

    def __init__(self, worksheet: Worksheet, styles: Styles, design: Design, sheet: Sheet) -> None:
        self._worksheet = worksheet
        self._styles = styles
        self._design = design
        self._sheet = sheet

    def write(self, form: Questionnaire, village: Village | None, rows: Sequence[Row]) -> None:
        """Write header, answers, drop-downs and print set-up."""
        last = FIRST_ROW + max(MIN_ROWS, len(rows) + SPARE_ROWS) - 1
        self._write_header(village)
        for position, row in enumerate(rows, FIRST_ROW):
            self._write_row(position, row)
        for column, item in enumerate(self._sheet.items):
            self._worksheet.set_column(column, column, _width(item), self._styles["answer"])
            self._validate(form, column, item, last)
        self._worksheet.freeze_panes(FIRST_ROW, self._frozen_columns())
        self._worksheet.protect("", {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True})
        self._worksheet.ignore_errors({"number_stored_as_text": f"A1:{xl_col_to_name(len(self._sheet.items))}{last}"})
        pages_wide = -(-len(self._sheet.items) // _COLUMNS_A_PAGE)
        _print_setup(self._worksheet, (_GROUP_ROW, _HEADER_ROW), pages_wide)
        if not rows:
            # A blank form is printed with lines to write on.
            self._worksheet.print_area(0, 0, FIRST_ROW + _PRINTED_ROWS - 1, len(self._sheet.items) - 1)
        if pages_wide > 1:
            self._worksheet.repeat_columns(0, self._frozen_columns() - 1)

    def _write_header(self, village: Village | None) -> None:
        sheet, styles = self._worksheet, self._styles
        place = (
            f"{village.town} {village.name}（{village.code}）" if village else "________镇（街道）________村（社区）"
        )
        sheet.write_string(_TITLE_ROW, 0, self._sheet.title, styles["title"])
        sheet.write_string(_NOTE_ROW, 0, f"填报单位：{place}", styles["line"])
        for column, width, label in self._groups():
            for cell in range(column, column + width):
                sheet.write_string(_GROUP_ROW, cell, label if cell == column else "", styles["group"])
        for column, item in enumerate(self._sheet.items):
            must = item.required == "TRUE"
            text = f"{item.number} {item.label}".strip() + ("\n（必填）" if must else "")
            sheet.write_string(_HEADER_ROW, column, text, styles["required" if must else "header"])
        for column in range(1, len(self._sheet.items)):
            sheet.write_blank(_TITLE_ROW, column, None, styles["title"])
            sheet.write_blank(_NOTE_ROW, column, None, styles["line"])
        sheet.set_row(_TITLE_ROW, 26)
        sheet.set_row(_HEADER_ROW, 48)

    def _groups(self) -> Iterator[tuple[int, int, str]]:
        """First column, width and label of each run of items of one subject."""
        labels = {subject.id: subject.label for subject in self._sheet.subjects}
        column = 0
        for subject, run in groupby(self._sheet.items, key=lambda item: item.subject):
            width = len(list(run))
            yield column, width, labels[subject]
            column += width

    def _write_row(self, position: int, row: Row) -> None:
        answer = self._styles["answer"]
        for column, item in enumerate(self._sheet.items):
            value = row.get(item.name)
            if isinstance(value, str) and value:
                self._worksheet.write_string(position, column, value, answer)
            elif isinstance(value, int | float):
                self._worksheet.write_number(position, column, value)

    def _validate(self, form: Questionnaire, column: int, item: Item, last: int) -> None:
        """An input message for the column, and a drop-down where one answer is chosen from a list."""
        rule: dict[str, object] = {
            "validate": "any",
            "input_title": item.label[:_LONGEST_PROMPT_TITLE],
            "input_message": item.help[:_LONGEST_PROMPT],
        }
        if item.codes and not item.multiple:
            letter = xl_col_to_name(_lists_of(form).index(item.codes), col_abs=True)
            count = len(self._design.code_lists[item.codes].codes)
            source = f"='{CODES_SHEET}'!{letter}$2:{letter}${count + 1}"
            # A code alone is understood too: so the list advises and does not refuse.
            rule |= {
                "validate": "list",
                "source": source,
                "error_type": "warning",
                "error_message": "请从列表中选",
            }
        self._worksheet.data_validation(FIRST_ROW, column, last, column, rule)

    def _frozen_columns(self) -> int:
        """Columns up to the name stay in sight."""
        names = [item.name for item in self._sheet.items]
        return names.index("name") + 1 if "name" in names else 2


def _width(item: Item) -> float:
    return _WIDTHS.get(item.type, min(22.0, max(10.0, 2.0 * len(item.label) / 2 + 4)))
