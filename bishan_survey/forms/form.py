"""Our form as a workbook, blank or filled: what it means, the sheets to fill, hidden lists and the hidden mark."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from bishan_survey.errors import InternalError
from bishan_survey.forms.answers import AnswerSheet, Row
from bishan_survey.forms.guide import write_guide
from bishan_survey.forms.lists import Areas, write_lists
from bishan_survey.forms.plan import FIRST_ROW, FormPlan, SheetPlan, plan_of
from bishan_survey.forms.proof import Promises, prove
from bishan_survey.forms.styles import Styles
from bishan_survey.forms.worksheet import PlainWorksheet
from bishan_survey.model import (
    CODES_SHEET,
    GUIDE_SHEET,
    MARK_SHEET,
    CodeList,
    Design,
    FormMark,
    Questionnaire,
    Sheet,
    Survey,
    Village,
)
from bishan_survey.private import OWNER_ONLY_FILE

__all__ = ["FIRST_ROW", "OPTIONS", "FormContent", "FormJob", "Row", "fill_workbook", "write_form"]

OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
"""People's data goes into no temporary file, and no text of theirs becomes a formula."""

_ONE_A_VILLAGE = "_village"
"""Key of a sheet that has one row for each village."""

AnswerSheetMaker = Callable[[Worksheet, Styles, SheetPlan, Mapping[str, CodeList], Sequence[Row]], AnswerSheet]


@dataclass(frozen=True)
class FormContent:
    """What goes into a form besides the questions."""

    village: Village | None = None
    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    """Answers by unit."""
    villages: Sequence[Village] = ()
    """The villages to choose from (of the district, of a 镇街); by default the form's own."""

    def rows_of(self, sheet: Sheet) -> Sequence[Row]:
        """The rows of a sheet that are filled in; the one row of a village bears its name in any case."""
        filled = self.rows.get(sheet.unit, ())
        if filled or self.village is None or sheet.key != _ONE_A_VILLAGE:
            return filled
        return [{"town": self.village.town, "village": self.village.name}]

    @property
    def areas(self) -> Areas:
        """What the drop-downs of 镇街 and 村（社区） show."""
        return Areas.of(self.villages or ([self.village] if self.village else []))


@dataclass(frozen=True)
class FormJob:
    """A form that is to be written."""

    path: Path
    form: Questionnaire
    content: FormContent

    def write(self, design: Design, survey: Survey) -> None:
        """Write it."""
        write_form(self.path, design, self.form, survey, self.content)


def write_form(path: Path, design: Design, form: Questionnaire, survey: Survey, content: FormContent) -> None:
    """Write one form, and read it again to see that all of it is there.

    Args:
        path: the file to write; its folder must exist.
        design: for the code lists and the rules.
        form: the edition.
        survey: for dates; the file's own date is the survey's first day, so that equal forms have equal bytes.
        content: the village and what is filled in already.

    Raises:
        InternalError: something that was meant to be in the form is not in the file; the file is removed.
    """
    if any(content.rows.values()):
        path.touch(OWNER_ONLY_FILE)  # what is written into it keeps this mode
    write_proved(path, lambda workbook: fill_workbook(workbook, design, form, survey, content))


def write_proved(path: Path, fill: Callable[[Workbook], Promises]) -> None:
    """Write a workbook, and read it again to see that all of it is there.

    Args:
        path: the file to write.
        fill: writes the sheets, and says what must be found in the file.

    Raises:
        InternalError: something is not in the file; the file is removed.
    """
    try:
        with Workbook(str(path), OPTIONS) as workbook:
            promises = fill(workbook)
        problems = prove(path, promises)
        if problems:
            raise InternalError("写出的表缺了东西：" + "；".join(problems[:5]), "请报告；这份表没有留下")
    except BaseException:
        # xlsxwriter closes, and so writes, a workbook that is half done.
        path.unlink(missing_ok=True)
        raise


def fill_workbook(
    workbook: Workbook,
    design: Design,
    form: Questionnaire,
    survey: Survey,
    content: FormContent,
    answer_sheet: AnswerSheetMaker = AnswerSheet,
) -> Promises:
    """Write all sheets of a form into a workbook, below those that it has already.

    Args:
        workbook: where to write.
        design: for the code lists and the rules.
        form: the edition.
        survey: for dates.
        content: the village and what is filled in already.
        answer_sheet: makes the writer of each sheet to fill.

    Returns:
        What must be found in the file once it is closed.
    """
    plan = plan_of(design, form, survey, with_areas=bool(content.areas.villages))
    created = datetime.combine(survey.period_start, datetime.min.time())
    first = not workbook.worksheets()
    workbook.set_properties({"title": form.title, "created": created, "comments": plan.version})
    styles = Styles(workbook)
    write_guide(workbook.add_worksheet(GUIDE_SHEET), styles, design, form, plan.guide, plan.version)
    sheets = []
    for part in plan.sheets:
        rows = content.rows_of(part.sheet)
        worksheet = workbook.add_worksheet(part.sheet.name, PlainWorksheet)
        answers = answer_sheet(worksheet, styles, part, design.code_lists, rows)
        sheets.append(answers.write(content.village, plan.version))
    names = dict(plan.names) | write_lists(workbook.add_worksheet(CODES_SHEET), plan.lists, content.areas)
    _define(workbook, names)
    mark = FormMark(form.edition, content.village.code if content.village else "", str(survey.reference_date.year))
    _write_mark(workbook.add_worksheet(MARK_SHEET), mark)
    if first:
        workbook.get_worksheet_by_name(form.sheets[0].name).activate()
    return Promises(tuple(sheets), names, _hidden(plan, content.areas, mark))


def _define(workbook: Workbook, names: Mapping[str, str]) -> None:
    for name, formula in names.items():
        if workbook.define_name(name, f"={formula}") not in (0, None):
            raise InternalError(f"名称 {name} 写不进表里", "请报告；这份表不要下发")


def _hidden(plan: FormPlan, areas: Areas, mark: FormMark) -> dict[str, list[tuple[str, ...]]]:
    """What stands in the columns of the hidden sheets, headings and all."""
    columns = (*plan.lists.columns, *areas.columns)
    said = list(zip(*mark.rows(), strict=True))
    return {
        CODES_SHEET: [(column.heading, *map(str, column.cells)) for column in columns],
        MARK_SHEET: [tuple(texts) for texts in said],
    }


def _write_mark(sheet: Worksheet, mark: FormMark) -> None:
    for row, (key, value) in enumerate(mark.rows()):
        sheet.write_string(row, 0, key)
        sheet.write_string(row, 1, value)
    sheet.very_hidden()
