"""How findings fare from night to night, and the rules that made them."""

import polars as pl

from bishan_survey.frames.contract import PLACE, contract

CHECKS = contract(
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
LIFE = contract(
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
ROUNDS = contract(
    {"village": pl.String(), "town": pl.String(), "round": pl.Int64(), "contents": pl.String(), "began": pl.String()},
    ("village", "town", "round"),
)
"""One row for each village of the area frame: how many returns of it have counted so far, the hashes of the contents
that count now, and the night on which they were first examined."""
TONIGHT = contract(
    {"id": pl.String(), "status": pl.String(), "rounds": pl.Int64()},
    ("id", "status", "rounds"),
)
"""For each finding of a batch, in their order: its id, its status, and in how many returns it has stood."""
LEAGUE = contract(
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
RULES = contract(
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
