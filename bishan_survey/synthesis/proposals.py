"""On whom faults and duplicates may be tried: candidates in an order by chance, each person only once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from random import Random
from typing import Any

import polars as pl

from bishan_survey.design import asked_sql, compile_sql, variables_in
from bishan_survey.reading.cells import cell_text
from bishan_survey.synthesis.checking import Checker
from bishan_survey.synthesis.planting import Candidates, Findings, Planting
from bishan_survey.synthesis.recipe import DuplicateKind, Expected, Fault

_ENOUGH = 200
"""So many candidates are looked at, where one at a time is needed."""


class _Queue:
    """Candidates in an order by chance."""

    def __init__(self, candidates: list[int], rng: Random, most: int = _ENOUGH) -> None:
        self.left = rng.sample(candidates, min(most, len(candidates)))

    def next(self, taken: set[int]) -> int | None:
        """The next who is not taken yet; then taken."""
        while self.left:
            position = self.left.pop()
            if position not in taken:
                taken.add(position)
                return position
        return None


class FaultProposals:
    """Where a fault may be planted."""

    def __init__(self, fault: Fault, base: Candidates, cases: int, rng: Random) -> None:
        candidates = base.anywhere(fault.where) if fault.spread else base.where(fault.where)
        self._queue = _Queue(candidates, rng, len(candidates) if fault.together > 1 else _ENOUGH)
        self._cases = min(cases, fault.cases or cases)
        self._fault = fault
        self._base = base

    @property
    def left(self) -> int:
        """How many candidates there are."""
        return len(self._queue.left)

    def more(self, accepted: Sequence[Planting], taken: set[int]) -> Iterator[Planting]:
        """As many new plantings as are still missing, of people not taken yet."""
        for _ in range(self._cases - sum(planting.kind is self._fault for planting in accepted)):
            chosen = self._choose(taken)
            if not chosen:
                return
            yield self._make(chosen, chosen + self._household(chosen[0], taken))

    def _choose(self, taken: set[int]) -> list[int]:
        """The next person; so many of one village where the fault needs them."""
        if self._fault.together > 1:
            return self._of_one_village(taken)
        position = self._queue.next(taken)
        return [] if position is None else [position]

    def _of_one_village(self, taken: set[int]) -> list[int]:
        groups: dict[str, list[int]] = {}
        for position in self._queue.left:
            if position not in taken:
                groups.setdefault(self._base.village(position), []).append(position)
        for group in groups.values():
            if len(group) >= self._fault.together:
                self._queue.left = [p for p in self._queue.left if p not in group]
                taken.update(group[: self._fault.together])
                return group[: self._fault.together]
        return []

    def _household(self, position: int, taken: set[int]) -> list[int]:
        """The other members of the household, where the fault shows at them too."""
        if not self._fault.spread:
            return []
        household = self._base.records["household"]
        others = [p for p in (household == household[position]).arg_true().to_list() if p != position]
        taken.update(others)
        return others

    def _make(self, chosen: list[int], concerned: list[int]) -> Planting:
        """The spoilt texts of these records, and what must be found."""
        fault, base = self._fault, self._base
        texts = {(p, item): text for p in chosen for item, text in base.new_texts(p, fault.set).items()}
        numbers = {(p, item): float(text) for (p, item), text in texts.items() if text and item in fault.as_number}
        return Planting(
            kind=fault,
            records=tuple(chosen),
            cells=texts | {place: cell_text(number) for place, number in numbers.items()},
            expect=dict.fromkeys(concerned, _pairs(fault.expect)),
            understood={(p, item): base.written(p, item) for p in chosen for item in fault.understood},
            numbers=numbers,
        )


def _pairs(expected: Iterable[Expected]) -> Findings:
    return frozenset((finding.rule, finding.item) for finding in expected)


class DuplicateProposals:
    """Whom a second record may be made of, and where it stands."""

    def __init__(self, kind: DuplicateKind, base: Candidates, cases: int, checker: Checker, rng: Random) -> None:
        self._queue = _Queue(base.where(kind.where), rng)
        self._cases = cases
        self._kind = kind
        self._base = base
        self._rng = rng
        self._skips = _Skips(checker)
        places = base.records.select("_village", "_town").with_row_index("position")
        self._places = places.group_by("_village", "_town", maintain_order=True).agg("position").rows()

    @property
    def left(self) -> int:
        """How many candidates there are."""
        return len(self._queue.left)

    def more(self, accepted: Sequence[Planting], taken: set[int]) -> Iterator[Planting]:
        """As many new plantings as are still missing, of people not taken yet."""
        for _ in range(self._cases - sum(planting.kind is self._kind for planting in accepted)):
            position = self._queue.next(taken)
            if position is None:
                return
            neighbour = self._neighbour(position)
            if neighbour is not None:
                yield self._make(position, neighbour)

    def _neighbour(self, position: int) -> int | None:
        """Somebody in the village where the copy shall stand."""
        here = self._base.records.select("_village", "_town").row(position)
        groups = [people for *there, people in self._places if _relation(here, tuple(there)) == self._kind.place]
        return self._rng.choice(self._rng.choice(groups)) if groups else None

    def _make(self, position: int, neighbour: int) -> Planting:
        kind, base = self._kind, self._base
        original = self._skips.blank(base.records[position], base.new_texts(position, kind.original))
        first = base.records.row(position, named=True)
        there = base.records.row(neighbour, named=True)
        place = [name for name in first if name in _PLACE or name in kind.there]
        moved = {name: there[name] for name in place}
        texts = base.new_texts(position, kind.copy, moved | {"village_rows": base.known[neighbour, "village_rows"]})
        copy = first | moved
        return Planting(
            kind=kind,
            records=(position,),
            cells={(position, item): text for item, text in original.items()},
            expect={position: _pairs(e for e in kind.expect if e.record == "original")},
            copy=copy | self._skips.blank(pl.DataFrame([copy], schema=base.records.schema), texts),
            expect_of_copy=_pairs(e for e in kind.expect if e.record == "copy"),
        )


def _relation(here: tuple[str, ...], there: tuple[str, ...]) -> str:
    """How two places lie to each other, in the words of the recipe."""
    if here == there:
        return "same_village"
    return "other_village" if here[1] == there[1] else "other_town"


_PLACE = frozenset({"_village", "_town"})


class _Skips:
    """Which answers fall away when another is changed."""

    def __init__(self, checker: Checker) -> None:
        self._checker = checker
        asked = {item.name: asked_sql(checker.sheet, item) for item in checker.sheet.items}
        self._asked = {name: sql for name, sql in asked.items() if sql}
        self._deciding = {variable for sql in self._asked.values() for variable in variables_in(sql)}

    def blank(self, record: pl.DataFrame, texts: Mapping[str, str | None]) -> dict[str, Any]:
        """The new texts of a record, and an empty one for each item that it is no longer asked."""
        if not self._deciding & texts.keys():
            return dict(texts)
        typed = self._checker.type(record.with_columns(pl.lit(t, pl.String).alias(n) for n, t in texts.items()))
        asked = typed.select(compile_sql(sql).fill_null(False).alias(name) for name, sql in self._asked.items())
        no_longer = [name for name, holds in asked.row(0, named=True).items() if not holds and name not in texts]
        return {**texts, **dict.fromkeys(no_longer)}
