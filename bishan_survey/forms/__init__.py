"""Questionnaires as workbooks to fill."""

from bishan_survey.forms.form import FIRST_ROW, FormContent, Row, write_form

__all__ = ["FIRST_ROW", "FormContent", "Row", "write_form"]
