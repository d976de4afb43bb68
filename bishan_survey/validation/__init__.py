"""Verbatim records into typed ones, with findings at their cells, by one pandera schema for each sheet."""

from bishan_survey.validation.checks import Check, checks_for, checks_in_force
from bishan_survey.validation.identifiers import birth_date, checksum_ok
from bishan_survey.validation.over_time import time_checks, time_checks_in_force, validate_over_time
from bishan_survey.validation.schema import build_schema, failures
from bishan_survey.validation.stage import type_batch, validate
from bishan_survey.validation.typing import UNREADABLE, TypedRecords, add_derived, derived_expression, type_records
from bishan_survey.validation.values import as_written, read_values

__all__ = [
    "UNREADABLE",
    "Check",
    "TypedRecords",
    "add_derived",
    "as_written",
    "birth_date",
    "build_schema",
    "checks_for",
    "checks_in_force",
    "checksum_ok",
    "derived_expression",
    "failures",
    "read_values",
    "time_checks",
    "time_checks_in_force",
    "type_batch",
    "type_records",
    "validate",
    "validate_over_time",
]
