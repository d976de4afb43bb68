"""A whole district before anything is written: clean people, what is planted among them, whose sheet they stand in."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random

import polars as pl

from bishan_survey.errors import UsageError
from bishan_survey.model import AreaFrame, Design, Questionnaire, Sheet, Survey
from bishan_survey.synthesis.checking import Checker
from bishan_survey.synthesis.people import People, Populator
from bishan_survey.synthesis.places import Binder, Workbook, layouts_of
from bishan_survey.synthesis.planting import Candidates, Planting, plant_all, planted
from bishan_survey.synthesis.proposals import DuplicateProposals, FaultProposals
from bishan_survey.synthesis.recipe import Recipe


@dataclass(frozen=True)
class Unit:
    """Records of a unit of observation."""

    sheet: Sheet
    clean: pl.DataFrame
    plantings: Sequence[Planting]

    @cached_property
    def records(self) -> pl.DataFrame:
        """The records as they are sent: faults planted, second records of a person at the end."""
        return planted(self.clean, self.plantings)


@dataclass(frozen=True)
class Composition:
    """Everything that is to be written."""

    recipe: Recipe
    form: Questionnaire
    people: People
    persons: Unit
    villages: Unit
    """Only villages that send our own form report on themselves."""
    binder: Binder
    books: Sequence[Workbook]


class Composer:
    """Makes a district out of a recipe."""

    def __init__(self, design: Design, survey: Survey, recipe: Recipe, rng: Random) -> None:
        self._design = design
        self._survey = survey
        self._recipe = recipe
        self._rng = rng
        self._form = _open_form(design, survey, recipe.population.edition)

    def compose(self, area_frame: AreaFrame, persons: int, faults_per_kind: int) -> Composition:
        """People, faults, duplicates and the layout of every village's sheet."""
        form = self._form
        people = Populator(self._design, self._survey, self._recipe, self._rng).people(form, area_frame, persons)
        layouts = layouts_of(area_frame, self._recipe, self._rng)
        forms = [code for code, layout in layouts.items() if layout.form]
        reporting = people.villages.filter(pl.col("_village").is_in(forms))
        unit = self._plant("person", people.persons, faults_per_kind)
        binder = Binder(self._design, form, dict(people.villages.select("_village", "reporter").iter_rows()))
        return Composition(
            recipe=self._recipe,
            form=form,
            people=people,
            persons=unit,
            villages=self._plant("village", reporting, faults_per_kind),
            binder=binder,
            books=list(binder.bind(area_frame.villages, layouts, unit.records["_village"])),
        )

    def _plant(self, unit: str, records: pl.DataFrame, faults_per_kind: int) -> Unit:
        """Faults, and among persons duplicates, planted into the records of a unit."""
        sheet = self._form.sheet(unit)
        assert sheet is not None  # noqa: S101 - the recipe draws its items
        checker = Checker(self._design, self._survey, self._form.edition, sheet)
        base = Candidates.of(records, checker)
        faults = [
            FaultProposals(fault, base, faults_per_kind, self._rng)
            for fault in self._recipe.faults
            if fault.unit == unit
        ]
        duplicates = [
            DuplicateProposals(kind, base, max(1, round(kind.share * records.height)), checker, self._rng)
            for kind in self._recipe.duplicates
            if unit == "person"
        ]
        return Unit(sheet, records, plant_all(base, [*duplicates, *faults], checker))


def _open_form(design: Design, survey: Survey, edition: str) -> Questionnaire:
    if edition not in survey.editions:
        advice = f"请在 survey.toml 的 editions 中加入“{edition}”"
        raise UsageError(f"样例数据按“{edition}”版调查表合成，本次调查没有开放这一版", advice)
    return design.questionnaires[edition]
