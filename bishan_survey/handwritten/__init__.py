"""Sheets that people of the office write by hand: read in any layout, a line for each row; made blank to write on.

Corrections, decisions and changed numbers are such sheets. What their lines mean is for their own rooms to say.
"""

from bishan_survey.handwritten.blank import write_blank_sheet
from bishan_survey.handwritten.meaning import day_of, meant
from bishan_survey.handwritten.seal import sealed, unsealed
from bishan_survey.handwritten.sheet import HandwrittenLine, SheetKind, read_sheets
from bishan_survey.handwritten.texts import folded, squeezed

__all__ = [
    "HandwrittenLine",
    "SheetKind",
    "day_of",
    "folded",
    "meant",
    "read_sheets",
    "sealed",
    "squeezed",
    "unsealed",
    "write_blank_sheet",
]
