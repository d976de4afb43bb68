"""How our forms look: one place for fonts, fills and widths."""

from collections.abc import Mapping
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

FONT = "宋体"
_BASE: dict[str, Any] = {"font_name": FONT, "font_size": 10, "valign": "vcenter"}
_GRID: dict[str, Any] = {"border": 1, "border_color": "#7F7F7F"}
_HEAD: dict[str, Any] = {"bold": True, "align": "center", "text_wrap": True, **_GRID}
_BAND: dict[str, Any] = {
    "bg_color": "#D9E2EC",
    "top": 1,
    "top_color": "#7F7F7F",
    "bottom": 1,
    "bottom_color": "#7F7F7F",
}
_LIGHT_STRIPES, _DASHED, _DOTTED = 14, 3, 4

MARKS: Mapping[str, dict[str, Any]] = {
    "missing": {"bg_color": "#FFD9DE", "border": _DASHED, "border_color": "#C00000"},
    "not_asked": {"pattern": _LIGHT_STRIPES, "fg_color": "#A6A6A6", "bg_color": "#EDEDED"},
    "surplus": {"bg_color": "#D9D9D9", "font_color": "#C00000", "font_strikeout": True},
    "wrong": {"bg_color": "#F8CBAD", "bold": True, "border": 1, "border_color": "#C00000"},
    "doubtful": {"bg_color": "#FFF9DB", "border": _DOTTED, "border_color": "#806000", "italic": True, "underline": 1},
}
"""What a cell looks like that needs a second look: never by its colour alone."""

_STYLES: dict[str, dict[str, Any]] = {
    "title": {"font_size": 16, "bold": True},
    "line": {"font_color": "#404040"},
    "plain": {"font_size": 11},
    "section": {"font_size": 12, "bold": True, "font_color": "#1F4E79"},
    "group": {"bold": True, **_BAND, "left": 1, "left_color": "#7F7F7F"},
    "group_rest": {**_BAND},
    "header": {**_HEAD, "bg_color": "#EEF2F6"},
    "required": {**_HEAD, "bg_color": "#FFF3CD"},
    "answer": {"num_format": "@", "locked": False, **_GRID},
    "answer_wrapped": {"num_format": "@", "locked": False, "text_wrap": True, **_GRID},
    "explain": {"text_wrap": True, "valign": "top", **_GRID},
    "explain_head": {**_HEAD, "bg_color": "#EEF2F6"},
    "noted": {"num_format": "@", "locked": False, "text_wrap": True, **_GRID, "border": _DOTTED},
    "returned": {"num_format": "@", "locked": False, "text_wrap": True, **_GRID, **MARKS["wrong"]},
    "doubted": {"num_format": "@", "locked": False, "text_wrap": True, **_GRID, **MARKS["doubtful"]},
    "link": {"font_color": "#0B5394", "underline": 1, "valign": "top", **_GRID},
    **{f"sample_{name}": {"align": "center", **_GRID, **mark} for name, mark in MARKS.items()},
}


class Styles:
    """The named formats of one workbook."""

    def __init__(self, workbook: Workbook) -> None:
        self._formats = {name: workbook.add_format({**_BASE, **style}) for name, style in _STYLES.items()}
        # A format that appears on a condition changes only what it names.
        self._marks = {name: workbook.add_format(dict(mark)) for name, mark in MARKS.items()}

    def __getitem__(self, name: str) -> Format:
        return self._formats[name]

    def mark(self, name: str) -> Format:
        """What is laid over a cell on a condition."""
        return self._marks[name]
