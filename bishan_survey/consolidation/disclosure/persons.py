"""Other answers that a record could have given, and which lines would count it then.

That is what makes other worlds: tables that are counted from other records agree in every sum there is, those that
nobody has thought of too. What hangs on an answer by a definition (:class:`Derived`) changes with it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import product

import polars as pl

from bishan_survey.consolidation.counting import NOT_STATED, SEPARATOR, lines_of, universe
from bishan_survey.consolidation.disclosure.cells import Line
from bishan_survey.consolidation.tables import variables_of
from bishan_survey.design import compile_sql, dtype, inputs_of
from bishan_survey.model import Derived, Design, TableShell

ROW, LINE, LEAF = "_row_no", "_line", "_leaf"
_CHOICE, _COUNT = "_choice", "_count"
_UNSTATED = NOT_STATED.code
_MOST_CHOICES = 65
_LINE_SCHEMA = {"table": pl.String(), "stub": pl.String(), "column": pl.String(), LINE: pl.UInt32()}

Choice = tuple[int, ...]
"""For each of some variables which of its other answers is taken; 0: the record's own."""


class Persons:
    """The records of a unit, and the tables that they are counted in."""

    def __init__(
        self, records: pl.DataFrame, shells: Sequence[TableShell], index: Mapping[Line, int], design: Design
    ) -> None:
        """Args:
        records: those that count.
        shells: the tables about them.
        index: the lines of all tables.
        design: the definitions.
        """
        self._derived = {one.name: one for one in design.derived if one.unit == shells[0].unit}
        self._coded = design.variable_codes.keys()
        self.is_group = any(one.unit == shells[0].unit for one in design.groupings)
        self._used = {shell.id: variables_of(shell) for shell in shells}
        self._shells = {shell.id: shell for shell in shells}
        self._records = records.lazy().select(sorted(self._needed(records.columns))).collect().with_row_index(ROW)
        self._commonest: dict[tuple[str, str], pl.DataFrame] = {}
        self._met: dict[str, pl.Series] = {}
        self._roots_of: dict[str, frozenset[str]] = {}
        rows = [(*line, n) for line, n in index.items() if line.table in self._shells]
        self._index = pl.DataFrame(rows, schema=_LINE_SCHEMA, orient="row")

    def counted_in(self, table: str, length: int) -> pl.DataFrame:
        """``_row_no, _line, _leaf`` of every record and line of a table; ``length`` of the leaf's code."""
        leaf = pl.col("_village").str.head(length).alias(LEAF)
        lines = self._lines(self._records.with_columns(leaf), [table], [ROW, LEAF])
        return lines.sort(ROW, LINE)

    def worlds(
        self, rows: Sequence[int], table: str, variables: Sequence[str], most: int
    ) -> dict[int, dict[Choice, set[int]]]:
        """The lines that would count records, for every choice of answers: without those that always do.

        Args:
            rows: numbers of the records.
            table: other answers are taken from records of this table's universe.
            variables: what could be otherwise; none: the lines that count the records as they are.
            most: other answers of a variable that are tried.
        """
        base = self._records[sorted(rows)]
        most = max(1, min(most, int(_MOST_CHOICES ** (1 / max(1, len(variables)))) - 1))
        answers = [self._answers(table, variable, most) for variable in variables]
        choices = [*product(*(range(len(one) + 1) for one in answers))]
        taken = [
            [(one[n - 1], self._roots(v)) for v, one, n in zip(variables, answers, choice, strict=True) if n]
            for choice in choices
        ]
        frames = [_with(base, some).with_columns(pl.lit(n).alias(_CHOICE)) for n, some in enumerate(taken)]
        roots = {root for variable in variables for root in self._roots(variable)}
        touched = [t for t, used in self._used.items() if not roots or any(self._roots(v) & roots for v in used)]
        lines = self._lines(self._computed(pl.concat(frames)), touched, [ROW, _CHOICE])
        if variables:
            lines = lines.filter(pl.col(LINE).is_null() | (pl.len().over(ROW, LINE) < len(choices)))
        found: dict[int, dict[Choice, set[int]]] = {row: {c: set() for c in choices} for row in rows}
        for row, number, line in lines.select(ROW, _CHOICE, LINE).iter_rows():
            if line is not None:
                found[row][choices[number]].add(line)
        for row, number in lines.filter(pl.col(LINE).is_null()).select(ROW, _CHOICE).unique().iter_rows():
            del found[row][choices[number]]
        return found

    def _lines(self, records: pl.DataFrame, tables: Iterable[str], kept: Sequence[str]) -> pl.DataFrame:
        """The lines that count records, and null for those as whom no record of the table is: of no such world."""
        counted = [lines_of(records, self._shells[table], kept).with_columns(table=pl.lit(table)) for table in tables]
        lines = pl.concat(pl.collect_all(counted)).join(self._index, on=["table", "stub", "column"], how="left")
        unstated = (pl.col("stub") == _UNSTATED) | pl.col("column").str.split(SEPARATOR).list.contains(_UNSTATED)
        found = lines.filter(pl.col(LINE).is_not_null() | unstated).select(*kept, LINE)
        strange = [
            self._strangers(records, table).select(*kept, pl.lit(None, pl.UInt32).alias(LINE)) for table in tables
        ]
        return pl.concat([found, *strange])

    def _strangers(self, records: pl.DataFrame, table: str) -> pl.DataFrame:
        """Records that meet conditions of columns together that nobody does: that may well be known not to be."""
        shell = self._shells[table]
        met = [compile_sql(column.where).fill_null(False).cast(pl.Int8) for column in shell.columns if column.where]
        if not met:
            return records.clear()
        together = pl.concat_str(met)
        if table not in self._met:
            real = universe(self._records, shell).select(met=together).unique().collect()
            self._met[table] = real["met"]
        return universe(records, shell).filter(~together.is_in(self._met[table].implode())).collect()

    def _answers(self, table: str, variable: str, most: int) -> list[pl.DataFrame]:
        """The commonest answers of a variable among those that a table is about, with all that they hang on."""
        key = table, variable
        if key not in self._commonest:
            self._commonest[key] = self._answered(table, variable)
        found = self._commonest[key]
        return [found[n : n + 1] for n in range(min(most, found.height))]

    def _answered(self, table: str, variable: str) -> pl.DataFrame:
        roots = sorted(self._roots(variable) | self._always_answered)
        return (
            universe(self._typical_first, self._shells[table])
            .group_by(variable, maintain_order=True)
            .agg(pl.len().alias(_COUNT), pl.col([root for root in roots if root != variable]).first())
            .sort(_COUNT, descending=True, maintain_order=True)
            .select(roots)
            .collect()
        )

    @cached_property
    def _typical_first(self) -> pl.DataFrame:
        """The records, those first whose answers are given most."""
        given = [pl.len().over(name) for name in sorted(self._always_answered)]
        if not given:
            return self._records
        return self._records.sort(pl.sum_horizontal(given), descending=True, maintain_order=True)

    def _computed(self, records: pl.DataFrame) -> pl.DataFrame:
        """Records with all that follows from their answers."""
        for derived in self._recomputed:
            records = records.with_columns(compile_sql(derived.sql or "").cast(dtype(derived)).alias(derived.name))
        return records

    @cached_property
    def _always_answered(self) -> frozenset[str]:
        """What everybody has answered of whom some table is: whoever comes to be counted has, too."""
        found: set[str] = set()
        for table, shell in self._shells.items():
            own = [name for name in sorted(self._used[table]) if not self._follows(name)]
            missing = universe(self._records, shell).select(own).collect().null_count()
            found.update(name for name in own if not missing[name][0])
        return frozenset(found)

    @cached_property
    def _recomputed(self) -> list[Derived]:
        """Variables of the tables that follow from answers, in the order in which they can be computed."""
        found: dict[str, Derived] = {}

        def add(name: str) -> None:
            if name not in found and self._follows(name):
                for used in sorted(inputs_of(self._derived[name])):
                    add(used)
                found[name] = self._derived[name]

        for name in sorted(set().union(*self._used.values())):
            add(name)
        return [*found.values()]

    def _needed(self, known: Collection[str]) -> set[str]:
        """The variables of the tables, and those that they are computed from."""
        found, waiting = {"_village"}, [*set().union(*self._used.values())]
        while waiting:
            name = waiting.pop()
            if name not in found and name in known:
                found.add(name)
                waiting += inputs_of(self._derived[name]) if name in self._derived and not self.is_group else ()
        return found

    def _follows(self, name: str) -> bool:
        """Whether a variable is computed from answers, not read out of a number that bears several."""
        derived = self._derived.get(name)
        if derived is None or derived.sql is None or self.is_group:
            return False
        types, known = self._records.schema, inputs_of(derived)
        texts = {name for name in known if types.get(name) == pl.String and name not in self._coded}
        return bool(known) and known <= set(types) and not texts

    def _roots(self, variable: str) -> frozenset[str]:
        """What must be changed to change a variable: of groups everything, as all is made of their members."""
        if variable not in self._roots_of:
            self._roots_of[variable] = self._found_roots(variable)
        return self._roots_of[variable]

    def _found_roots(self, variable: str) -> frozenset[str]:
        if self.is_group:
            return frozenset().union(*self._used.values())
        if not self._follows(variable):
            return frozenset({variable})
        return frozenset().union(*(self._roots(used) for used in inputs_of(self._derived[variable])))


def _with(base: pl.DataFrame, answers: Sequence[tuple[pl.DataFrame, Collection[str]]]) -> pl.DataFrame:
    """Records with other answers: some instead of their own, the others where they have none."""
    for one, replaced in answers:
        base = base.with_columns(
            (pl.lit(one[name]).first() if name in replaced else pl.coalesce(name, pl.lit(one[name]).first())).alias(
                name
            )
            for name in one.columns
        )
    return base
