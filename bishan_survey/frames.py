"""The frames that travel in a batch, each with a pandera contract.

A broken contract is a bug of ours and raises; what people answered wrong stands in the findings frame.
"""

from collections.abc import Iterable

import pandera.polars as pa
import polars as pl

ADDRESS: dict[str, pl.DataType] = {
    "_file": pl.String(),
    "_sheet": pl.String(),
    "_row": pl.Int64(),
    "_village": pl.String(),
    "_town": pl.String(),
}
"""Where a record stands, and the area that it is of. Every frame of records begins with these columns."""

STATUS = "_status"
"""Column of a record's status: ``accepted``, ``held``, ``duplicate`` or ``superseded``."""

AREA: dict[str, pl.DataType] = {"town": pl.String(), "village": pl.String()}
PLACE: dict[str, pl.DataType] = {"file": pl.String(), "sheet": pl.String(), "row": pl.Int64()}


def _contract(columns: dict[str, pl.DataType], required: tuple[str, ...]) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {name: pa.Column(kind, nullable=name not in required) for name, kind in columns.items()},
        strict=True,
        ordered=True,
    )


SOURCES = _contract(
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
COLUMNS = _contract(
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
FINDINGS = _contract(
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
NORMALISED = _contract(
    {**PLACE, "cell": pl.String(), "item": pl.String(), "original": pl.String(), "value": pl.String()},
    ("file", "sheet", "row", "item", "original", "value"),
)
NOT_RECORDS = _contract({**PLACE, "reason": pl.String()}, ("file", "sheet", "row", "reason"))
EXTRAS = _contract(
    {**PLACE, "column": pl.String(), "header": pl.String(), "value": pl.String()},
    ("file", "sheet", "row", "column", "header", "value"),
)
"""What stands in columns that are not read: it takes part in nothing, but a village gets it back as it was."""
CORRECTIONS = _contract(
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
PAIRS = _contract(
    {
        "pair": pl.String(),
        "basis": pl.String(),
        "unit": pl.String(),
        "rule": pl.String(),
        "reason": pl.String(),
        "verdict": pl.String(),
        "keyed": pl.Boolean(),
        "contradicted": pl.Boolean(),
        "decision": pl.String(),
        "released": pl.Boolean(),
        "agreed": pl.String(),
        "differed": pl.String(),
        **{f"{side}_{name}": kind for side in ("one", "other") for name, kind in (PLACE | AREA).items()},
        **{f"{side}_held": pl.Boolean() for side in ("one", "other")},
        **{f"{side}_person": pl.String() for side in ("one", "other")},
    },
    (
        *("pair", "basis", "unit", "rule", "reason", "verdict", "keyed", "contradicted", "released"),
        *(f"{side}_{name}" for side in ("one", "other") for name in ("file", "row")),
    ),
)
"""Two records of one person (``verdict`` is ``same``), or perhaps of one (``possible``), by which ``rule`` and why, and
which items ``agreed`` and ``differed``, as labels. ``keyed``: both have the same key. ``contradicted``: together with
other pairs it would make one person of two who are not. ``decision``: what the district has decided of it, by which the
verdict is what it is (``different`` too, then); ``released``: each 镇街 may know where the other record is. ``pair`` is
the same from night to night, and so is ``basis`` as long as nothing changes of what people are shown who decide on it.
``…_held``: the record has a fault that must be mended. ``…_person``: id of the person that each is of, once that is
told (PERSONS)."""
QUESTIONS = _contract(
    {
        "group": pl.Int64(),
        **dict.fromkeys(("pair", "basis", "unit", "reason", "standing"), pl.String()),
        **dict.fromkeys(("agreed", "differed", "before"), pl.String()),
        **{f"{side}_{name}": kind for side in ("one", "other") for name, kind in (PLACE | AREA).items()},
        **{f"{side}_who": pl.String() for side in ("one", "other")},
    },
    ("group", "pair", "basis", "unit", "reason", "standing", "one_who", "other_who"),
)
"""What the district is asked tonight: pairs that may be of one person, and pairs of one person of which nobody can tell
which record stands. ``group`` brings together what hangs together; ``standing``: what counts until it is decided (a
:class:`Standing`); ``before``: what became of the last decision on it."""
DECISIONS = _contract(
    {
        "source": pl.String(),
        "line": pl.Int64(),
        **dict.fromkeys(("pair", "decision", "author", "date", "note", "outcome", "remark"), pl.String()),
        **{f"{side}_{name}": kind for side in ("one", "other") for name, kind in (PLACE | AREA).items()},
    },
    ("source", "line", "outcome"),
)
"""Every line of the sheets of decisions that says something, with what became of it and, if there is such a pair
tonight, where its records are. ``decision`` as understood, or as written where it means nothing."""
CHANGED_NUMBERS = _contract(
    {
        "line": pl.Int64(),
        **dict.fromkeys(("old", "new", "reason", "author", "date", "outcome", "remark"), pl.String()),
    },
    ("line", "outcome"),
)
"""Every line of the table of changed identity numbers, with what becomes of it; the numbers as understood, or as
written where they mean nothing."""
LINKS = _contract(
    {
        "group": pl.Int64(),
        "unit": pl.String(),
        "key": pl.String(),
        **PLACE,
        "town": pl.String(),
        "village": pl.String(),
        "outcome": pl.String(),
        "rule": pl.String(),
        "reason": pl.String(),
        "across_towns": pl.Boolean(),
        "matched_by": pl.String(),
        "match_reason": pl.String(),
        "agreed": pl.String(),
        "differed": pl.String(),
        "person": pl.String(),
    },
    ("group", "unit", "file", "row", "outcome", "rule", "reason"),
)
"""Every record of a person met more than once. ``outcome``: ``kept``, ``duplicate`` or ``held``, by which survivor
``rule``. Of all but the one that is kept: the match rule by which it is of that person, and which items agree with the
record that is kept (or, if it is not linked with it directly, with another of the group) and which differ.
``person``: id of the person, once that is told (PERSONS)."""
RETURNS = _contract(
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
CHECKS = _contract(
    {
        "edition": pl.String(),
        "unit": pl.String(),
        "rule": pl.String(),
        "item": pl.String(),
        "label": pl.String(),
        "severity": pl.String(),
        "message": pl.String(),
    },
    ("edition", "unit", "rule", "item", "label", "severity", "message"),
)
"""Every check in force, for each edition and unit that it applies to."""
LIFE = _contract(
    {
        "id": pl.String(),
        "subject": pl.String(),
        "rule": pl.String(),
        "severity": pl.String(),
        "town": pl.String(),
        "village": pl.String(),
        "unit": pl.String(),
        "item": pl.String(),
        "label": pl.String(),
        **PLACE,
        "cell": pl.String(),
        "status": pl.String(),
        "first_seen": pl.String(),
        "last_seen": pl.String(),
        "fixed_on": pl.String(),
        "times_reopened": pl.Int64(),
        "rounds": pl.Int64(),
        "round": pl.Int64(),
        "remark": pl.String(),
    },
    ("id", "rule", "severity", "file", "status", "first_seen", "last_seen", "times_reopened", "rounds"),
)
"""Every finding that there ever was, once. ``subject`` is a hash of the person or row that it is about (null: of a
file, a sheet or a column), the place is where it was last seen. ``status``: ``new``, ``open``, ``reopened``,
``accepted`` or ``fixed``. ``rounds``: in how many different returns of the village it has stood, ``round``: the number
of the latest of them (null where the village is not known); ``last_seen``: the night on which that return, with it,
was first examined. ``remark`` of one that is fixed: ``changed`` (another value, wrong again), ``removed`` (the person
stands there no more), ``elsewhere`` (gone though the village has sent nothing); of another: ``absent`` (tonight the
village's data are not there)."""
ROUNDS = _contract(
    {"village": pl.String(), "town": pl.String(), "round": pl.Int64(), "contents": pl.String(), "began": pl.String()},
    ("village", "town", "round"),
)
"""One row for each village of the area frame: how many returns of it have counted so far, the hashes of the contents
that count now, and the night on which they were first examined."""
PERSONS = _contract(
    {
        "key": pl.String(),
        "own": pl.String(),
        "person": pl.String(),
        "known": pl.String(),
        "first_seen": pl.String(),
    },
    ("key", "own", "person", "first_seen"),
)
"""Every key by which a person was ever known, once, with the id that was allotted to it on the night on which it was
``first_seen`` (``own``) and the id of the ``person`` whose it is: the oldest of the own ids of that person's keys.
Where the two are not the same, the own id is merged into the other; it comes back when they are two persons after all.
``known``: a hash of what the person was last called, by which two are told apart who give one number."""
PERSON = "_person"
"""Column of a person's record with the person's id, once that is told; null where nobody can tell who it is."""
TONIGHT = _contract(
    {"id": pl.String(), "status": pl.String(), "rounds": pl.Int64()},
    ("id", "status", "rounds"),
)
"""For each finding of a batch, in their order: its id, its status, and in how many returns it has stood."""
LEAGUE = _contract(
    {
        "level": pl.String(),
        "area": pl.String(),
        "town": pl.String(),
        "villages": pl.Int64(),
        "finished": pl.Int64(),
        "records": pl.Int64(),
        "faulty": pl.Int64(),
        "error_rate": pl.Float64(),
        "hard_open": pl.Int64(),
        "soft_open": pl.Int64(),
        "fixed": pl.Int64(),
        "reopened": pl.Int64(),
        "accepted": pl.Int64(),
        "rounds": pl.Float64(),
        "days_median": pl.Float64(),
        "days_oldest": pl.Int64(),
        "status": pl.String(),
    },
    ("level", "villages", "finished", "records", "faulty", "hard_open", "soft_open", "fixed", "reopened", "accepted"),
)
"""A row for the ``district``, each ``town`` and each ``village``; ``area`` is null in a row for what could not be
placed. ``faulty``: records with a hard finding, ``error_rate`` their percentage; ``reopened`` are among those open;
``finished``: villages that have reported and have no hard finding open; ``days_…``: how long hard findings have been
open. ``status``: ``finished``, ``waiting`` (for the first correction), ``again`` (faulty after corrections), or why
nothing was reported, as in RETURNS."""
RULES = _contract(
    {
        "rule": pl.String(),
        "severity": pl.String(),
        "unit": pl.String(),
        "item": pl.String(),
        "label": pl.String(),
        "message": pl.String(),
        "applied": pl.Int64(),
        "failed": pl.Int64(),
        "share": pl.Float64(),
        "towns": pl.Int64(),
        "towns_over": pl.Int64(),
        "flagged": pl.Boolean(),
    },
    ("rule", "severity", "unit", "item", "label", "message", "applied", "failed", "towns", "towns_over", "flagged"),
)
"""Every check in force: to how many answers it ``applied``, on how many it ``failed``, in how many ``towns`` it failed
at all, and in how many on more than the share from which the rule itself is suspected (``flagged``)."""
DIFFERENCES = _contract(
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
_LAST_PLACE = {f"last_{name}": kind for name, kind in (AREA | PLACE).items()}
TURNOVER = _contract(
    {
        "outcome": pl.String(),
        "key": pl.String(),
        "number": pl.String(),
        "name": pl.String(),
        "moved": pl.Boolean(),
        **AREA,
        **PLACE,
        **_LAST_PLACE,
    },
    ("outcome", "moved"),
)
"""Every standing record of this year and of last year, once; somebody who is ``matched`` has one row with both places.
``outcome``: of :class:`bishan_survey.model.Turnover`; ``key``: the number by which somebody is sought, as it is today;
``moved``: to another village."""
CHANGES = _contract(
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
        **_LAST_PLACE,
        "last_cell": pl.String(),
    },
    ("change", "key", "item", "label", "file", "row", "last_file", "last_row"),
)
"""Every answer of a matched person that differs from last year's, as people read it; ``change``: of
:class:`bishan_survey.model.Difference`."""
ITEM_CHANGES = _contract(
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

ROSTER = _contract(
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
ROSTER_CHECK = _contract(
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
ROSTER_FIGURES = _contract(
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
CERTIFICATES = _contract(
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
LIST_PROBLEMS = _contract(
    {"file": pl.String(), "sheet": pl.String(), "row": pl.Int64(), "cell": pl.String(), "problem": pl.String()},
    ("file", "problem"),
)
"""What could not be read of a department's list, in words; without a sheet, of the file as a whole."""
INDICATORS = _contract(
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
REPORTED = ("reported", "declared_none")
"""Statuses in RETURNS of villages whose data are there."""


DELIVERY_FAULTS = _contract(
    {
        "line": pl.Int64(),
        "header": pl.String(),
        "fault": pl.String(),
        "why": pl.String(),
        "advice": pl.String(),
        "value": pl.String(),
    },
    ("line", "header", "fault", "why", "advice"),
)
"""What keeps the records of a delivery from being delivered; ``line`` counts the records from 0."""
DELIVERED = _contract(
    {
        "key": pl.String(),
        "who": pl.String(),
        "number": pl.String(),
        "digest": pl.String(),
        **PLACE,
        "name": pl.String(),
        "line": pl.Int64(),
    },
    ("key", "digest", "file", "row", "name", "line"),
)
"""Every record of a delivery: by what the receiving system knows it (``key``), whose it is (``who``: a person's id, a
village's code), the number by which a person is known, a digest of the whole line, where the record stands, and the
file (``name``) and line of it in which it was delivered."""
ANSWERED = _contract(
    {"key": pl.String(), "outcome": pl.String(), "reason": pl.String(), "line": pl.Int64()},
    ("key", "outcome"),
)
"""What a system has said of records of a delivery; ``line`` of its list, null for those that are on none."""


def empty(contract: pa.DataFrameSchema) -> pl.DataFrame:
    """An empty frame of a contract."""
    return pl.DataFrame(schema={name: column.dtype.type for name, column in contract.columns.items()})


def stack(contract: pa.DataFrameSchema, parts: list[pl.DataFrame]) -> pl.DataFrame:
    """Frames under one another, in the contract's column order, and checked against it."""
    whole = pl.concat([empty(contract), *parts], how="diagonal").select(list(contract.columns))
    return contract.validate(whole)


def with_cells(places: pl.DataFrame, columns: pl.DataFrame) -> pl.DataFrame:
    """Add the address of the cell to rows that know their file, sheet, row and item."""
    lookup = columns.select("file", "sheet", "item", "column").filter(pl.col("item").is_not_null())
    return (
        places.join(lookup, on=["file", "sheet", "item"], how="left", maintain_order="left")
        .with_columns(cell=pl.col("column") + pl.col("row").cast(pl.String))
        .drop("column")
    )


def accepted(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The records that count, of several editions together."""
    return pl.concat(parts, how="diagonal").filter(pl.col(STATUS) == "accepted")
