"""Tables as they may be published: what must not be known is left out, and what would give it away."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from bishan_survey.consolidation.counting import LEVELS
from bishan_survey.consolidation.disclosure.cells import Cells, Reason
from bishan_survey.consolidation.disclosure.moves import Finder, Move, Pattern, costs_of, patterns
from bishan_survey.consolidation.disclosure.persons import LEAF, LINE, ROW, Choice, Persons
from bishan_survey.design import variables_in
from bishan_survey.model import DisclosurePolicy, TableShell


@dataclass(frozen=True, slots=True)
class Effort:
    """How far to look for a move."""

    records: int
    """Records of a cell that other answers are tried of."""
    answers: int
    """Other answers of a variable."""
    whole: bool = False
    """Whether a record as a whole moves elsewhere, or is not there at all."""


_EFFORTS = (Effort(1, 3), Effort(4, 8), Effort(4, 0, whole=True))


class Protection:
    """The cells that are left out, as they become more, and the moves that show that they can be anything else."""

    def __init__(
        self,
        cells: Cells,
        persons: Mapping[str, Persons],
        shells: Mapping[str, TableShell],
        policy: DisclosurePolicy,
        told: Collection[int] = (),
        hidden: Collection[int] = (),
    ) -> None:
        """Args:
        cells: the cells.
        persons: by unit.
        shells: of the tables, by id.
        policy: what must not be known.
        told: cells that have been published before.
        hidden: cells that are left out anyway.
        """
        self.cells, self._persons, self._shells, self._policy = cells, persons, shells, policy
        self.reasons = {cell: why for cell, why in cells.sensitive(policy).items() if cell not in told}
        self.secondary: dict[int, int] = {}
        """Cells that are left out beside them, and for the sake of which."""
        self.shown_by: dict[int, Move] = {}
        """By cell: the move that shows that it can be something else."""
        self._costs = costs_of(cells, [*self.reasons, *hidden], told)
        self._finder = Finder(cells, self._costs)

    def run(self) -> list[int]:
        """Leave out what must be; returns the cells for which nothing helps."""
        for effort in _EFFORTS:
            for table, targets in self._by_table().items():
                self._cover(table, targets, effort)
        return [cell for cell in self.reasons if not self._is_covered(cell)]

    def width(self, cell: int) -> int:
        """How far apart the values of a cell must be able to lie."""
        small = self.reasons.get(cell) in (Reason.SMALL, Reason.REST)
        return self._policy.width if small else 1

    @property
    def left_out(self) -> list[int]:
        """All cells of tables that are left out."""
        return sorted(cell for cell in {*self.reasons, *self.secondary} if self.cells.is_line(cell))

    def _is_covered(self, cell: int) -> bool:
        return cell in self.shown_by

    def _by_table(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for cell in self.reasons:
            if not self._is_covered(cell):
                found[self._table(cell)].append(cell)
        return dict(sorted(found.items()))

    def _table(self, cell: int) -> str:
        line, _ = self.cells.line_and_area(cell)
        return self.cells.lines[self._counted(line)[0]].table

    def _counted(self, line: int) -> tuple[int, int | None]:
        """The line whose records a line or remainder counts, and the one whose records it does not."""
        own = len(self.cells.lines)
        return self.cells.remainders[line - own] if line >= own else (line, None)

    def _cover(self, table: str, targets: Sequence[int], effort: Effort) -> None:
        """Find a move for each of some cells of a table."""
        shell = self._shells[table]
        persons = self._persons[shell.unit]
        wanted: dict[tuple[str, ...], dict[int, list[tuple[int, int]]]] = defaultdict(dict)
        for cell, rows in self._records_in(persons, table, targets, effort.records):
            variables = () if effort.whole else self._variables(shell, cell)
            if variables or effort.whole:
                wanted[variables][cell] = rows
        for variables, by_cell in wanted.items():
            numbers = sorted({row for found in by_cell.values() for row, _ in found})
            worlds = persons.worlds(numbers, table, variables, effort.answers) if numbers else {}
            for cell, found in by_cell.items():
                if not self._is_covered(cell):
                    line, _ = self.cells.line_and_area(cell)
                    self._take(cell, self._drafts(line, found, worlds))

    def _drafts(
        self, line: int, found: Iterable[tuple[int, int]], worlds: Mapping[int, Mapping[Choice, set[int]]]
    ) -> Iterator[tuple[int, Pattern]]:
        for row, leaf in found:
            yield from ((leaf, pattern) for pattern in patterns(self.cells, worlds[row], line))

    def _take(self, cell: int, drafts: Iterable[tuple[int, Pattern]]) -> None:
        """Leave out all cells that the cheapest move changes."""
        move = self._finder.cheapest(cell, self.width(cell), drafts)
        if move is None:
            return
        changed = [other for other in move.steps if self.cells.is_line(other)]
        for other in changed:
            self._costs[other] = 0.0
            if other not in self.reasons:
                self.secondary.setdefault(other, cell)
        for other in move.steps:
            if move.width(other) >= self.width(other):
                self.shown_by.setdefault(other, move)

    def _variables(self, shell: TableShell, cell: int) -> tuple[str, ...]:
        """What could be otherwise with the records that a cell counts."""
        line, _ = self.cells.line_and_area(cell)
        whole, part = self._counted(line)
        _, stub, column = self.cells.lines[whole if part is None else part]
        found = [shell.stub] if shell.stub and stub else []
        if shell.columns and column:
            found += sorted(variables_in(shell.columns[int(column)].where or ""))
        else:
            found += [name for name, code in zip(shell.head, column.split("|"), strict=False) if code]
        if self._persons[shell.unit].is_group:  # its variables change together
            found = found[:1]
        return tuple(dict.fromkeys(found)) or tuple(sorted(variables_in(shell.where)))[:1]

    def _records_in(
        self, persons: Persons, table: str, targets: Sequence[int], most: int
    ) -> Iterator[tuple[int, list[tuple[int, int]]]]:
        """Some of the records that each cell counts, with the deepest areas that they stand in."""
        cells = self.cells
        lengths = [*LEVELS.values()]
        place = {code: n for n, code in enumerate(cells.areas)}
        members: dict[int, dict[int, str]] = defaultdict(dict)
        asked = {n for cell in targets for n in self._counted(cells.line_and_area(cell)[0]) if n is not None}
        counted = persons.counted_in(table, lengths[cells.deepest]).filter(pl.col(LINE).is_in(sorted(asked)))
        for row, leaf, line in counted.select(ROW, LEAF, LINE).iter_rows():
            members[line][row] = leaf
        for cell in targets:
            line, area = cells.line_and_area(cell)
            whole, part = self._counted(line)
            code, without = cells.areas[area], members[part] if part is not None else {}
            rows = (
                (row, place[leaf])
                for row, leaf in members[whole].items()
                if row not in without and leaf.startswith(code) and leaf in place
            )
            yield cell, [pair for pair, _ in zip(rows, range(most), strict=False)]
