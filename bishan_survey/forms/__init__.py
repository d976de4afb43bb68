"""Questionnaires as workbooks to fill."""

from bishan_survey.forms.answers import AnswerSheet, Row
from bishan_survey.forms.crew import write_all
from bishan_survey.forms.form import FormContent, FormJob, fill_workbook, write_form
from bishan_survey.forms.plan import FIRST_ROW
from bishan_survey.forms.return_files import RETURNS_LIST, Returned, write_returns
from bishan_survey.forms.returned import return_books

__all__ = [
    "FIRST_ROW",
    "RETURNS_LIST",
    "AnswerSheet",
    "FormContent",
    "FormJob",
    "Returned",
    "Row",
    "fill_workbook",
    "return_books",
    "write_all",
    "write_form",
    "write_returns",
]
