"""Villages, households and persons about whom the validation has nothing to say."""

from dataclasses import dataclass
from random import Random

import polars as pl

from bishan_survey.model import AreaFrame, Design, Questionnaire, Sheet, Survey
from bishan_survey.synthesis.checking import Checker
from bishan_survey.synthesis.draws import Drawer
from bishan_survey.synthesis.recipe import Recipe


@dataclass(frozen=True)
class People:
    """Records of both sheets, clean, village after village in the order of the area frame."""

    villages: pl.DataFrame
    persons: pl.DataFrame
    missing: pl.DataFrame
    """Persons of the roster who stand in no sheet."""


class Populator:
    """Makes the people of an area frame."""

    def __init__(self, design: Design, survey: Survey, recipe: Recipe, rng: Random) -> None:
        self._design = design
        self._survey = survey
        self._recipe = recipe
        self._rng = rng

    def people(self, form: Questionnaire, area_frame: AreaFrame, persons: int) -> People:
        """About so many persons."""
        villages, known = self._clean(_sheet(form, "village"), self._places(area_frame), form.edition)
        skeleton = self._households(known, persons)
        everybody, _ = self._clean(_sheet(form, "person"), skeleton, form.edition)
        missing = self._missing(everybody)
        return People(villages, everybody.filter(~missing), everybody.filter(missing))

    def _places(self, area_frame: AreaFrame) -> pl.DataFrame:
        """The villages, as one household each of one member."""
        rows = [
            {
                "_village": village.code,
                "_town": village.town_code,
                "town_name": village.town,
                "village_short": short_name(village.name, self._design.layout.village_suffixes),
                "town_kind": next((end for end in self._recipe.population.sizes if village.town.endswith(end)), ""),
                "household": number,
                "members": 1,
            }
            for number, village in enumerate(area_frame.villages, 1)
        ]
        return pl.DataFrame(rows)

    def _households(self, villages: pl.DataFrame, persons: int) -> pl.DataFrame:
        """A row for each person to be: village, household, place in the household."""
        rows = []
        household = 0
        for village, size in zip(villages.iter_rows(named=True), self._village_sizes(villages, persons), strict=True):
            left = size
            while left:
                household += 1
                members = self._composition(left)
                left -= len(members)
                rows += [
                    {"_village": village["_village"], "household": household, "members": len(members)}
                    | {"relations": " ".join(members), "relation": relation, "member": place}
                    for place, relation in enumerate(members)
                ]
        places = villages.drop("household", "members")
        position = pl.int_range(1, pl.len() + 1).over("_village").alias("position")
        return pl.DataFrame(rows).join(places, on="_village", maintain_order="left").with_columns(position)

    def _village_sizes(self, villages: pl.DataFrame, persons: int) -> list[int]:
        """Persons of each village: by chance within the range of its kind, together as many as wanted."""
        sizes = self._recipe.population.sizes
        usual = list(sizes.values())[-1]
        drawn = [self._rng.uniform(*sizes.get(kind, usual)) for kind in villages["town_kind"]]
        return [max(1, round(size * persons / sum(drawn))) for size in drawn]

    def _composition(self, most: int) -> list[str]:
        kinds = self._recipe.population.households
        members = self._rng.choices(list(kinds), list(kinds.values()))[0].split()
        return members if len(members) <= most else members[:1]

    def _clean(self, sheet: Sheet, skeleton: pl.DataFrame, edition: str) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Answers without any finding: households that have one are drawn again, and given up in the end."""
        drawer = Drawer(self._design, self._survey, sheet, self._recipe, self._rng)
        checker = Checker(self._design, self._survey, edition, sheet)
        answered, known = drawer.fill(skeleton)
        rounds = self._recipe.population.rounds
        while not (dirty := _households_of(answered, checker)).is_empty():
            concerned = pl.col("household").is_in(dirty.implode())
            answered, known = answered.filter(~concerned), known.filter(~concerned)
            if rounds:
                rounds -= 1
                better = drawer.fill(skeleton.filter(concerned))
                answered, known = (
                    pl.concat(parts).sort("household", maintain_order=True)
                    for parts in ((answered, better[0]), (known, better[1]))
                )
        return answered, known

    def _missing(self, persons: pl.DataFrame) -> pl.Series:
        share = self._recipe.population.roster_missing
        chance = pl.Series([self._rng.random() < share for _ in range(persons.height)], dtype=pl.Boolean)
        return chance & (persons["members"] == 1)


def _sheet(form: Questionnaire, unit: str) -> Sheet:
    return next(sheet for sheet in form.sheets if sheet.unit == unit)


def _households_of(records: pl.DataFrame, checker: Checker) -> pl.Series:
    """Households about which anything is found."""
    found = checker.look(records).records
    return records["household"].gather(sorted(found)).unique()


def short_name(name: str, suffixes: tuple[str, ...]) -> str:
    """A village's name as people say it: the committee's part shortened to 社区 or 村."""
    for suffix in sorted(suffixes, key=len, reverse=True):
        if name.endswith(suffix):
            stem, kind = name.removesuffix(suffix), "社区" if "居" in suffix else "村"
            return stem if stem.endswith(kind) else stem + kind
    return name
