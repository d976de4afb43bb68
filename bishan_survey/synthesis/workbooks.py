"""The workbooks themselves: our own form filled in, villages' sheets of their own, and files that cannot be used."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import polars as pl
import xlsxwriter
from xlsxwriter.utility import xl_cell_to_rowcol
from xlsxwriter.worksheet import Worksheet

from bishan_survey.forms import FormContent, Row, write_form
from bishan_survey.model import Design, Item, Questionnaire, Sheet, Survey
from bishan_survey.synthesis.places import Workbook
from bishan_survey.synthesis.planting import Planting
from bishan_survey.synthesis.recipe import ExtraColumn, Layout, Stray

_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


@dataclass(frozen=True)
class Answers:
    """What stands in the cells of a unit's records."""

    records: pl.DataFrame
    touched: frozenset[tuple[int, str]]
    """Position and item of the cells that are spoilt on purpose: written as they are."""
    numbers: Mapping[tuple[int, str], float]

    @classmethod
    def of(cls, records: pl.DataFrame, plantings: Sequence[Planting]) -> "Answers":
        """Answers after planting."""
        return cls(
            records,
            frozenset(place for planting in plantings for place in planting.cells),
            {place: number for planting in plantings for place, number in planting.numbers.items()},
        )


class Writer:
    """Writes the workbooks of one survey."""

    def __init__(
        self, design: Design, survey: Survey, form: Questionnaire, persons: Answers, villages: Answers
    ) -> None:
        self._design = design
        self._survey = survey
        self._form = form
        self._persons = persons
        self._villages = villages
        self._village_rows = {code: n for n, code in enumerate(villages.records["_village"])}

    def write(self, path: Path, book: Workbook) -> None:
        """Write a village's workbook."""
        path.parent.mkdir(parents=True, exist_ok=True)
        if book.layout.form:
            self._write_form(path, book)
        else:
            self._write_plain(path, book)

    def _write_form(self, path: Path, book: Workbook) -> None:
        village_sheet = next(sheet for sheet in self._form.sheets if sheet.unit == "village")
        own = [self._village_rows[book.village.code]]
        rows = {
            "person": self._rows(self._persons, book.sheet, book.positions, book.layout),
            "village": self._rows(self._villages, village_sheet, own, book.layout),
        }
        write_form(path, self._design, self._form, self._survey, FormContent(book.village, rows))

    def _rows(self, answers: Answers, sheet: Sheet, positions: Sequence[int], layout: Layout) -> list[Row]:
        """Texts, or numbers where they are spoilt so, by item."""
        texts = answers.records.select(list(sheet.by_name))[list(positions)].rows(named=True)
        return [
            {
                name: answers.numbers.get((position, name), text)
                if (position, name) in answers.touched
                else self._styled(sheet.by_name[name], text, layout.codes)
                for name, text in row.items()
                if text is not None
            }
            for position, row in zip(positions, texts, strict=True)
        ]

    def _styled(self, item: Item, text: str, style: str) -> str:
        """An answer to a coded item as the village writes it."""
        if item.codes is None or style == "code" or (item.multiple and style == "both"):
            return text
        labels = self._design.code_lists[item.codes].labels
        if style == "both":
            return f"{text} {labels[text]}"
        return ",".join(labels[code] for code in text.split(","))

    def _write_plain(self, path: Path, book: Workbook) -> None:
        with xlsxwriter.Workbook(str(path), _OPTIONS) as workbook:
            workbook.set_properties({"created": datetime.combine(self._survey.period_start, datetime.min.time())})
            day = workbook.add_format({"num_format": "yyyy-mm-dd"})
            sheet = workbook.add_worksheet(book.name)
            for cell, text in book.layout.above.items():
                sheet.write_string(*xl_cell_to_rowcol(cell), text.format(**book.words))
            self._write_table(sheet, book, _Cells(book.layout, self._persons, day))
            for number, texts in enumerate(book.layout.below):
                _write_texts(sheet, book.end + number, book.origin[1], texts, book.words)
            for other in book.layout.beside:
                workbook.add_worksheet(other.name).write_string(0, 0, other.text.format(**book.words))

    def _write_table(self, sheet: Worksheet, book: Workbook, cells: "_Cells") -> None:
        top, left = book.origin
        _write_texts(sheet, top, left, book.headers, {})
        rows = self._rows(self._persons, book.sheet, book.positions, book.layout)
        for (position, row), answers in zip(book.rows.items(), rows, strict=True):
            for place, column in enumerate(book.columns, left):
                if isinstance(column, ExtraColumn):
                    sheet.write_string(row, place, column.value.format(**book.words))
                elif column in answers:
                    cells.write(sheet, row, place, (position, column), answers[column])


@dataclass(frozen=True)
class _Cells:
    """Writes the cells of a sheet as its layout wants them: texts, numbers, dates."""

    layout: Layout
    answers: Answers
    day: object

    def write(self, sheet: Worksheet, row: int, column: int, place: tuple[int, str], value: str | float) -> None:
        item = place[1]
        if isinstance(value, float | int):
            sheet.write_number(row, column, value)
        elif place in self.answers.touched:
            sheet.write_string(row, column, value)
        elif item in self.layout.numbers:
            sheet.write_number(row, column, float(value))
        elif item in self.layout.dates:
            sheet.write_datetime(row, column, date.fromisoformat(value), self.day)
        else:
            sheet.write_string(row, column, value)


def _write_texts(sheet: Worksheet, row: int, left: int, texts: Sequence[str], words: Mapping[str, str]) -> None:
    for column, text in enumerate(texts, left):
        if text:
            sheet.write_string(row, column, text.format(**words) if words else text)


def stray_content(stray: Stray, words: Mapping[str, str], own: bytes, created: datetime) -> bytes:
    """The bytes of a file that cannot be used."""
    if stray.cut:
        return own[: stray.cut]
    if stray.text:
        return stray.text.format(**words).encode()
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, _OPTIONS) as workbook:
        workbook.set_properties({"created": created})
        sheet = workbook.add_worksheet()
        for number, texts in enumerate(stray.rows):
            _write_texts(sheet, number, 0, texts, words)
    return content.getvalue()
