"""Corrections by hand: what may be asked for, what can become of it, and the words in which both are said."""

from enum import StrEnum

from bishan_survey.model.handwritten import WordIds, WordKind


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


CORRECTION_IDS: WordIds = {
    WordKind.COLUMN: dict.fromkeys(
        ("id", "place", "item", "action", "old", "new", "rule", "reason", "author", "date"), frozenset()
    ),
    WordKind.ACTION: dict.fromkeys(CorrectionAction, frozenset()),
    WordKind.OUTCOME: dict.fromkeys(CorrectionOutcome, frozenset()),
    WordKind.REMARK: {
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
    WordKind.GUIDE: {"guide": frozenset()},
}
"""The words that the definitions have, each exactly once."""
