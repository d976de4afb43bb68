"""All tables of a design, filled from the records that count, and cross-footed before anybody sees them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from bishan_survey.consolidation.counting import (
    NOT_STATED,
    SEPARATOR,
    TOTAL,
    cells_of,
    column_keys,
)
from bishan_survey.consolidation.crossfoot import contradictions
from bishan_survey.consolidation.groups import with_groups
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
    return fill(design.shells, with_groups(counting, design), design)


def fill(wanted: Sequence[TableShell], counting: Mapping[str, pl.DataFrame], design: Design) -> Consolidated:
    """Fill tables from the records that count, as far as there are the variables for them.

    Args:
        wanted: the tables.
        counting: records and groups that count, by unit.
        design: the definitions, for codes and labels.

    Raises:
        InternalError: totals of some table do not agree.
    """
    left_out = {shell.id: reason for shell in wanted if (reason := _unfillable(shell, counting))}
    shells = [shell for shell in sorted(wanted, key=lambda s: s.id) if shell.id not in left_out]
    cells = cells_of(shells, counting)
    own = cells.partition_by("table", as_dict=True)
    filled = [_fill(shell, own.get((shell.id,), cells.clear()), design) for shell in shells]
    wrong = contradictions(shells, pl.concat([shown for _, shown in filled]) if filled else cells, counting)
    if wrong:
        raise InternalError("汇总表合计不符，未发布：\n" + "\n".join(wrong))
    reasons = [(shell, left_out[shell.id]) for shell in wanted if shell.id in left_out]
    return Consolidated(tuple(table for table, _ in filled), tuple(reasons))


def _unfillable(shell: TableShell, counting: Mapping[str, pl.DataFrame]) -> str | None:
    """Why a table cannot be filled from the editions that are open."""
    known = counting[shell.unit].columns if shell.unit in counting else ()
    missing = variables_of(shell) - set(known)
    return f"开放的调查表版本没有变量：{'、'.join(sorted(missing))}" if missing else None


def counted_records(batch: Batch, unit: str) -> pl.DataFrame:
    """The accepted records of a unit, over all editions."""
    return accepted(frame for (_, this), frame in batch.records.items() if this == unit)


def variables_of(shell: TableShell) -> set[str]:
    """Names of the variables that decide on a table's numbers."""
    texts = [shell.where, *(column.where for column in shell.columns if column.where)]
    named = {name for name in (shell.stub, *shell.head, *(column.sum for column in shell.columns)) if name}
    return named.union(*(variables_in(text) for text in texts))


def _fill(shell: TableShell, whole: pl.DataFrame, design: Design) -> tuple[Table, pl.DataFrame]:
    """A table, and what it shows at all levels of area, for cross-footing."""
    stub = _met(stub_codes(shell, design), whole["stub"])
    parts = whole["column"].str.split(SEPARATOR)
    heads = [_met(codes, parts.list.get(place)) for place, codes in enumerate(head_codes(shell, design))]
    shown = whole.filter(_shown(pl.col("stub"), stub), *_columns_shown(heads))
    table = Table(
        shell=shell,
        stub=tuple(stub),
        head=tuple(column_keys(heads, shell.beside)),
        cells=shown.filter(pl.col("level").is_in(shell.areas)),
    )
    return table, shown


def stub_codes(shell: TableShell, design: Design) -> Sequence[Code]:
    """The codes of a table's rows in order, but for the total; none where the rows are areas."""
    return _codes(shell.stub, design) if shell.stub else ()


def head_codes(shell: TableShell, design: Design) -> list[Sequence[Code]]:
    """The codes of each variable of the head in order, but for the totals: of the outermost first."""
    if shell.columns:
        return [[Code(str(n), column.label) for n, column in enumerate(shell.columns)]]
    heads = [_codes(name, design) for name in shell.head]
    if not shell.beside:
        return heads
    # Side by side, codes of several variables may be called the same: these say of which they are.
    met = Counter(code.label for codes in heads for code in codes)
    return [
        [
            replace(code, label=f"{design.variable_labels[name] if met[code.label] > 1 else ''}{code.label}")
            for code in codes
        ]
        for name, codes in zip(shell.head, heads, strict=True)
    ]


def _codes(variable: str, design: Design) -> Sequence[Code]:
    return [*design.code_lists[design.variable_codes[variable]].codes, NOT_STATED]


def _met(codes: Sequence[Code], met: pl.Series) -> Sequence[Code]:
    """Codes with 未填报 only where somebody has not stated it."""
    return [code for code in codes if code.code != NOT_STATED.code or (met == NOT_STATED.code).any()]


def _columns_shown(heads: Sequence[Sequence[Code]]) -> list[pl.Expr]:
    parts = pl.col("column").str.split(SEPARATOR)
    return [_shown(parts.list.get(place), codes) for place, codes in enumerate(heads)]


def _shown(code: pl.Expr, codes: Sequence[Code]) -> pl.Expr:
    """Whether a code is one that the table shows; a record under any other makes its sums disagree."""
    return code.is_in([TOTAL, *(c.code for c in codes)])
