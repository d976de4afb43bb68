"""What people name on the command line, by code or by label; where nothing is called so, what they may have meant."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from bishan_survey.errors import UsageError

if TYPE_CHECKING:
    from bishan_survey.model import AreaFrame, Design, Indicator, SheetLayout, TableShell

_SHOWN = 30
_WHOLE = ("合计", "全区")


def chosen(text: str, options: Mapping[str, str], what: str) -> str:
    """The code of what a text names.

    Args:
        text: a code or a label.
        options: label by code.
        what: what it is, for the error.

    Raises:
        UsageError: nothing is called so, or several are.
    """
    plain = _plain(text)
    by_code = [code for code in options if _plain(code) == plain]
    by_label = [code for code, label in options.items() if _plain(label) == plain]
    if by_code or len(by_label) == 1:
        return (by_code or by_label)[0]
    if by_label:
        raise UsageError(f"有{len(by_label)}个{what}都叫 {text}", f"请写代码：{'、'.join(by_label)}")
    raise UsageError(f"没有{what} {text}", suggestion(text, [_both(code, label) for code, label in options.items()]))


def suggestion(text: str, names: Iterable[str]) -> str:
    """What may have been meant, or all that there is."""
    from difflib import get_close_matches

    listed = [*dict.fromkeys(names)]
    near = [name for name in listed if _plain(text) in _plain(name)] or get_close_matches(text, listed, 5, 0.4)
    if near:
        return f"是不是：{'、'.join(near[:_SHOWN])}？"
    more = f" 等{len(listed)}个" if len(listed) > _SHOWN else ""
    return f"现有：{'、'.join(listed[:_SHOWN])}{more}"


def _both(code: str, label: str) -> str:
    return f"{code} {label}" if code.strip("|") and code != label else label


def _plain(text: str) -> str:
    """A text without the differences that people do not see, and without the mark between two labels."""
    return "".join(unicodedata.normalize("NFKC", text).replace("·", "").split()).casefold()


def chosen_table(text: str, design: "Design") -> "TableShell | Indicator":
    """The table (``T06``, ``6``, ``表6``, ``表T06``) or the indicator (``I05``) of a number or a title.

    Raises:
        UsageError: there is none.
    """
    by_id: dict[str, TableShell | Indicator] = {one.id: one for one in sorted(design.shells, key=lambda one: one.id)}
    number = re.fullmatch(r"表?t?0*(\d+)", _plain(text))
    if number:
        numbered = [shell for code, shell in by_id.items() if code.lstrip("T").lstrip("0") == number[1]]
        if numbered:
            return numbered[0]
    by_id |= {one.id: one for one in design.indicators}
    named = {one.id: one.name for one in design.indicators}
    return by_id[chosen(text, {one.id: named.get(one.id, one.title) for one in by_id.values()}, "统计表或指标")]


def chosen_area(text: str | None, areas: "AreaFrame", layout: "SheetLayout") -> tuple[str, str]:
    """Code and name of the district, a 镇街 or a 村（社区）.

    Args:
        text: a code or a name, a village's perhaps behind its 镇街; ``None`` is the district.
        areas: the areas.
        layout: by what the names of villages end.

    Raises:
        UsageError: there is none, or there are several.
    """
    from bishan_survey.intake import AreaIndex

    if text is None or _plain(text) in (*_WHOLE, areas.district, areas.district_code):
        return areas.district_code, areas.district
    index = AreaIndex(areas, layout)
    said = re.sub(r"[/／\\、]", "", text)
    town = index.town_code(said)
    if town:
        return town, areas.towns[town]
    village = index.village(said, None) or index.village_called(said, None)
    if village:
        return village.code, f"{village.town}{village.name}"
    names = [areas.district, *areas.towns.values(), *(f"{v.town}{v.name}" for v in areas.villages)]
    raise UsageError(f"没有地区 {text}，或有几个地区都叫这个名字", suggestion(text, names))
