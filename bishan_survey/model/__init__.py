"""The nouns of the toolkit. Read its pages first, in this order: questionnaire, rules, outputs, design, batch.

Two groups. What is decided before collection: the questionnaire and everything that the definitions in
``templates/`` and ``validators/`` say. And what came in: a batch of records, findings about them, tables made of
them. All are frozen; a stage takes a :class:`Batch` and returns another.
"""

from bishan_survey.model.batch import Batch, FollowUp, Ledger, Lives, Table
from bishan_survey.model.corrections import (
    CORRECTION_IDS,
    CorrectionAction,
    CorrectionKind,
    CorrectionOutcome,
    CorrectionWord,
    CorrectionWords,
)
from bishan_survey.model.design import Design, Survey
from bishan_survey.model.form_mark import (
    CODES_SHEET,
    GUIDE_SHEET,
    MARK_SHEET,
    OWN_SHEETS,
    RETURN_SHEET,
    FormMark,
    read_mark,
)
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
    LifecyclePolicy,
    Notice,
    ReturnsPolicy,
    SheetLayout,
    SurvivorRule,
    Village,
)

__all__ = [
    "CODES_SHEET",
    "CORRECTION_IDS",
    "GUIDE_SHEET",
    "MARK_SHEET",
    "OWN_SHEETS",
    "RETURN_SHEET",
    "AreaFrame",
    "Batch",
    "Code",
    "CodeList",
    "Column",
    "Compound",
    "CorrectionAction",
    "CorrectionKind",
    "CorrectionOutcome",
    "CorrectionWord",
    "CorrectionWords",
    "DeliveryColumn",
    "DeliveryLine",
    "DeliveryProfile",
    "Derived",
    "Design",
    "EditRule",
    "FollowUp",
    "FormMark",
    "ImpliedText",
    "Item",
    "Ledger",
    "LifecyclePolicy",
    "Lives",
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
