"""Several items in one cell, such as ``肢体二级`` or ``多重（肢体二级、言语四级）``, taken apart.

Only what is understood to the last character is taken apart; the parts stay the texts that were written.
"""

import re
import unicodedata
from collections.abc import Mapping

from bishan_survey.model import CodeList, Compound, Sheet

_BETWEEN = r"[\s、,/·.\-—:]*"
_LIST = re.compile(r"[、,;/+和及\s]+")
_BRACKETS = re.compile(r"^(?P<whole>[^(\[]*)[(\[](?P<listed>[^()\[\]]+)[)\]]$")


class Splitter:
    """Takes the cells of one compound apart, by the spellings of its code lists."""

    def __init__(self, compound: Compound, sheet: Sheet, code_lists: Mapping[str, CodeList]) -> None:
        self.compound = compound
        self._whole, self._degree = compound.items
        lists = {name: code_lists[str(sheet.by_name[name].codes)] for name in compound.items}
        self._places = {name: _places(codes) for name, codes in lists.items()}
        whole, degree = (_any_of(codes) for codes in lists.values())
        self._pair = re.compile(rf"^(?P<whole>{whole}){_BETWEEN}\(?(?P<degree>{degree})\)?$")
        self._single = re.compile(rf"^(?P<whole>{whole}){_BETWEEN}(?P<degree>{degree})?$")
        self.details = compound.details if compound.details in sheet.by_name else None

    def split(self, text: str) -> dict[str, str] | None:
        """Texts by variable, or ``None`` if the cell does not hold several items that are understood."""
        plain = _plain(text)
        pair = self._pair.match(plain)
        if pair:
            return {self._whole: pair["whole"], self._degree: pair["degree"]}
        return self._split_list(plain)

    def _split_list(self, plain: str) -> dict[str, str] | None:
        """A whole with its parts listed in brackets: where its degree is not written, the heaviest part has it."""
        brackets = _BRACKETS.match(plain)
        whole = self._single.match(brackets["whole"].strip()) if brackets else None
        if brackets is None or whole is None:
            return None
        listed = [part for part in _LIST.split(brackets["listed"]) if part]
        parts = [self._pair.match(part) for part in listed]
        found = [part for part in parts if part]
        if len(found) < len(parts) or len(found) < 2:
            return None
        heaviest = min((part["degree"] for part in found), key=self._places[self._degree].__getitem__)
        texts = {self._whole: whole["whole"], self._degree: whole["degree"] or heaviest}
        return texts | ({self.details: ",".join(listed)} if self.details else {})

    def same(self, item: str, one: str, other: str) -> bool:
        """Whether two texts name the same answer to an item."""
        places = self._places.get(item, {})
        one, other = _plain(one), _plain(other)
        return one == other or (one in places and places[one] == places.get(other))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().upper()


def _places(codes: CodeList) -> dict[str, int]:
    """For every spelling of a list's answers, the place of the code in the list."""
    return {_plain(text): n for n, c in enumerate(codes.codes) for text in (c.code, c.label, *c.aliases)}


def _any_of(codes: CodeList) -> str:
    """A pattern of the labels and their other spellings; bare codes are no words."""
    words = {_plain(text) for c in codes.codes for text in (c.label, *c.aliases)}
    return "|".join(map(re.escape, sorted(words, key=lambda text: (-len(text), text))))
