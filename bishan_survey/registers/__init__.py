"""Lists that others keep, beside the records of the round: the roster, and last year's persons."""

from bishan_survey.registers.changes import compare
from bishan_survey.registers.code_books import CodeBooks
from bishan_survey.registers.last_year import last_years_persons, match_last_year
from bishan_survey.registers.reading import hindering, roster_of
from bishan_survey.registers.roster import check_roster

__all__ = [
    "CodeBooks",
    "check_roster",
    "compare",
    "hindering",
    "last_years_persons",
    "match_last_year",
    "roster_of",
]
