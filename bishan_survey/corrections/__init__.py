"""Corrections by hand: a sheet of them read, and applied to verbatim records before anything is checked."""

from bishan_survey.corrections.orders import Checking
from bishan_survey.corrections.sheet import Line, read_lines, write_blank
from bishan_survey.corrections.stage import apply_corrections

__all__ = ["Checking", "Line", "apply_corrections", "read_lines", "write_blank"]
