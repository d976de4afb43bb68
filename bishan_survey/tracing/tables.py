"""A number of a table back to the people behind it; tables that nobody has published.

Both work on the records that count in a published run, with the expressions that the tables are counted by.
"""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from bishan_survey.consolidation import CellKey, behind, fill, variables_of
from bishan_survey.delivery import TableGrid, grids_of, published_tables
from bishan_survey.design import shell_problems, unit_types
from bishan_survey.errors import UsageError
from bishan_survey.model import AreaFrame, Design, TableShell
from bishan_survey.tracing.listing import Traced, traced


def trace(run: Path, design: Design, counting: Mapping[str, pl.DataFrame], shell: TableShell, cell: CellKey) -> Traced:
    """The people and the cells behind a number.

    Args:
        run: folder of the run that the records are of.
        design: the definitions.
        counting: its records that count, see :func:`counted_units`.
        shell: the table; its variables are among the records'.
        cell: which number.
    """
    listed = behind(counting[shell.unit], shell, cell)
    return traced(run, design, counting, shell.unit, listed, variables_of(shell))


def published_number(run: Path, shell: TableShell, cell: CellKey) -> float | None:
    """The number as the run has published it; ``None`` where its table does not show it."""
    table = published_tables(run).get(shell.id)
    keys = [column["key"] for column in table["columns"]] if table else []
    for row in table["rows"] if table else ():
        if (row["area"], row.get("code", "")) == (cell.area, cell.stub) and cell.column in keys:
            value = row["values"][keys.index(cell.column)]
            return float(value) if isinstance(value, int | float) else None
    return None


def tabulated(counting: Mapping[str, pl.DataFrame], design: Design, shell: TableShell, areas: AreaFrame) -> TableGrid:
    """A table that stands in no definition, filled and cross-footed as the published ones are.

    Raises:
        UsageError: its variables or its condition are not what they should be; all that is wrong is told.
    """
    known = counting[shell.unit].schema if shell.unit in counting else pl.Schema()
    types = {name: kind for name, kind in (unit_types(design, shell.unit) or {}).items() if name in known}
    problems = [*shell_problems(design, shell, types, "交叉表")]
    if problems:
        raise UsageError("；".join(problems), "变量见 docs/reference/questionnaires.md 和 rules.md")
    (table,) = fill([shell], counting, design).tables
    (grid,) = grids_of([table], design, areas)
    return grid
