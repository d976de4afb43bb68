"""Commands that look at the runs of a workspace: runs list, runs show, runs diff."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bishan_survey.cli.chinese import ChineseCommand, ChineseGroup
from bishan_survey.cli.examine import open_workspace
from bishan_survey.cli.options import JsonOption, WorkspaceArgument
from bishan_survey.cli.show import Show
from bishan_survey.errors import UsageError, WorkspaceError

if TYPE_CHECKING:
    import polars as pl

    from bishan_survey.workspace import KeptRun, Workspace

runs_app = typer.Typer(cls=ChineseGroup, help="各次夜间运行：有哪些，变了什么。", invoke_without_command=True)
RunArgument = Annotated[str | None, typer.Argument(metavar="运行编号", help="哪一次；不写就是当前的。")]
_SHOWN = 20
_CHANGES = {
    "returned": "新报送",
    "changed": "有变化",
    "gone": "没有了",
    "new": "新增",
    "status": "变了",
    "accepted": "计入",
    "held": "暂不计入",
    "duplicate": "重复",
    "superseded": "被代替",
}
_ROWS = {
    "read": "读入",
    "accepted": "计入",
    "held": "暂不计入",
    "duplicate": "重复",
    "superseded": "被代替",
    "not_a_record": "非记录",
}
_PARTS = {
    "villages": ("村（社区）的报送", ("镇街", "村（社区）", "变化", "原来", "现在", "原来的记录", "现在的记录")),
    "persons": ("人（只写编号）", ("编号", "村（社区）", "变化", "原来", "现在")),
    "cells": ("统计表的数", ("表", "地区", "行", "列", "原来", "现在")),
    "indicators": ("指标", ("指标", "口径", "地区", "原来", "现在")),
}
_COLUMNS = {
    "villages": ("town", "name", "change", "was", "now", "records_was", "records_now"),
    "persons": ("person", "village", "change", "was", "now"),
    "cells": ("table", "area_name", "row_label", "column_label", "was", "now"),
    "indicators": ("title", "variant", "area", "was", "now"),
}


def register(app: typer.Typer) -> None:
    """Add the commands of this page."""
    app.add_typer(runs_app, name="runs")
    runs_app.callback()(_runs)
    runs_app.command("list", cls=ChineseCommand, epilog="例：bishan-survey runs list 2025年调查")(list_)
    runs_app.command("show", cls=ChineseCommand, epilog="例：bishan-survey runs show 2025年调查")(show)
    runs_app.command("diff", cls=ChineseCommand, epilog="例：bishan-survey runs diff 2025年调查")(diff)


def _runs(context: typer.Context) -> None:
    """各次夜间运行：有哪些，变了什么。"""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def list_(workspace: WorkspaceArgument, as_json: JsonOption = False) -> None:
    """每次运行：编号、时间、报送、记录、问题，哪一次是当前的。"""
    _, runs = _opened(workspace)
    lines = [_line(run) for run in runs]
    page = Show(as_json)
    page.heading(f"{len(lines)}次运行")
    heads = ("编号", "开始", "已报送的村（社区）", "计入", "暂不计入", "必须改正", "请核实", "状态")
    page.table(heads, [_row(line) for line in lines])
    page.document("runs/1", {"runs": lines})


def _line(run: "KeptRun") -> dict[str, Any]:
    record = run.record or {}
    rows, villages = record.get("rows", {}), record.get("villages", {})
    return {
        "id": run.folder.id,
        "started": record.get("started"),
        "current": run.current,
        "record": run.record is not None,
        "reported": villages.get("reported"),
        "accepted": rows.get("accepted"),
        "held": rows.get("held"),
        "findings": record.get("findings"),
    }


def _row(line: dict[str, Any]) -> tuple[object, ...]:
    found = line["findings"]
    weights = [None if found is None else found.get(weight, 0) for weight in ("hard", "soft")]
    state = "当前" if line["current"] else ""
    told = (line["started"], line["reported"], line["accepted"], line["held"], *weights)
    known = ["不知道" if one is None else one for one in told]
    return (line["id"], *known, state if line["record"] else "、".join(filter(None, (state, "运行记录损坏或没有"))))


def show(workspace: WorkspaceArgument, run: RunArgument = None, as_json: JsonOption = False) -> None:
    """一次运行的记录，用话说出来。

    默认是当前的一次。
    """
    from bishan_survey.workspace import current_run, run_named

    opened, runs = _opened(workspace)
    chosen = run_named(runs, run or current_run(opened).id)
    record = chosen.record
    if record is None:
        raise WorkspaceError(f"运行 {chosen.folder.id} 的 run.json 已损坏或没有", "请从备份中恢复这个文件")
    page = Show(as_json)
    page.heading(f"运行 {chosen.folder.id}{'（当前）' if chosen.current else ''}")
    page.pairs([pair for pair in _pairs(record) if pair[1] is not None])
    page.document("runs-show/1", {"current": chosen.current, "record": record})


def _pairs(record: dict[str, Any]) -> list[tuple[str, object]]:
    """A run's record in words; what an older program did not record is ``None``."""
    from bishan_survey.delivery import SEVERITIES

    rows, found, villages = (record.get(name, {}) for name in ("rows", "findings", "villages"))
    files, inputs, tables = record.get("files", {}), record.get("inputs"), record.get("tables")
    return [
        ("开始", record.get("started")),
        ("程序", record.get("program")),
        ("定义指纹", record.get("design")),
        ("应报送的村（社区）", villages.get("expected")),
        ("已报送", villages.get("reported")),
        ("收到的文件", files.get("received")),
        ("其中无法使用", files.get("unusable")),
        ("记有哈希的原件", None if inputs is None else len(inputs)),
        *((label, rows.get(name)) for name, label in _ROWS.items()),
        *((label, found.get(weight, 0)) for weight, label in SEVERITIES.items()),
        ("编制的表", None if tables is None else len(tables)),
        ("退表", record.get("returned")),
    ]


