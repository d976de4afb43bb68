"""Any spreadsheet into verbatim records at their true cell addresses."""

from bishan_survey.intake.batch import read_batch
from bishan_survey.intake.files import READABLE, Submission

__all__ = ["READABLE", "Submission", "read_batch"]
