"""Tables and records into workbooks, CSV, JSON and other systems' layouts."""

from bishan_survey.delivery.code_books import read_code_books
from bishan_survey.delivery.findings import SEVERITIES, findings_for_people, write_findings
from bishan_survey.delivery.grid import TableGrid
from bishan_survey.delivery.indicators import INDICATOR_BOOK, indicator_lines, list_counts, read_years
from bishan_survey.delivery.last_year import ITEM_TABLE, LAST_YEAR_BOOK, OUTCOMES, read_last_year_statistics
from bishan_survey.delivery.life import LEAGUE, STAGES, read_lives, read_progress
from bishan_survey.delivery.memory import read_persons
from bishan_survey.delivery.private import write_private_csv
from bishan_survey.delivery.profiles import missing_variables, write_profile_csv, write_profile_xlsx
from bishan_survey.delivery.publish import (
    ADJUDICATION_BOOK,
    FINDINGS_BOOK,
    RESTRICTED,
    STATISTICS_BOOK,
    TOWNS,
    Results,
    grids_of,
    publish,
    read_columns,
    read_corrected,
    read_counted,
    read_findings,
)
from bishan_survey.delivery.reconciled import RECONCILED_BOOK, by_town, list_problems, write_reconciled_book
from bishan_survey.delivery.report import STATISTICS, TABLES_FILE, write_report_csv, write_report_xlsx
from bishan_survey.delivery.returns import STATUSES, register_sheet
from bishan_survey.delivery.roster import (
    ROSTER_BOOK,
    ROSTER_PROGRESS,
    figures_by_area,
    percent,
    why_no_rates,
    write_roster_book,
)
from bishan_survey.delivery.statistics import LEDGER_TITLE, Publication, ledger_pairs, write_statistics

__all__ = [
    "ADJUDICATION_BOOK",
    "FINDINGS_BOOK",
    "INDICATOR_BOOK",
    "ITEM_TABLE",
    "LAST_YEAR_BOOK",
    "LEAGUE",
    "LEDGER_TITLE",
    "OUTCOMES",
    "RECONCILED_BOOK",
    "RESTRICTED",
    "ROSTER_BOOK",
    "ROSTER_PROGRESS",
    "SEVERITIES",
    "STAGES",
    "STATISTICS",
    "STATISTICS_BOOK",
    "STATUSES",
    "TABLES_FILE",
    "TOWNS",
    "Publication",
    "Results",
    "TableGrid",
    "by_town",
    "figures_by_area",
    "findings_for_people",
    "grids_of",
    "indicator_lines",
    "ledger_pairs",
    "list_counts",
    "list_problems",
    "missing_variables",
    "percent",
    "publish",
    "read_code_books",
    "read_columns",
    "read_corrected",
    "read_counted",
    "read_findings",
    "read_last_year_statistics",
    "read_lives",
    "read_persons",
    "read_progress",
    "read_years",
    "register_sheet",
    "why_no_rates",
    "write_findings",
    "write_private_csv",
    "write_profile_csv",
    "write_profile_xlsx",
    "write_reconciled_book",
    "write_report_csv",
    "write_report_xlsx",
    "write_roster_book",
    "write_statistics",
]
