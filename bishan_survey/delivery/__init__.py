"""Tables and records into workbooks, CSV, JSON and other systems' layouts."""

from bishan_survey.delivery.code_books import read_code_books
from bishan_survey.delivery.findings import SEVERITIES, findings_for_people, write_findings
from bishan_survey.delivery.last_year import ITEM_TABLE, LAST_YEAR_BOOK, OUTCOMES, read_last_year_statistics
from bishan_survey.delivery.life import LEAGUE, STAGES, read_lives, read_progress
from bishan_survey.delivery.profiles import missing_variables, write_profile_csv, write_profile_xlsx
from bishan_survey.delivery.publish import (
    FINDINGS_BOOK,
    RESTRICTED,
    STATISTICS_BOOK,
    Results,
    grids_of,
    publish,
    read_columns,
    read_counted,
    read_findings,
)
from bishan_survey.delivery.report import STATISTICS, write_report_csv, write_report_xlsx
from bishan_survey.delivery.returns import STATUSES, register_sheet
from bishan_survey.delivery.statistics import LEDGER_TITLE, Publication, ledger_pairs, write_statistics

__all__ = [
    "FINDINGS_BOOK",
    "ITEM_TABLE",
    "LAST_YEAR_BOOK",
    "LEAGUE",
    "LEDGER_TITLE",
    "OUTCOMES",
    "RESTRICTED",
    "SEVERITIES",
    "STAGES",
    "STATISTICS",
    "STATISTICS_BOOK",
    "STATUSES",
    "Publication",
    "Results",
    "findings_for_people",
    "grids_of",
    "ledger_pairs",
    "missing_variables",
    "publish",
    "read_code_books",
    "read_columns",
    "read_counted",
    "read_findings",
    "read_last_year_statistics",
    "read_lives",
    "read_progress",
    "register_sheet",
    "write_findings",
    "write_profile_csv",
    "write_profile_xlsx",
    "write_report_csv",
    "write_report_xlsx",
    "write_statistics",
]
