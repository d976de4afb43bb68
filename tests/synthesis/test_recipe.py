"""The files in ``templates/samples/`` fit the other definitions, so that a renamed rule or item is noticed."""

from datetime import date
from random import Random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bishan_survey.design import compile_sql, load_design
from bishan_survey.model import AreaFrame, Design, Survey
from bishan_survey.synthesis.checking import Checker
from bishan_survey.synthesis.identity import IdentityNumbers, check_digit
from bishan_survey.synthesis.people import Populator, short_name
from bishan_survey.synthesis.recipe import Recipe, read_recipe
from bishan_survey.validation import checks_for
from bishan_survey.validation.identifiers import birth_date, checksum_ok, sex

EDITION = "bishan-2025"
REFERENCE = date(2025, 6, 30)


@pytest.fixture(scope="module")
def recipe(design: Design) -> Recipe:
    """The shipped recipe."""
    return read_recipe(design)


def test_expected_findings_are_findings_of_checks(design: Design, recipe: Recipe) -> None:
    for unit in ("person", "village"):
        checks = {(check.id, check.item.name) for check in checks_for(design, EDITION, unit)}
        expected = {(e.rule, e.item) for fault in recipe.faults if fault.unit == unit for e in fault.expect}
        assert expected <= checks
        assert expected


def test_faults_have_ids_of_their_own_and_change_items(design: Design, recipe: Recipe) -> None:
    ids = [fault.id for fault in recipe.faults] + [kind.id for kind in recipe.duplicates]
    ids += [layout.id for layout in recipe.layouts] + [stray.id for stray in recipe.strays]
    assert len(ids) == len(set(ids))
    for fault in recipe.faults:
        sheet = design.questionnaires[EDITION].sheet(fault.unit)
        assert sheet is not None
        assert {*fault.set, *fault.understood, *fault.as_number} <= set(sheet.by_name)
        assert {*fault.understood, *fault.as_number} <= set(fault.set)


def test_duplicates_name_the_steps_of_the_survivor_rules(design: Design, recipe: Recipe) -> None:
    # What people decide and what a roster says is in no sample.
    steps = {rule.id for rule in design.survivor_rules} - {"S0", "S7"} | {"D03"}
    assert {kind.step for kind in recipe.duplicates} == steps
    assert all((kind.step == "D03") == (kind.kept == "") for kind in recipe.duplicates)


def test_every_item_is_drawn(design: Design, recipe: Recipe) -> None:
    for sheet in design.questionnaires[EDITION].sheets:
        drawn = {draw.item for draw in recipe.population.draw if draw.unit == sheet.unit}
        assert set(sheet.by_name) <= drawn


def test_all_sql_compiles(recipe: Recipe) -> None:
    texts = [draw.where for draw in recipe.population.draw]
    texts += [sql for fault in recipe.faults for sql in (fault.where, *fault.set.values())]
    texts += [sql for kind in recipe.duplicates for sql in (*kind.original.values(), *kind.copy.values())]
    assert all(isinstance(compile_sql(text), pl.Expr) for text in texts)


def test_people_are_clean_before_anything_is_planted(
    design: Design, survey: Survey, areas: AreaFrame, recipe: Recipe
) -> None:
    form = design.questionnaires[EDITION]
    people = Populator(design, survey, recipe, Random(11)).people(form, areas, 300)
    for unit, records in (("person", people.persons), ("village", people.villages)):
        sheet = form.sheet(unit)
        assert sheet is not None
        found = Checker(design, survey, EDITION, sheet).look(records)
        assert found.records == frozenset()
    assert people.persons.height + people.missing.height == pytest.approx(300, abs=5)


@given(years=st.integers(0, 110), said=st.sampled_from("12"), seed=st.integers(0, 50))
def test_identity_numbers_tell_age_and_sex(years: int, said: str, seed: int) -> None:
    number = IdentityNumbers(["990120"], REFERENCE, Random(seed)).make(years, said)
    read = pl.DataFrame({"no": [number]}).select(
        ok=checksum_ok(pl.col("no")), birth=birth_date(pl.col("no")), sex=sex(pl.col("no"))
    )
    ok, born, read_sex = read.row(0)
    before_birthday = (REFERENCE.month, REFERENCE.day) < (born.month, born.day)
    assert (ok, read_sex) == (True, said)
    assert REFERENCE.year - born.year - before_birthday == years


def test_the_check_digit_is_that_of_the_standard() -> None:
    assert check_digit("11010519491231002") == "X"


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("大旺社区居民委员会", "大旺社区"),
        ("四面山村村民委员会", "四面山村"),
        ("四面山村民委员会", "四面山村"),
        ("新堰村", "新堰村"),
    ],
)
def test_short_names_of_villages(name: str, short: str) -> None:
    assert short_name(name, load_design().layout.village_suffixes) == short
