"""The sheet that explains the form: who fills it in, how, until when, and every item. Its text: ``templates/guide``."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from xlsxwriter.worksheet import Worksheet

from bishan_survey.design import asked_sql
from bishan_survey.errors import DefinitionError
from bishan_survey.forms.printing import print_setup
from bishan_survey.forms.styles import MARKS, Styles
from bishan_survey.forms.texts import choices, who_answers
from bishan_survey.model import Design, Questionnaire, Survey
from bishan_survey.widths import LINE_HEIGHT, lines_needed

_FORM, _RETURN = "templates/guide/form.csv", "templates/guide/return.csv"
_WIDTHS = {"表": 20, "编号": 9, "项目": 30, "谁填": 16, "怎么填": 62, "可选项": 66}
_SAMPLE = "样子"


@dataclass(frozen=True, slots=True)
class GuideLine:
    """A line above the list of items: a heading, a sentence, or what a mark means."""

    kind: str
    text: str


def guide_lines(design: Design, form: Questionnaire, survey: Survey) -> tuple[GuideLine, ...]:
    """The text of the guide for a survey.

    Raises:
        DefinitionError: the file is missing, or a line is not what it should be.
    """
    words = {
        "title": form.title,
        "period": f"{_day(survey.period_start)}至{_day(survey.period_end)}",
        "deadline": _day(survey.period_end),
        "reference_date": _day(survey.reference_date),
    }
    return tuple(_lines(design, _FORM, words))


def return_lines(design: Design, form: Questionnaire, survey: Survey) -> tuple[GuideLine, ...]:
    """What a return workbook says above its list of findings.

    Raises:
        DefinitionError: the file is missing, or a line is not what it should be.
    """
    words = {"sheets": "”“".join(sheet.name for sheet in form.sheets), "deadline": _day(survey.period_end)}
    return tuple(_lines(design, _RETURN, words))


def _lines(design: Design, file_name: str, words: dict[str, str]) -> Iterator[GuideLine]:
    path = design.root / file_name
    if not path.is_file():
        raise DefinitionError([f"缺少 {file_name}（给村里看的说明）"])
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            kind, text = row.get("kind") or "", row.get("text") or ""
            if kind not in ("head", "line", *MARKS):
                raise DefinitionError(
                    [f"{file_name} 第{number}行：不认识 {kind}；可以写 head、line、{'、'.join(MARKS)}"]
                )
            try:
                yield GuideLine(kind, text.format(**words))
            except (KeyError, IndexError, ValueError) as error:
                raise DefinitionError([f"{file_name} 第{number}行：花括号里只能写 {'、'.join(words)}"]) from error


def write_guide(
    sheet: Worksheet, styles: Styles, design: Design, form: Questionnaire, lines: tuple[GuideLine, ...], version: str
) -> None:
    """Write what the form is about, then a row for each item."""
    for column, width in enumerate(_WIDTHS.values()):
        sheet.set_column(column, column, width)
    sheet.set_row(0, 30)
    sheet.write_string(0, 0, f"{form.title}　填表说明", styles["title"])
    sheet.write_string(1, 0, version, styles["line"])
    for row, line in enumerate(lines, 2):
        _write_line(sheet, styles, row, line)
    top = len(lines) + 3
    _write_items(sheet, styles, design, form, top)
    print_setup(sheet, repeat=(top, top), version=version)
    sheet.protect("", {"format_columns": True, "format_rows": True})


def _write_line(sheet: Worksheet, styles: Styles, row: int, line: GuideLine) -> None:
    if line.kind in MARKS:
        sheet.write_string(row, 0, _SAMPLE, styles[f"sample_{line.kind}"])
        sheet.write_string(row, 1, line.text, styles["plain"])
        return
    sheet.set_row(row, 22 if line.kind == "head" else LINE_HEIGHT + 2)
    sheet.write_string(row, 0, line.text, styles["section" if line.kind == "head" else "plain"])


def _write_items(sheet: Worksheet, styles: Styles, design: Design, form: Questionnaire, top: int) -> None:
    widths = list(_WIDTHS.values())
    for column, head in enumerate(_WIDTHS):
        sheet.write_string(top, column, head, styles["explain_head"])
    entries = ((part, item) for part in form.sheets for item in part.items)
    for row, (part, item) in enumerate(entries, top + 1):
        listed = choices(item, design.code_lists.get(item.codes or ""))
        who = who_answers(item, asked_sql(part, item))
        texts = (part.name, item.number, item.label, who, item.help, listed)
        sheet.set_row(row, LINE_HEIGHT * lines_needed(texts, widths) + 4)
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text, styles["explain"])


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
