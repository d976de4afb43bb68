"""Identity numbers that were changed: the table of them, and what becomes of its lines."""

from enum import StrEnum

from bishan_survey.model.handwritten import WordIds, WordKind


class ChangeOutcome(StrEnum):
    """What becomes of a line of the table of changed numbers."""

    IN_FORCE = "in_force"
    UNUSED = "unused"
    """Nobody is registered under either number."""
    REFUSED = "refused"


CHANGED_NUMBER_IDS: WordIds = {
    WordKind.COLUMN: dict.fromkeys(("old", "new", "reason", "author", "date"), frozenset()),
    WordKind.ACTION: {},
    WordKind.OUTCOME: dict.fromkeys(ChangeOutcome, frozenset()),
    WordKind.REMARK: {
        "lacking": frozenset({"columns"}),
        "unreadable": frozenset({"column"}),
        "unknown_date": frozenset(),
        "same": frozenset(),
        "contradicts": frozenset({"lines"}),
        "circle": frozenset({"lines"}),
        "line": frozenset({"line"}),
        "unused": frozenset(),
    },
    WordKind.GUIDE: {"guide": frozenset()},
}
"""The words that the definitions have, each exactly once."""
