"""Decisions of the district on doubtful pairs: what may be decided, and what becomes of a line that says so."""

from enum import StrEnum

from bishan_survey.model.handwritten import WordIds, WordKind


class Decision(StrEnum):
    """What the district decides of two records."""

    KEEP_ONE = "keep_one"
    """One person; the first record stands."""
    KEEP_OTHER = "keep_other"
    """One person; the second record stands."""
    DIFFERENT = "different"
    MOVED = "moved"
    """One person, who has moved out of the district."""
    DIED = "died"
    """One person, who has died."""
    PENDING = "pending"
    """It is being looked into."""

    @property
    def joins(self) -> bool:
        """Whether it says that both are of one person."""
        return self not in (Decision.DIFFERENT, Decision.PENDING)

    @property
    def gone(self) -> bool:
        """Whether it says that this person is not to be surveyed any more."""
        return self in (Decision.MOVED, Decision.DIED)


class DecisionOutcome(StrEnum):
    """What becomes of a line of a sheet of decisions."""

    IN_FORCE = "in_force"
    PENDING = "pending"
    ALREADY = "already"
    """Another line says the same."""
    STALE = "stale"
    """A value has changed that it relied on: the question is asked again."""
    UNUSED = "unused"
    """Tonight there is no such question: one of the records is gone, or nobody doubts any more."""
    REFUSED = "refused"


QUESTION_SHOWN = ("reason", "standing", "one", "other", "differed", "agreed")
"""The columns that show what a question is about."""


class Standing(StrEnum):
    """Which records of a question count until it is decided, the most urgent first."""

    UNCOUNTED = "uncounted"
    PARTLY = "partly"
    """One of them: the other has a fault that must be mended."""
    EACH = "each"
    BY_RULE = "by_rule"
    """One of them, by the survivor rules: what was decided relied on a value that has changed."""


DECISION_IDS: WordIds = {
    WordKind.COLUMN: dict.fromkeys(
        (
            *("group", "state", *QUESTION_SHOWN),
            *("decision", "author", "date", "release", "note", "code"),
        ),
        frozenset(),
    ),
    WordKind.ACTION: dict.fromkeys(Decision, frozenset()),
    WordKind.OUTCOME: dict.fromkeys(DecisionOutcome, frozenset()),
    WordKind.REMARK: {
        "lacking": frozenset({"columns"}),
        "unknown_decision": frozenset({"decisions"}),
        "unknown_date": frozenset(),
        "unknown_release": frozenset({"release"}),
        "no_code": frozenset(),
        "edited": frozenset(),
        "contradicts": frozenset({"lines"}),
        "torn": frozenset(),
        "by_line": frozenset({"line"}),
        "decided": frozenset({"line"}),
        "changed": frozenset(),
        "unused": frozenset(),
        "line": frozenset({"file", "line"}),
        "release": frozenset(),
        "kept_held": frozenset(),
        "still_held": frozenset(),
        **dict.fromkeys(Standing, frozenset()),
    },
    WordKind.GUIDE: {"guide": frozenset()},
}
"""The words that the definitions have, each exactly once. ``release`` is the word that lets a 镇街 know where its
person is registered besides; a :class:`Standing` is said in its word."""
