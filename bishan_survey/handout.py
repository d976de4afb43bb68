"""Forms out: a blank form for each village, or one with last round's persons in it for the village to update.

What the roster says is read by the same intake and the same checks as what villages send, so a person whose number
is broken, or whose village nobody knows, is told before any form is written.
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from bishan_survey.delivery import RESTRICTED
from bishan_survey.design import compile_sql, variables_in
from bishan_survey.forms import FormContent, FormJob, Row, write_all
from bishan_survey.frames import STATUS
from bishan_survey.intake import Approved, Known, Submission
from bishan_survey.model import AreaFrame, Batch, CodeList, Design, Item, Questionnaire, Severity, Survey, Village
from bishan_survey.nightly import Progress, examine_files
from bishan_survey.validation import as_written
from bishan_survey.workspace import Workspace, current_run

PERSON = "person"
LIST = "发表清单.csv"
_NOT_CARRIED = ("duplicate", "superseded")
_TOWN, _VILLAGE = "town", "village"
_PLACE = ["_file", "_sheet", "_row"]
_AS_FOUND = " as found"
"""Behind the name of a variable: the column of the texts that it was read from."""


@dataclass(frozen=True)
class Roster:
    """Last round's persons by village, as texts for the form."""

    persons: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    gone: int = 0
    """Persons that are not listed any more: they have died or moved away."""
    repeated: int = 0
    """Records left out because their person stands in another one."""
    problems: pl.DataFrame = field(default_factory=pl.DataFrame)
    """Findings that keep forms from being written: unusable files, unknown villages, broken numbers."""
    unplaced: int = 0
    """Persons who belong to no village that is known: they stand in no form."""


@dataclass(frozen=True, slots=True)
class HandedOut:
    """A form that was written."""

    village: Village
    file: Path
    persons: int


def hand_out(
    folder: Path,
    design: Design,
    survey: Survey,
    villages: Sequence[Village],
    roster: Roster,
    each: Callable[[], None] = lambda: None,
) -> list[HandedOut]:
    """Write the form of each village below a folder for its 镇街, and a list of them.

    Args:
        folder: where to; what is there already is replaced.
        design: the definitions.
        survey: its first edition is the form.
        villages: whom for.
        roster: who is filled in.
        each: called after each form.
    """
    form = design.questionnaires[survey.editions[0]]
    done: list[HandedOut] = []
    jobs: list[FormJob] = []
    for village in villages:
        persons = roster.persons.get(village.code, ())
        path = folder / village.town / form_name(village)
        path.parent.mkdir(parents=True, exist_ok=True)
        done.append(HandedOut(village, path, len(persons)))
        jobs.append(FormJob(path, form, FormContent(village, {PERSON: persons})))
    write_all(jobs, design, survey, each)
    _write_list(folder / LIST, done, folder)
    return done


def form_name(village: Village) -> str:
    """Name of a village's form: the code, by which it is found again, then the name."""
    return f"{village.code}{village.name}.xlsx"


def _write_list(path: Path, done: Sequence[HandedOut], folder: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["代码", "镇街", "村（社区）", "预填人数", "文件"])
        for form in done:
            place = form.file.relative_to(folder).as_posix()
            writer.writerow([form.village.code, form.village.town, form.village.name, form.persons, place])


def roster_of_files(
    submissions: Sequence[Submission], design: Design, survey: Survey, areas: AreaFrame, progress: Progress
) -> Roster:
    """Last round's persons from spreadsheets: one for all, or one for each village; any layout that intake reads."""
    known = Known(tuple(Approved("", header, _VILLAGE) for header in design.layout.village_codes))
    form = design.questionnaires[survey.editions[0]]
    others = [edition for edition in design.questionnaires if edition != form.edition]
    any_edition = replace(survey, editions=(form.edition, *others))
    batch = examine_files(submissions, design, any_edition, areas, progress, known)
    frames = [_with_verbatim(frame, batch.verbatim[of]) for of, frame in batch.records.items() if of[1] == PERSON]
    return _roster(frames, design, form, areas, _problems(batch, form))


