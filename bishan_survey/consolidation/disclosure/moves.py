"""Moves: ways in which another world could differ that would give every published number just the same.

One more here is one less there: where a line is crossed with others, a record and its opposite number change places in
each of them (*pattern*); and an area gains what its neighbour loses. All lines that differ between such worlds must
be left out; then nobody can tell the one world from the other.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import inf, log2

from bishan_survey.consolidation.disclosure.cells import Cells
from bishan_survey.consolidation.disclosure.persons import Choice

_FAR = 1000
"""Steps that nobody asks beyond."""
Pattern = Mapping[int, int]
"""By how much lines and remainders change."""


@dataclass(frozen=True, slots=True)
class Move:
    """Cells that change together, and how far they can go."""

    steps: Mapping[int, int]
    """How much each cell changes for one step."""
    low: int
    high: int
    """Steps back and forth until something would be less than nothing."""

    def width(self, cell: int) -> int:
        """How far apart the values of a cell can lie."""
        return (self.high - self.low) * abs(self.steps.get(cell, 0))


def patterns(cells: Cells, worlds: Mapping[Choice, set[int]], target: int) -> Iterator[Pattern]:
    """Changes of lines that a record could make by giving other answers, those that change the target.

    Args:
        cells: the cells.
        worlds: by choice of answers: the lines that count the record then.
        target: line or remainder that must change.
    """
    for choice in worlds:
        changed = [place for place, answer in enumerate(choice) if answer]
        if choice and not changed:
            continue
        some = [taken for size in range(len(changed) + 1) for taken in combinations(changed, size)]
        parts = [tuple(answer if place in taken else 0 for place, answer in enumerate(choice)) for taken in some]
        if not all(part in worlds for part in parts):
            continue
        lines: dict[int, int] = {}
        for taken, part in zip(some, parts, strict=True):
            for line in worlds[part]:
                lines[line] = lines.get(line, 0) + (-1) ** len(taken)
        full = {line: change for line, change in lines.items() if change}
        for line, change in [*full.items()]:
            for remainder, sign in cells.remainders_of.get(line, ()):
                full[remainder] = full.get(remainder, 0) + sign * change
        if full.get(target):
            yield {line: change for line, change in full.items() if change}


def costs_of(cells: Cells, free: Iterable[int], told: Iterable[int]) -> list[float]:
    """What it costs to leave out each cell: as much as it tells.

    Args:
        cells: the cells.
        free: cells that are left out anyway.
        told: cells that have been published before, and cannot be taken back.
    """
    shown = len(cells.lines) * len(cells.areas)
    costs = [1.0 + log2(1 + value) for value in cells.values[:shown]] + [0.0] * (len(cells.values) - shown)
    for cell in free:
        costs[cell] = 0.0
    for cell in told:
        costs[cell] = inf
    return costs


class Finder:
    """Finds the cheapest move among those that patterns and areas give."""

    def __init__(self, cells: Cells, costs: Sequence[float]) -> None:
        """Args:
        cells: the cells.
        costs: what it costs to leave each out; changed from outside as they are left out.
        """
        self._cells, self._costs = cells, costs

    def cheapest(self, cell: int, width: int, drafts: Iterable[tuple[int, Pattern]]) -> Move | None:
        """The cheapest move by which a cell can differ far enough.

        Args:
            cell: the cell.
            width: how far apart its values must lie.
            drafts: patterns, each with the deepest area that it begins in.
        """
        best, cost = None, inf
        for leaf, pattern in drafts:
            for areas in self._balanced(cell, leaf):
                found = self._reach(pattern, areas, cost)
                if found is not None and found[1].width(cell) >= width:
                    cost, best = found
        return best

    def _balanced(self, cell: int, leaf: int) -> Iterator[Mapping[int, int]]:
        """Areas that gain and lose, so that those above both stay as they are."""
        cells, (line, area) = self._cells, self._cells.line_and_area(cell)
        chain = cells.chains[leaf]
        inside = chain[: chain.index(area) + 1]
        if not cells.depth[area]:
            yield dict.fromkeys(inside, 1)
        for other in cells.siblings[area]:
            ranked = sorted(cells.leaves[other], key=lambda a: (-cells.values[cells.cell(line, a)], a))
            for twin in ranked[:1]:
                opposite = cells.chains[twin]
                yield dict.fromkeys(inside, 1) | dict.fromkeys(opposite[: opposite.index(other) + 1], -1)

    def _reach(self, pattern: Pattern, areas: Mapping[int, int], most: float) -> tuple[float, Move] | None:
        """What a move costs, and how far it goes; nothing if it costs too much or cannot go anywhere."""
        cost, low, high = 0.0, -inf, inf
        is_there, values, costs, size = self._cells.is_there, self._cells.values, self._costs, len(self._cells.areas)
        steps: dict[int, int] = {}
        for area, sign in areas.items():
            for line, change in pattern.items():
                if not is_there(line, area):
                    continue
                cell, by = line * size + area, change * sign
                cost += costs[cell]
                if by > 0:
                    low = max(low, -(values[cell] // by))
                else:
                    high = min(high, values[cell] // -by)
                if cost >= most or high <= low:
                    return None
                steps[cell] = by
        return cost, Move(steps, int(max(low, -_FAR)), int(min(high, _FAR)))
