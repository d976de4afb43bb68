"""What was handed to other systems, and what they said."""

import polars as pl

from bishan_survey.frames.contract import PLACE, contract

DELIVERY_FAULTS = contract(
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
DELIVERED = contract(
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
ANSWERED = contract(
    {"key": pl.String(), "outcome": pl.String(), "reason": pl.String(), "line": pl.Int64()},
    ("key", "outcome"),
)
"""What a system has said of records of a delivery; ``line`` of its list, null for those that are on none."""
