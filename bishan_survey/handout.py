"""Forms out: a blank form for each village, or one with last round's persons in it for the village to update.

What the roster says is read by the same intake and the same checks as what villages send, so a person whose number
is broken, or whose village nobody knows, is told before any form is written.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from bishan_survey import frames
from bishan_survey.delivery import RESTRICTED, read_columns, read_findings
from bishan_survey.design import compile_sql, rules_for, variables_in
from bishan_survey.examination import VILLAGE, Progress, examine_list
from bishan_survey.forms import FormContent, FormJob, Row, write_all
from bishan_survey.frames import STATUS
from bishan_survey.intake import Submission
from bishan_survey.model import (
    AreaFrame,
    Batch,
    CodeList,
    Design,
    Item,
    Questionnaire,
    Severity,
    Sheet,
    Survey,
    Village,
)
from bishan_survey.registers import hindering
from bishan_survey.validation import as_written
from bishan_survey.workspace import Workspace, current_run

PERSON = "person"
LIST = "发表清单.csv"
_NOT_CARRIED = ("duplicate", "superseded")
_TOWN = "town"
_KNOWN = "village_known"
"""The variable that rules ask whether a record's village is one of the frame."""
_NAME, _NO_HEADER = "name", "F05"
_PLACE = ["_file", "_sheet", "_row"]
_AS_FOUND = " as found"
"""Behind the name of a variable: the column of the texts that it was read from."""


@dataclass(frozen=True)
class Roster:
    """Last round's persons by village, as texts for the form."""

    persons: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    gone: Mapping[str, int] = field(default_factory=dict)
    """By village: persons that are not listed any more, because they have died or moved away."""
    repeated: Mapping[str, int] = field(default_factory=dict)
    """By village: records left out because their person stands in another one."""
    problems: pl.DataFrame = field(default_factory=lambda: frames.empty(frames.FINDINGS))
    """Findings that keep forms from being written: unusable files, unknown villages, broken numbers. Their village is
    null where none of the frame is known."""
    unplaced: int = 0
    """Persons who belong to no village that is known: they stand in no form."""

    def within(self, villages: Sequence[Village]) -> "Roster":
        """What concerns some villages: what is theirs, and what is of no village that is known, so may be theirs."""
        codes = {village.code for village in villages}
        theirs = pl.col("village").is_null() | pl.col("village").is_in(codes)
        return replace(
            self,
            persons={code: rows for code, rows in self.persons.items() if code in codes},
            gone={code: count for code, count in self.gone.items() if code in codes},
            repeated={code: count for code, count in self.repeated.items() if code in codes},
            problems=self.problems.filter(theirs),
        )

    @property
    def lacks_columns(self) -> bool:
        """Whether some file has no header that is known, or has not the columns that a roster needs."""
        missing = pl.col("row").is_null() & (pl.col("records") > 0)
        needed = missing & (pl.col("item") != _TOWN)  # whose villages have codes needs no 镇街
        return not self.problems.filter(needed | (pl.col("rule") == _NO_HEADER)).is_empty()


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
    form = design.questionnaires[survey.editions[0]]
    batch = examine_list(submissions, design, survey, areas, progress)
    records = [_with_verbatim(frame, batch.verbatim[of]) for of, frame in batch.records.items() if of[1] == PERSON]
    return _roster(_listed(records, form, areas), _problems(batch, form), design, form, areas)


def columns_needed(design: Design, survey: Survey) -> str:
    """The columns that a roster of spreadsheets must have, by the names that the definitions give them."""
    sheet = _person_sheet(design.questionnaires[survey.editions[0]])
    name, number, town, village = (sheet.by_name[item].label for item in (_NAME, sheet.key_item, _TOWN, VILLAGE))
    return f"{name}、{number}，以及{design.layout.village_codes[0]}一列，或{town}、{village}两列"


def _with_verbatim(typed: pl.DataFrame, verbatim: pl.DataFrame) -> pl.DataFrame:
    """Records with what was written beside what was understood: a village corrects what was not."""
    texts = verbatim.select(*_PLACE, pl.exclude("^_.*$").name.suffix(_AS_FOUND))
    return typed.join(texts, on=_PLACE, how="left", maintain_order="left")


def roster_of_workspace(workspace: Workspace, design: Design, survey: Survey, areas: AreaFrame) -> Roster:
    """Last round's persons from the current results of its workspace, whether or not they were held there."""
    run = current_run(workspace).path
    records = [pl.read_parquet(path) for path in sorted((run / RESTRICTED).glob(f"{PERSON}-*.parquet"))]
    form = design.questionnaires[survey.editions[0]]
    listed = _listed(records, form, areas)
    told = [
        _strangers(listed.unplaced, read_columns(run), design, form),
        _wrong_numbers(read_findings(run), listed, form, areas),
    ]
    problems = frames.stack(frames.FINDINGS, told).sort("file", "sheet", "row", "rule", nulls_last=True)
    return _roster(listed, problems, design, form, areas)


