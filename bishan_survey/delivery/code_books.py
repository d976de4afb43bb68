"""What each code meant when a run was made: next year's comparing goes by meanings, since codes change theirs."""

from pathlib import Path

import polars as pl

from bishan_survey.delivery.report import STATISTICS
from bishan_survey.model import Design

_FILE = "code-books.csv"
_COLUMNS = {"variable": pl.String(), "code": pl.String(), "label": pl.String()}


def write_code_books(folder: Path, design: Design) -> None:
    """Every coded variable with its codes, as CSV; it names nobody."""
    rows = [
        (variable, code.code, code.label)
        for variable, codes in design.variable_codes.items()
        for code in design.code_lists[codes].codes
    ]
    pl.DataFrame(rows, schema=_COLUMNS, orient="row").write_csv(folder / _FILE, include_bom=True)


def read_code_books(run: Path) -> dict[str, dict[str, str]] | None:
    """Label by code for each coded variable, from the folder of a published run; ``None``: an older program's run."""
    path = run / STATISTICS / _FILE
    if not path.is_file():
        return None
    books: dict[str, dict[str, str]] = {}
    for variable, code, label in pl.read_csv(path, schema=_COLUMNS).iter_rows():
        books.setdefault(variable, {})[code] = label
    return books
