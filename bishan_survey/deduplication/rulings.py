"""What lines of the sheets of decisions say, as far as can be told without looking at records."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from bishan_survey.handwritten import HandwrittenLine, day_of, folded, meant, sealed, squeezed, unsealed
from bishan_survey.model import QUESTION_SHOWN, Decision, DecisionOutcome, SheetWords, WordKind

_SIGNED = ("decision", "author", "date")
_ANSWER = ("decision", "release", "note")
_NAMES = 2
"""A question goes by its pair and by what is relied on."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """A line, understood."""

    line: HandwrittenLine
    pair: str | None = None
    basis: str | None = None
    decision: Decision | None = None
    released: bool = False
    day: str | None = None
    problems: tuple[str, ...] = ()
    """Why it is refused, in words; empty: it is looked for."""


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a ruling."""

    outcome: DecisionOutcome
    remark: str | None = None


def is_answered(line: HandwrittenLine) -> bool:
    """Whether anybody has written anything on a line of a sheet of decisions."""
    return any(folded(line.texts[name]) for name in _ANSWER)


class RulingReader:
    """Understands lines in the words of the definitions."""

    def __init__(self, words: SheetWords) -> None:
        self._words = words

    def ruling(self, line: HandwrittenLine) -> Ruling:
        """What a line says, or everything that keeps it from being done."""
        said = meant(line.texts["decision"], self._words.of(WordKind.ACTION).values())
        day = day_of(line.texts["date"])
        names = unsealed(line.texts["code"])
        pair, basis = names if len(names) == _NAMES else (None, None)
        return Ruling(
            line,
            pair,
            basis,
            Decision(said) if said else None,
            self._releases(line),
            day.isoformat() if day else None,
            tuple(self._problems(line, pair, basis)),
        )

    def _problems(self, line: HandwrittenLine, pair: str | None, basis: str | None) -> Iterator[str]:
        texts, words = line.texts, self._words
        lacking = [self._columns[name] for name in _SIGNED if not folded(texts[name])]
        if lacking:
            yield words.remark("lacking", columns="、".join(lacking))
        if folded(texts["decision"]) and not meant(texts["decision"], words.of(WordKind.ACTION).values()):
            decisions = "、".join(f"“{text}”" for text in words.texts(WordKind.ACTION).values())
            yield words.remark("unknown_decision", decisions=decisions)
        if folded(texts["date"]) and not day_of(texts["date"]):
            yield words.remark("unknown_date")
        if folded(texts["release"]) and not self._releases(line):
            yield words.remark("unknown_release", release=words.remark("release"))
        if pair is None or basis is None:
            yield words.remark("no_code")
        elif squeezed(texts["code"]) != sealed((pair, basis), (texts[name] for name in QUESTION_SHOWN)):
            yield words.remark("edited")

    def _releases(self, line: HandwrittenLine) -> bool:
        return squeezed(line.texts["release"]) == squeezed(self._words.remark("release"))

    @cached_property
    def _columns(self) -> dict[str, str]:
        return self._words.texts(WordKind.COLUMN)
