"""How wide Chinese text is, and how many lines it takes in a cell: what every workbook of ours needs to know."""

import unicodedata
from collections.abc import Sequence

LINE_HEIGHT = 15
"""Height of a line in points."""
_CLOSING = "，。；：、？！）》”’"


def display_width(text: str) -> int:
    """Width of a text in half-width characters."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def lines_needed(values: Sequence[object], widths: Sequence[int]) -> int:
    """Lines that the longest text of a row takes when it is wrapped in columns of these widths."""
    texts = (
        (display_width(value), width) for value, width in zip(values, widths, strict=True) if isinstance(value, str)
    )
    return max((-(-text // max(1, width - 1)) for text, width in texts), default=1) or 1


def folded(text: str, width: int) -> list[str]:
    """A text in lines of a width; no line begins with a mark that closes something.

    Args:
        text: without line breaks.
        width: of a line, in half-width characters.
    """
    lines, room = [""], width
    for char in text:
        room -= display_width(char)
        if room < 0 and char not in _CLOSING:
            lines.append("")
            room = width - display_width(char)
        lines[-1] += char
    return lines
