"""Who is who: pairs, questions and decisions, links, ids."""

import polars as pl

from bishan_survey.frames.contract import AREA, PLACE, contract

PAIRS = contract(
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
QUESTIONS = contract(
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
DECISIONS = contract(
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
CHANGED_NUMBERS = contract(
    {
        "line": pl.Int64(),
        **dict.fromkeys(("old", "new", "reason", "author", "date", "outcome", "remark"), pl.String()),
    },
    ("line", "outcome"),
)
"""Every line of the table of changed identity numbers, with what becomes of it; the numbers as understood, or as
written where they mean nothing."""
LINKS = contract(
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
PERSONS = contract(
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
