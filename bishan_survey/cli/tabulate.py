"""The command for tables that stand in no definition."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bishan_survey.cli.chinese import ChineseCommand
from bishan_survey.cli.choosing import chosen
from bishan_survey.cli.examine import open_workspace
from bishan_survey.cli.options import JsonOption, WorkspaceArgument, finished, output_path
from bishan_survey.cli.show import Show
from bishan_survey.errors import UsageError

if TYPE_CHECKING:
    from bishan_survey.delivery import TableGrid
    from bishan_survey.model import Design, TableShell

_UNITS = {"person": "人", "village": "村（社区）"}
_LEVELS = {"district": "全区", "town": "镇街", "village": "村（社区）"}
_ID = "交叉表"


def register(app: typer.Typer) -> None:
    """Add the command of this page."""
    example = "例：bishan-survey tabulate 2025年调查 --rows 受教育程度 --columns 年龄段"
    app.command("tabulate", cls=ChineseCommand, epilog=example)(tabulate)


def tabulate(
    workspace: WorkspaceArgument,
    rows: Annotated[
        str | None, typer.Option("--rows", metavar="变量", help="行：变量名或中文名；不写就是地区。")
    ] = None,
    columns: Annotated[
        str | None, typer.Option("--columns", metavar="变量", help="列：可写几个，用逗号隔开，从外到内。")
    ] = None,
    beside: Annotated[bool, typer.Option("--beside", help="几个列变量并列，不一层套一层。")] = False,
    where: Annotated[
        str | None, typer.Option("--where", metavar="条件", help="只统计符合条件的，写法同定义中的 SQL。")
    ] = None,
    unit: Annotated[str, typer.Option("--unit", metavar="单位", help="统计什么：人、户或村（社区）。")] = "人",
    areas: Annotated[
        str, typer.Option("--areas", metavar="级别", help="列出哪几级地区：全区、镇街、村（社区），用逗号隔开。")
    ] = "全区",
    to: Annotated[Path | None, typer.Option("--csv", metavar="文件", help="另存为 .csv，只有本人能读。")] = None,
    as_json: JsonOption = False,
) -> None:
    """自己做交叉表：按任意的变量统计。

    按最近一次夜间运行中计入的记录，合计与各部分照样核对。没有作小数抑制，只供内部使用。
    """
    from bishan_survey.tracing import counted_units, tabulated
    from bishan_survey.workspace import current_run

    opened, design = open_workspace(workspace)
    to = output_path(to, ".csv")
    shell = _shell(design, (rows, columns, beside), where, unit, areas)
    run = current_run(opened)
    grid = tabulated(counted_units(run.path, design, opened.settings.survey), design, shell, opened.areas)
    show = Show(as_json)
    show.heading(shell.title)
    show.pairs([("范围", shell.universe), ("计量单位", shell.measure), ("性质", "内部资料，未作小数抑制，不得公开")])
    show.table([*grid.row_labels, *grid.column_labels], _lines(grid), whole=True)
    small = _small(show, grid)
    if to is not None:
        _save(to, grid)
        show.remark(f"已写到 {to}，只供内部使用。")
    asked = {"run": run.id, "unit": shell.unit, "rows": shell.stub, "columns": list(shell.head), "where": where}
    show.document("tabulate/1", {**asked, "beside": beside, "small": small, **_document(grid)})


def _shell(
    design: "Design", dimensions: tuple[str | None, str | None, bool], where: str | None, unit: str, areas: str
) -> "TableShell":
    """The table that is asked for."""
    from bishan_survey.design import unit_types
    from bishan_survey.model import TableShell

    rows, columns, beside = dimensions
    units = _UNITS | {grouping.unit: grouping.label for grouping in design.groupings}
    counted = chosen(unit, units, "单位")
    coded = design.variable_codes.keys() & (unit_types(design, counted) or {}).keys()
    options = {name: label for name, label in design.variable_labels.items() if name in coded}
    stub = chosen(rows, options, "可以分组的变量") if rows else None
    head = tuple(chosen(name, options, "可以分组的变量") for name in _listed(columns or ""))
    if not (stub or head):
        raise UsageError("没有写按什么分", "请写 --rows 变量 或 --columns 变量，例如 --rows 受教育程度")
    labels = [options[name] for name in (stub, *head) if name]
    return TableShell(
        id=_ID,
        title=f"按{'、'.join(labels)}分的{units[counted]}",
        unit=counted,
        where=where or "TRUE",
        universe=f"计入的记录中，{where}" if where else "全部计入的记录",
        subject=_ID,
        measure={"person": "人", "village": "个"}.get(counted, units[counted]),
        stub=stub,
        head=head,
        beside=beside,
        areas=tuple(chosen(level, _LEVELS, "地区级别") for level in _listed(areas)) or ("district",),
    )


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.replace("，", ",").replace("、", ",").split(",") if part.strip()]


def _lines(grid: "TableGrid") -> list[tuple[object, ...]]:
    return [(row.area_name, *((row.stub.label,) if row.stub else ()), *row.values) for row in grid.rows]


def _small(show: Show, grid: "TableGrid") -> int:
    """How many numbers are so small that they may tell of somebody; it is said if there are any."""
    from bishan_survey.design import load_defaults

    most = load_defaults().small_count
    small = sum(value is not None and 0 < value <= most for row in grid.rows for value in row.values)
    if small:
        show.remark(f"提醒：有{small}个数在1到{most}之间，可能认出是谁，请不要公开，也不要转发。")
    return small


def _save(to: Path, grid: "TableGrid") -> None:
    import polars as pl

    from bishan_survey.delivery import write_private_csv

    codes = [row.area for row in grid.rows]
    labels = ["地区代码", *grid.row_labels, *grid.column_labels]
    columns = [codes, *zip(*_lines(grid), strict=True)]
    with finished(to) as beside:
        write_private_csv(
            beside, pl.DataFrame([pl.Series(label, [*values]) for label, values in zip(labels, columns, strict=True)])
        )


def _document(grid: "TableGrid") -> dict[str, Any]:
    return {
        "head": [{"key": key, "label": label} for key, label in grid.table.head],
        "cells": [
            {"level": row.level, "area": row.area, "area_name": row.area_name, "values": row.values}
            | ({"code": row.stub.code, "label": row.stub.label} if row.stub else {})
            for row in grid.rows
        ],
    }
