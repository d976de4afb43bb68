"""One night's work. Read this page to know what the program does."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from bishan_survey import __version__
from bishan_survey.consolidation import (
    Consolidated,
    consolidate,
    counted_records,
    coverage_of,
    ledger_of,
)
from bishan_survey.deduplication import numbers_now
from bishan_survey.delivery import (
    RESTRICTED,
    Publication,
    Results,
    grids_of,
    publish,
    read_lives,
    read_persons,
    register_sheet,
)
from bishan_survey.departments import departments_of, register_files, submission_from
from bishan_survey.examination import Progress, beside_last_year, examine_files, examine_list
from bishan_survey.forms import Returned, write_returns
from bishan_survey.history import difference
from bishan_survey.last_round import earlier_years, last_year_of, last_years_workspace
from bishan_survey.lifecycle import follow_up, no_lives, no_persons, with_persons
from bishan_survey.model import Batch, Design, FollowUp, LastYear, Lives, Roster, Survey
from bishan_survey.office import known_of, office_input, senders_of
from bishan_survey.overview import write_overview
from bishan_survey.record import (
    FOLLOWED,
    PERSONS,
    Examined,
    coverage_pairs,
    departments_on_record,
    following,
    missing_pairs,
    persons_on_record,
    run_record,
    since_last_year,
    until_pairs,
    version_pairs,
)
from bishan_survey.registers import roster_of
from bishan_survey.timing import Timed
from bishan_survey.unchanged import STATE, given, state_of
from bishan_survey.validation import checks_in_force, time_checks_in_force
from bishan_survey.workspace import (
    ON_RECORD,
    RECORD,
    Workspace,
    audit_head,
    is_named_for,
    last_run,
    new_run,
    read_record,
    write_atomically,
)

RETURNS = "退表"
"""Folder of the workbooks that go back to villages."""
ROSTER = "roster"
"""Folder of the roster among the lists that others keep."""
LAST_YEARS_FILES = "last-year"
"""Folder below ``registers/`` with last year's files."""


@dataclass(frozen=True)
class Night:
    """How a night ended."""

    record: Mapping[str, Any]
    """What its ``run.json`` says."""
    folder: Path
    examined: Examined
    results: Results
    followed: FollowUp
    returned: Sequence[Returned]
    """The workbooks that go back to villages."""
    refused: dict[str, str]
    """Delivery profiles that could not be written, and why."""
    damaged: Sequence[str]
    """Files of the cache that were damaged, and were made anew."""
    clock_went_back: bool
    """Whether the last run is said to have begun later than this one."""

    @property
    def run_id(self) -> str:
        """Its id."""
        return str(self.record["id"])


def nightly(workspace: Workspace, design: Design, started: datetime, progress: Progress) -> Night:
    """Take in everything in the inbox and publish a complete new state, or leave yesterday's untouched.

    Args:
        workspace: the opened workspace.
        design: the definitions.
        started: when the night began. It names the run and stands in its record; contents that are new tonight are
            remembered as received then.
        progress: told how far it has come.
    """
    progress = timed = Timed(progress)
    with workspace.locked():
        known_by = given(workspace.root, started, workspace.flags)
        last, before = last_run(workspace), remembered(workspace)
        known = remembered_persons(workspace, last_years_workspace(workspace, design))
        examined, results = consolidate_workspace(workspace, design, started, progress)
        moment, changes = started.isoformat(timespec="seconds"), numbers_now(examined.batch)
        batch, persons = with_persons(examined.batch, known, design, moment, changes)
        examined, results = replace(examined, batch=batch), replace(results, batch=batch)
        followed = followed_up(workspace, design, examined, before, started)
        progress.begin("写出结果", 1)
        with new_run(workspace, started) as run:
            refused = publish(run.path, results, followed, persons)
            progress.advance()
            returned = hand_back(workspace, design, batch, run.path / RESTRICTED / RETURNS, progress)
            record = run_record(run.id, started, examined, results) | following(followed, design)
            record |= persons_on_record(persons)
            record |= since_last_year(examined.over_time) | departments_on_record(results.departments)
            record |= {"returned": len(returned), "profiles_refused": refused}
            cache = workspace.cache.told()
            record |= {"seconds": timed.seconds(), "cache": cache, STATE: state_of(known_by, workspace.root, run.path)}
            record |= {ON_RECORD: audit_head(workspace.root).as_json()}
            changed = difference(last, run) if last else None
            write_overview(run.path, record, results, followed, changed)
            write_atomically(run.path / RECORD, _as_json(record), private=False)
        workspace.cache.sweep()
    back = not is_named_for(run.id, started)
    folder = workspace.runs / run.id
    return Night(record, folder, examined, results, followed, returned, refused, cache["damaged"], back)


def hand_back(workspace: Workspace, design: Design, batch: Batch, folder: Path, progress: Progress) -> list[Returned]:
    """Write each village's own data back with every fault marked, as far as last night has not done so already."""
    last = last_run(workspace)
    before = last.path / RESTRICTED / RETURNS if last else None
    files = batch.findings.filter(
        pl.col("severity").is_in(["hard", "soft"]) & (pl.col("records") > 0) & pl.col("unit").is_not_null()
    )
    progress.begin("写退表", files.select("file", "village").n_unique())
    survey, areas = workspace.settings.survey, workspace.areas
    return write_returns(folder, batch, design, survey, areas, __version__, before, progress.advance)


