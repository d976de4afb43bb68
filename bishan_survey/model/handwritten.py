"""Sheets that people of the office write by hand (corrections, decisions): the words in which they are written."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class WordKind(StrEnum):
    """What a word of the definitions is said for."""

    COLUMN = "column"
    ACTION = "action"
    """What a line may ask for: one of a few."""
    OUTCOME = "outcome"
    REMARK = "remark"
    GUIDE = "guide"


@dataclass(frozen=True, slots=True)
class SheetWord:
    """A heading, a choice, an outcome or a remark, as people read and write it."""

    kind: WordKind
    id: str
    text: str
    aliases: tuple[str, ...] = ()
    """Other ways of writing it."""
    help: str = ""


@dataclass(frozen=True, slots=True)
class SheetWords:
    """All words of a sheet."""

    words: tuple[SheetWord, ...]

    def of(self, kind: WordKind) -> Mapping[str, SheetWord]:
        """The words of a kind by id, in the order of the definitions."""
        return {word.id: word for word in self.words if word.kind is kind}

    def texts(self, kind: WordKind) -> dict[str, str]:
        """What is shown for each id of a kind."""
        return {word.id: word.text for word in self.words if word.kind is kind}

    def remark(self, name: str, **details: object) -> str:
        """A remark in words."""
        return self.of(WordKind.REMARK)[name].text.format(**details)


WordIds = Mapping[WordKind, Mapping[str, frozenset[str]]]
"""Every id that the program uses of a sheet's words, and what may be filled into its text."""
