"""Lists that others keep, beside the records of the round: the roster, last year's persons, departments' lists."""

from bishan_survey.registers.changes import compare
from bishan_survey.registers.code_books import CodeBooks
from bishan_survey.registers.department_sheets import SheetRead, read_list_sheet
from bishan_survey.registers.departments import OLD_LENGTH, check_lists, with_lists
from bishan_survey.registers.last_year import last_years_persons, match_last_year
from bishan_survey.registers.reading import hindering, roster_of
from bishan_survey.registers.roster import check_roster

__all__ = [
    "OLD_LENGTH",
    "CodeBooks",
    "SheetRead",
    "check_lists",
    "check_roster",
    "compare",
    "hindering",
    "last_years_persons",
    "match_last_year",
    "read_list_sheet",
    "roster_of",
    "with_lists",
]
