"""What others know: last year's round, the roster, departments' lists; indicators."""

import polars as pl

from bishan_survey.frames.contract import AREA, LAST_PLACE, PLACE, contract

TURNOVER = contract(
    {
        "outcome": pl.String(),
        "key": pl.String(),
        "number": pl.String(),
        "name": pl.String(),
        "moved": pl.Boolean(),
        **AREA,
        **PLACE,
        **LAST_PLACE,
    },
    ("outcome", "moved"),
)
"""Every standing record of this year and of last year, once; somebody who is ``matched`` has one row with both places.
``outcome``: of :class:`bishan_survey.model.Turnover`; ``key``: the number by which somebody is sought, as it is today;
``moved``: to another village."""
CHANGES = contract(
    {
        "change": pl.String(),
        "key": pl.String(),
        "item": pl.String(),
        "label": pl.String(),
        "old": pl.String(),
        "new": pl.String(),
        **AREA,
        **PLACE,
        "cell": pl.String(),
        **LAST_PLACE,
        "last_cell": pl.String(),
    },
    ("change", "key", "item", "label", "file", "row", "last_file", "last_row"),
)
"""Every answer of a matched person that differs from last year's, as people read it; ``change``: of
:class:`bishan_survey.model.Difference`."""
ITEM_CHANGES = contract(
    {
        "town": pl.String(),
        "item": pl.String(),
        "label": pl.String(),
        **dict.fromkeys(("compared", "changed", "answered", "emptied", "recoded"), pl.Int64()),
    },
    ("item", "label", "compared", "changed", "answered", "emptied", "recoded"),
)
"""By 镇街 and item: matched persons who answered in both years, those of them whose answers differ, and those of whom
one year alone has an answer, or a code that means nothing today. Items nobody can be compared in stand in no row."""
ROSTER = contract(
    {
        **PLACE,
        "cell": pl.String(),
        **AREA,
        "name": pl.String(),
        "number": pl.String(),
        "key": pl.String(),
        "person": pl.String(),
        "valid_until": pl.Date(),
        "expiry": pl.String(),
    },
    ("file", "row", "person"),
)
"""Every row of the roster: where it stands (``cell`` is that of the number), the village that should survey the
person, the number as it is written, and the ``key`` by which records are compared (null if the number cannot be used).
Rows of one person have the same ``person``. The rest is what the roster itself says of the certificate."""
ROSTER_CHECK = contract(
    {
        "status": pl.String(),
        "listed": pl.Boolean(),
        **AREA,
        "name": pl.String(),
        "number": pl.String(),
        **PLACE,
        "cell": pl.String(),
        **{f"found_{name}": kind for name, kind in (AREA | PLACE).items()},
        "found_name": pl.String(),
        "found_status": pl.String(),
        "survey_status": pl.String(),
        "survey_method": pl.String(),
        "valid_until": pl.Date(),
        "expiry": pl.String(),
    },
    ("status", "listed"),
)
"""Every row of the roster, then every record that is in none of its rows. ``status`` of a person of the roster:
``found`` (in the village that should survey), ``elsewhere``, ``missing``, ``silent`` (missing, as is all of the
village), ``unmatched`` (the number cannot be used); of a further row of the same person ``repeated``; of a record
``extra``, or ``unmatched`` if its number cannot be used. ``listed``: the row stands for a person of the roster.
The village is the roster's, of a record its own; the place is the roster's, the ``found`` one the record's."""
ROSTER_FIGURES = contract(
    {
        "level": pl.String(),
        "town": pl.String(),
        "village": pl.String(),
        "figure": pl.String(),
        "value": pl.Int64(),
        "whole": pl.Int64(),
    },
    ("level", "figure", "value"),
)
"""A count, or the numerator and denominator (``whole``) of a rate, for the ``district``, each ``town`` and each
``village`` of the area frame; without a village in the level of villages: of those whose village is not known."""
CERTIFICATES = contract(
    {
        "expiry": pl.String(),
        "valid_until": pl.Date(),
        **AREA,
        "name": pl.String(),
        "number": pl.String(),
        **PLACE,
        "said_by": pl.String(),
    },
    ("expiry", "valid_until", "file", "row", "said_by"),
)
"""Persons whose certificates expire or have expired, as their record (``said_by`` is ``return``) or, where nobody has
sent one that says, the ``roster`` has it."""
LIST_PROBLEMS = contract(
    {"file": pl.String(), "sheet": pl.String(), "row": pl.Int64(), "cell": pl.String(), "problem": pl.String()},
    ("file", "problem"),
)
"""What could not be read of a department's list, in words; without a sheet, of the file as a whole."""
INDICATORS = contract(
    {
        "indicator": pl.String(),
        "level": pl.String(),
        "town": pl.String(),
        "numerator": pl.Float64(),
        "denominator": pl.Float64(),
        "unknown": pl.Int64(),
        "value": pl.Float64(),
        "reached": pl.Boolean(),
    },
    ("indicator", "level", "unknown"),
)
"""Both numbers of an indicator, and its value, for the ``district`` and each ``town``; a town that is null stands for
those whose 镇街 is not known. ``unknown``: of how many it cannot be told whether they are counted. Of a growth,
numerator and denominator are the last and the first year's quotient."""
INDICATOR_RECORDS = contract(
    {
        "indicator": pl.String(),
        "village": pl.String(),
        **PLACE,
        "cell": pl.String(),
        "key": pl.String(),
        "year": pl.Int64(),
        "part": pl.Float64(),
        "whole": pl.Float64(),
        "unknown": pl.Boolean(),
        "listed": pl.List(pl.String()),
    },
    ("indicator", "unknown"),
)
"""The records behind the figures of indicators: what each adds to the numerator (``part``) and the denominator
(``whole``), or ``unknown``. A row of a list has a ``cell`` and the ``key`` of its person, a household has a ``key`` and
no place; ``listed`` are the lists (their variables) that the indicator asks for and that the record is in."""
