"""All tables of a design, filled from the records that count, and cross-footed before anybody sees them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from bishan_survey.consolidation.counting import (
    NOT_STATED,
    SEPARATOR,
    TOTAL,
    cells_of,
    column_keys,
)
from bishan_survey.consolidation.crossfoot import contradictions
from bishan_survey.design import variables_in
from bishan_survey.errors import InternalError
from bishan_survey.frames import accepted
from bishan_survey.model import Batch, Code, Design, Table, TableShell


@dataclass(frozen=True)
class Consolidated:
    """Filled tables, and shells that could not be filled, with the reason."""

    tables: tuple[Table, ...]
    left_out: tuple[tuple[TableShell, str], ...]


def consolidate(batch: Batch, design: Design) -> Consolidated:
    """Fill every table that the open editions have the variables for.

    Raises:
        InternalError: totals of some table do not agree; nothing may be published then.
    """
    counting = {unit: counted_records(batch, unit) for unit in {unit for _, unit in batch.records}}
    left_out = {shell.id: reason for shell in design.shells if (reason := _unfillable(shell, counting))}
    shells = [shell for shell in sorted(design.shells, key=lambda s: s.id) if shell.id not in left_out]
    cells = cells_of(shells, counting)
    own = cells.partition_by("table", as_dict=True)
    filled = [_fill(shell, own.get((shell.id,), cells.clear()), design) for shell in shells]
    wrong = contradictions(shells, pl.concat([shown for _, shown in filled]) if filled else cells, counting)
    if wrong:
        raise InternalError("汇总表合计不符，未发布：\n" + "\n".join(wrong))
    reasons = [(shell, left_out[shell.id]) for shell in design.shells if shell.id in left_out]
    return Consolidated(tuple(table for table, _ in filled), tuple(reasons))


def _unfillable(shell: TableShell, counting: Mapping[str, pl.DataFrame]) -> str | None:
    """Why a table cannot be filled from the editions that are open."""
    known = counting[shell.unit].columns if shell.unit in counting else ()
    missing = _variables(shell) - set(known)
    return f"开放的调查表版本没有变量：{'、'.join(sorted(missing))}" if missing else None


def counted_records(batch: Batch, unit: str) -> pl.DataFrame:
    """The accepted records of a unit, over all editions."""
    return accepted(frame for (_, this), frame in batch.records.items() if this == unit)


def _variables(shell: TableShell) -> set[str]:
    texts = [shell.where, *(column.where for column in shell.columns if column.where)]
    named = {name for name in (shell.stub, *shell.head, *(column.sum for column in shell.columns)) if name}
    return named.union(*(variables_in(text) for text in texts))


def _fill(shell: TableShell, whole: pl.DataFrame, design: Design) -> tuple[Table, pl.DataFrame]:
    """A table, and what it shows at all levels of area, for cross-footing."""
    stub = _codes(shell.stub, design, whole["stub"]) if shell.stub else []
    heads = _heads(shell, design, whole)
    shown = whole.filter(_shown(pl.col("stub"), stub), *_columns_shown(heads))
    table = Table(
        shell=shell,
        stub=tuple(stub),
        head=tuple(column_keys(heads)),
        cells=shown.filter(pl.col("level").is_in(shell.areas)),
    )
    return table, shown


def _heads(shell: TableShell, design: Design, cells: pl.DataFrame) -> list[Sequence[Code]]:
    """The codes of each line of the head, outermost first."""
    if shell.columns:
        return [[Code(str(n), column.label) for n, column in enumerate(shell.columns)]]
    parts = cells["column"].str.split(SEPARATOR)
    return [_codes(name, design, parts.list.get(place)) for place, name in enumerate(shell.head)]


def _columns_shown(heads: Sequence[Sequence[Code]]) -> list[pl.Expr]:
    parts = pl.col("column").str.split(SEPARATOR)
    return [_shown(parts.list.get(place), codes) for place, codes in enumerate(heads)]


def _shown(code: pl.Expr, codes: Sequence[Code]) -> pl.Expr:
    """Whether a code is one that the table shows; a record under any other makes its sums disagree."""
    return code.is_in([TOTAL, *(c.code for c in codes)])


def _codes(variable: str, design: Design, met: pl.Series) -> Sequence[Code]:
    """The codes of a variable in order, with 未填报 only where somebody has not stated it."""
    codes = design.code_lists[design.variable_codes[variable]].codes
    return [*codes, NOT_STATED] if (met == NOT_STATED.code).any() else codes
