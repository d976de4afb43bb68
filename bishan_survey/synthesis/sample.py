"""Writes a synthetic district: what villages would send, the roster, and the answers to what is wrong in it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random

from bishan_survey.model import AreaFrame, Design, Survey
from bishan_survey.synthesis.answer_key import write_answers
from bishan_survey.synthesis.composition import Composer, Composition
from bishan_survey.synthesis.recipe import DuplicateKind, read_recipe
from bishan_survey.synthesis.roster import write_roster
from bishan_survey.synthesis.workbooks import Answers, Writer, stray_content


@dataclass(frozen=True, slots=True)
class SampleSummary:
    """What was written."""

    files: int
    persons: int
    """People in the sheets, each counted once."""
    faults: int
    duplicates: int
    """Records that repeat a person."""
    kinds: int
    """Kinds of faults."""


def write_sample(
    inbox: Path,
    answer_key: Path,
    design: Design,
    survey: Survey,
    area_frame: AreaFrame,
    *,
    roster: Path,
    persons: int,
    seed: int,
    faults_per_kind: int = 3,
    each: Callable[[], None] = lambda: None,
) -> SampleSummary:
    """Write a workbook for each village, the roster, and the answers. Equal arguments give equal bytes.

    Args:
        inbox: folder that gets a folder for each 镇街.
        answer_key: folder of the answers: ``findings.csv``, ``normalised.csv``, ``duplicates.csv``, ``roster.csv``.
        design: the definitions, and in ``templates/samples/`` what the sample is made of.
        survey: dates of the round; the edition of the sample must be open in it.
        area_frame: the villages.
        roster: file of everybody who should be surveyed.
        persons: about so many people.
        seed: another seed, other people.
        faults_per_kind: at most so many cases of each fault.
        each: called after each village's file, for progress.

    Raises:
        UsageError: the edition of the sample is not open.
        DefinitionError: ``templates/samples/`` is not as it should be.
    """
    rng = Random(seed)  # noqa: S311 - no secret: the same people every time
    district = Composer(design, survey, read_recipe(design), rng).compose(area_frame, persons, faults_per_kind)
    _write_books(inbox, design, survey, district, each)
    strays = list(_write_strays(inbox, survey, district))
    write_answers(answer_key, district, strays)
    write_roster(roster, answer_key / "roster.csv", district, rng)
    return _summary(district, len(strays))


def _write_books(inbox: Path, design: Design, survey: Survey, district: Composition, each: Callable[[], None]) -> None:
    persons, villages = (Answers.of(unit.records, unit.plantings) for unit in (district.persons, district.villages))
    writer = Writer(design, survey, district.form, persons, villages)
    for book in district.books:
        writer.write(inbox / book.file, book)
        each()


def _write_strays(inbox: Path, survey: Survey, district: Composition) -> Iterator[tuple[str, str, str]]:
    """File, rule and id of each file that cannot be used."""
    created = datetime.combine(survey.period_start, datetime.min.time())
    for stray in district.recipe.strays:
        book = district.books[stray.village % len(district.books)]
        name = f"{book.village.town}/{stray.file_name.format(**book.words)}"
        content = stray_content(stray, book.words, (inbox / book.file).read_bytes(), created)
        (inbox / name).write_bytes(content)
        yield name, stray.rule, stray.id


def _summary(district: Composition, strays: int) -> SampleSummary:
    plantings = [*district.persons.plantings, *district.villages.plantings]
    faults = [planting for planting in plantings if not isinstance(planting.kind, DuplicateKind)]
    return SampleSummary(
        files=len(district.books) + strays,
        persons=district.persons.clean.height,
        faults=len(faults),
        duplicates=len(plantings) - len(faults),
        kinds=len({planting.kind.id for planting in faults}),
    )
