"""Last year's persons for comparing: from files that were read as a list, or from last year's workspace."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from bishan_survey import frames
from bishan_survey.delivery import RESTRICTED, read_code_books, read_columns, read_years
from bishan_survey.design import widest_sheet
from bishan_survey.errors import WorkspaceError
from bishan_survey.intake import AreaIndex
from bishan_survey.model import PERSON, Batch, Design, LastYear, Severity, Village
from bishan_survey.registers import last_years_persons
from bishan_survey.workspace import SETTINGS_FILE, Workspace, current_run

_SECTION = f"{SETTINGS_FILE} 的 [last_year] workspace"


def last_year_of(workspace: Workspace, design: Design, listed: Batch | None) -> LastYear | None:
    """Last year's persons of a workspace; ``None`` if nothing is known of them.

    Args:
        workspace: this year's.
        design: the definitions.
        listed: what was read of the files that the workspace has of last year, if it has any.

    Raises:
        WorkspaceError: there are both files and a workspace, or the workspace is not there, or has no results.
    """
    before = last_years_workspace(workspace, design)
    if before is None:
        return None if listed is None else _of_list(listed, design)
    if listed is not None:
        raise WorkspaceError(
            f"上年的情况有两个来源：registers/last-year/ 里的文件，和{_SECTION}",
            "只能用一个：请移走那些文件，或删去 [last_year] 一节",
        )
    return _of_workspace(before, workspace, design)


def last_years_workspace(workspace: Workspace, design: Design) -> Workspace | None:
    """The workspace of the round before, if the settings name one.

    Raises:
        WorkspaceError: it is not there, or has no results.
    """
    named = workspace.settings.last_year
    return None if named is None else _opened(workspace.root / named, workspace, design)


def earlier_years(workspace: Workspace, design: Design) -> list[dict[str, Any]]:
    """The indicators of the rounds before, from last year's workspace; none if it is not known or has none.

    Raises:
        WorkspaceError: last year's workspace or its indicators are damaged.
    """
    before = last_years_workspace(workspace, design)
    return [] if before is None else read_years(current_run(before).path)


def _of_list(listed: Batch, design: Design) -> LastYear:
    parts = [frame for (_, unit), frame in listed.records.items() if unit == PERSON]
    return LastYear(last_years_persons(parts, {}, design), listed.columns, _problems(listed, design), books_known=True)


def _problems(listed: Batch, design: Design) -> pl.DataFrame:
    """What keeps persons of a list from being found: unusable files, unknown villages, wrong numbers."""
    sheet = widest_sheet(design, PERSON)
    assert sheet is not None  # noqa: S101 - every design has persons
    hard = listed.findings.filter(severity=Severity.HARD.value)
    about_file, about_number = pl.col("records") == 0, pl.col("item") == sheet.key_item
    return hard.filter(about_file | about_number | pl.col("village").is_null())


def _of_workspace(before: Workspace, workspace: Workspace, design: Design) -> LastYear:
    root, run = before.root, current_run(before).path
    paths = sorted((run / RESTRICTED).glob(f"{PERSON}-*.parquet"))
    try:
        parts = [pl.read_parquet(path.read_bytes()) for path in paths]
        books, columns = read_code_books(run), read_columns(run)
    except (pl.exceptions.PolarsError, FileNotFoundError):
        raise WorkspaceError(f"上年的工作区 {root} 的当前结果不完整或已损坏", _mended(root)) from None
    if not parts:
        raise WorkspaceError(f"上年的工作区 {root} 的当前结果中没有人的记录", _mended(root))
    persons = last_years_persons(parts, books or {}, design)
    placed = _in_todays_villages(persons, before, AreaIndex(workspace.areas, design.layout))
    return LastYear(placed, columns, frames.empty(frames.FINDINGS), books_known=books is not None)


def _opened(root: Path, workspace: Workspace, design: Design) -> Workspace:
    """Last year's workspace."""
    if not root.is_dir():
        raise WorkspaceError(
            f"{_SECTION} 指的文件夹不存在：{root}", "请改正路径；不与上年比较的，删去 [last_year] 一节"
        )
    if root.resolve() == workspace.root.resolve():
        raise WorkspaceError(f"{_SECTION} 指的就是本工作区", "请改成上年的工作区，或删去 [last_year] 一节")
    try:
        opened = Workspace.open(root, frozenset(design.questionnaires))
        current_run(opened)
    except WorkspaceError as error:
        raise WorkspaceError(f"上年的工作区（{_SECTION}）：{error.message}", error.advice) from None
    return opened


def _mended(root: Path) -> str:
    return f"请在其中重新运行 bishan-survey nightly {root}，或先删去 {SETTINGS_FILE} 的 [last_year] 一节"


def _in_todays_villages(persons: pl.DataFrame, before: Workspace, index: AreaIndex) -> pl.DataFrame:
    """Last year's persons in today's villages: what was renumbered or renamed is known by its older code or name."""
    told = [code for code in persons["_village"].drop_nulls().unique() if code not in index.frame.by_code]
    today = {code: village for code in told if (village := _today(code, before.areas.by_code, index))}
    towns = {code: village.town_code for code, village in today.items()}
    codes = {code: village.code for code, village in today.items()}
    unknown = pl.col("_village").is_in(told) & ~pl.col("_village").is_in(list(today))
    return persons.with_columns(
        _town=pl.coalesce(pl.col("_village").replace_strict(towns, default=None, return_dtype=pl.String), "_town"),
        _village=pl.when(~unknown).then(pl.col("_village").replace(codes)),
    )


def _today(code: str, before: Mapping[str, Village], index: AreaIndex) -> Village | None:
    """The village that an older code, or the name that it then had, means today."""
    known = index.village(code, None)
    if known is not None or code not in before:
        return known
    return index.village(before[code].name, index.town_code(before[code].town))