def remembered(workspace: Workspace) -> Lives:
    """What the current run remembers of findings; nothing before the first night, or after one of an older program.

    Raises:
        WorkspaceError: the run, or what it remembers, is gone or damaged.
    """
    run = last_run(workspace)
    return no_lives() if run is None or FOLLOWED not in read_record(run) else read_lives(run.path / RESTRICTED)


def remembered_persons(workspace: Workspace, last_year: Workspace | None = None) -> pl.DataFrame:
    """Who is who, as the current run remembers it; before the first that does, as last year's workspace does.

    Args:
        workspace: the opened workspace.
        last_year: the workspace of the round before, if it is known.

    Raises:
        WorkspaceError: the run, or what it remembers, is gone or damaged.
    """
    run = last_run(workspace)
    if run is not None and PERSONS in read_record(run):
        return read_persons(run.path / RESTRICTED)
    return no_persons() if last_year is None else remembered_persons(last_year)


def followed_up(workspace: Workspace, design: Design, examined: Examined, before: Lives, started: datetime) -> FollowUp:
    """How the findings of a night fare beside what the previous night remembered."""
    survey, moment = workspace.settings.survey, started.isoformat(timespec="seconds")
    checks = checks_in_force(design, survey)
    if examined.over_time is not None:
        checks = pl.concat([checks, time_checks_in_force(design, survey)])
    return follow_up(examined.batch, before, checks, design, workspace.areas, moment)


def consolidate_workspace(
    workspace: Workspace, design: Design, started: datetime, progress: Progress
) -> tuple[Examined, Results]:
    """Everything but publishing: what came in, and the results. The workspace must be locked."""
    last = last_year(workspace, design, progress)
    examined = compared(examine(workspace, design, started, progress), last, design, progress)
    progress.begin("汇总", 1)
    consolidated = consolidate(examined.batch, design)
    progress.advance()
    results = _results(workspace, design, examined, consolidated)
    departments = departments_of(workspace, design, examined.batch, progress)
    return examined, replace(results, departments=departments, earlier=earlier_years(workspace, design))


def examine(workspace: Workspace, design: Design, started: datetime, progress: Progress) -> Examined:
    """Take in, correct, validate and deduplicate everything in the inbox. The workspace must be locked."""
    office = replace(office_input(workspace, design), roster=read_roster(workspace, design, progress))
    progress.begin("归档", 1)
    received, passed_over = workspace.receive(started)
    progress.advance()
    submissions = [submission_from(file) for file in received]
    known = known_of(workspace, design)
    batch = examine_files(submissions, design, workspace.settings.survey, workspace.areas, progress, known, office)
    return Examined(batch, coverage_of(batch, workspace.areas), ledger_of(batch), passed_over)


def last_year(workspace: Workspace, design: Design, progress: Progress) -> LastYear | None:
    """Last year's persons, from files or from last year's workspace; ``None`` if the workspace has neither.

    Raises:
        WorkspaceError: the settings lead nowhere, or there are both.
    """
    return last_year_of(workspace, design, read_register(workspace, design, LAST_YEARS_FILES, progress))


def compared(examined: Examined, last: LastYear | None, design: Design, progress: Progress) -> Examined:
    """What came in, beside last year's round if it is known."""
    if last is None:
        return examined
    progress.begin("与上年比较", 1)
    batch, over_time = beside_last_year(examined.batch, last, design, numbers_now(examined.batch))
    progress.advance()
    return replace(examined, batch=batch, over_time=over_time)


def read_register(workspace: Workspace, design: Design, name: str, progress: Progress) -> Batch | None:
    """The persons of a list that others keep, such as the roster; ``None`` if the workspace has none."""
    submissions = register_files(workspace, name)
    survey, areas = workspace.settings.survey, workspace.areas
    if not submissions:
        return None
    return examine_list(submissions, design, survey, areas, progress, senders_of(workspace))


def read_roster(workspace: Workspace, design: Design, progress: Progress) -> Roster | None:
    """Who should be surveyed; ``None`` if the workspace has no roster."""
    batch = read_register(workspace, design, ROSTER, progress)
    return None if batch is None else roster_of(batch, design)


def _results(workspace: Workspace, design: Design, examined: Examined, consolidated: Consolidated) -> Results:
    survey, areas = workspace.settings.survey, workspace.areas
    publication = Publication(
        survey=survey,
        district=areas.district,
        grids=grids_of(consolidated.tables, design, areas),
        left_out=[(f"{shell.id} {shell.title}", reason) for shell, reason in consolidated.left_out],
        ledger=examined.ledger,
        records=_counted(examined.batch, design, survey),
        coverage=[
            *until_pairs(examined.batch.sources["received"]),
            *coverage_pairs(examined.coverage),
            *missing_pairs(examined.coverage),
        ],
        register=register_sheet(examined.batch.returns, areas),
        versions=version_pairs(design, survey),
    )
    return Results(survey, areas, design, examined.batch, publication, examined.over_time)


def _counted(batch: Batch, design: Design, survey: Survey) -> dict[str, int]:
    """Records that count, by the name of their sheet."""
    names = {s.unit: s.name for edition in survey.editions for s in design.questionnaires[edition].sheets}
    return {name: counted_records(batch, unit).height for unit, name in names.items()}


def _as_json(record: dict[str, Any]) -> bytes:
    return (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode()
