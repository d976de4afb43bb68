"""The attack: can a cell that is left out be found out from all that is published?

It trusts nothing that the protection has thought: it reads off the tables which numbers make which, as any reader
can, and asks of each move whether every one of these sums would still hold. What no move shows to be safe it tries to
find out by narrowing down what it can be.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from bishan_survey.consolidation.counting import SEPARATOR, TOTAL
from bishan_survey.consolidation.disclosure.cells import families_of
from bishan_survey.model import Table, TableShell

Place = tuple[str, str, str, str]
"""Table, area, row and column."""
_ROUNDS = 50


@dataclass(frozen=True, slots=True)
class Sum:
    """Cells of which the first is all of the others together, or at least each of them."""

    whole: Place
    parts: tuple[Place, ...]
    adds_up: bool


class Attack:
    """All that is known of the tables."""

    def __init__(self, tables: Sequence[Table], several: Collection[str], areas: Mapping[str, Sequence[str]]) -> None:
        """Args:
        tables: in full.
        several: variables of which a record may have several answers.
        areas: by area: those of the next level in it.
        """
        self._values: dict[Place, float] = defaultdict(float)
        for table in tables:
            for area, stub, column, value in table.cells.select("area", "stub", "column", "value").iter_rows():
                self._values[table.shell.id, area, stub, column] = value
        self._sums = [*_sums(tables, several, areas)]
        self._of: dict[Place, list[Sum]] = defaultdict(list)
        for one in self._sums:
            for place in (one.whole, *one.parts):
                self._of[place].append(one)

    def holds(self, steps: Mapping[Place, int], low: int, high: int) -> bool:
        """Whether every sum that there is would hold as well if cells differed so, as far as they are said to."""
        ends = [{place: self._values[place] + by * end for place, by in steps.items()} for end in (low, high)]
        touched = {id(one): one for place in steps for one in self._of[place]}
        return low <= 0 <= high and all(
            min(end.values(), default=0) >= 0 and all(self._fits(one, end) for one in touched.values()) for end in ends
        )

    def _fits(self, one: Sum, other: Mapping[Place, float]) -> bool:
        whole, *parts = (other.get(place, self._values[place]) for place in (one.whole, *one.parts))
        return whole == sum(parts) if one.adds_up else whole >= max(parts)

    def bounds(self, unknown: Collection[Place]) -> dict[Place, tuple[float, float]]:
        """What cells can be, by the sums, when they and nothing else are left out."""
        found = dict.fromkeys(unknown, (0.0, inf))
        waiting = [one for one in self._sums if any(p in found for p in (one.whole, *one.parts))]
        for _ in range(_ROUNDS):
            before = dict(found)
            for one in waiting:
                self._narrow(one, found)
            if before == found:
                break
        return found

    def _narrow(self, one: Sum, found: dict[Place, tuple[float, float]]) -> None:
        low, high = self._range(one.whole, found)
        ranges = [self._range(part, found) for part in one.parts]
        lows, highs = sum(r[0] for r in ranges), sum(r[1] for r in ranges)
        if one.adds_up:
            self._set(one.whole, lows, highs, found)
        else:
            self._set(one.whole, max(r[0] for r in ranges), inf, found)
        for part, (least, most) in zip(one.parts, ranges, strict=True):
            beside = (
                highs - most if most < inf else sum(r[1] for p, r in zip(one.parts, ranges, strict=True) if p != part)
            )
            at_least = low - beside if one.adds_up and beside < inf else 0.0
            self._set(part, at_least, high - (lows - least) if one.adds_up else high, found)

    def _range(self, place: Place, found: Mapping[Place, tuple[float, float]]) -> tuple[float, float]:
        value = self._values[place]
        return found.get(place, (value, value))

    def _set(self, place: Place, low: float, high: float, found: dict[Place, tuple[float, float]]) -> None:
        if place in found:
            found[place] = max(found[place][0], low), min(found[place][1], high)


def _sums(tables: Sequence[Table], several: Collection[str], areas: Mapping[str, Sequence[str]]) -> Iterable[Sum]:
    same: dict[object, list[Place]] = defaultdict(list)
    for table in tables:
        shell = table.shell
        there = [area for area in areas if len(area) in {_LENGTHS[level] for level in shell.areas}]
        for family in families_of(table, several):
            for area in there:
                whole, *parts = ((shell.id, area, line.stub, line.column) for line in (family.whole, *family.parts))
                if parts:
                    yield Sum(whole, tuple(parts), family.adds_up)
        for stub in (TOTAL, *(code.code for code in table.stub)):
            for key, _ in table.head:
                for area in there:
                    same[_meaning(shell, stub, key), area].append((shell.id, area, stub, key))
                    inside = [(shell.id, part, stub, key) for part in areas[area] if part in there]
                    if inside:
                        yield Sum((shell.id, area, stub, key), tuple(inside), adds_up=True)
    for first, *others in same.values():
        yield from (Sum(first, (other,), adds_up=True) for other in others)


_LENGTHS = {"district": 6, "town": 9, "village": 12}


def _meaning(shell: TableShell, stub: str, key: str) -> object:
    """What a number counts, by its definition: equal where tables share it."""
    asked = {(shell.stub, stub)} if shell.stub and stub != TOTAL else set()
    where = [shell.where]
    if shell.columns:
        where += [shell.columns[int(key)].where or ""] if key != TOTAL else []
    else:
        asked |= {pair for pair in zip(shell.head, key.split(SEPARATOR), strict=False) if pair[1] != TOTAL}
    return shell.unit, tuple(where), frozenset(asked)
