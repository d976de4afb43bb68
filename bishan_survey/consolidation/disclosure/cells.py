"""All cells of all tables that are published together, and what each must not tell.

A *line* is a row and a column of a table: a number without its area. Beside the lines stand the *remainders*, which no
table shows and everybody can compute: those who are counted in a whole and not in a part that need not add up to it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

import polars as pl

from bishan_survey.consolidation.counting import LEVELS, SEPARATOR, TOTAL
from bishan_survey.model import AreaFrame, DisclosurePolicy, Table

DEPTHS = {level: depth for depth, level in enumerate(LEVELS)}
_DEPTH_OF_LENGTH = {length: depth for depth, length in enumerate(LEVELS.values())}


class Line(NamedTuple):
    """A row and a column of a table."""

    table: str
    stub: str
    column: str


class Family(NamedTuple):
    """A whole and its parts by one variable of one table."""

    whole: Line
    parts: tuple[Line, ...]
    adds_up: bool
    """Whether the parts make the whole; else each is at most as large."""


class Reason(StrEnum):
    """Why a cell is left out."""

    SMALL = "small"
    """It counts few."""
    REST = "rest"
    """A whole less it counts few."""
    ALL = "all"
    """Everybody of a small group is in it: it tells what each of them is."""
    SECONDARY = "secondary"
    """Another one could be computed from it."""


def families_of(table: Table, several: Collection[str]) -> Iterator[Family]:
    """The wholes and parts that a table shows.

    Args:
        table: the table.
        several: variables of which a record may have several answers.
    """
    shell, keys = table.shell, [key for key, _ in table.head]
    stubs = [TOTAL, *(code.code for code in table.stub)]
    for key in keys if shell.stub else ():
        parts = tuple(Line(shell.id, stub, key) for stub in stubs[1:])
        yield Family(Line(shell.id, TOTAL, key), parts, shell.stub not in several)
    for total, columns, adds_up in _columns(table, keys, several):
        for stub in stubs:
            parts = tuple(Line(shell.id, stub, column) for column in columns)
            yield Family(Line(shell.id, stub, total), parts, adds_up)


def _columns(
    table: Table, keys: Sequence[str], several: Collection[str]
) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    """Keys of columns: a whole, its parts, and whether they add up."""
    if table.shell.columns:
        yield TOTAL, tuple(key for key in keys if key != TOTAL), False
    for place, variable in enumerate(table.shell.head):
        parts: dict[str, list[str]] = defaultdict(list)
        for key in keys:
            codes = key.split(SEPARATOR)
            if codes[place] != TOTAL:
                parts[SEPARATOR.join(TOTAL if n == place else code for n, code in enumerate(codes))].append(key)
        shown = {whole: found for whole, found in parts.items() if whole in keys}
        yield from ((whole, tuple(found), variable not in several) for whole, found in shown.items())


class Cells:
    """Lines and remainders by area, each pair with a number of its own, and their values."""

    def __init__(self, tables: Sequence[Table], frame: AreaFrame, several: Collection[str]) -> None:
        """Args:
        tables: the tables, at the levels of area at which they are published.
        frame: whose areas there are.
        several: variables of which a record may have several answers.
        """
        self.families = [family for table in tables for family in families_of(table, several)]
        self.lines = [
            Line(table.shell.id, stub, key)
            for table in tables
            for stub in (TOTAL, *(code.code for code in table.stub))
            for key, _ in table.head
        ]
        self.index = {line: n for n, line in enumerate(self.lines)}
        self.remainders = [
            (self.index[family.whole], self.index[part])
            for family in self.families
            if not family.adds_up
            for part in family.parts
        ]
        levels = {table.shell.id: [DEPTHS[level] for level in table.shell.areas] for table in tables}
        self._depths = [frozenset(levels[line.table]) for line in self.lines]
        self._depths += [self._depths[whole] for whole, _ in self.remainders]
        self.deepest = max((max(depths) for depths in self._depths), default=0)
        codes = {frame.district_code, *frame.towns, *frame.by_code}
        codes.update(code for table in tables for code in table.cells["area"].unique())
        self.areas = sorted(code for code in codes if _DEPTH_OF_LENGTH[len(code)] <= self.deepest)
        self.values = self._values(tables)

    def _values(self, tables: Sequence[Table]) -> list[int]:
        place = {code: n for n, code in enumerate(self.areas)}
        values = [0] * (len(self._depths) * len(self.areas))
        for table in tables:
            rows = table.cells.select("area", "stub", "column", pl.col("value").round().cast(pl.Int64)).iter_rows()
            for area, stub, column, value in rows:
                line = self.index.get(Line(table.shell.id, stub, column))
                if line is not None:
                    values[self.cell(line, place[area])] = value
        for n, (whole, part) in enumerate(self.remainders, len(self.lines)):
            for area in range(len(self.areas)):
                values[self.cell(n, area)] = values[self.cell(whole, area)] - values[self.cell(part, area)]
        return values

    # --- where cells are -----------------------------------------------------------------------------------------

    def cell(self, line: int, area: int) -> int:
        """The cell of a line or remainder in an area."""
        return line * len(self.areas) + area

    def line_and_area(self, cell: int) -> tuple[int, int]:
        """The opposite of :meth:`cell`."""
        return divmod(cell, len(self.areas))

    def is_line(self, cell: int) -> bool:
        """Whether a table shows it; else it is a remainder."""
        return cell < len(self.lines) * len(self.areas)

    def is_there(self, line: int, area: int) -> bool:
        """Whether a table shows a line, or what a remainder is made of, in an area."""
        return self.depth[area] in self._depths[line]

    def all(self) -> Iterator[int]:
        """All cells of lines and remainders."""
        for line in range(len(self._depths)):
            yield from (self.cell(line, area) for area in range(len(self.areas)) if self.is_there(line, area))

    @cached_property
    def depth(self) -> list[int]:
        """Level of each area: 0 the district."""
        return [_DEPTH_OF_LENGTH[len(code)] for code in self.areas]

    @cached_property
    def chains(self) -> list[tuple[int, ...]]:
        """Each area and those that it lies in, the district last."""
        place = {code: n for n, code in enumerate(self.areas)}
        lengths = sorted(LEVELS.values(), reverse=True)
        return [tuple(place[c[:n]] for n in lengths if n <= len(c) and c[:n] in place) for c in self.areas]

    @cached_property
    def leaves(self) -> list[list[int]]:
        """By area: the areas of the deepest level in it."""
        found: list[list[int]] = [[] for _ in self.areas]
        for area, depth in enumerate(self.depth):
            if depth == self.deepest:
                for above in self.chains[area]:
                    found[above].append(area)
        return found

    @cached_property
    def siblings(self) -> list[list[int]]:
        """By area: the others in the area above; none of the district."""
        inside: dict[int, list[int]] = defaultdict(list)
        for area, chain in enumerate(self.chains):
            if len(chain) > 1:
                inside[chain[1]].append(area)
        return [[o for o in inside[chain[1]] if o != chain[0]] if len(chain) > 1 else [] for chain in self.chains]

    @cached_property
    def remainders_of(self) -> Mapping[int, Sequence[tuple[int, int]]]:
        """By line: the remainders that it is in, as the whole (1) or as the part (-1)."""
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for n, (whole, part) in enumerate(self.remainders, len(self.lines)):
            found[whole].append((n, 1))
            found[part].append((n, -1))
        return found

    # --- what must not be known ----------------------------------------------------------------------------------

    def sensitive(self, policy: DisclosurePolicy) -> dict[int, Reason]:
        """Cells that must not be known, of remainders too, and why: the district's first."""
        found = {
            cell: Reason.SMALL if self.is_line(cell) else Reason.REST
            for cell in self.all()
            if 0 < self.values[cell] < policy.threshold
        }
        for family in self.families:
            whole = self.index[family.whole]
            for part in (self.index[part] for part in family.parts):
                for area in range(len(self.areas)):
                    cell = self.cell(part, area)
                    alike = self.values[cell] == self.values[self.cell(whole, area)]
                    if alike and 0 < self.values[cell] < policy.group and self.is_there(part, area):
                        found.setdefault(cell, Reason.ALL)
        return dict(sorted(found.items(), key=lambda one: (self.depth[one[0] % len(self.areas)], one[0])))
