"""A return workbook: a village's own records in our form, each fault marked at its cell and all of them listed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from bishan_survey.forms.answers import GROUP_ROW, HEADER_ROW, AnswerSheet, Row
from bishan_survey.forms.form import FormContent, fill_workbook, write_proved
from bishan_survey.forms.guide import return_lines
from bishan_survey.forms.plan import FIRST_ROW, SheetPlan
from bishan_survey.forms.printing import print_setup
from bishan_survey.forms.proof import Promises
from bishan_survey.forms.returned import ReturnBook, ReturnSheet
from bishan_survey.forms.styles import Styles
from bishan_survey.model import RETURN_SHEET, AreaFrame, CodeList, Design, Item, Severity, Survey
from bishan_survey.widths import LINE_HEIGHT, lines_needed

Finding = Mapping[str, Any]

_WEIGHTS = {
    Severity.HARD.value: ("必须改正", "returned"),
    Severity.SOFT.value: ("请核实", "doubted"),
    Severity.NOTE.value: ("提示", "noted"),
    Severity.ACCEPTED.value: ("已认可", "noted"),
}
"""The severities, the weightiest first: in people's words, and how their cells look."""
_RANK = {severity: rank for rank, severity in enumerate(_WEIGHTS)}
_COLUMNS = {
    "程度": 10,
    "位置": 20,
    "姓名": 10,
    "项目": 22,
    "现在填的": 24,
    "问题": 42,
    "怎么办": 50,
    "规则": 18,
    "原表位置": 20,
}
_EXTRA_GROUP = "表外的列（不参与统计）"
_EXTRA_WIDTH = 18
_AUTHOR = "区残联"
_COMMENT_WIDTH, _COMMENT_LINE = 300, 17
"""Pixels of a comment's width and of each of its lines."""
_MOST_TOLD = 3_000
"""Findings that are marked and listed on a sheet: nobody corrects more at a time, and programs choke on more."""
_COMMENT_CHARACTERS = 44
"""Half-width characters in a line of a comment."""


@dataclass(frozen=True)
class ReturnJob:
    """A return workbook that is to be written."""

    path: Path
    areas: AreaFrame
    book: ReturnBook

    def write(self, design: Design, survey: Survey) -> None:
        """Write it."""
        write_return(self.path, design, survey, self.areas, self.book)


def write_return(path: Path, design: Design, survey: Survey, areas: AreaFrame, book: ReturnBook) -> None:
    """Write the workbook that goes back for one village's records. Equal records and findings give equal bytes.

    Args:
        path: the file to write; its folder must exist.
        design: for the form and its rules.
        survey: for dates.
        areas: whose villages a form of no village lets people choose from.
        book: the records and what was found.

    Raises:
        InternalError: something that was meant to be in the workbook is not in the file; the file is removed.
    """
    write_proved(path, lambda workbook: _write(workbook, design, survey, areas, book))


def _write(workbook: Workbook, design: Design, survey: Survey, areas: AreaFrame, book: ReturnBook) -> Promises:
    parts = {part.sheet.unit: part for part in book.sheets}
    content = FormContent(
        village=book.village,
        rows={unit: part.rows for unit, part in parts.items()},
        villages=() if book.village else areas.villages,
    )

    def answer_sheet(
        worksheet: Worksheet, styles: Styles, plan: SheetPlan, codes: Mapping[str, CodeList], rows: Sequence[Row]
    ) -> AnswerSheet:
        part = parts.get(plan.sheet.unit)
        plain = AnswerSheet(worksheet, styles, plan, codes, rows)
        return ReturnedSheet(worksheet, styles, plan, codes, part) if part else plain

    listing = workbook.add_worksheet(RETURN_SHEET)
    promises = fill_workbook(workbook, design, book.form, survey, content, answer_sheet)
    _Listing(listing, Styles(workbook), book).write([line.text for line in return_lines(design, book.form, survey)])
    return promises


class ReturnedSheet(AnswerSheet):
    """A sheet to fill with what was sent in it, the cells marked that have findings."""

    def __init__(
        self,
        worksheet: Worksheet,
        styles: Styles,
        plan: SheetPlan,
        code_lists: Mapping[str, CodeList],
        part: ReturnSheet,
    ) -> None:
        super().__init__(worksheet, styles, plan, code_lists, part.rows)
        self._extras = part.extras
        self._marks: dict[tuple[int, str], list[Finding]] = {}
        for finding in _ranked(part)[:_MOST_TOLD]:
            self._marks.setdefault((finding["position"], finding["item"]), []).append(finding)

    def style(self, position: int, item: Item) -> Format:
        """As the weightiest finding at the cell wants it."""
        found = self._marks.get((position, item.name))
        return self.styles[_WEIGHTS[found[0]["severity"]][1]] if found else super().style(position, item)

    def write_rows(self) -> None:
        """The answers as they were sent, the comments, and the village's own columns to the right of ours."""
        super().write_rows()
        columns = {item.name: column for column, item in enumerate(self.sheet.items)}
        for (position, name), found in self._marks.items():
            row, column = FIRST_ROW + position, columns[name]
            if not self._rows[position].get(name):
                self.worksheet.write_blank(row, column, None, self.style(position, self.sheet.by_name[name]))
            text = "\n".join(map(_comment, found))
            height = _COMMENT_LINE * (lines_needed([text], [_COMMENT_CHARACTERS]) + text.count("\n") + 1)
            options = {"author": _AUTHOR, "width": _COMMENT_WIDTH, "height": height, "font_size": 10}
            self.worksheet.write_comment(row, column, text, options)
        self._write_extras()

    def _write_extras(self) -> None:
        for column, extra in enumerate(self._extras, self.next_column):
            group = _EXTRA_GROUP if column == self.next_column else ""
            self.worksheet.write_string(GROUP_ROW, column, group, self.styles["group"])
            self.worksheet.write_string(HEADER_ROW, column, extra.header, self.styles["header"])
            self.worksheet.set_column(column, column, _EXTRA_WIDTH, self.styles["answer_wrapped"])
            for position, text in extra.cells.items():
                self.worksheet.write_string(FIRST_ROW + position, column, text, self.styles["answer_wrapped"])