def diff(
    workspace: WorkspaceArgument,
    old: Annotated[str | None, typer.Argument(metavar="从哪一次", help="运行编号；不写就是最近两次。")] = None,
    new: Annotated[str | None, typer.Argument(metavar="到哪一次", help="运行编号；不写就是当前的。")] = None,
    as_json: JsonOption = False,
) -> None:
    """两次运行之间变了什么。

    村（社区）的报送、人（只写编号）、统计表的数、指标。每样列前20处；加 --json 是全部。
    """
    from bishan_survey.history import difference

    opened, runs = _opened(workspace)
    before, after = _two(opened, runs, old, new)
    found = difference(before.folder, after.folder)
    page = Show(as_json)
    page.heading(f"从 {found.old} 到 {found.new}")
    parts: dict[str, pl.DataFrame | None] = {name: getattr(found, name) for name in _PARTS}
    for name, frame in parts.items():
        _show_part(page, name, frame)
    told = {name: None if frame is None else frame.to_dicts() for name, frame in parts.items()}
    page.document("runs-diff/1", {"old": found.old, "new": found.new, **told})


def _two(workspace: "Workspace", runs: "list[KeptRun]", old: str | None, new: str | None) -> "tuple[KeptRun, KeptRun]":
    """The runs to compare: those that are named, or the current one and the one before it."""
    from bishan_survey.workspace import current_run, run_named

    after = run_named(runs, new or current_run(workspace).id)
    if old is not None:
        return run_named(runs, old), after
    before = runs[: runs.index(after)]
    if not before:
        raise UsageError(f"{after.folder.id} 以前没有别的运行，没有可比的", "再运行一次 nightly 以后再比")
    return before[-1], after


def _show_part(page: Show, name: str, frame: "pl.DataFrame | None") -> None:
    title, heads = _PARTS[name]
    if frame is None:
        page.heading(f"{title}：有一次运行没有这一部分（旧版程序，或已删去），没有比较")
        return
    cut = f"，下面是前{_SHOWN}处，全部见 --json" if frame.height > _SHOWN else ""
    page.heading(f"{title}：{frame.height:,}处不同{cut}")
    page.table(heads, [tuple(map(_said, row)) for row in frame.select(_COLUMNS[name]).head(_SHOWN).iter_rows()])


def _said(value: object) -> str:
    """A value in words: a count without decimals, nothing as a dash."""
    if value is None:
        return "——"
    if isinstance(value, float):
        return f"{value:,.10g}"
    return _CHANGES.get(str(value), str(value))


def _opened(folder: Any) -> "tuple[Workspace, list[KeptRun]]":
    from bishan_survey.workspace import kept_runs

    opened, _ = open_workspace(folder)
    return opened, kept_runs(opened)
