"""The hidden sheet by which one of our own forms says what it is. Forms write it, intake reads it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MARK_SHEET = "_bishan"
CODES_SHEET = "_codes"
GUIDE_SHEET = "填表说明"
RETURN_SHEET = "问题清单"
"""The first sheet of a workbook that goes back to a village."""
OWN_SHEETS = frozenset({MARK_SHEET, CODES_SHEET, GUIDE_SHEET, RETURN_SHEET})
"""Sheets of our forms that hold no answers."""
_KIND = "bishan-survey-form"


@dataclass(frozen=True, slots=True)
class FormMark:
    """Edition of a form, the village that it was made for (empty for a form of no village), and the survey's year."""

    edition: str
    village: str
    year: str = ""
    """Empty in forms of older programs."""

    def rows(self) -> Iterable[tuple[str, str]]:
        """Rows of the hidden sheet."""
        return [("kind", _KIND), ("edition", self.edition), ("village", self.village), ("year", self.year)]


def read_mark(rows: Sequence[Sequence[object]]) -> FormMark | None:
    """The mark on a hidden sheet, or ``None`` if it is not ours."""
    said = {str(row[0]): str(row[1]) for row in rows if len(row) > 1}
    if said.get("kind") != _KIND:
        return None
    return FormMark(said.get("edition", ""), said.get("village", ""), said.get("year", ""))
