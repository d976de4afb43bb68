"""Faults and duplicates, planted into clean records so that exactly the findings arise that are expected.

Each kind says whom it may befall and what then must be found. After a round of planting the real checks are asked;
what turned out otherwise (a household disturbed, a rule added since) is taken back and tried on somebody else.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Protocol

import polars as pl

from bishan_survey.design import compile_sql
from bishan_survey.synthesis.checking import Checker, Found
from bishan_survey.synthesis.recipe import DuplicateKind, Fault
from bishan_survey.validation.values import as_written

ROUNDS = 4
Findings = frozenset[tuple[str, str]]
Record = Mapping[str, Any]


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
    numbers: Mapping[tuple[int, str], float] = field(default_factory=dict)
    """What stands in the cell as a number."""
    copy: Record | None = None
    """A further record, of the same person: a row of the frame of records."""
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

    def new_texts(
        self, position: int, texts: Mapping[str, str], instead: Record | None = None
    ) -> dict[str, str | None]:
        """Texts worked out for one record, some of whose values are others."""
        if not texts:
            return {}
        record = self.texts[position].with_columns(
            pl.lit(value, self.texts.schema[name]).alias(name) for name, value in (instead or {}).items()
        )
        row = record.select(compile_sql(sql).cast(pl.String).alias(n) for n, sql in texts.items())
        return {name: text or None for name, text in row.row(0, named=True).items()}

    def written(self, position: int, item: str) -> str:
        """A clean answer as the form asks for it."""
        return as_written(self.known[position, item])

    def village(self, position: int) -> str:
        """Code of the village that a record stands in."""
        return str(self.records[position, "_village"])


class Proposals(Protocol):
    """Where a kind may be planted."""

    @property
    def left(self) -> int:
        """How many candidates there are."""

    def more(self, accepted: Sequence[Planting], taken: set[int]) -> Iterator[Planting]:
        """As many new plantings as are still missing, of people not taken yet."""


def plant_all(base: Candidates, proposals: Sequence[Proposals], checker: Checker) -> list[Planting]:
    """As many cases of each kind as are wanted, or as can be had; each person at most once."""
    accepted: list[Planting] = []
    taken: set[int] = set()
    rare_first = sorted(proposals, key=lambda kind: kind.left)
    for _ in range(ROUNDS):
        new = [planting for kind in rare_first for planting in kind.more(accepted, taken)]
        if not new:
            break
        trial = [*accepted, *new]
        accepted += _as_expected(new, trial, base, checker.look(planted(base.records, trial)))
    return accepted


def planted(records: pl.DataFrame, plantings: Sequence[Planting]) -> pl.DataFrame:
    """Records with changed texts, and the copies after them."""
    changes: dict[str, dict[int, str | None]] = {}
    for planting in plantings:
        for (position, item), text in planting.cells.items():
            changes.setdefault(item, {})[position] = text
    changed = [
        records[item].clone().scatter(list(texts), pl.Series(list(texts.values()), dtype=pl.String))
        for item, texts in changes.items()
    ]
    copies = [planting.copy for planting in plantings if planting.copy is not None]
    spoilt = records.with_columns(changed)
    return pl.concat([spoilt, pl.DataFrame(copies, schema=records.schema)]) if copies else spoilt


def _as_expected(new: Sequence[Planting], trial: Sequence[Planting], base: Candidates, found: Found) -> list[Planting]:
    """Those of the new plantings that brought what they should, and disturbed nobody."""
    wrong = _differences(trial, base.records.height, found)
    concerned = dict(zip(map(id, trial), concerned_by(trial, base.records.height), strict=True))
    planned = {position for positions in concerned.values() for position in positions}
    disturbed = {base.village(position) for position in wrong - planned}
    return [
        planting
        for planting in new
        if not wrong & concerned[id(planting)]
        and not disturbed & {base.village(position) for position in planting.records}
    ]


def _differences(plantings: Sequence[Planting], height: int, found: Found) -> set[int]:
    """Positions of the records of which more, less or something else is found than should be."""
    findings, understood = expected_of(plantings, height)
    nothing: frozenset[Any] = frozenset()
    return {
        position
        for position in found.records | set(findings) | set(understood)
        if found.findings.get(position, nothing) != findings.get(position, nothing)
        or found.normalised.get(position, nothing) != understood.get(position, nothing)
    }


def expected_of(plantings: Sequence[Planting], height: int) -> tuple[dict[int, Findings], dict[int, frozenset[str]]]:
    """By the position of the record: what must be found, and which items are understood though written otherwise."""
    findings: dict[int, Findings] = {}
    understood: dict[int, frozenset[str]] = {}
    for planting, copy in zip(plantings, copies_of(plantings, height), strict=True):
        expect = planting.expect if copy is None else {**planting.expect, copy: planting.expect_of_copy}
        for position, pairs in expect.items():
            if pairs:
                findings[position] = findings.get(position, frozenset()) | pairs
        for position, item in planting.understood:
            understood[position] = understood.get(position, frozenset()) | {item}
    return findings, understood


def copies_of(plantings: Sequence[Planting], height: int) -> list[int | None]:
    """Position of the copy of each planting: they stand after the other records, in order."""
    numbers = count(height)
    return [None if planting.copy is None else next(numbers) for planting in plantings]


def concerned_by(plantings: Sequence[Planting], height: int) -> list[set[int]]:
    """Positions of all records that each planting concerns, its copy too."""
    return [
        {*planting.records, *planting.expect, *(() if copy is None else (copy,))}
        for planting, copy in zip(plantings, copies_of(plantings, height), strict=True)
    ]