def _comment(finding: Finding) -> str:
    weight = _WEIGHTS[finding["severity"]][0]
    return f"【{weight}】{finding['rule']}：{finding['message']}。怎么办：{finding['action']}"


def _ranked(part: ReturnSheet) -> list[Finding]:
    """Findings, the weightiest first, then by place."""
    order = {item: column for column, item in enumerate(part.sheet.by_name)}
    return sorted(
        part.findings.iter_rows(named=True),
        key=lambda one: (_RANK[one["severity"]], one["position"], order[one["item"]], one["rule"]),
    )


class _Listing:
    """The first sheet: what it is about, and a line for each finding with a link to its cell."""

    def __init__(self, worksheet: Worksheet, styles: Styles, book: ReturnBook) -> None:
        self._worksheet = worksheet
        self._styles = styles
        self._book = book

    def write(self, lines: Sequence[str]) -> None:
        for column, width in enumerate(_COLUMNS.values()):
            self._worksheet.set_column(column, column, width)
        self._worksheet.set_row(0, 30)
        self._worksheet.write_string(0, 0, f"{self._place()}　{RETURN_SHEET}", self._styles["title"])
        for row, line in enumerate([self._summary(), *lines], 1):
            self._worksheet.set_row(row, LINE_HEIGHT + 2)
            self._worksheet.write_string(row, 0, line, self._styles["plain"])
        top = len(lines) + 3
        last = self._write_table(top)
        self._write_about_file(last + 2)
        self._worksheet.freeze_panes(top + 1, 0)
        print_setup(self._worksheet, (top, top), self._book.form.title)
        self._worksheet.protect("", {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True})

    def _place(self) -> str:
        village = self._book.village
        return f"{village.town} {village.name}（{village.code}）" if village else "（认不出是哪个村（社区））"

    def _summary(self) -> str:
        records = "，".join(f"{part.sheet.name}{len(part.rows)}条" for part in self._book.sheets)
        counts = "，".join(f"{_WEIGHTS[s.value][0]}{self._book.count(s)}处" for s in Severity if self._book.count(s))
        most = max(part.findings.height for part in self._book.sheets)
        cut = (
            f"问题太多，每张工作表只标出、列出最要紧的{_MOST_TOLD}处，改好再报，再退其余的。"
            if most > _MOST_TOLD
            else ""
        )
        return f"报来的文件：{self._book.called}；{records}；{counts}。{cut}"

    def _write_table(self, top: int) -> int:
        """Write the findings; the last row is returned."""
        for column, head in enumerate(_COLUMNS):
            self._worksheet.write_string(top, column, head, self._styles["explain_head"])
        told = [(part, finding) for part in self._book.sheets for finding in _ranked(part)[:_MOST_TOLD]]
        for row, (part, finding) in enumerate(told, top + 1):
            self._write_finding(row, part, finding)
        self._worksheet.autofilter(top, 0, top + len(told), len(_COLUMNS) - 1)
        return top + len(told)

    def _write_finding(self, row: int, part: ReturnSheet, finding: Finding) -> None:
        weight, style = _WEIGHTS[finding["severity"]]
        sheet, origin = part.origins[finding["position"]]
        now = part.rows[finding["position"]].get(finding["item"], "（空）")
        name = part.rows[finding["position"]].get("name", "")
        at = f"{part.sheet.name}!{finding['cell']}"
        what = (finding["label"], now, finding["message"], finding["action"], finding["rule"])
        texts: tuple[str, ...] = (weight, at, name, *what, f"{sheet} 第{origin}行".lstrip())
        self._worksheet.set_row(row, LINE_HEIGHT * lines_needed(texts, list(_COLUMNS.values())) + 4)
        for column, text in enumerate(texts):
            self._worksheet.write_string(row, column, text, self._styles[style if column == 0 else "explain"])
        link = f"internal:'{part.sheet.name}'!{finding['cell']}"
        self._worksheet.write_url(row, 1, link, self._styles["link"], at)

    def _write_about_file(self, top: int) -> None:
        """What was odd about the file itself: most of it is settled now that the records stand in our form."""
        about = list(self._book.about_file.iter_rows(named=True))
        if not about:
            return
        self._worksheet.write_string(top, 0, "原表的情况（供参考）", self._styles["section"])
        for row, finding in enumerate(about, top + 1):
            where = " ".join(part for part in (finding["sheet"], finding["cell"]) if part) or "整个文件"
            said = f"{where}：{finding['message']}（{finding['rule']}）。{finding['action']}"
            self._worksheet.write_string(row, 0, said, self._styles["plain"])
