"""Faults and duplicates, planted into clean records so that exactly the findings arise that are expected.

Each kind says whom it may befall and what then must be found. After a round of planting the real checks are asked;
what turned out otherwise (a household disturbed, a rule added since) is taken back and tried on somebody else.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

import polars as pl

from bishan_survey.design import compile_sql
from bishan_survey.intake.cells import cell_text
from bishan_survey.synthesis.checking import Checker, Found
from bishan_survey.synthesis.recipe import DuplicateKind, Expected, Fault
from bishan_survey.validation.values import as_written

ROUNDS = 4
Findings = frozenset[tuple[str, str]]
Texts = Mapping[str, str | None]


@dataclass(frozen=True)
class Planting:
    """One case of a kind."""

    kind: Fault | DuplicateKind
    records: tuple[int, ...]
    """Positions of the records that it befalls."""
    cells: Mapping[tuple[int, str], str | None]
    """New texts by position and item."""
    expect: Mapping[int, Findings]
    understood: Mapping[tuple[int, str], str] = field(default_factory=dict)
    """The value, as the form asks for it, of each text that is written otherwise."""
    copy: Texts | None = None
    """A further record, of the same person: its texts and its place."""
    expect_of_copy: Findings = frozenset()


@dataclass(frozen=True)
class Candidates:
    """Clean records of a unit, and everything that conditions and new texts may refer to."""

    records: pl.DataFrame
    known: pl.DataFrame
    """Typed variables, and what is known of the household."""
    texts: pl.DataFrame
    """Texts by item; the typed answers beside them, their names beginning with ``typed_``."""

    @classmethod
    def of(cls, records: pl.DataFrame, checker: Checker) -> "Candidates":
        """Prepare clean records."""
        typed = checker.type(records)
        items = [item.name for item in checker.sheet.items]
        extra = records.drop(items, *typed.columns, strict=False)
        beside = typed.rename({item: f"typed_{item}" for item in items})
        rows = pl.len().over("_village").alias("village_rows")
        return cls(
            records,
            typed.hstack(extra).with_columns(rows),
            records.select(items).hstack(beside).hstack(extra).with_columns(rows),
        )

    def where(self, condition: str) -> list[int]:
        """Positions of the records that a condition holds for, of people who live without other disabled people."""
        alone = (pl.col("members") == 1) & compile_sql(condition).fill_null(False)
        return self.known.select(pl.arg_where(alone)).to_series().to_list()

    def anywhere(self, condition: str) -> list[int]:
        """Positions of the records that a condition holds for."""
        return self.known.select(pl.arg_where(compile_sql(condition).fill_null(False))).to_series().to_list()

    def new_texts(self, position: int, texts: Mapping[str, str]) -> dict[str, str | None]:
        """Texts worked out for one record."""
        if not texts:
            return {}
        row = self.texts[position].select(compile_sql(sql).cast(pl.String).alias(n) for n, sql in texts.items())
        return {name: text or None for name, text in row.row(0, named=True).items()}

    def written(self, position: int, item: str) -> str:
        """A clean answer as the form asks for it."""
        return as_written(self.known[position, item])

    def village(self, position: int) -> str:
        """Code of the village that a record stands in."""
        return str(self.records[position, "_village"])


def plant_all(
    base: Candidates, proposals: Sequence["Proposals"], checker: Checker, taken: set[int]
) -> list[Planting]:
    """As many cases of each kind as are wanted, or as can be had."""
    accepted: list[Planting] = []
    rare_first = sorted(proposals, key=lambda kind: len(kind.candidates))
    for _ in range(ROUNDS):
        new = [planting for kind in rare_first for planting in kind.more(accepted, taken)]
        if not new:
            break
        trial = [*accepted, *new]
        accepted += _as_expected(new, trial, base, checker.look(planted(base.records, trial)))
    return accepted


class Proposals:
    """Candidates for one kind, in an order by chance."""

    def __init__(self, kind: Fault | DuplicateKind, candidates: Iterable[int], cases: int, rng: Random) -> None:
        self.kind = kind
        self.candidates = list(candidates)
        self._cases = cases
        rng.shuffle(self.candidates)

    def more(self, accepted: Sequence[Planting], taken: set[int]) -> Iterator[Planting]:
        """As many new plantings as are still missing, of people not taken yet."""
        missing = self._cases - sum(planting.kind is self.kind for planting in accepted)
        while missing > 0 and (chosen := self.choose(taken)):
            planting = self.make(chosen)
            if planting is not None:
                missing -= 1
                yield planting

    def choose(self, taken: set[int]) -> tuple[int, ...]:
        """The next record, or records; none if there are no more."""
        while self.candidates:
            position = self.candidates.pop()
            if position not in taken:
                taken.add(position)
                return (position,)
        return ()

    def make(self, chosen: tuple[int, ...]) -> Planting | None:
        """The planting at these records; ``None`` where it cannot be."""
        raise NotImplementedError


class FaultProposals(Proposals):
    """Where a fault may be planted."""

    def __init__(self, fault: Fault, base: Candidates, cases: int, rng: Random) -> None:
        candidates = base.anywhere(fault.where) if fault.spread else base.where(fault.where)
        super().__init__(fault, candidates, min(cases, fault.cases or cases), rng)
        self._fault = fault
        self._base = base

    def choose(self, taken: set[int]) -> tuple[int, ...]:
        """So many of one village as the fault needs; the household of one where it spreads."""
        if self._fault.together == 1:
            chosen = super().choose(taken)
            taken.update(self._household(chosen))
            return chosen
        for village, positions in self._by_village(taken).items():
            if len(positions) >= self._fault.together:
                chosen = tuple(positions[: self._fault.together])
                self.candidates = [p for p in self.candidates if self._base.village(p) != village]
                taken.update(chosen)
                return chosen
        return ()

    def _by_village(self, taken: set[int]) -> dict[str, list[int]]:
        groups: dict[str, list[int]] = {}
        for position in self.candidates:
            if position not in taken:
                groups.setdefault(self._base.village(position), []).append(position)
        return groups

    def _household(self, chosen: tuple[int, ...]) -> list[int]:
        if not self._fault.spread or not chosen:
            return list(chosen)
        household = self._base.records["household"]
        return (household == household[chosen[0]]).arg_true().to_list()

    def make(self, chosen: tuple[int, ...]) -> Planting:
        """The spoilt texts of these records, and what must be found."""
        fault, base = self._fault, self._base
        cells = {
            (position, item): cell_text(float(text)) if text and item in fault.as_number else text
            for position in chosen
            for item, text in base.new_texts(position, fault.set).items()
        }
        concerned = chosen if fault.together > 1 else self._household(chosen)
        expect = {position: _pairs(fault.expect) for position in concerned}
        understood = {(p, item): base.written(p, item) for p in chosen for item in fault.understood}
        return Planting(fault, chosen, cells, expect, understood)


def _pairs(expected: Iterable[Expected]) -> Findings:
    return frozenset((finding.rule, finding.item) for finding in expected)


def planted(records: pl.DataFrame, plantings: Sequence[Planting]) -> pl.DataFrame:
    """Records with changed texts, and the copies after them."""
    changes: dict[str, dict[int, str | None]] = {}
    for planting in plantings:
        for (position, item), text in planting.cells.items():
            changes.setdefault(item, {})[position] = text
    changed = [
        records[item].scatter(list(texts), pl.Series(list(texts.values()), dtype=pl.String))
        for item, texts in changes.items()
    ]
    copies = [planting.copy for planting in plantings if planting.copy is not None]
    spoilt = records.with_columns(changed)
    return pl.concat([spoilt, pl.DataFrame(copies, schema=records.schema)]) if copies else spoilt


def _as_expected(
    new: Sequence[Planting], trial: Sequence[Planting], base: Candidates, found: Found
) -> list[Planting]:
    """Those of the new plantings that brought what they should, and disturbed nobody."""
    expected, understood = expectations(trial, base.records.height)
    wrong = {position for position in found.records | set(expected) | set(understood)
             if found.findings.get(position, frozenset()) != expected.get(position, frozenset())
             or found.normalised.get(position, frozenset()) != understood.get(position, frozenset())}
    copies = copy_positions(trial, base.records.height)
    own = {position for p in trial for position in (*p.expect, *p.records, *copies.get(id(p), ()))}
    disturbed = {base.village(position) for position in wrong - own}
    return [
        planting for planting in new
        if not wrong & {*planting.expect, *planting.records, *copies.get(id(planting), ())}
        and not disturbed & {base.village(position) for position in planting.records}
    ]


def expectations(
    plantings: Sequence[Planting], height: int
) -> tuple[dict[int, Findings], dict[int, frozenset[str]]]:
    """By the position of the record: what must be found, and which items are understood though written otherwise."""
    findings: dict[int, Findings] = {}
    understood: dict[int, frozenset[str]] = {}
    copies = copy_positions(plantings, height)
    for planting in plantings:
        by_record = {**planting.expect, **dict.fromkeys(copies.get(id(planting), ()), planting.expect_of_copy)}
        for position, pairs in by_record.items():
            if pairs:
                findings[position] = findings.get(position, frozenset()) | pairs
        for position, item in planting.understood:
            understood[position] = understood.get(position, frozenset()) | {item}
    return findings, understood


def copy_positions(plantings: Sequence[Planting], height: int) -> dict[int, tuple[int, ...]]:
    """Position of the copy of each planting that has one, by the planting's identity."""
    with_copy = [planting for planting in plantings if planting.copy is not None]
    return {id(planting): (height + number,) for number, planting in enumerate(with_copy)}
