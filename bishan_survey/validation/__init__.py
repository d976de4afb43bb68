"""Verbatim records into typed ones, with findings at their cells, by one pandera schema for each sheet."""

from bishan_survey.validation.checks import Check, checks_for
from bishan_survey.validation.schema import build_schema, failures
from bishan_survey.validation.stage import type_batch, validate
from bishan_survey.validation.typing import UNREADABLE, TypedRecords, add_derived, derived_expression, type_records

__all__ = [
    "UNREADABLE",
    "Check",
    "TypedRecords",
    "add_derived",
    "build_schema",
    "checks_for",
    "derived_expression",
    "failures",
    "type_batch",
    "type_records",
    "validate",
]
