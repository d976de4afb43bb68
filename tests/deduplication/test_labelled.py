"""How good matching is, on a district of which it is known who is who."""

import polars as pl
import pytest

from bishan_survey.deduplication import deduplicate, match_records
from bishan_survey.model import Batch, Design, Survey
from bishan_survey.validation import validate
from tests.deduplication.labelled import Labelled, labelled
from tests.deduplication.score import Score, score, told
from tests.deduplication.slips import IN_NUMBERS


@pytest.fixture(scope="module", params=[5, 6])
def made(request: pytest.FixtureRequest, design: Design) -> Labelled:
    return labelled(design, seed=request.param)


@pytest.fixture(scope="module")
def batch(made: Labelled, design: Design, survey: Survey) -> Batch:
    return deduplicate(match_records(validate(made.batch, design, survey), design, made.changes), design)


@pytest.fixture(scope="module")
def found(made: Labelled, batch: Batch) -> Score:
    return score(*told(batch, made.labels), made.labels)


def test_the_district_is_what_it_should_be(made: Labelled) -> None:
    persons = made.labels["person"].n_unique()
    assert persons > 20_000
    twice = made.labels.filter(pl.len().over("person") > 1)
    assert twice["person"].n_unique() >= 0.02 * persons
    kinds = set(made.labels["how"])
    assert kinds >= {f"number: {kind}" for kind in IN_NUMBERS}
    assert len(IN_NUMBERS) == 10
    assert kinds >= {"moved", "twice", "reassessed", "old", "changed", "twin", "namesake", "copied"}
    assert made.labels["file"].n_unique() > 180


def test_nothing_is_merged_that_is_not_one_person(found: Score) -> None:
    assert found.merged > 400
    assert found.precision == 1.0


def test_hardly_any_duplicate_is_missed(found: Score) -> None:
    assert found.recall >= 0.995


def test_few_duplicates_need_a_question(found: Score) -> None:
    assert found.through_questions <= 0.15


def test_few_questions_are_for_nothing(made: Labelled, found: Score) -> None:
    """Beyond those about numbers that were copied from another's row, which must be asked."""
    copied = made.labels.filter(how="copied").height
    assert found.asked - found.asked_true <= 1.5 * copied


@pytest.mark.parametrize("how", ["twin", "namesake", "copied"])
def test_who_only_looks_like_another_is_never_merged(made: Labelled, batch: Batch, how: str) -> None:
    persons = made.labels.filter(how=how)["person"]
    assert persons.len() >= 30
    merged, _ = told(batch, made.labels)
    groups = merged.join(made.labels, on="record").group_by("group").agg("person")
    theirs = groups.filter(pl.col("person").list.set_intersection(persons.to_list()).list.len() > 0)
    assert theirs["person"].list.n_unique().to_list() == [1] * theirs.height


def test_each_person_counts_once_at_most_but_for_open_questions(made: Labelled, batch: Batch) -> None:
    merged, asked = told(batch, made.labels)
    doubtful = pl.concat([asked["one"], asked["other"]])
    outcomes = batch.links.join(made.labels, on=["file", "sheet", "row"]).select("record", "outcome")
    settled = made.labels.join(outcomes, on="record", how="left").filter(~pl.col("record").is_in(doubtful.implode()))
    alone = settled.filter(pl.col("outcome").fill_null("kept") == "kept").group_by("person").len()
    lost = made.labels.filter(pl.len().over("person") > 1)["person"].n_unique() * 0.005
    assert alone.filter(pl.col("len") > 1).height <= lost
    assert merged.height > 0
