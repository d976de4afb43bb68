"""A sheet to fill: a two-level header, answers as text, what is checked while filling, protection and print set-up."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from bishan_survey.errors import InternalError
from bishan_survey.forms.plan import FIRST_ROW, SheetPlan
from bishan_survey.forms.printing import print_setup
from bishan_survey.forms.proof import Promise
from bishan_survey.forms.styles import Styles
from bishan_survey.model import CodeList, Item, ValueType, Village
from bishan_survey.widths import LINE_HEIGHT, display_width, lines_needed

Row = Mapping[str, str | float]
"""Texts (or, for damaged samples, numbers) by variable."""

SPARE_ROWS = 100
"""Empty rows below the last filled one that take answers."""
MIN_ROWS = 300
_TITLE_ROW, _NOTE_ROW, GROUP_ROW, HEADER_ROW = range(FIRST_ROW)
_PAGE_WIDTH = 230
"""Half-width characters across an A3 page in a size that can still be read."""
_PRINTED_ROWS = 30
"""Lines to write on by hand in a blank form."""
_WIDTHS = {ValueType.CERTIFICATE: 26, ValueType.ID_NUMBER: 21, ValueType.DATE: 12, ValueType.PHONE: 15}
_NARROWEST, _WIDEST = 9, 24
_NARROW_TEXT, _WIDE_TEXT, _WIDEST_TEXT = 12, 18, 36
"""Widths of the columns for texts: those that stay in sight, the others, and as wide as any text makes them."""
_HEADER_LINES = 4


class AnswerSheet:
    """One sheet of a form, written step by step; :meth:`write` takes all steps.

    What follows the form (a return workbook, say) may take the steps itself, style cells on its own by overriding
    :meth:`style`, and write to the right of :attr:`next_column`.
    """

    def __init__(
        self,
        worksheet: Worksheet,
        styles: Styles,
        plan: SheetPlan,
        code_lists: Mapping[str, CodeList],
        rows: Sequence[Row],
    ) -> None:
        """A sheet.

        Args:
            worksheet: where to write.
            styles: the workbook's.
            plan: the sheet and its checks.
            code_lists: for the widths of columns.
            rows: what is filled in already.
        """
        self.worksheet = worksheet
        self.styles = styles
        self.sheet = plan.sheet
        self._checks = plan.checks
        self._code_lists = code_lists
        self._rows = rows
        self._widths = [self._width(item) for item in self.sheet.items]

    @property
    def next_column(self) -> int:
        """The first column to the right of the form's own."""
        return len(self.sheet.items)

    @property
    def last_row(self) -> int:
        """The last row that takes answers and is checked, counted from 0."""
        return FIRST_ROW + max(MIN_ROWS, len(self._rows) + SPARE_ROWS) - 1

    def write(self, village: Village | None, version: str) -> Promise:
        """Write everything.

        Returns:
            What must be found in the file.
        """
        self.write_header(village, version)
        self.write_rows()
        self.set_columns()
        promise = self.add_checks()
        self.protect()
        self.set_up_printing(version)
        return promise

    def style(self, _position: int, item: Item) -> Format:
        """How the answer to an item looks in a row (counted from 0 among the filled rows)."""
        return self._answer(item)

    def write_header(self, village: Village | None, version: str) -> None:
        """Title, whose form it is, and the two lines of the header."""
        sheet, styles = self.worksheet, self.styles
        place = (
            f"{village.town} {village.name}（{village.code}）" if village else "________镇（街道）________村（社区）"
        )
        sheet.write_string(_TITLE_ROW, 0, self.sheet.title, styles["title"])
        sheet.write_string(_NOTE_ROW, 0, f"填报单位：{place}　　{version}", styles["line"])
        for column, width, label in self._groups():
            # A block without merged cells: those cannot be sorted, and readers trip over them.
            sheet.write_string(GROUP_ROW, column, label, styles["group"])
            for cell in range(column + 1, column + width):
                sheet.write_blank(GROUP_ROW, cell, None, styles["group_rest"])
        for column, item in enumerate(self.sheet.items):
            style = styles["required" if item.required == "TRUE" else "header"]
            sheet.write_string(HEADER_ROW, column, _heading(item), style)
        for column in range(1, len(self.sheet.items)):
            sheet.write_blank(_TITLE_ROW, column, None, styles["title"])
            sheet.write_blank(_NOTE_ROW, column, None, styles["line"])
        sheet.set_row(_TITLE_ROW, 28)
        sheet.set_row(_NOTE_ROW, 18)
        sheet.set_row(GROUP_ROW, 18)
        sheet.set_row(HEADER_ROW, LINE_HEIGHT * self._header_lines() + 4)

    def write_rows(self) -> None:
        """The answers that are filled in already."""
        free = [column for column, item in enumerate(self.sheet.items) if _is_free_text(item)]
        for position, row in enumerate(self._rows):
            self._write_row(position, row)
            texts = [row.get(self.sheet.items[column].name) for column in free]
            lines = lines_needed(texts, [self._widths[column] for column in free])
            if lines > 1:
                self.worksheet.set_row(FIRST_ROW + position, LINE_HEIGHT * lines)
        if not self._rows:
            self._write_lines()

    def _write_lines(self) -> None:
        """What has no cells is not printed, and what is written below them is; so there is no print area."""
        for position in range(_PRINTED_ROWS):
            for column, item in enumerate(self.sheet.items):
                self.worksheet.write_blank(FIRST_ROW + position, column, None, self._answer(item))

    def _write_row(self, position: int, row: Row) -> None:
        for column, item in enumerate(self.sheet.items):
            value = row.get(item.name)
            if isinstance(value, str) and value:
                self.worksheet.write_string(FIRST_ROW + position, column, value, self.style(position, item))
            elif isinstance(value, int | float):
                self.worksheet.write_number(FIRST_ROW + position, column, value)

    def set_columns(self) -> None:
        """Widths, and cells that take text and may be changed."""
        for column, item in enumerate(self.sheet.items):
            self.worksheet.set_column(column, column, self._widths[column], self._answer(item))
        self.worksheet.freeze_panes(FIRST_ROW, self._frozen_columns())
        corner = xl_col_to_name(self.next_column - 1)
        self.worksheet.ignore_errors({"number_stored_as_text": f"A{FIRST_ROW + 1}:{corner}{self.last_row + 1}"})

    def add_checks(self) -> Promise:
        """What each column checks, down to the last row that takes answers."""
        validations: list[tuple[str, str, str]] = []
        shown: list[tuple[str, str]] = []
        for column, checks in enumerate(self._checks):
            place = (FIRST_ROW, column, self.last_row, column)
            letter = xl_col_to_name(column)
            span = f"{letter}{FIRST_ROW + 1}:{letter}{self.last_row + 1}"
            rule = checks.validation
            _done(self.worksheet.data_validation(*place, dict(rule)), f"{self.sheet.name}!{span}")
            validations.append((span, rule["validate"], str(rule.get("source") or rule.get("value") or "")))
            for one in checks.shown:
                options = {"type": "formula", "criteria": one.criteria, "format": self.styles.mark(one.style)}
                _done(
                    self.worksheet.conditional_format(*place, options | {"stop_if_true": one.final}),
                    f"{self.sheet.name}!{span}",
                )
                shown.append((span, one.criteria))
        return Promise(
            self.sheet.name, tuple(validations), tuple(shown), FIRST_ROW, len(self.sheet.items), self._frozen_columns()
        )

    def protect(self) -> None:
        """Headers cannot be changed; answers can."""
        self.worksheet.protect("", {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True})

    def set_up_printing(self, version: str) -> None:
        """A3 landscape; a blank form is printed with lines to write on."""
        repeated = sum(self._widths[: self._frozen_columns()])
        pages_wide = max(1, -(-(sum(self._widths) - repeated) // (_PAGE_WIDTH - repeated)))
        print_setup(self.worksheet, (GROUP_ROW, HEADER_ROW), version, pages_wide)
        if pages_wide > 1:
            self.worksheet.repeat_columns(0, self._frozen_columns() - 1)

    def _groups(self) -> Iterator[tuple[int, int, str]]:
        """First column, width and label of each run of items of one subject."""
        labels = {subject.id: subject.label for subject in self.sheet.subjects}
        column = 0
        for subject, run in groupby(self.sheet.items, key=lambda item: item.subject):
            width = len(list(run))
            yield column, width, labels[subject]
            column += width

    def _answer(self, item: Item) -> Format:
        return self.styles["answer_wrapped" if _is_free_text(item) else "answer"]

    def _width(self, item: Item) -> int:
        if item.type in _WIDTHS:
            return _WIDTHS[item.type]
        if _is_free_text(item):
            return self._text_width(item)
        codes = self._code_lists.get(item.codes or "")
        listed = codes.codes if codes and not item.multiple else ()
        longest = max((display_width(f"{code.code} {code.label}") for code in listed), default=0)
        label, _, notes = _heading(item).partition("\n")
        heading = max(-(-display_width(label) // (_HEADER_LINES - 1)), display_width(notes))
        return min(_WIDEST, max(_NARROWEST, heading + 2, longest + 3))

    def _text_width(self, item: Item) -> int:
        in_sight = self.sheet.items.index(item) < self._frozen_columns()
        longest = max((display_width(str(row.get(item.name) or "")) for row in self._rows), default=0)
        return min(_WIDEST_TEXT, max(_NARROW_TEXT if in_sight else _WIDE_TEXT, longest + 2))

    def _header_lines(self) -> int:
        """Lines of the tallest heading; the last line of a heading stands on its own."""
        headings = zip(self.sheet.items, self._widths, strict=True)
        return max(
            sum(lines_needed([line], [width]) for line in _heading(item).split("\n")) for item, width in headings
        )

    def _frozen_columns(self) -> int:
        """Columns up to the name stay in sight."""
        names = [item.name for item in self.sheet.items]
        return names.index("name") + 1 if "name" in names else 2


def _heading(item: Item) -> str:
    notes = ("（必填）" if item.required == "TRUE" else "") + ("（多选）" if item.multiple else "")
    return f"{item.number} {item.label}".strip() + (f"\n{notes}" if notes else "")


def _is_free_text(item: Item) -> bool:
    return item.type is ValueType.TEXT and not item.codes


def _done(result: int | None, where: str) -> None:
    """What xlsxwriter cannot write it only warns of."""
    if result is not None and result < 0:
        raise InternalError(f"{where} 的检查写不进表里", "请报告；这份表不要下发")
