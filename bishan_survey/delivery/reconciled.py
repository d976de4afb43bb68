"""Who says what: departments' lists beside the survey's own answers (部门比对), for both sides, by 镇街."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import polars as pl
from xlsxwriter import Workbook

from bishan_survey.delivery.indicators import ROWS, list_counts
from bishan_survey.delivery.lists import ListSheet, named_town, town_name, village_name, write_list
from bishan_survey.delivery.private import write_private_csv
from bishan_survey.delivery.styles import Styles
from bishan_survey.model import AreaFrame, Batch, Departments, ListCheck, RowStatus, Survey
from bishan_survey.private import create_private
from bishan_survey.towns import Sight, sight_of

RECONCILED_BOOK, _TABLE = "部门比对.xlsx", "reconciled.csv"
_ONLY_SURVEY, _ONLY_LIST, _UNANSWERED = "调查说有，名单里没有", "名单里有，调查说没有", "名单里有，调查没有回答"
_BOTH, _NEITHER = "都有", "都没有"
_NO_TOWN = "（不知是哪个镇街）"
_OTHER_NAME = "号码对上，姓名不同"
_SIDES = {
    _BOTH: pl.col("said") & pl.col("listed"),
    _ONLY_SURVEY: pl.col("said") & ~pl.col("listed"),
    _ONLY_LIST: ~pl.col("said") & pl.col("listed"),
    _NEITHER: ~pl.col("said") & ~pl.col("listed"),
    _UNANSWERED: pl.col("said").is_null() & pl.col("listed"),
}


def by_town(departments: Departments, areas: AreaFrame) -> pl.DataFrame:
    """How many persons each side has, for every list and 镇街. It names nobody."""
    parts = []
    for check in departments.checks:
        named = check.answers.with_columns(镇街=town_name(areas).fill_null(_NO_TOWN))
        counts = [side.fill_null(False).sum().cast(pl.Int64).alias(label) for label, side in _SIDES.items()]
        towns = named.group_by("town", "镇街").agg(counts).sort("town", nulls_last=True).drop("town")
        whole = named.select(pl.lit(areas.district).alias("镇街"), *counts)
        parts.append(pl.concat([whole.head(1), towns]).select(pl.lit(check.read.list.title).alias("名单"), pl.all()))
    empty = {"名单": pl.String(), "镇街": pl.String(), **dict.fromkeys(_SIDES, pl.Int64())}
    return pl.concat([pl.DataFrame(schema=empty), *parts])


def persons_apart(departments: Departments, areas: AreaFrame) -> pl.DataFrame:
    """Persons of whom the two sides say different things."""
    parts = [pl.DataFrame(schema=_APART)]
    for check in departments.checks:
        told = [pl.when(_SIDES[side]).then(pl.lit(side)) for side in (_ONLY_SURVEY, _ONLY_LIST, _UNANSWERED)]
        apart = check.answers.with_columns(kind=pl.coalesce(told)).filter(pl.col("kind").is_not_null())
        parts.append(
            apart.sort("town", "village", "kind", "file", "sheet", "row", nulls_last=True).select(
                pl.lit(check.read.list.title).alias("名单"),
                pl.col("kind").alias("情况"),
                town_name(areas).alias("镇街"),
                village_name(areas).alias("村（社区）"),
                pl.col("name").alias("姓名"),
                pl.col("person_key").alias("身份号码"),
                *_place(),
            )
        )
    return pl.concat(parts)


def rows_apart(departments: Departments, areas: AreaFrame) -> pl.DataFrame:
    """Rows of lists that stand beside nobody who counts, or beside somebody of another name."""
    return pl.concat([pl.DataFrame(schema=_ROWS), *(_rows_apart(check, areas) for check in departments.checks)])


def _rows_apart(check: ListCheck, areas: AreaFrame) -> pl.DataFrame:
    another = pl.col("name").is_not_null() & (pl.col("name") != pl.col("found_name")) & ~_household(check)
    matched = pl.col("status") == RowStatus.MATCHED.value
    words = pl.col("status").replace_strict({s.value: t for s, t in ROWS.items()}, return_dtype=pl.String)
    kind = pl.when(~matched).then(words).when(another).then(pl.lit(_OTHER_NAME))
    numbers = pl.coalesce(pl.col(column.name) for column in check.read.list.numbers)
    told = check.rows.with_columns(kind=kind).filter(pl.col("kind").is_not_null())
    return told.sort("kind", "found_town", "file", "sheet", "row", nulls_last=True).select(
        pl.lit(check.read.list.title).alias("名单"),
        pl.col("kind").alias("情况"),
        pl.coalesce(named_town(pl.coalesce("found_town", "town_code"), areas), "town").alias("镇街"),
        pl.col("name").alias("名单上的姓名"),
        numbers.alias("名单上的号码"),
        pl.col("found_name").alias("调查表上的姓名"),
        pl.col("why").alias("说明"),
        *_place(),
        pl.col("cell").alias("单元格"),
    )


def _household(check: ListCheck) -> pl.Expr:
    """Whether the name need not be the person's: a household's row may be the head's."""
    return pl.lit(check.read.list.household)


