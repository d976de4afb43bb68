"""The roster (底册): everybody who should be surveyed, not quite the people who stand in the sheets."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import polars as pl

from bishan_survey.synthesis.answer_key import write_csv
from bishan_survey.synthesis.composition import Composition
from bishan_survey.synthesis.planting import copies_of
from bishan_survey.synthesis.recipe import DuplicateKind

ROSTER = ("village_code", "name", "certificate_no")
Person = tuple[str, str, str]


def write_roster(path: Path, differences: Path, district: Composition, rng: Random) -> None:
    """Write the roster, and beside the answers who is missing in the sheets and who is not in the roster."""
    missing = list(district.people.missing.select("_village", "name", "certificate_no").iter_rows())
    in_sheets = list(_surveyed(district))
    extra = {number for number, (_, once) in enumerate(in_sheets) if once and _chance(district, rng)}
    listed = [person for number, (person, _) in enumerate(in_sheets) if number not in extra]
    write_csv(path, ROSTER, sorted([*listed, *missing]))
    told = [(*person, "missing") for person in missing]
    told += [(*in_sheets[number][0], "extra") for number in sorted(extra)]
    write_csv(differences, (*ROSTER, "difference"), told)


def _chance(district: Composition, rng: Random) -> bool:
    return rng.random() < district.recipe.population.roster_extra


def _surveyed(district: Composition) -> Iterator[tuple[Person, bool]]:
    """Each person by the clean name and number and the village that counts; whether in one record, unspoilt."""
    unit = district.persons
    records = unit.records
    counts = {
        planting.records[0]: records[copy, "_village"]
        for planting, copy in zip(unit.plantings, copies_of(unit.plantings, unit.clean.height), strict=True)
        if copy is not None and isinstance(planting.kind, DuplicateKind) and planting.kind.kept == "copy"
    }
    touched = {position for planting in unit.plantings for position in planting.records}
    people = unit.clean.select(pl.col("_village"), "name", "certificate_no").iter_rows()
    for position, (village, name, number) in enumerate(people):
        yield (counts.get(position, village), name, number), position not in touched
