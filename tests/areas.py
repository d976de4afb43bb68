"""A few villages of the district, in three 镇街: nights of them do all that a night does, and are quick."""

import csv
from pathlib import Path

from bishan_survey.design import load_defaults

_CODES = {
    *(f"500120001{village}" for village in ("001", "002", "009", "201")),
    "500120002001",
    *(f"500120107{village}" for village in ("001", "201", "202")),
}


def few_areas() -> list[dict[str, str]]:
    """Their rows in an area file."""
    return [row for row in load_defaults().area_rows() if row["code"] in _CODES]


def of_few_areas(workspace: Path) -> Path:
    """A new workspace whose area file has these alone."""
    rows = few_areas()
    with (workspace / "areas.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return workspace


TOWNS = len({row["town_code"] for row in few_areas()})
"""How many 镇街 they are in."""
