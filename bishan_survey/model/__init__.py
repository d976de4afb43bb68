"""The nouns of the toolkit. Read its pages first, in this order: questionnaire, rules, outputs, design, batch.

Two groups. What is decided before collection: the questionnaire and everything that the definitions in
``templates/`` and ``validators/`` say. And what came in: a batch of records, findings about them, tables made of
them. All are frozen; a stage takes a :class:`Batch` and returns another.
"""

from bishan_survey.model.batch import Batch, Ledger, Table
from bishan_survey.model.design import Design, Survey
from bishan_survey.model.form_mark import CODES_SHEET, GUIDE_SHEET, MARK_SHEET, OWN_SHEETS, FormMark, read_mark
from bishan_survey.model.outputs import Column, DeliveryColumn, DeliveryLine, DeliveryProfile, TableShell
from bishan_survey.model.questionnaire import (
    Code,
    CodeList,
    Derived,
    Item,
    Questionnaire,
    Severity,
    Sheet,
    Subject,
    ValueType,
)
from bishan_survey.model.rules import (
    AreaFrame,
    Compound,
    EditRule,
    ImpliedText,
    Notice,
    ReturnsPolicy,
    SheetLayout,
    SurvivorRule,
    Village,
)

__all__ = [
    "CODES_SHEET",
    "GUIDE_SHEET",
    "MARK_SHEET",
    "OWN_SHEETS",
    "AreaFrame",
    "Batch",
    "Code",
    "CodeList",
    "Column",
    "Compound",
    "DeliveryColumn",
    "DeliveryLine",
    "DeliveryProfile",
    "Derived",
    "Design",
    "EditRule",
    "FormMark",
    "ImpliedText",
    "Item",
    "Ledger",
    "Notice",
    "Questionnaire",
    "ReturnsPolicy",
    "Severity",
    "Sheet",
    "SheetLayout",
    "Subject",
    "Survey",
    "SurvivorRule",
    "Table",
    "TableShell",
    "ValueType",
    "Village",
    "read_mark",
]
