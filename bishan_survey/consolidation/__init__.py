"""Records that count and table shells into tables that add up, and numbers of tables back into records."""

from bishan_survey.consolidation.counting import ADDS, LEVELS, TOTAL, CellKey, behind, column_keys
from bishan_survey.consolidation.coverage import Coverage, coverage_of
from bishan_survey.consolidation.groups import members_of, with_groups
from bishan_survey.consolidation.indicators import indicators_of
from bishan_survey.consolidation.ledger import ledger_of
from bishan_survey.consolidation.tables import (
    Consolidated,
    consolidate,
    counted_records,
    fill,
    head_codes,
    stub_codes,
    variables_of,
)

__all__ = [
    "ADDS",
    "LEVELS",
    "TOTAL",
    "CellKey",
    "Consolidated",
    "Coverage",
    "behind",
    "column_keys",
    "consolidate",
    "counted_records",
    "coverage_of",
    "fill",
    "head_codes",
    "indicators_of",
    "ledger_of",
    "members_of",
    "stub_codes",
    "variables_of",
    "with_groups",
]
