"""The definitions in ``templates/`` and ``validators/``, read, typed and linted. The only place that knows TOML."""

from bishan_survey.design.areas import read_area_frame
from bishan_survey.design.defaults import Defaults, load_defaults
from bishan_survey.design.lint import example_problems, lint
from bishan_survey.design.lint_delivery import problems_of
from bishan_survey.design.lint_outputs import shell_problems
from bishan_survey.design.lint_template import SAVE_AS, headers_in, read_blank, why_not
from bishan_survey.design.load import load_design
from bishan_survey.design.over_time import as_read, lasting_types, time_rules_for
from bishan_survey.design.sql import (
    CONTEXT,
    LIST_DATES,
    aggregates_for,
    asked_sql,
    compile_sql,
    derived_for,
    dtype,
    inputs_of,
    list_types,
    rules_for,
    unit_types,
    variable_types,
    variables_in,
    widest_sheet,
)

__all__ = [
    "CONTEXT",
    "LIST_DATES",
    "SAVE_AS",
    "Defaults",
    "aggregates_for",
    "as_read",
    "asked_sql",
    "compile_sql",
    "derived_for",
    "dtype",
    "example_problems",
    "headers_in",
    "inputs_of",
    "lasting_types",
    "lint",
    "list_types",
    "load_defaults",
    "load_design",
    "problems_of",
    "read_area_frame",
    "read_blank",
    "rules_for",
    "shell_problems",
    "time_rules_for",
    "unit_types",
    "variable_types",
    "variables_in",
    "why_not",
    "widest_sheet",
]
