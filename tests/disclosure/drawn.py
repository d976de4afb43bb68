"""A drawn district whose persons' variables hang together as the definitions say."""

import random
from dataclasses import replace
from datetime import date
from functools import cache

import polars as pl

from bishan_survey.consolidation import fill
from bishan_survey.consolidation.disclosure import Source
from bishan_survey.design import compile_sql, derived_for, dtype, inputs_of, load_design, widest_sheet
from bishan_survey.frames import accepted
from bishan_survey.model import AreaFrame, Design, Table, Village
from tests.consolidation.random_records import drawn_records

VILLAGES = [
    Village(f"5001200{town:02}00{n}", f"村{n}", f"5001200{town:02}", f"镇{town}") for town in (1, 2, 3) for n in (1, 2)
]
FRAME = AreaFrame("500120", "璧山区", tuple(VILLAGES))
TABLES = ("T05", "T11", "T12", "T18", "T35", "T44", "T93")
DESIGN = load_design()


@cache
def source(seed: int, count: int) -> Source:
    """Persons of a district of three towns, of whom the smallest is a twentieth."""
    chance = random.Random(seed)
    records = accepted([drawn_records(DESIGN, "person", seed, count)])
    weights = [20, 20, 10, 8, 2, 1]
    records = records.with_columns(
        pl.Series("_village", chance.choices([village.code for village in VILLAGES], weights, k=records.height)),
        pl.Series("identity_birth_date", [date(chance.randint(1940, 2022), 5, 1) for _ in range(records.height)]),
        survey_status=pl.lit("6"),
        certificate_length=pl.lit(20, pl.Int64),
        reference_date=pl.lit(date(2025, 6, 30)),
    )
    return Source({"person": _computed(records, DESIGN)}, FRAME, DESIGN)


def tables_of(made_of: Source, *ids: str, levels: tuple[str, ...] = ("district", "town")) -> tuple[Table, ...]:
    """Some of the public tables."""
    shells = [replace(s, areas=levels) for s in made_of.design.shells if s.id in (ids or TABLES)]
    return fill(shells, made_of.counting, made_of.design).tables


def _computed(records: pl.DataFrame, design: Design) -> pl.DataFrame:
    sheet = widest_sheet(design, "person")
    assert sheet is not None
    for derived in derived_for(design, sheet):
        texts = {n for n in inputs_of(derived) if records.schema.get(n) == pl.String} - design.variable_codes.keys()
        if derived.sql and not texts:
            computed = compile_sql(derived.sql).cast(dtype(derived)).alias(derived.name)
            records = records.with_columns(computed)
    return records
