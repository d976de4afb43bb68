"""Records that count and table shells into tables that add up."""

from bishan_survey.consolidation.counting import LEVELS, TOTAL
from bishan_survey.consolidation.coverage import Coverage, coverage_of
from bishan_survey.consolidation.ledger import ledger_of
from bishan_survey.consolidation.tables import Consolidated, consolidate, counted_records

__all__ = [
    "LEVELS",
    "TOTAL",
    "Consolidated",
    "Coverage",
    "consolidate",
    "counted_records",
    "coverage_of",
    "ledger_of",
]
