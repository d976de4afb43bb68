"""Which of a village's files is later, and where that cannot be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """A file with records of a village, and what tells of when it is."""

    file: str
    received: datetime | None
    """When the workspace first met its content."""
    saved: datetime | None
    """When the file says that it was saved."""
    surveyed: date | None
    """The latest day on which somebody in it was surveyed."""


def moment(text: str | None) -> datetime | None:
    """A moment from ISO 8601; ``None`` if there is none."""
    try:
        return None if text is None else datetime.fromisoformat(text)
    except ValueError:
        return None


def in_steps(sent: Sequence[Sent]) -> list[list[str]]:
    """Names of files in order of time; those that cannot be told apart stand together on one step.

    Every file of a step is surely earlier than every file of the next. Sorted by how many others a file is not surely
    earlier than, each step stands in one piece, so one walk finds where the next may begin.
    """
    ordered = sorted(sent, key=lambda one: (sum(not _surely_earlier(one, other) for other in sent), one.file))
    steps: list[list[str]] = []
    tied_up_to = -1
    for place, one in enumerate(ordered):
        if place > tied_up_to:
            steps.append([])
        steps[-1].append(one.file)
        unsure = [n for n in range(place + 1, len(ordered)) if not _surely_earlier(one, ordered[n])]
        tied_up_to = max([tied_up_to, place, *unsure])
    return steps


def _surely_earlier(one: Sent, other: Sent) -> bool:
    """The first sign that tells them apart decides, but receiving and saving must not contradict each other."""
    received, saved = _sign(one.received, other.received), _sign(one.saved, other.saved)
    if received * saved < 0:
        return False
    return (received or saved or _sign(one.surveyed, other.surveyed)) < 0


def _sign(one: date | None, other: date | None) -> int:
    """-1: earlier, 1: later, 0: equal or unknown; a time of a known zone and one of none cannot be compared."""
    if one is None or other is None or _zoned(one) is not _zoned(other):
        return 0
    return (one > other) - (one < other)


def _zoned(time: date) -> bool:
    return isinstance(time, datetime) and time.tzinfo is not None
