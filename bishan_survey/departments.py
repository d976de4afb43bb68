"""Departments' lists of a workspace: read from files of any format, their numbers as of today."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl
from xlsxwriter.utility import xl_col_to_name

from bishan_survey import frames
from bishan_survey.changes import Changes, today
from bishan_survey.consolidation import counted_records, indicators_of, with_groups
from bishan_survey.deduplication import numbers_now
from bishan_survey.design import LIST_DATES, list_types
from bishan_survey.examination import Progress
from bishan_survey.intake import AreaIndex, Submission
from bishan_survey.model import (
    NUMBER_TYPES,
    AreaFrame,
    Batch,
    DepartmentList,
    Departments,
    Design,
    Item,
    ListColumn,
    ListRead,
    Survey,
)
from bishan_survey.reading.grid import Answer, Contents, Refusal, Request
from bishan_survey.reading.kept import Shelf
from bishan_survey.reading.pool import open_pool
from bishan_survey.registers import OLD_LENGTH, SheetRead, check_lists, read_list_sheet, with_lists
from bishan_survey.validation import birth_date, checksum_ok, read_values
from bishan_survey.workspace import REGISTERS, Received, Workspace

Problem = Mapping[str, str | int | None]
_ADDRESS = {**frames.PLACE, "cell": pl.String()}
_NO_NUMBER, _BAD_NUMBER, _TWO_NUMBERS = "没有号码", "号码看不懂或有错", "一行有几个不同的号码"
_BAD_VALUE = "看不懂"


def departments_of(workspace: Workspace, design: Design, batch: Batch, progress: Progress) -> Departments:
    """What the lists that a workspace has of departments say beside a batch, and the indicators of both.

    The workspace must be locked.
    """
    progress.begin("部门名单与指标", 1)
    files = {one.id: register_files(workspace, one.id) for one in design.lists}
    survey, areas = workspace.settings.survey, workspace.areas
    departments = beside_lists(batch, files, design, survey, areas, workspace.passwords(), workspace.cache)
    progress.advance()
    return departments


def register_files(workspace: Workspace, name: str) -> list[Submission]:
    """The files of a list that others keep, called by where they lie."""
    below = f"{REGISTERS}/{name}/"
    return [submission_from(replace(file, name=below + file.name)) for file in workspace.register(name)]


def submission_from(file: Received) -> Submission:
    """A file of a workspace, as the readers take it."""
    return Submission(file.name, file.archived, file.sha256, file.size, file.received)


def beside_lists(
    batch: Batch,
    files: Mapping[str, Sequence[Submission]],
    design: Design,
    survey: Survey,
    areas: AreaFrame,
    passwords: tuple[str, ...] = (),
    shelf: Shelf | None = None,
) -> Departments:
    """Lists of departments beside a batch that has gone through the stages, and the indicators of both.

    Args:
        batch: the survey.
        files: by the id of the list; none of a list that is not there.
        design: the definitions.
        survey: the round, whose dates decide whether a birth date can be.
        areas: the district.
        passwords: to be tried if a file is protected.
        shelf: where what was read of the files before is kept.
    """
    changes = numbers_now(batch)
    lists = read_lists(files, design, survey, areas, passwords, changes, shelf)
    checks = check_lists(batch, lists, areas.district_code, design, changes)
    counting = {unit: counted_records(batch, unit) for unit in {unit for _, unit in batch.records}}
    groups = {grouping.unit: grouping.key for grouping in design.groupings}
    units = with_lists(with_groups(counting, design), checks, groups)
    partly = {read.list.variable: told for read in lists if (told := _partly(read))}
    return Departments(tuple(lists), tuple(checks), indicators_of(units, design, areas, partly))


def _partly(read: ListRead) -> str:
    """What of a list is not in the figures; empty if all of it is."""
    if not read.usable:
        return f"名单“{read.list.title}”的{read.files}个文件都读不了，没有用上"
    unread = read.rows["key"].null_count()
    parts = [f"有{read.unusable}个文件读不了"] if read.unusable else []
    parts += [f"有{unread}行的号码不能用"] if unread else []
    return f"名单“{read.list.title}”{'、'.join(parts)}，不在内" if parts else ""


def read_lists(
    files: Mapping[str, Sequence[Submission]],
    design: Design,
    survey: Survey,
    areas: AreaFrame,
    passwords: tuple[str, ...] = (),
    changes: Changes | None = None,
    shelf: Shelf | None = None,
) -> list[ListRead]:
    """Every list that there are files of.

    Args:
        files: by the id of the list.
        design: the definitions.
        survey: whose dates decide whether a birth date can be.
        areas: the district, whose 镇街 the rows of a list may name.
        passwords: to be tried if a file is protected.
        changes: identity numbers that have changed, old to new.
        shelf: where what was read of the files before is kept.
    """
    wanted = [(one, files[one.id]) for one in design.lists if files.get(one.id)]
    requests = [Request(f.path, f.name, None, passwords, f.sha256) for _, of in wanted for f in of]
    if not requests:
        return []
    with open_pool(shelf=shelf) as pool:
        answers = iter([*pool.read(requests)])
    index = AreaIndex(areas, design.layout)
    lists = []
    for one, of in wanted:
        read = [_sheets(next(answers), file.name, one, design) for file in of]
        rows = _typed([sheet for sheets, _ in read for sheet in sheets], one, survey, index, changes or {})
        told = [problem for _, problems in read for problem in problems]
        problems = frames.stack(frames.LIST_PROBLEMS, [pl.DataFrame(told, schema=_PROBLEMS), _row_problems(rows, one)])
        lists.append(ListRead(one, rows, problems, len(of), sum(not sheets for sheets, _ in read)))
    return lists


_PROBLEMS = {name: column.dtype.type for name, column in frames.LIST_PROBLEMS.columns.items()}
_Sheet = tuple[str, str, SheetRead]


def _sheets(answer: Answer, file: str, one: DepartmentList, design: Design) -> tuple[list[_Sheet], list[Problem]]:
    """The sheets of a file that can be read, and why the others cannot."""
    if not isinstance(answer, Contents):
        why = "这是压缩包，请解压后放进来"
        if isinstance(answer, Refusal):
            why = design.notices[answer.notice].message.format(**answer.details)
        return [], [{"file": file, "problem": why}]
    grids = [grid for grid in answer.grids if any(map(str.strip, (text for row in grid.rows for text in row)))]
    read = [(file, grid.name, read_list_sheet(grid, one, design.layout)) for grid in grids]
    problems: list[Problem] = [
        {"file": file, "sheet": name, "problem": sheet.why_not} for _, name, sheet in read if sheet.why_not
    ]
    return [each for each in read if not each[2].why_not], problems or ([] if read else [_empty(file)])


def _empty(file: str) -> Problem:
    return {"file": file, "problem": "是空的"}


# --- values ----------------------------------------------------------------------------------------------------------


def _typed(
    sheets: Sequence[_Sheet], one: DepartmentList, survey: Survey, index: AreaIndex, changes: Changes
) -> pl.DataFrame:
    """The rows of a list: values (``unread …``: not understood), the 镇街 that they name, and the key."""
    lines = [
        {"file": file, "sheet": name, "row": line.number, "cell": _cell(sheet, line.number, one), **line.texts}
        for file, name, sheet in sheets
        for line in sheet.lines
    ]
    texts = pl.DataFrame(lines, schema=_ADDRESS | {column.name: pl.String() for column in one.columns})
    values, unread = [], []
    for column in one.columns:
        typed = read_values(_as_item(column), texts[column.name], None)
        values.append(typed.values.alias(column.name))
        unread.append(typed.unreadable.alias(f"unread {column.name}"))
    rows = texts.select(*_ADDRESS).hstack([*values, *unread])
    dates = [pl.lit(getattr(survey, name)).alias(name) for name in LIST_DATES]
    keyed = rows.with_columns(*dates, *_absent(one)).with_columns(**_keys(one, changes))
    codes = {text: code for text in keyed["town"].drop_nulls().unique() if (code := index.town_code(text))}
    # Of a 镇街 that is named and is none of the district's nobody can tell more than that it is another's.
    town = pl.col("town").replace_strict(codes, default=pl.when(pl.col("town").is_not_null()).then(pl.lit("")))
    return keyed.with_columns(town_code=town.cast(pl.String))


def _as_item(column: ListColumn) -> Item:
    return Item(column.name, column.label, column.type, subject="")


def _absent(one: DepartmentList) -> list[pl.Expr]:
    return [pl.lit(None, dtype=pl.String).alias(name) for name in ("name", "town") if name not in list_types(one)]


def _cell(sheet: SheetRead, row: int, one: DepartmentList) -> str:
    """Where the number stands that the row is known by, or should stand."""
    column = next(sheet.columns[column.name] for column in one.numbers if column.name in sheet.columns)
    return f"{xl_col_to_name(column)}{row}"


def _keys(one: DepartmentList, changes: Changes) -> dict[str, pl.Expr]:
    """By what each row's person is known; of a household's row the first number counts, a person's must agree."""
    read = [_identity(pl.col(column.name)).replace(today(changes)) for column in one.numbers]
    whole = pl.concat_list(read).list.drop_nulls()
    full = whole.list.filter(pl.element().str.len_chars() > OLD_LENGTH)
    best = pl.when(full.list.len() > 0).then(full).otherwise(whole)
    several = pl.lit(False) if one.household else best.list.n_unique() > 1
    filled = pl.any_horizontal(pl.col(c.name).is_not_null() | pl.col(f"unread {c.name}") for c in one.numbers)
    why = (
        pl.when(several)
        .then(pl.lit(_TWO_NUMBERS))
        .when(whole.list.len() == 0)
        .then(pl.when(filled).then(pl.lit(_BAD_NUMBER)).otherwise(pl.lit(_NO_NUMBER)))
    )
    return {"key": pl.when(~several).then(best.list.first()), "why": why}


def _identity(number: pl.Expr) -> pl.Expr:
    """The identity number that a number is or begins with, if it is sound; one of the first generation as it is."""
    born, day = birth_date(number), pl.concat_str([pl.lit("19"), number.str.slice(6, 6)])
    sound = checksum_ok(number) & (born <= pl.col("reference_date"))
    old = number.str.contains(rf"^[0-9]{{{OLD_LENGTH}}}$") & day.str.to_date("%Y%m%d", strict=False).is_not_null()
    return pl.when(sound).then(number.str.head(18)).when(old).then(number)


def _row_problems(rows: pl.DataFrame, one: DepartmentList) -> pl.DataFrame:
    """Rows whose number cannot be used, and other cells that are not understood."""
    place = [*_ADDRESS]
    numbers = rows.filter(pl.col("why").is_not_null()).select(*place, pl.col("why").alias("problem"))
    others = [column for column in one.columns if column.type not in NUMBER_TYPES]
    cells = [
        rows.filter(f"unread {column.name}").select(*place, problem=pl.lit(f"“{column.label}”{_BAD_VALUE}"))
        for column in others
    ]
    return pl.concat([numbers, *(part.with_columns(cell=pl.lit(None, dtype=pl.String)) for part in cells)])