def _with_verbatim(typed: pl.DataFrame, verbatim: pl.DataFrame) -> pl.DataFrame:
    """Records with what was written beside what was understood: a village corrects what was not."""
    texts = verbatim.select(*_PLACE, pl.exclude("^_.*$").name.suffix(_AS_FOUND))
    return typed.join(texts, on=_PLACE, how="left", maintain_order="left")


def roster_of_workspace(workspace: Workspace, design: Design, survey: Survey, areas: AreaFrame) -> Roster:
    """Last round's persons from the current results of its workspace, whether or not they were held there."""
    folder = current_run(workspace).path / RESTRICTED
    frames = [pl.read_parquet(path) for path in sorted(folder.glob(f"{PERSON}-*.parquet"))]
    form = design.questionnaires[survey.editions[0]]
    return _roster(frames, design, form, areas, pl.DataFrame())


def _problems(batch: Batch, form: Questionnaire) -> pl.DataFrame:
    """What must be put right in a roster: other answers are the villages' to correct."""
    sheet = form.sheet(PERSON)
    assert sheet is not None  # noqa: S101 - every edition has persons
    hard = batch.findings.filter(severity=Severity.HARD.value)
    placed = hard["village"].is_not_null()
    about_number = pl.col("item") == sheet.key_item
    about_place = pl.col("item").is_in([_TOWN, _VILLAGE]) & ~pl.lit(placed)
    return hard.filter((pl.col("records") == 0) | about_number | about_place)


def _roster(
    frames: Sequence[pl.DataFrame], design: Design, form: Questionnaire, areas: AreaFrame, problems: pl.DataFrame
) -> Roster:
    counted = pl.concat([pl.DataFrame({STATUS: []}, schema={STATUS: pl.String}), *frames], how="diagonal_relaxed")
    once = counted.filter(~pl.col(STATUS).is_in(_NOT_CARRIED))
    staying = once.filter(~_is_gone(once, form))
    placed = staying.filter(pl.col("_village").is_in(list(areas.by_code))) if staying.width > 1 else staying
    persons: dict[str, list[Row]] = {}
    for code, row in _rows(placed, design, form):
        village = areas.by_code[code]
        persons.setdefault(code, []).append(row | {_TOWN: village.town, _VILLAGE: village.name})
    return Roster(
        persons=persons,
        gone=once.height - staying.height,
        repeated=counted.height - once.height,
        problems=problems,
        unplaced=staying.height - placed.height,
    )


def _is_gone(records: pl.DataFrame, form: Questionnaire) -> pl.Series:
    """Who is not listed any more; whoever that cannot be told of stays."""
    sheet = form.sheet(PERSON)
    gone = sheet.gone if sheet else None
    if gone is None or not variables_in(gone) <= set(records.columns):
        return pl.Series([False] * records.height, dtype=pl.Boolean)
    return records.select(compile_sql(gone).fill_null(False).alias("gone"))["gone"]


def _rows(records: pl.DataFrame, design: Design, form: Questionnaire) -> Iterator[tuple[str, dict[str, str]]]:
    """Code of the village, and the answers that the next form is filled in with, in the order of the roster."""
    sheet = form.sheet(PERSON)
    assert sheet is not None  # noqa: S101 - every edition has persons
    carried = [item for item in sheet.items if item.name in records.columns and item.name not in sheet.asked_anew]
    spelling = {item.name: _spelling(item, design.code_lists.get(item.codes or "")) for item in carried}
    for row in records.iter_rows(named=True):
        spelled = {
            name: row.get(name + _AS_FOUND) if row[name] is None else spell(row[name])
            for name, spell in spelling.items()
        }
        yield row["_village"], {name: text for name, text in spelled.items() if text}


def _spelling(item: Item, codes: CodeList | None) -> Callable[[object], str]:
    """How the form's drop-down spells a value: a single code with its label."""
    if codes is None or item.multiple:
        return as_written
    return lambda value: f"{value} {codes.labels[str(value)]}" if str(value) in codes.labels else str(value)
