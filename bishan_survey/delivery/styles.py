"""How the workbooks that we publish look: one place for fonts, fills, widths and print set-up."""

from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

_BASE: dict[str, Any] = {"font_name": "宋体", "font_size": 10.5, "valign": "vcenter"}
_RULE: dict[str, Any] = {"bottom": 1, "bottom_color": "#BFBFBF"}
_HEAD: dict[str, Any] = {"bold": True, "top": 2, "bottom": 1, "text_wrap": True, "bg_color": "#EEF2F6"}

_STYLES: dict[str, dict[str, Any]] = {
    "cover": {"font_name": "黑体", "font_size": 24},
    "cover_line": {"font_size": 14},
    "title": {"font_name": "黑体", "font_size": 14},
    "heading": {"font_name": "黑体", "font_size": 12},
    "line": {"font_color": "#404040"},
    "said": {"font_color": "#404040", "text_wrap": True, "valign": "top"},
    "text": {"text_wrap": True, "valign": "top"},
    "link": {"font_color": "#0B5394", "underline": 1, "valign": "top"},
    "head": {"align": "center", **_HEAD},
    "head_left": {"align": "left", **_HEAD},
    "label": _RULE,
    "label_1": {"indent": 1, **_RULE},
    "label_2": {"indent": 2, **_RULE},
    "label_total": {"bold": True, **_RULE},
    "number": {"num_format": "#,##0", "align": "right", **_RULE},
    "number_total": {"num_format": "#,##0", "align": "right", "bold": True, **_RULE},
    "left_out": {"align": "right", **_RULE},
    "decimal": {"num_format": "#,##0.0", "align": "right", **_RULE},
    "count": {"num_format": "#,##0", "align": "right", "indent": 1, "valign": "top", **_RULE},
    "amount": {"num_format": "#,##0.0", "align": "right", "indent": 1, "valign": "top", **_RULE},
    "broken": {"num_format": '"※"#,##0.0', "align": "right", "indent": 1, "valign": "top", **_RULE},
    "cell": {"text_wrap": True, "valign": "top", "num_format": "@", **_RULE},
}


class Styles:
    """The named formats of one workbook."""

    def __init__(self, workbook: Workbook) -> None:
        self._formats = {name: workbook.add_format({**_BASE, **style}) for name, style in _STYLES.items()}

    def __getitem__(self, name: str) -> Format:
        return self._formats[name]


_UPRIGHT = 95
"""Half-width characters that an upright A4 page holds at full size."""


def set_up_page(sheet: Worksheet, repeat: tuple[int, int] | None = None, width: int | None = None) -> None:
    """A4, as wide as the page, header repeated, pages numbered.

    Args:
        sheet: to be printed.
        repeat: the first and the last row of its header.
        width: of its columns, in half-width characters: what is narrow stands upright, all else lies.
    """
    if width is None or width > _UPRIGHT:
        sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C第 &P 页，共 &N 页")
    if repeat:
        sheet.repeat_rows(*repeat)
