"""The command that follows a number of a table back to the people and the cells behind it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bishan_survey.cli.behind import NumberBehind, area_of_row, figure_behind
from bishan_survey.cli.chinese import ChineseCommand
from bishan_survey.cli.choosing import chosen, chosen_area, chosen_table
from bishan_survey.cli.examine import open_workspace
from bishan_survey.cli.options import JsonOption, WorkspaceArgument, finished, output_path
from bishan_survey.cli.show import Show
from bishan_survey.cli.unmask import UnmaskOption, must_have_reason, on_record, shown_to
from bishan_survey.errors import InternalError, UsageError

if TYPE_CHECKING:
    import polars as pl

    from bishan_survey.consolidation import CellKey
    from bishan_survey.model import AreaFrame, Design, TableShell
    from bishan_survey.tracing import Traced
    from bishan_survey.workspace import RunFolder

AreaOption = Annotated[
    str | None, typer.Option("--area", metavar="地区", help="哪个镇街或村（社区），名称或代码；不写就是全区。")
]
CsvOption = Annotated[
    Path | None,
    typer.Option("--csv", metavar="文件", help="另存为 .csv：每人的号码、单元格和内容。含个人信息，只有本人能读。"),
]
_SHOWN = 50
_MOST_DIFFERENT = 1e-6


def register(app: typer.Typer) -> None:
    """Add the command of this page."""
    app.command("explain", cls=ChineseCommand, epilog="例：bishan-survey explain 2025年调查 T06 三合镇 可以调查")(
        explain
    )


def explain(
    workspace: WorkspaceArgument,
    table: Annotated[str, typer.Argument(metavar="表", help="表号或表名，如 T06；或指标的编号，如 I05。")],
    row: Annotated[str, typer.Argument(metavar="行", help="行的名称或代码；行是地区的表和指标，写地区。")] = "合计",
    column: Annotated[
        str, typer.Argument(metavar="列", help="列的名称或代码；指标写“分子”“分母”或“说不清”。")
    ] = "合计",
    area: AreaOption = None,
    to: CsvOption = None,
    unmask: UnmaskOption = None,
    as_json: JsonOption = False,
) -> None:
    """查数：统计表或规划指标里的一个数是哪些人、哪些单元格。

    按最近一次夜间运行，列出计入这个数的每条记录在哪个村、哪个文件、哪一行，用到的各项在哪个单元格。
    指标写地区和“分子”“分母”或“说不清”；用了部门名单的，写明人在哪些名单里，数名单的列出名单的行。
    屏幕上不显示姓名、号码和答案；要看，加 --csv 另存，或加 --unmask 理由。两样都记入操作记录。
    """
    from bishan_survey.delivery import write_private_csv
    from bishan_survey.model import TableShell
    from bishan_survey.tracing import counted_units, private_list
    from bishan_survey.workspace import current_run

    must_have_reason(unmask)
    opened, design = open_workspace(workspace)
    to = output_path(to, ".csv")
    asked = chosen_table(table, design)
    run = current_run(opened)
    counting = counted_units(run.path, design, opened.settings.survey)
    if isinstance(asked, TableShell):
        number = _of_table(asked, (row, column, area), run, design, opened.areas, counting)
    else:
        number = figure_behind(asked, (row, column, area), run.path, design, opened.areas, counting)
    show, unmasked = shown_to(opened.root, unmask, "explain", number.found, as_json=as_json)
    _compare(show, run, design, number)
    people = private_list(number.traced, design, opened.areas) if unmasked else None
    _show(show, number, opened.areas, people)
    if to is not None:
        with finished(to) as beside:
            write_private_csv(beside, private_list(number.traced, design, opened.areas))
            on_record(opened.root, "explain --csv", number.found)
        show.remark(f"名单已写到 {to}。含个人信息，请妥善保管。")
    numbers = {"number": number.number, "published": number.published, "items": list(number.traced.items)}
    told = {} if people is None else {"people": people.to_dicts()}
    show.document("explain/1", {"run": run.id, **number.found, **numbers, "records": _documents(number.traced), **told})


def _of_table(
    shell: "TableShell",
    said: tuple[str, str, str | None],
    run: "RunFolder",
    design: "Design",
    areas: "AreaFrame",
    counting: "dict[str, pl.DataFrame]",
) -> NumberBehind:
    from bishan_survey.tracing import published_number, trace

    cell, names = _cell(shell, said, design, areas)
    _must_be_filled(shell, counting)
    traced = trace(run.path, design, counting, shell, cell)
    return NumberBehind(
        found={"table": shell.id, "area": cell.area, "row": cell.stub, "column": cell.column},
        title=f"{shell.id} {shell.title}",
        names=names,
        measure=shell.measure,
        about=[("统计范围", shell.universe)],
        traced=traced,
        number=traced.number,
        published=published_number(run.path, shell, cell),
    )


def _cell(
    shell: "TableShell", said: tuple[str, str, str | None], design: "Design", areas: "AreaFrame"
) -> "tuple[CellKey, tuple[str, ...]]":
    """Which number is meant, and how its area, row and column are called."""
    from bishan_survey.consolidation import TOTAL, CellKey, column_keys, head_codes, stub_codes

    row, column, area = said
    columns = dict(column_keys(head_codes(shell, design), shell.beside))
    key = chosen(column, columns, f"{shell.id}的列")
    if shell.stub is None:
        code, name = area_of_row(shell.id, row, area, design, areas)
        return CellKey(code, TOTAL, key), (name, columns[key])
    stubs = {TOTAL: "合计"} | {one.code: one.label for one in stub_codes(shell, design)}
    stub = chosen(row, stubs, f"{shell.id}的行")
    code, name = chosen_area(area, areas, design.layout)
    return CellKey(code, stub, key), (name, stubs[stub], columns[key])


def _must_be_filled(shell: "TableShell", counting: "dict[str, pl.DataFrame]") -> None:
    from bishan_survey.consolidation import variables_of

    known = counting[shell.unit].columns if shell.unit in counting else []
    missing = variables_of(shell) - {*known}
    if missing:
        raise UsageError(f"{shell.id} 没有编制：开放的调查表版本没有变量：{'、'.join(sorted(missing))}", "请换一张表")


def _compare(show: Show, run: "RunFolder", design: "Design", number: NumberBehind) -> None:
    """The records must add up to what was published; after a change of definitions it is said if they do not."""
    from bishan_survey.workspace import read_record

    changed = read_record(run)["design"] != design.digest
    told, published = number.number, number.published
    differs = published is not None and (told is None or abs(published - told) > _MOST_DIFFERENT)
    if differs and not changed:
        raise InternalError(f"名单合计{_written(told)}，与发布的{published:g}不符", "请重新运行 bishan-survey nightly")
    if changed:
        before = f"，发布的数是{published:g}" if differs else ""
        show.remark(f"提醒：这次运行以后改过定义{before}；这里按现在的定义列出，请重新运行 bishan-survey nightly。")


def _written(number: float | None) -> str:
    return "（不可计算）" if number is None else f"{number:,g}"


def _show(show: Show, number: NumberBehind, areas: "AreaFrame", people: "pl.DataFrame | None") -> None:
    """The number, and the places behind it; people with their numbers and answers where these may be seen."""
    traced = number.traced
    records = traced.records
    show.heading(number.title)
    show.pairs(
        [("哪个数", "，".join(number.names)), ("是多少", f"{_written(number.number)}（计量单位：{number.measure}）")]
    )
    show.pairs([*number.about, ("记录", records.height)])
    if records.is_empty():
        return
    import polars as pl

    show.pairs([("各项依次是", "、".join(traced.labels))])
    if people is None:
        show.table(*_listed(traced, areas))
    else:
        show.table(people.columns, people.head(_SHOWN).cast(pl.String).fill_null("").rows())
    if records.height > _SHOWN:
        show.remark(f"这里只列{_SHOWN}条，其余{records.height - _SHOWN}条请加 --csv 文件.csv 或 --json 看。")


def _listed(traced: "Traced", areas: "AreaFrame") -> tuple[list[str], list[tuple[object, ...]]]:
    """Heads and lines of the first records: place and cells; group and what is added, where that tells something."""
    from bishan_survey.consolidation import ADDS
    from bishan_survey.tracing import GROUP, LISTED, place_columns

    first = traced.records.head(_SHOWN)
    towns, villages, *places = place_columns(first, areas)
    called = [f"{town or ''}{village or '认不出'}" for town, village in zip(towns, villages, strict=True)]
    columns: dict[str, list[object]] = {"村（社区）": [*called]}
    columns |= {place.name: place.to_list() for place in places}
    if traced.records[GROUP].null_count() == 0:
        columns["户"] = first[GROUP].to_list()
    columns["单元格"] = traced.cell_texts(first).to_list()
    if traced.in_lists:
        columns["在哪些名单里"] = first[LISTED].to_list()
    if not (traced.records[ADDS] == 1).all(ignore_nulls=False):
        columns["计入"] = ["" if adds is None else f"{adds:g}" for adds in first[ADDS]]
    return [*columns], [*zip(*columns.values(), strict=True)]


def _documents(traced: "Traced") -> list[dict[str, Any]]:
    """The records for programs: places alone, nothing about anybody."""
    from bishan_survey.consolidation import ADDS
    from bishan_survey.tracing import GROUP

    cells: dict[tuple[Any, ...], dict[str, str | None]] = {}
    for file, sheet, row, item, cell in traced.cells.select("file", "sheet", "row", "item", "cell").iter_rows():
        cells.setdefault((file, sheet, row), {})[item] = cell
    return [
        {"village": village, "file": file, "sheet": sheet, "row": row, "group": group, "adds": adds}
        | {"cells": cells.get((file, sheet, row), {})}
        for village, file, sheet, row, group, adds in traced.records.select(
            "_village", "_file", "_sheet", "_row", GROUP, ADDS
        ).iter_rows()
    ]
