"""Corrections by hand: what may be asked for, what can become of it, and the words in which both are said."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class CorrectionAction(StrEnum):
    """What a line of the sheet of corrections asks for."""

    REPLACE = "replace"
    CLEAR = "clear"
    ACCEPT = "accept"
    """The value is right as it is: checks that blame it do not hold the record, until it changes."""
    DROP = "drop"
    """The whole record is not to be counted."""


class CorrectionOutcome(StrEnum):
    """What became of a line."""

    APPLIED = "applied"
    ALREADY = "already"
    """The file, or another line, has made it so: nothing was left to do."""
    STALE = "stale"
    """The old value is no longer there, so nothing was done."""
    REFUSED = "refused"
    """It is incomplete, or does not tell for sure what is meant."""


class CorrectionKind(StrEnum):
    """What a word of the definitions is said for."""

    COLUMN = "column"
    ACTION = "action"
    OUTCOME = "outcome"
    REMARK = "remark"
    GUIDE = "guide"


@dataclass(frozen=True, slots=True)
class CorrectionWord:
    """A heading, an action, an outcome or a remark, as people read and write it."""

    kind: CorrectionKind
    id: str
    text: str
    aliases: tuple[str, ...] = ()
    """Other ways of writing it."""
    help: str = ""


@dataclass(frozen=True, slots=True)
class CorrectionWords:
    """All words of the sheet of corrections."""

    words: tuple[CorrectionWord, ...]

    def of(self, kind: CorrectionKind) -> Mapping[str, CorrectionWord]:
        """The words of a kind by id, in the order of the definitions."""
        return {word.id: word for word in self.words if word.kind is kind}

    def texts(self, kind: CorrectionKind) -> dict[str, str]:
        """What is shown for each id of a kind."""
        return {word.id: word.text for word in self.words if word.kind is kind}


CORRECTION_IDS: Mapping[CorrectionKind, Mapping[str, frozenset[str]]] = {
    CorrectionKind.COLUMN: dict.fromkeys(
        ("id", "place", "item", "action", "old", "new", "rule", "reason", "author", "date"), frozenset()
    ),
    CorrectionKind.ACTION: dict.fromkeys(CorrectionAction, frozenset()),
    CorrectionKind.OUTCOME: dict.fromkeys(CorrectionOutcome, frozenset()),
    CorrectionKind.REMARK: {
        "lacking": frozenset({"columns"}),
        "superfluous": frozenset({"action", "columns"}),
        "unknown_action": frozenset({"actions"}),
        "unknown_place": frozenset(),
        "other_place": frozenset(),
        "unknown_item": frozenset(),
        "places": frozenset({"label"}),
        "unknown_rule": frozenset(),
        "unknown_date": frozenset(),
        "same": frozenset(),
        "unreadable_new": frozenset({"label"}),
        "unreadable_id": frozenset(),
        "not_found": frozenset(),
        "several": frozenset(),
        "not_in_form": frozenset({"label"}),
        "dropped": frozenset({"line"}),
        "changed": frozenset(),
        "in_file": frozenset(),
        "by_line": frozenset({"line"}),
        "overtaken": frozenset({"line"}),
        "gone": frozenset(),
    },
    CorrectionKind.GUIDE: {"guide": frozenset()},
}
"""Every id that the program uses, and what may be filled into its text: the definitions have each exactly once."""
