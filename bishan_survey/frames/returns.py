"""What came in: files, columns, what is wrong with it, what was corrected, which return counts."""

import polars as pl

from bishan_survey.frames.contract import PLACE, contract

SOURCES = contract(
    {
        "file": pl.String(),
        "sha256": pl.String(),
        "bytes": pl.Int64(),
        "edition": pl.String(),
        "village": pl.String(),
        "town": pl.String(),
        "recognised_by": pl.String(),
        "rows_read": pl.Int64(),
        "usable": pl.Boolean(),
        "kind": pl.String(),
        "received": pl.String(),
        "saved_at": pl.String(),
        "copy_of": pl.String(),
        "declared_none": pl.Boolean(),
    },
    ("file", "sha256", "bytes", "rows_read", "usable", "declared_none"),
)
"""``received``: when the workspace first met the content, ``saved_at``: when the file says that it was saved (both
ISO 8601). ``copy_of``: the file whose content it repeats, byte for byte; such a file has no records of its own.
``declared_none``: the village says that nobody is to be surveyed (零报告)."""
COLUMNS = contract(
    {
        "file": pl.String(),
        "sheet": pl.String(),
        "edition": pl.String(),
        "unit": pl.String(),
        "column": pl.String(),
        "header": pl.String(),
        "item": pl.String(),
        "how": pl.String(),
        "score": pl.Float64(),
        "like": pl.String(),
    },
    ("file", "sheet", "edition", "unit", "column", "header", "how", "score"),
)
"""``item`` is null for a column that is not read; a column that holds several items stands once for each. ``how`` it
was recognised, how surely (``score``, 0 to 100), and the variable that an unknown header is ``like``."""
FINDINGS = contract(
    {
        "rule": pl.String(),
        "severity": pl.String(),
        "town": pl.String(),
        "village": pl.String(),
        **PLACE,
        "cell": pl.String(),
        "unit": pl.String(),
        "item": pl.String(),
        "label": pl.String(),
        "value": pl.String(),
        "message": pl.String(),
        "action": pl.String(),
        "records": pl.Int64(),
    },
    ("rule", "severity", "file", "message", "action", "records"),
)
"""``records`` counts the records that one finding stands for: more than one where a whole column is missing."""
NORMALISED = contract(
    {**PLACE, "cell": pl.String(), "item": pl.String(), "original": pl.String(), "value": pl.String()},
    ("file", "sheet", "row", "item", "original", "value"),
)
NOT_RECORDS = contract({**PLACE, "reason": pl.String()}, ("file", "sheet", "row", "reason"))
EXTRAS = contract(
    {**PLACE, "column": pl.String(), "header": pl.String(), "value": pl.String()},
    ("file", "sheet", "row", "column", "header", "value"),
)
"""What stands in columns that are not read: it takes part in nothing, but a village gets it back as it was."""
CORRECTIONS = contract(
    {
        "line": pl.Int64(),
        "id": pl.String(),
        "place": pl.String(),
        "item": pl.String(),
        "old": pl.String(),
        "new": pl.String(),
        "action": pl.String(),
        "rule": pl.String(),
        "reason": pl.String(),
        "author": pl.String(),
        "date": pl.String(),
        "outcome": pl.String(),
        "remark": pl.String(),
        "unit": pl.String(),
        "village": pl.String(),
        "label": pl.String(),
        "found": pl.String(),
        **PLACE,
        "cell": pl.String(),
    },
    ("line", "outcome"),
)
"""Every line of the sheet of corrections, in its words, with what became of it. ``action``: ``replace``, ``clear``,
``accept`` (as it is) or ``drop`` (the record); ``item``: the variable, if one is meant for sure; ``outcome``:
``applied``, ``already`` (the file says so itself), ``stale`` (the old value is no longer there) or ``refused``, why in
``remark``; the place that is meant, if it is known for sure, and what stood there (``found``)."""
RETURNS = contract(
    {
        "village": pl.String(),
        "town": pl.String(),
        "status": pl.String(),
        "files": pl.String(),
        "superseded": pl.String(),
        "copies": pl.String(),
        "first_received": pl.String(),
        "received": pl.String(),
        "late": pl.Boolean(),
        "records": pl.Int64(),
    },
    ("village", "town", "status", "records"),
)
"""One row for each village of the area frame. ``status``: ``reported``, ``declared_none``, or for those that have not
reported ``unusable``, ``empty``, ``missing``. ``files`` are those that count, ``received`` when the earliest of them
came; ``first_received`` is when the village's first return came, and by it ``late`` is told: a correction that was
asked for after the deadline makes nobody late. ``records``: persons' records that are not superseded."""
DIFFERENCES = contract(
    {
        "village": pl.String(),
        "unit": pl.String(),
        "change": pl.String(),
        "key": pl.String(),
        "item": pl.String(),
        "label": pl.String(),
        "old": pl.String(),
        "new": pl.String(),
        **{f"earlier_{name}": kind for name, kind in (PLACE | {"cell": pl.String()}).items()},
        **{f"later_{name}": kind for name, kind in (PLACE | {"cell": pl.String()}).items()},
    },
    ("village", "unit", "change", "key", "item", "label"),
)
"""``change``: a unit ``added`` or ``removed`` by the later file, at the item of its key; a value ``changed`` by it.
The earlier place is null for what was added, the later one for what was removed."""
REPORTED = ("reported", "declared_none")
"""Statuses in RETURNS of villages whose data are there."""
