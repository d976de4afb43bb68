"""The command that looks at what came into a workspace, and publishes nothing: ingest; and how findings are shown."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bishan_survey.cli.chinese import ChineseCommand
from bishan_survey.cli.options import JsonOption, output_path, overrides
from bishan_survey.cli.show import Show, ShownProgress
from bishan_survey.cli.volume import working
from bishan_survey.errors import EXIT_CLEAN, UnusableFilesError, UsageError

if TYPE_CHECKING:
    import polars as pl

    from bishan_survey.model import AreaFrame, Design
    from bishan_survey.record import Examined
    from bishan_survey.workspace import Workspace

_SHOWN = 30


def register(app: typer.Typer) -> None:
    """Add the command of this page."""
    app.command("ingest", cls=ChineseCommand, epilog="例：bishan-survey ingest 2025年调查")(ingest)


def open_workspace(folder: Path) -> "tuple[Workspace, Design]":
    """The workspace of a command, and the definitions."""
    from bishan_survey.design import load_design
    from bishan_survey.workspace import Workspace

    design = load_design()
    return Workspace.open(folder, frozenset(design.questionnaires), overrides()), design


def examined_workspace(folder: Path) -> "tuple[Examined, Workspace]":
    """What came into a workspace, taken in and checked, and the workspace."""
    from datetime import datetime

    from bishan_survey.nightly import examine

    workspace, design = open_workspace(folder)
    with workspace.locked(), ShownProgress() as progress:
        return examine(workspace, design, datetime.now().astimezone(), progress), workspace


@working
def ingest(
    workspace: Annotated[
        Path | None,
        typer.Argument(metavar="工作区", help="工作区文件夹（其中有 survey.toml）；只用 --explain 时可以不写。"),
    ] = None,
    explain: Annotated[
        Path | None,
        typer.Option("--explain", metavar="文件", help="只看这一个文件是怎样读的：哪一列读作什么，凭什么。"),
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option("--map", metavar="文件", help="认定表头的写法（CSV：报送单位,表头,项目），以后一直有效。"),
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="文件", help="与 --explain 同用：把认不准的表头写成待认定的 CSV。")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """收表：归档并读出收件夹中的文件。

    列出读不了的文件、认不出的列、还没有报送的村（社区），以及迟报、重报的。不改动已发布的结果。

    表头认不准时：先用 --explain 看一个文件，加 --to 得到待认定的表头，填好“项目”一列，再用 --map 认定。
    """
    show = Show(as_json)
    if explain is not None:
        raise typer.Exit(_explain(workspace, explain, output_path(to, ".csv"), show))
    if workspace is None or to is not None:
        raise UsageError("要写工作区；--to 只与 --explain 同用", "例如：bishan-survey ingest 2025年调查")
    if mapping is not None:
        _approve(workspace, mapping, show)
    _ingest(workspace, show)


def _explain(folder: Path | None, path: Path, to: Path | None, show: Show) -> int:
    """Show how one file is read, as the workspace would read it or, without one, as by default."""
    from bishan_survey.cli.explain import explain_file
    from bishan_survey.design import load_defaults, load_design
    from bishan_survey.intake import Known
    from bishan_survey.office import known_of

    _must_be_file(path)
    if folder is not None:
        opened, design = open_workspace(folder)
        survey, areas, known = opened.settings.survey, opened.areas, known_of(opened, design)
    else:
        design, defaults = load_design(), load_defaults()
        survey, areas, known = defaults.survey(design, None, None), defaults.areas(), Known()
    usable = explain_file(path, to, show, design, survey, areas, known)
    return EXIT_CLEAN if usable else UnusableFilesError.exit_code


def _must_be_file(path: Path) -> None:
    if not path.is_file():
        raise UsageError(f"找不到文件 {path}", "请核对路径和文件名")


def _approve(folder: Path, mapping: Path, show: Show) -> None:
    from bishan_survey.cli.explain import approve_mappings

    _must_be_file(mapping)
    opened, design = open_workspace(folder)
    with opened.locked():
        lines, kept = approve_mappings(opened, design, mapping)
    show.remark(f"认定了{lines}种表头的写法；工作区现在共有{kept}种，见 {opened.mappings}")


def _ingest(workspace: Path, show: Show) -> None:
    """Take in, and tell what came and what is missing."""
    from bishan_survey.record import coverage_pairs, missing_pairs, summary

    examined, opened = examined_workspace(workspace)
    show.heading("收到的表")
    show.pairs([*coverage_pairs(examined.coverage), *missing_pairs(examined.coverage)])
    show.pairs([("略过的文件（临时文件等）", examined.passed_over), ("读入的行", examined.ledger.read)])
    _show_returns(show, examined.batch.returns, opened.areas)
    about_files = examined.batch.findings.filter(records=0)
    show_findings(show, about_files)
    told = {"file_findings": about_files.drop("value").to_dicts(), "returns": examined.batch.returns.to_dicts()}
    show.document("ingest/1", {**summary(examined), **told})
    raise typer.Exit(UnusableFilesError.exit_code if examined.coverage.unusable else EXIT_CLEAN)


def _show_returns(show: Show, returns: "pl.DataFrame", areas: "AreaFrame") -> None:
    """Villages of which something came that needs attention, who are only late last; the silent are named above."""
    import polars as pl

    from bishan_survey.delivery import register_sheet

    odd = pl.col("status").is_in(["empty", "unusable"]) | pl.col("superseded").is_not_null()
    weight = (pl.col("status") == "reported", pl.col("superseded").is_null())
    ranked = returns.filter(odd).sort(*weight, maintain_order=True)
    named = register_sheet(ranked, areas).frame.fill_null("")
    if named.is_empty():
        return
    columns = ("镇街", "村（社区）", "报送情况", "是否迟报", "首次收到", "计入的文件", "被代替的文件")
    show.table(columns, named.select(columns).head(_SHOWN).rows())
    if named.height > _SHOWN:
        show.remark(f"这里只列{_SHOWN}个村（社区），其余{named.height - _SHOWN}个见夜间运行结果中的 收表台账.csv。")


def _place(finding: dict[str, object]) -> str:
    """A finding's place where it has no cell: its row, a column that is missing, the file as a whole."""
    if finding["row"]:
        return f"第{finding['row']}行"
    return "整列缺失" if finding["records"] else "整个文件"


def show_findings(show: Show, findings: "pl.DataFrame", most: int | None = _SHOWN, *, values: bool = False) -> None:
    """The weightiest findings (``None``: all); what people answered if it may be seen. A cut is said aloud."""
    import polars as pl

    from bishan_survey.delivery import SEVERITIES

    if findings.is_empty():
        return
    order = pl.col("severity").replace_strict({s: n for n, s in enumerate(SEVERITIES)}, return_dtype=pl.Int8)
    ranked = findings.sort(order, "file", "sheet", "row", "cell", "rule", nulls_last=True)
    rows = [
        (
            SEVERITIES[r["severity"]],
            r["file"],
            r["cell"] or _place(r),
            r["rule"],
            r["message"],
            *([r["value"] or ""] if values else []),
        )
        for r in ranked.head(most or findings.height).iter_rows(named=True)
    ]
    show.table(("程度", "文件", "单元格", "规则", "问题", *(["原填内容"] if values else [])), rows)
    if findings.height > len(rows):
        show.remark(
            f"这里只列最要紧的{len(rows)}处，其余{findings.height - len(rows)}处见问题清单"
            "（加 --to 文件.xlsx，或看夜间运行的结果）。"
        )
