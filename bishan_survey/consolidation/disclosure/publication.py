"""From tables in full to tables for everybody: protect, attack, withhold what does not hold, and say why."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import polars as pl

from bishan_survey.consolidation.counting import LEVELS
from bishan_survey.consolidation.disclosure.attack import Attack, Place
from bishan_survey.consolidation.disclosure.cells import DEPTHS, Cells, Reason
from bishan_survey.consolidation.disclosure.moves import Move
from bishan_survey.consolidation.disclosure.persons import Persons
from bishan_survey.consolidation.disclosure.protection import Protection
from bishan_survey.model import AreaFrame, Design, DisclosurePolicy, Table

KEYS = ("table", "area", "stub", "column")
SUPPRESSED: dict[str, pl.DataType] = {
    **dict.fromkeys(("table", "level", "area", "stub", "column"), pl.String()),
    "value": pl.Int64(),
    "reason": pl.String(),
    **dict.fromkeys(("protects_table", "protects_area", "protects_stub", "protects_column"), pl.String()),
    "low": pl.Int64(),
    "high": pl.Int64(),
}
_LEVELS = tuple(LEVELS)
_MOST_ROUNDS = 8


class Withheld(NamedTuple):
    """A table that is not published from a level of area down, with a cell that could be found out."""

    level: str
    place: Place


@dataclass(frozen=True)
class Protected:
    """What may be published, and what may not, with the reasons."""

    tables: tuple[Table, ...]
    """In their cells ``value`` is null where it is left out."""
    withheld: Mapping[str, Withheld]
    """By table: what is not published of it, since nothing shows that it would be safe."""
    suppressed: pl.DataFrame
    """Every cell that is left out of a published table: why, and what it could be as well (:data:`SUPPRESSED`)."""


@dataclass(frozen=True)
class Source:
    """What tables are made of: other records show what else they could be."""

    counting: Mapping[str, pl.DataFrame]
    """The records that count, by unit."""
    frame: AreaFrame
    design: Design

    @property
    def several(self) -> set[str]:
        """Variables of which a record may have several answers."""
        return {name for records in self.counting.values() for name, kind in records.schema.items() if kind == pl.List}


def protect(
    tables: Sequence[Table],
    source: Source,
    policy: DisclosurePolicy,
    told: Collection[Place] = (),
    gone: Mapping[str, str] | None = None,
) -> Protected:
    """Protect all tables about people together. The same records, and tables in any order, give the same result.

    Args:
        tables: the tables, in full, at the levels of area at which they are to be published, or have been.
        source: what they are made of.
        policy: what is not to be known.
        told: what has been published before, and is still the same.
        gone: tables that have been published before, and the level from which down they are to be no more.
    """
    tables = sorted(tables, key=lambda table: table.shell.id)
    withheld = {table: Withheld(level, (table, "", "", "")) for table, level in (gone or {}).items()}
    unwanted = dict(withheld)
    if not tables:
        return Protected((), {}, pl.DataFrame(schema=SUPPRESSED))
    work = _Work(tables, source, policy, told)
    protection = work.protected(withheld)
    for _ in range(_MOST_ROUNDS):
        exposed = work.exposed(protection, withheld)
        if not exposed:
            break
        for place in exposed:
            level = _level_of(place[1])
            before = withheld.get(place[0])
            if before is None or DEPTHS[level] < DEPTHS[before.level]:
                withheld[place[0]] = Withheld(level, place)
        protection = work.protected(withheld)
    else:
        withheld = {table.shell.id: Withheld(_LEVELS[0], exposed[0]) for table in tables}
    suppressed = work.listed(protection, withheld)
    shown = [_shown(table, withheld.get(table.shell.id), suppressed) for table in tables]
    reasons = {table: why for table, why in sorted(withheld.items()) if why != unwanted.get(table)}
    return Protected(tuple(table for table in shown if table.shell.areas), reasons, suppressed)


class _Work:
    """The tables as cells, and the attack on them."""

    def __init__(
        self, tables: Sequence[Table], source: Source, policy: DisclosurePolicy, told: Collection[Place]
    ) -> None:
        self._policy = policy
        self._cells = Cells(tables, source.frame, source.several)
        self._shells = {table.shell.id: table.shell for table in tables}
        units: dict[str, list[Table]] = {}
        for table in tables:
            units.setdefault(table.shell.unit, []).append(table)
        self._persons = {
            unit: Persons(source.counting[unit], [t.shell for t in own], self._cells.index, source.design)
            for unit, own in units.items()
        }
        codes = self._cells.areas
        below = {code: [o for o in codes if o.startswith(code) and _depth(o) == _depth(code) + 1] for code in codes}
        self._attack = Attack(tables, source.several, below)
        self._places = {self._place(cell): cell for cell in self._cells.all() if self._cells.is_line(cell)}
        self._told = {self._places[place] for place in told if place in self._places}

    def _place(self, cell: int) -> Place:
        line, area = self._cells.line_and_area(cell)
        table, stub, column = self._cells.lines[line]
        return table, self._cells.areas[area], stub, column

    def _hidden(self, withheld: Mapping[str, Withheld]) -> set[int]:
        """Cells of what is withheld; what has been told is known all the same."""
        return {cell for place, cell in self._places.items() if _is_withheld(place, withheld)} - self._told

    def protected(self, withheld: Mapping[str, Withheld]) -> Protection:
        """Leave out what must be."""
        hidden = self._hidden(withheld)
        protection = Protection(self._cells, self._persons, self._shells, self._policy, self._told, hidden)
        protection.run()
        return protection

    def exposed(self, protection: Protection, withheld: Mapping[str, Withheld]) -> list[Place]:
        """The cells that nothing shows to be safe, by the tables that show them or stand beside them."""
        hidden = self._hidden(withheld)
        unknown = {*protection.left_out} | hidden
        doubtful = list(self._unsure(protection, unknown))
        if not doubtful:
            return []
        shown = [self._told_by(cell) for cell in doubtful if self._told_by(cell) and not self._is_gone(cell, withheld)]
        if shown:
            return shown
        bounds = self._attack.bounds([self._place(cell) for cell in unknown])
        open_ = [
            c for c in doubtful if not self._cells.is_line(c) or _width(bounds[self._place(c)]) < protection.width(c)
        ]
        levels = sorted({self._told_by(cell)[1] for cell in open_})
        return [
            (table, area, "", "")
            for area in levels
            for table in self._shells
            if not _is_withheld((table, area, "", ""), withheld)
        ]

    def _told_by(self, cell: int) -> Place:
        """The place of a cell; of a remainder that of its part."""
        line, area = self._cells.line_and_area(cell)
        if not self._cells.is_line(cell):
            line = self._cells.remainders[line - len(self._cells.lines)][1]
        return self._place(self._cells.cell(line, area))

    def _is_gone(self, cell: int, withheld: Mapping[str, Withheld]) -> bool:
        return _is_withheld(self._told_by(cell), withheld)

    def _unsure(self, protection: Protection, unknown: Collection[int]) -> Iterator[int]:
        """Cells that are left out, and remainders, without a move that stands the attack."""
        checked: dict[int, bool] = {}
        for cell in sorted({*protection.reasons, *protection.secondary}):
            move = protection.shown_by.get(cell)
            if move is None:
                yield cell
                continue
            if id(move) not in checked:
                checked[id(move)] = self._stands(move, unknown)
            if not checked[id(move)] or self._change(move, cell) < protection.width(cell):
                yield cell

    def _stands(self, move: Move, unknown: Collection[int]) -> bool:
        """Whether a move changes nothing that is told, and every sum still holds."""
        lines = {cell: by for cell, by in move.steps.items() if self._cells.is_line(cell)}
        steps = {self._place(cell): by for cell, by in lines.items()}
        return all(cell in unknown for cell in lines) and self._attack.holds(steps, move.low, move.high)

    def _change(self, move: Move, cell: int) -> int:
        """How far apart the values of a cell lie, that of a remainder by its whole and its part."""
        if self._cells.is_line(cell):
            return move.width(cell)
        line, area = self._cells.line_and_area(cell)
        whole, part = self._cells.remainders[line - len(self._cells.lines)]
        by = [move.steps.get(self._cells.cell(one, area), 0) for one in (whole, part)]
        return abs(by[0] - by[1]) * (move.high - move.low)

    def listed(self, protection: Protection, withheld: Mapping[str, Withheld]) -> pl.DataFrame:
        """Every cell of a published table that is left out."""
        cells = [cell for cell in protection.left_out if not _is_withheld(self._place(cell), withheld)]
        rows = [self._row(protection, cell) for cell in cells if cell not in self._told]
        return pl.DataFrame(rows, schema=SUPPRESSED, orient="row").sort(KEYS)

    def _row(self, protection: Protection, cell: int) -> tuple[object, ...]:
        value, (table, area, stub, column) = self._cells.values[cell], self._place(cell)
        own = protection.reasons.get(cell)
        protects = (None,) * 4 if own else self._told_by(protection.secondary[cell])
        move = protection.shown_by.get(cell) or Move({}, 0, 0)
        ends = sorted(value + move.steps.get(cell, 0) * end for end in (move.low, move.high))
        reason = own or Reason.SECONDARY
        return table, _level_of(area), area, stub, column, value, reason.value, *protects, *ends


def _shown(table: Table, withheld: Withheld | None, suppressed: pl.DataFrame) -> Table:
    """A table as it may be published."""
    levels = [level for level in table.shell.areas if withheld is None or DEPTHS[level] < DEPTHS[withheld.level]]
    keys = ["level", *KEYS]
    gone = suppressed.filter(table=table.shell.id).select(*keys, left_out=pl.lit(True))
    cells = table.cells.cast(dict.fromkeys(keys, pl.String)).join(gone, on=keys, how="full", coalesce=True)
    value = pl.when(pl.col("left_out").is_null()).then("value").alias("value")
    shown = cells.with_columns(value).select(*keys, "value").filter(pl.col("level").is_in(levels)).sort(keys)
    return replace(table, shell=replace(table.shell, areas=tuple(levels)), cells=shown)


def _is_withheld(place: Place, withheld: Mapping[str, Withheld]) -> bool:
    found = withheld.get(place[0])
    return found is not None and _depth(place[1]) >= DEPTHS[found.level]


def _depth(area: str) -> int:
    return [*LEVELS.values()].index(len(area))


def _level_of(area: str) -> str:
    return _LEVELS[_depth(area)]


def _width(bounds: tuple[float, float]) -> float:
    return bounds[1] - bounds[0]
