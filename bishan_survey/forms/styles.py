"""How our forms look: one place for fonts, fills and widths."""

from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

FONT = "宋体"
_BASE: dict[str, Any] = {"font_name": FONT, "font_size": 10, "valign": "vcenter"}
_GRID: dict[str, Any] = {"border": 1, "border_color": "#7F7F7F"}

_STYLES: dict[str, dict[str, Any]] = {
    "title": {"font_size": 16, "bold": True},
    "line": {"font_color": "#404040"},
    "group": {"bold": True, "align": "center", "bg_color": "#D9E2EC", **_GRID},
    "header": {"bold": True, "align": "center", "text_wrap": True, "bg_color": "#EEF2F6", **_GRID},
    "required": {"bold": True, "align": "center", "text_wrap": True, "bg_color": "#FFF3CD", **_GRID},
    "answer": {"num_format": "@", "locked": False, **_GRID},
    "explain": {"text_wrap": True, "valign": "top", **_GRID},
    "explain_head": {"bold": True, "bg_color": "#EEF2F6", **_GRID},
}


class Styles:
    """The named formats of one workbook."""

    def __init__(self, workbook: Workbook) -> None:
        self._formats = {name: workbook.add_format({**_BASE, **style}) for name, style in _STYLES.items()}

    def __getitem__(self, name: str) -> Format:
        return self._formats[name]
