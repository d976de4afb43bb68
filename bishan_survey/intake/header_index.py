"""The headers that a sheet of a questionnaire is known by, and what a header text says by its words.

A column's own text is its lowest one; the groups above it stand before it in its full text (``户主`` above ``姓名`` is
``户主姓名``). The full text counts before the own one, an approved mapping before both, and likeness only where words
fail, never for what tells who a person is.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from rapidfuzz import fuzz

from bishan_survey.model import Compound, Questionnaire, Sheet, SheetLayout

_ITEM_NUMBER = re.compile(
    r"^(?:[a-z]\d+(?:[-.]\d+)*(?:\([a-z0-9.]*\))?[.、:]*|\d{1,3}[.、:)]+"
    r"|\((?:\d{1,3}|[一二三四五六七八九十]{1,3})\)|[一二三四五六七八九十]{1,3}[.、:])"
)
"""``R8.``, ``B03``, ``1、``, ``(1)``, ``（一）``, ``一、`` before what a header says, in half-width characters."""
_BLANKS = re.compile(r"\s+")
CERTAIN = 100.0
"""The score of what words alone tell."""


def plain_header(text: str, noise: tuple[str, ...] = ()) -> str:
    """A header without what clerks and forms add to it: blanks, line breaks, item numbers, full-width forms."""
    for mark in noise:
        text = text.replace(mark, "")
    text = _BLANKS.sub("", unicodedata.normalize("NFKC", text)).lower()
    return _ITEM_NUMBER.sub("", text) or text


class How(StrEnum):
    """How a column was recognised."""

    MAPPED = "mapped"
    """An approved mapping says so."""
    LABEL = "label"
    ALIAS = "alias"
    GROUP = "group"
    """By its own text together with the groups above it."""
    COMPOUND = "compound"
    """It holds several items in one cell."""
    SIMILAR = "similar"
    REPEATED = "repeated"
    """It names an item that an earlier column names; it is not read."""
    AMBIGUOUS = "ambiguous"
    """Several columns may hold what tells who a person is, and nobody knows which is the person's own."""
    UNSURE = "unsure"
    """It is like an item's name, but not enough: people are asked."""
    UNKNOWN = "unknown"


Column = tuple[int, str, tuple[str, ...]]
"""What a header says of a column: its place, its own text, and the texts of the groups above it."""


@dataclass(frozen=True, slots=True)
class Match:
    """What a column of a header was recognised as."""

    column: int
    text: str
    """The header as it stands, groups first."""
    items: tuple[str, ...] = ()
    """The variables that are read from it: one, several in a compound column, or none."""
    how: How = How.UNKNOWN
    score: float = 0.0
    """0 to 100."""
    like: str = ""
    """The variable that an unsure column is most like."""


@dataclass(frozen=True)
class HeaderIndex:
    """The headers that a sheet of a questionnaire is known by."""

    sheet: Sheet
    edition: str
    layout: SheetLayout
    compounds: Mapping[str, tuple[str, ...]]
    """Variables by plain header, of columns that hold several items."""
    approved: Mapping[str, str | None]
    """Variable by plain header, as people have approved it for this sender; ``None``: not to be read."""

    @classmethod
    def of(
        cls, questionnaire: Questionnaire, sheet: Sheet, layout: SheetLayout, compounds: Sequence[Compound] = ()
    ) -> "HeaderIndex":
        """Index a sheet by label, aliases and variable names."""
        known = {
            plain_header(header, layout.header_noise): compound.items
            for compound in compounds
            if set(compound.items) <= sheet.by_name.keys()
            for header in compound.headers
        }
        return cls(sheet, questionnaire.edition, layout, known, {})

    def approving(self, approved: Mapping[str, str | None]) -> "HeaderIndex":
        """The same, with what people have approved for a sender: variable by header text."""
        noise = self.layout.header_noise
        known = {plain_header(text, noise): item for text, item in approved.items()}
        return replace(self, approved=known) if known else self

    @property
    def unit(self) -> str:
        """What a row of the sheet stands for."""
        return self.sheet.unit

    @cached_property
    def labels(self) -> dict[str, str]:
        """Variable by plain label."""
        return {plain_header(item.label, self.layout.header_noise): item.name for item in self.sheet.items}

    @cached_property
    def items(self) -> dict[str, str]:
        """Variable by plain header. A label outranks another item's alias."""
        known: dict[str, str] = {}
        for item in self.sheet.items:
            for alias in (*item.aliases, item.name):
                known.setdefault(plain_header(alias, self.layout.header_noise), item.name)
        return known | self.labels

    @cached_property
    def _plain_texts(self) -> dict[str, str]:
        """Headers repeat from file to file."""
        return {}

    @cached_property
    def read_before(self) -> dict[tuple[Column, ...], tuple[Match, ...]]:
        """Headers that have been read, by what their columns say."""
        return {}

    def plain(self, text: str) -> str:
        """A header text as it is compared."""
        known = self._plain_texts
        if text not in known:
            known[text] = plain_header(text, self.layout.header_noise)
        return known[text]

    def item(self, header: str) -> str | None:
        """The variable that a header names by itself."""
        return self.items.get(self.plain(header))

    def match(self, column: int, own: str, groups: Sequence[str]) -> Match:
        """What the words of a column's header say; likeness is not asked."""
        text = " ".join((*groups, own))
        plain_own = self.plain(own)
        grouped = [self.plain("".join((*groups[outer:], own))) for outer in range(len(groups))]
        for plain in (*grouped, plain_own):
            if plain in self.approved:
                item = self.approved[plain]
                return Match(column, text, (item,) if item else (), How.MAPPED, CERTAIN)
        for plain in grouped:
            if plain in self.items:
                return Match(column, text, (self.items[plain],), How.GROUP, CERTAIN)
        if plain_own in self.compounds:
            return Match(column, text, self.compounds[plain_own], How.COMPOUND, CERTAIN)
        if plain_own in self.items and not self._of_somebody_else(plain_own, groups):
            how = How.LABEL if plain_own in self.labels else How.ALIAS
            return Match(column, text, (self.items[plain_own],), how, CERTAIN)
        return Match(column, text)

    def _of_somebody_else(self, plain: str, groups: Sequence[str]) -> bool:
        """Whether a name or number stands below a group such as 监护人: then it is not the person's own."""
        personal = self.sheet.by_name[self.items[plain]].identifying
        return personal and self.names_others("".join(groups))

    def names_others(self, text: str) -> bool:
        """Whether a text speaks of a relative, or of whoever fills in the form."""
        return any(word in text for word in self.layout.other_people)

    def guess(self, unknown: Match, taken: set[str]) -> Match:
        """What an unknown header is most like, among the items that no other column names.

        It counts as recognised where it is alike enough, clearly more than the next, and does not tell who the
        person is; where it is less alike, people are asked.
        """
        plain = self.plain(unknown.text)
        ranked = sorted(((fuzz.ratio(plain, known), known) for known in self.items), reverse=True)
        best, header = ranked[0]
        item = self.items[header]
        if best < self.layout.similarity_asked or item in taken:
            return unknown
        rival = next((score for score, known in ranked if self.items[known] != item), 0.0)
        sure = best >= self.layout.similarity_read and best - rival >= self.layout.similarity_margin
        if sure and not self.sheet.by_name[item].identifying:
            return replace(unknown, items=(item,), how=How.SIMILAR, score=best, like=item)
        return replace(unknown, how=How.UNSURE, score=best, like=item)