def _problems(batch: Batch, form: Questionnaire) -> pl.DataFrame:
    """What must be put right in a roster: other answers are the villages' to correct."""
    return batch.findings.filter(hindering(_person_sheet(form).key_item))


def _strangers(unplaced: pl.DataFrame, columns: pl.DataFrame, design: Design, form: Questionnaire) -> pl.DataFrame:
    """Persons of a workspace whose village is none of the new frame, in the words of the rule that it must be one."""
    items = _person_sheet(form).by_name
    told = [
        unplaced.select(
            file="_file",
            sheet="_sheet",
            row="_row",
            town="_town",
            unit=pl.lit(PERSON),
            rule=pl.lit(rule.id),
            severity=pl.lit(rule.severity.value),
            item=pl.lit(rule.item),
            label=pl.lit(items[rule.item].label),
            message=pl.lit(rule.message),
            action=pl.lit(rule.action),
            records=pl.lit(1, dtype=pl.Int64),
        )
        for rule in rules_for(design, form.edition, PERSON)
        if rule.severity is Severity.HARD and variables_in(rule.check) == {_KNOWN} and not unplaced.is_empty()
    ]
    return frames.with_cells(frames.stack(frames.FINDINGS, told).drop("cell"), columns)


def _wrong_numbers(findings: pl.DataFrame, listed: "_Listed", form: Questionnaire, areas: AreaFrame) -> pl.DataFrame:
    """What last round was told of the numbers of those who are listed again; a village that is no more is left out."""
    hard = findings.filter(severity=Severity.HARD.value, item=_person_sheet(form).key_item)
    again = listed.places
    cells = hard.join(again, on=[*frames.PLACE], how="semi")
    whole_columns = hard.filter(pl.col("row").is_null()).join(again, on=["file", "sheet"], how="semi")
    known = pl.when(pl.col("village").is_in(list(areas.by_code))).then("village")
    return pl.concat([cells, whole_columns]).with_columns(village=known)


@dataclass(frozen=True)
class _Listed:
    """The records of a roster by what becomes of them."""

    placed: pl.DataFrame
    unplaced: pl.DataFrame
    gone: pl.DataFrame
    repeated: pl.DataFrame

    @property
    def places(self) -> pl.DataFrame:
        """Where those stand who are still to be surveyed."""
        staying = pl.concat([self.placed, self.unplaced])
        return staying.select(**dict(zip(frames.PLACE, _PLACE, strict=True)))


def _listed(records: Sequence[pl.DataFrame], form: Questionnaire, areas: AreaFrame) -> _Listed:
    address = frames.ADDRESS | {STATUS: pl.String()}
    counted = pl.concat([pl.DataFrame(schema=address), *records], how="diagonal_relaxed")
    repeats = pl.col(STATUS).is_in(_NOT_CARRIED)
    once = counted.filter(~repeats)
    gone = _is_gone(once, form)
    staying = once.filter(~gone)
    placed = pl.col("_village").is_in(list(areas.by_code)).fill_null(False)
    return _Listed(staying.filter(placed), staying.filter(~placed), once.filter(gone), counted.filter(repeats))


def _roster(listed: _Listed, problems: pl.DataFrame, design: Design, form: Questionnaire, areas: AreaFrame) -> Roster:
    persons: dict[str, list[Row]] = {}
    for code, row in _rows(listed.placed, design, form):
        village = areas.by_code[code]
        persons.setdefault(code, []).append(row | {_TOWN: village.town, VILLAGE: village.name})
    return Roster(
        persons=persons,
        gone=Counter(listed.gone["_village"].drop_nulls()),
        repeated=Counter(listed.repeated["_village"].drop_nulls()),
        problems=problems,
        unplaced=listed.unplaced.height,
    )


def _person_sheet(form: Questionnaire) -> Sheet:
    sheet = form.sheet(PERSON)
    assert sheet is not None  # noqa: S101 - every edition has persons
    return sheet


def _is_gone(records: pl.DataFrame, form: Questionnaire) -> pl.Series:
    """Who is not listed any more; whoever that cannot be told of stays."""
    gone = _person_sheet(form).gone
    if gone is None or not variables_in(gone) <= set(records.columns):
        return pl.Series([False] * records.height, dtype=pl.Boolean)
    return records.select(compile_sql(gone).fill_null(False).alias("gone"))["gone"]


def _rows(records: pl.DataFrame, design: Design, form: Questionnaire) -> Iterator[tuple[str, dict[str, str]]]:
    """Code of the village, and the answers that the next form is filled in with, in the order of the roster."""
    sheet = _person_sheet(form)
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
