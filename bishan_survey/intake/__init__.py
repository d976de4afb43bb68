"""Any spreadsheet into verbatim records at their true cell addresses."""

from bishan_survey.intake.areas import AreaIndex
from bishan_survey.intake.batch import read_batch
from bishan_survey.intake.explain import explain_columns, to_be_approved
from bishan_survey.intake.files import Submission, submission_of
from bishan_survey.intake.header_index import HeaderIndex
from bishan_survey.intake.mappings import Approved, mappings_text, read_mappings
from bishan_survey.intake.places import WHERE
from bishan_survey.intake.receive import Known

__all__ = [
    "WHERE",
    "Approved",
    "AreaIndex",
    "HeaderIndex",
    "Known",
    "Submission",
    "explain_columns",
    "mappings_text",
    "read_batch",
    "read_mappings",
    "submission_of",
    "to_be_approved",
]
