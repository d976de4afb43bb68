"""Tables and records into workbooks, CSV, JSON and other systems' layouts."""

from bishan_survey.delivery.answers import TROUBLES, Matched, matched, receipt_sheet
from bishan_survey.delivery.batches import MANIFEST, write_batches, write_manifest
from bishan_survey.delivery.code_books import read_code_books
from bishan_survey.delivery.codebook import (
    CODEBOOK,
    codebook_html,
    entries_of,
    write_codebook_html,
    write_codebook_xlsx,
)
from bishan_survey.delivery.findings import SEVERITIES, findings_for_people, write_findings
from bishan_survey.delivery.grid import SYMBOL, TableGrid
from bishan_survey.delivery.indicators import INDICATOR_BOOK, indicator_lines, list_counts, read_years, years_of
from bishan_survey.delivery.last_year import ITEM_TABLE, LAST_YEAR_BOOK, OUTCOMES, read_last_year_statistics
from bishan_survey.delivery.letters import LETTER, Letter, as_html, as_text, letters_of
from bishan_survey.delivery.life import LEAGUE, STAGES, named_areas, read_lives, read_progress
from bishan_survey.delivery.memory import read_persons
from bishan_survey.delivery.package import DESCRIPTOR, write_package
from bishan_survey.delivery.past import (
    ACCEPTED,
    REJECTED,
    WAITING,
    PastDelivery,
    last_standing,
    next_number,
    read_past,
    whereabouts,
    write_answers,
    write_delivered,
)
from bishan_survey.delivery.preflight import FAULTS, Prepared, key_of, prepared
from bishan_survey.delivery.private import write_private_csv
from bishan_survey.delivery.profiles import (
    meant_for,
    missing_variables,
    write_profile_csv,
    write_profile_xlsx,
    write_text_workbook,
)
from bishan_survey.delivery.publish import (
    ADJUDICATION_BOOK,
    FINDINGS_BOOK,
    PUBLIC_BOOK,
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
    write_public,
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
from bishan_survey.delivery.suppressed import SUPPRESSED_LIST, write_suppressed

__all__ = [
    "ACCEPTED",
    "ADJUDICATION_BOOK",
    "CODEBOOK",
    "DESCRIPTOR",
    "FAULTS",
    "FINDINGS_BOOK",
    "INDICATOR_BOOK",
    "ITEM_TABLE",
    "LAST_YEAR_BOOK",
    "LEAGUE",
    "LEDGER_TITLE",
    "LETTER",
    "MANIFEST",
    "OUTCOMES",
    "PUBLIC_BOOK",
    "RECONCILED_BOOK",
    "REJECTED",
    "RESTRICTED",
    "ROSTER_BOOK",
    "ROSTER_PROGRESS",
    "SEVERITIES",
    "STAGES",
    "STATISTICS",
    "STATISTICS_BOOK",
    "STATUSES",
    "SUPPRESSED_LIST",
    "SYMBOL",
    "TABLES_FILE",
    "TOWNS",
    "TROUBLES",
    "WAITING",
    "Letter",
    "Matched",
    "PastDelivery",
    "Prepared",
    "Publication",
    "Results",
    "TableGrid",
    "as_html",
    "as_text",
    "by_town",
    "codebook_html",
    "entries_of",
    "figures_by_area",
    "findings_for_people",
    "grids_of",
    "indicator_lines",
    "key_of",
    "last_standing",
    "ledger_pairs",
    "letters_of",
    "list_counts",
    "list_problems",
    "matched",
    "meant_for",
    "missing_variables",
    "named_areas",
    "next_number",
    "percent",
    "prepared",
    "publish",
    "read_code_books",
    "read_columns",
    "read_corrected",
    "read_counted",
    "read_findings",
    "read_last_year_statistics",
    "read_lives",
    "read_past",
    "read_persons",
    "read_progress",
    "read_years",
    "receipt_sheet",
    "register_sheet",
    "whereabouts",
    "why_no_rates",
    "write_answers",
    "write_batches",
    "write_codebook_html",
    "write_codebook_xlsx",
    "write_delivered",
    "write_findings",
    "write_manifest",
    "write_package",
    "write_private_csv",
    "write_profile_csv",
    "write_profile_xlsx",
    "write_public",
    "write_reconciled_book",
    "write_report_csv",
    "write_report_xlsx",
    "write_roster_book",
    "write_statistics",
    "write_suppressed",
    "write_text_workbook",
    "years_of",
]