def _place() -> list[pl.Expr]:
    return [pl.col(name).alias(label) for name, label in (("file", "文件"), ("sheet", "工作表"), ("row", "行"))]


_PLACE = {"文件": pl.String(), "工作表": pl.String(), "行": pl.Int64()}
_APART = dict.fromkeys(("名单", "情况", "镇街", "村（社区）", "姓名", "身份号码"), pl.String()) | _PLACE
_ROWS = (
    dict.fromkeys(("名单", "情况", "镇街", "名单上的姓名", "名单上的号码", "调查表上的姓名", "说明"), pl.String())
    | _PLACE
    | {"单元格": pl.String()}
)


def list_problems(departments: Departments) -> pl.DataFrame:
    """What could not be read of the lists."""
    labels = {"file": "文件", "sheet": "工作表", "row": "行", "cell": "单元格", "problem": "问题"}
    told = [read.problems.select(pl.lit(read.list.title).alias("名单"), *labels) for read in departments.lists]
    schema = {"名单": pl.String(), **dict.fromkeys(labels, pl.String()), "row": pl.Int64()}
    return pl.concat([pl.DataFrame(schema=schema), *told]).rename(labels)


def write_reconciled(folder: Path, departments: Departments, areas: AreaFrame, survey: Survey) -> None:
    """The workbook and the list of persons, which carry people's data; nothing where there are no lists."""
    if not departments.lists:
        return
    write_reconciled_book(create_private(folder / RECONCILED_BOOK), departments, areas, survey)
    write_private_csv(folder / _TABLE, persons_apart(departments, areas))


def write_reconciled_towns(
    folder: Path, departments: Departments, batch: Batch, areas: AreaFrame, survey: Survey
) -> None:
    """For every 镇街 its own people of whom the two sides say different things; nothing where there are no lists.

    Args:
        folder: with a folder for each 镇街.
        departments: the district's comparison.
        batch: for the files that a 镇街 may be told of.
        areas: the villages.
        survey: the round of the survey.
    """
    for code, name in areas.towns.items() if departments.lists else ():
        own = _of_town(departments, sight_of(batch, code, areas))
        path = create_private(folder / name / f"{name}{RECONCILED_BOOK}")
        _write_book(path, [_persons_sheet(own, areas)], f"{survey.title} {name} 部门比对", survey)


def _of_town(departments: Departments, sight: Sight) -> Departments:
    """What lists say of a 镇街's own people, without the names of others' files; their rows stay with the district."""
    checks = [
        replace(check, answers=check.answers.filter(town=sight.town).with_columns(sight.named()))
        for check in departments.checks
    ]
    return replace(departments, checks=tuple(checks))


def write_reconciled_book(path: Path, departments: Departments, areas: AreaFrame, survey: Survey) -> None:
    """Write the workbook. Equal comparisons give equal bytes."""
    _write_book(path, _sheets(departments, areas), f"{survey.title} 部门比对", survey)


def _write_book(path: Path, parts: Sequence[ListSheet], title: str, survey: Survey) -> None:
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(str(path), options) as workbook:
        created = datetime.combine(survey.reference_date, datetime.min.time())
        workbook.set_properties({"title": title, "created": created})
        styles = Styles(workbook)
        for part in parts:
            write_list(workbook, styles, part)


def _sheets(departments: Departments, areas: AreaFrame) -> Sequence[ListSheet]:
    return [
        ListSheet("小结", (24, 14, 8, 10, 8, *(12 for _ in ROWS)), list_counts(departments)),
        ListSheet("各镇街", (24, 22, 10, 16, 16, 10, 16), by_town(departments, areas)),
        _persons_sheet(departments, areas),
        ListSheet("名单里对不上的行", (24, 24, 14, 14, 26, 14, 28, 40, 14, 8, 10), rows_apart(departments, areas)),
        ListSheet("读不懂的", (24, 36, 16, 8, 10, 40), list_problems(departments)),
    ]


def _persons_sheet(departments: Departments, areas: AreaFrame) -> ListSheet:
    return ListSheet("说法不同的人", (24, 24, 14, 26, 12, 24, 40, 14, 8), persons_apart(departments, areas))
