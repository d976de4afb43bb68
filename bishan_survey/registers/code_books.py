"""Last year's codes in today's code books: the same code may have meant something else, so labels decide."""

from collections.abc import Mapping

import polars as pl

from bishan_survey.model import Code, CodeList, Design

CodeBooks = Mapping[str, Mapping[str, str]]
"""For each coded variable, the label of each code."""
UNREADABLE = "unreadable"
"""Column naming the items of a record whose text was not understood."""
RECODED = "_recoded"
"""Column naming the variables of a record whose code has no counterpart today, separated by blanks."""


def in_todays_codes(persons: pl.DataFrame, books: CodeBooks, design: Design) -> pl.DataFrame:
    """Last year's records with every code replaced by the one that means the same today, or taken out and named.

    Args:
        persons: typed records.
        books: what codes meant then; of a variable that is not in it, a code that exists today is taken for the same.
        design: today's definitions.
    """
    lost = []
    for variable, list_id in design.variable_codes.items():
        if variable not in persons.columns:
            continue
        codes = design.code_lists[list_id]
        today = _todays(books.get(variable), codes)
        values = persons[variable]
        known = values.explode().drop_nulls().unique() if values.dtype == pl.List else values.drop_nulls().unique()
        if any(today.get(code) != code for code in known):
            persons = persons.with_columns(_replaced(variable, values.dtype, today, codes))
            gone = pl.Series(persons[variable].is_null() & values.is_not_null())
            lost.append(pl.when(pl.lit(gone)).then(pl.lit(variable)))
    named = pl.concat_str(lost, separator=" ", ignore_nulls=True) if lost else pl.lit(None, dtype=pl.String)
    return persons.with_columns(pl.when(named != "").then(named).alias(RECODED))


def _todays(book: Mapping[str, str] | None, codes: CodeList) -> dict[str, str]:
    """Today's code for each of last year's; those without a counterpart are left out."""
    if book is None:
        return {code: code for code in codes.labels}
    found = ((code, _meaning(label, code, codes)) for code, label in book.items())
    return {code: same for code, same in found if same is not None}


def _meaning(label: str, code: str, codes: CodeList) -> str | None:
    """The code that means today what a label says; of several, the one that has not changed."""
    same = [known.code for known in codes.codes if _says(known, label)]
    return code if code in same else same[0] if len(same) == 1 else None


def _says(code: Code, label: str) -> bool:
    return label == code.label or label in code.aliases


def _replaced(variable: str, kind: pl.DataType, today: Mapping[str, str], codes: CodeList) -> pl.Expr:
    if not isinstance(kind, pl.List):
        return pl.col(variable).replace_strict(today, default=None, return_dtype=pl.String)
    order = {code: number for number, code in enumerate(codes.labels)}
    place = pl.element().replace_strict(order, default=None, return_dtype=pl.Int64)
    known = pl.col(variable).list.eval(pl.element().replace_strict(today, default=None, return_dtype=pl.String))
    # An answer of several codes of which one is lost is no longer the same answer.
    whole = ~known.list.eval(pl.element().is_null()).list.any()
    return pl.when(whole).then(known.list.eval(pl.element().sort_by(place))).alias(variable)
