"""The nouns of the toolkit. Read its pages first, in this order: questionnaire, rules, matching, outputs,
roster, design, batch.

Two groups. What is decided before collection: the questionnaire and everything that the definitions in
``templates/`` and ``validators/`` say. And what came in: a batch of records, findings about them, tables made of
them. All are frozen; a stage takes a :class:`Batch` and returns another.
"""

from bishan_survey.model.batch import Batch, FollowUp, Ledger, Lives, Table
from bishan_survey.model.changed_numbers import CHANGED_NUMBER_IDS, ChangeOutcome
from bishan_survey.model.corrections import (
    CORRECTION_IDS,
    CorrectionAction,
    CorrectionOutcome,
)
from bishan_survey.model.decisions import DECISION_IDS, QUESTION_SHOWN, Decision, DecisionOutcome
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
from bishan_survey.model.handwritten import SheetWord, SheetWords, WordIds, WordKind
from bishan_survey.model.matching import (
    OTHER,
    Compared,
    Distance,
    Making,
    MatchBlock,
    MatchFeature,
    Matching,
    MatchMeasure,
    MatchRule,
    Verdict,
)
from bishan_survey.model.outputs import Column, DeliveryColumn, DeliveryLine, DeliveryProfile, Grouping, TableShell
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
from bishan_survey.model.roster import (
    Expiry,
    Roster,
    RosterCheck,
    RosterCount,
    RosterDesign,
    RosterPolicy,
    RosterRate,
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
    "CHANGED_NUMBER_IDS",
    "CODES_SHEET",
    "CORRECTION_IDS",
    "DECISION_IDS",
    "GUIDE_SHEET",
    "MARK_SHEET",
    "OTHER",
    "OWN_SHEETS",
    "QUESTION_SHOWN",
    "RETURN_SHEET",
    "AreaFrame",
    "Batch",
    "ChangeOutcome",
    "Code",
    "CodeList",
    "Column",
    "Compared",
    "Compound",
    "CorrectionAction",
    "CorrectionOutcome",
    "Decision",
    "DecisionOutcome",
    "DeliveryColumn",
    "DeliveryLine",
    "DeliveryProfile",
    "Derived",
    "Design",
    "Distance",
    "EditRule",
    "Expiry",
    "FollowUp",
    "FormMark",
    "Grouping",
    "ImpliedText",
    "Item",
    "Ledger",
    "LifecyclePolicy",
    "Lives",
    "Making",
    "MatchBlock",
    "MatchFeature",
    "MatchMeasure",
    "MatchRule",
    "Matching",
    "Notice",
    "Questionnaire",
    "ReturnsPolicy",
    "Roster",
    "RosterCheck",
    "RosterCount",
    "RosterDesign",
    "RosterPolicy",
    "RosterRate",
    "Severity",
    "Sheet",
    "SheetLayout",
    "SheetWord",
    "SheetWords",
    "Subject",
    "Survey",
    "SurvivorRule",
    "Table",
    "TableShell",
    "ValueType",
    "Verdict",
    "Village",
    "WordIds",
    "WordKind",
    "read_mark",
]
