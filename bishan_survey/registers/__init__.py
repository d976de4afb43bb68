"""Lists that others keep, beside the records of the round: last year's persons."""

from bishan_survey.registers.changes import compare
from bishan_survey.registers.code_books import CodeBooks
from bishan_survey.registers.last_year import last_years_persons, match_last_year

__all__ = ["CodeBooks", "compare", "last_years_persons", "match_last_year"]
