"""The table of changed identity numbers: which number has taken the place of which, and what becomes of each line."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

import polars as pl

from bishan_survey import frames
from bishan_survey.changes import Changes
from bishan_survey.handwritten import HandwrittenLine, day_of, folded
from bishan_survey.model import Batch, ChangeOutcome, Design, SheetWords, WordKind

_IDENTITY = re.compile(r"(\d{17}[\dX])(\d{2}(B\d{1,2})?)?")
"""An identity number, or a certificate number that begins with one."""
_NUMBERS = ("old", "new")


@dataclass(frozen=True)
class ChangedNumbers:
    """The lines that hold, and why the others do not."""

    lines: Sequence[HandwrittenLine] = ()
    now: Changes = field(default_factory=dict)
    """The number that has taken the place of each old one."""
    refused: Mapping[int, str] = field(default_factory=dict)
    """Why lines are refused, by their places."""

    def told(self, met: Set[str], words: SheetWords) -> pl.DataFrame:
        """What becomes of every line, where these numbers are registered tonight."""
        rows = [self._row(place, line, met, words) for place, line in enumerate(self.lines)]
        return frames.stack(frames.CHANGED_NUMBERS, [pl.DataFrame(rows, schema=_SCHEMA)])

    def _row(self, place: int, line: HandwrittenLine, met: Set[str], words: SheetWords) -> dict[str, object]:
        outcome, remark = ChangeOutcome.IN_FORCE, None
        if place in self.refused:
            outcome, remark = ChangeOutcome.REFUSED, self.refused[place]
        elif met.isdisjoint(str(_number(line.texts[name])) for name in _NUMBERS):
            outcome, remark = ChangeOutcome.UNUSED, words.remark("unused")
        written = {name: text or None for name, text in line.texts.items()}
        written |= {name: _number(line.texts[name]) or written[name] for name in _NUMBERS}
        return {"line": line.number, **written, "outcome": outcome.value, "remark": remark}


def changed_numbers(lines: Sequence[HandwrittenLine], words: SheetWords) -> ChangedNumbers:
    """Understand a table of changed numbers.

    A line that does not tell for sure what is meant, or that another one contradicts, is refused; nothing is guessed.
    """
    problems = ((place, "；".join(_problems(line, words))) for place, line in enumerate(lines))
    refused = {place: told for place, told in problems if told}
    by_old = defaultdict[str, dict[int, str]](dict)
    for place, line in enumerate(lines):
        if place not in refused:
            by_old[str(_number(line.texts["old"]))][place] = str(_number(line.texts["new"]))
    for several in [new for new in by_old.values() if len(set(new.values())) > 1]:
        refused |= _together("contradicts", [*several], lines, words)
    now = {old: next(iter(new.values())) for old, new in by_old.items() if refused.keys().isdisjoint(new)}
    for circle in _circles(now):
        refused |= _together("circle", [place for old in circle for place in by_old[old]], lines, words)
        now = {old: new for old, new in now.items() if old not in circle}
    return ChangedNumbers(lines, now, refused)


def _problems(line: HandwrittenLine, words: SheetWords) -> Iterator[str]:
    columns = words.texts(WordKind.COLUMN)
    lacking = [text for name, text in columns.items() if not folded(line.texts[name])]
    if lacking:
        yield words.remark("lacking", columns="、".join(lacking))
    for name in _NUMBERS:
        if folded(line.texts[name]) and _number(line.texts[name]) is None:
            yield words.remark("unreadable", column=columns[name])
    if folded(line.texts["date"]) and day_of(line.texts["date"]) is None:
        yield words.remark("unknown_date")
    old, new = (_number(line.texts[name]) for name in _NUMBERS)
    if old is not None and old == new:
        yield words.remark("same")


def _number(text: str) -> str | None:
    """The identity number that a text is, or begins with as a certificate number."""
    match = _IDENTITY.fullmatch("".join(folded(text).split()).upper())
    return match[1] if match else None


def _circles(now: Mapping[str, str]) -> list[list[str]]:
    """Numbers that lead back to themselves."""
    circles, seen = [], set[str]()
    for start in now:
        path: list[str] = []
        number = start
        while number in now and number not in seen:
            seen.add(number)
            path.append(number)
            number = now[number]
        if number in path:
            circles.append(path[path.index(number) :])
    return circles


def _together(name: str, places: Sequence[int], lines: Sequence[HandwrittenLine], words: SheetWords) -> dict[int, str]:
    """Why each of some lines is refused, the others named."""
    named = {place: words.remark("line", line=lines[place].number) for place in places}
    return {
        place: words.remark(name, lines="、".join(text for other, text in named.items() if other != place))
        for place in places
    }


_SCHEMA = {name: column.dtype.type for name, column in frames.CHANGED_NUMBERS.columns.items()}


def numbers_now(batch: Batch) -> Changes:
    """The number that has taken the place of each identity number that was changed, as a batch tells it."""
    holding = batch.changed_numbers.filter(pl.col("outcome") != ChangeOutcome.REFUSED.value)
    return dict(holding.select("old", "new").iter_rows())


def with_changed_numbers(batch: Batch, changed: ChangedNumbers, design: Design) -> Batch:
    """The batch with what becomes of each line of the table, by who is registered tonight."""
    met = set[str]()
    for (edition, unit), frame in batch.records.items():
        sheet = design.questionnaires[edition].sheet(unit)
        if sheet is not None and sheet.key not in frames.ADDRESS:
            met |= set(frame[sheet.key].drop_nulls())
    return replace(batch, changed_numbers=changed.told(met, design.changed_numbers))
