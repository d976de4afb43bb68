"""What a cell of a handwritten sheet means, where that is sure."""

import datetime as dt
import re
from collections.abc import Iterable

from bishan_survey.handwritten.texts import folded, squeezed
from bishan_survey.model import SheetWord

_DATE = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T].*)?$")
_COMPACT_DATE = re.compile(r"^(\d{4})(\d{2})(\d{2})$")


def day_of(text: str) -> dt.date | None:
    """The day that a text names; none if it is no day."""
    plain = folded(text)
    match = _DATE.match(plain) or _COMPACT_DATE.match(plain)
    try:
        return dt.date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def meant(text: str, words: Iterable[SheetWord]) -> str | None:
    """The id of the word that a text is, in one of its spellings."""
    for word in words:
        if squeezed(text) in {squeezed(spelling) for spelling in (word.text, *word.aliases)}:
            return word.id
    return None
