"""Records drawn at random: every variable of a unit has values of its type, and sometimes none."""

import random
from datetime import date
from typing import Any

import polars as pl

from bishan_survey.design import unit_types
from bishan_survey.frames import STATUS
from bishan_survey.model import Design

VILLAGES = ("500120001001", "500120001201", "500120107001")


def drawn_records(design: Design, unit: str, seed: int, count: int = 40) -> pl.DataFrame:
    """Records of a unit, most of them accepted, in three villages of two towns."""
    chance = random.Random(seed)
    types = unit_types(design, unit) or {}
    rows = [
        {name: None if chance.random() < 0.15 else _value(design, name, kind, chance) for name, kind in types.items()}
        | {"_file": "甲.xlsx", "_sheet": "表", "_row": row, "_village": chance.choice(VILLAGES)}
        | {STATUS: chance.choice(["accepted"] * 4 + ["held", "duplicate"])}
        for row in range(2, count + 2)
    ]
    places = {"_file": pl.String(), "_sheet": pl.String(), "_row": pl.Int64(), "_village": pl.String()}
    return pl.DataFrame(rows, schema={**places, **types, STATUS: pl.String()})


def _value(design: Design, name: str, kind: pl.DataType, chance: random.Random) -> Any:
    codes = design.code_lists.get(design.variable_codes.get(name, ""))
    if codes is not None:
        labels = [code.code for code in codes.codes]
        several = chance.sample(labels, chance.randint(1, min(3, len(labels))))
        return several if isinstance(kind, pl.List) else chance.choice(labels)
    if kind == pl.Boolean:
        return chance.random() < 0.7
    if kind == pl.Date:
        return date(2025, chance.randint(1, 12), 1)
    if kind == pl.String:
        return f"{chance.randint(1, 12):02d}"  # few, so that persons share households
    return chance.randint(0, 90)
