"""Commands that look at what came in, and publish nothing: ingest, validate, dedupe."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bishan_survey.cli.chinese import ChineseCommand
from bishan_survey.cli.options import (
    EditionOption,
    JsonOption,
    ToOption,
    WorkspaceArgument,
    YearOption,
    finished,
    finished_folder,
    new_folder,
    output_path,
)
from bishan_survey.cli.show import Show, ShownProgress
from bishan_survey.errors import EXIT_CLEAN, EXIT_HARD_FINDINGS, UnusableFilesError, UsageError

if TYPE_CHECKING:
    import polars as pl

    from bishan_survey.intake import Submission
    from bishan_survey.model import AreaFrame, Batch, Design, Survey
    from bishan_survey.nightly import Examined
    from bishan_survey.workspace import Workspace

_SHOWN = 30


def register(app: typer.Typer) -> None:
    """Add the commands of this page."""
    app.command("ingest", cls=ChineseCommand, epilog="例：bishan-survey ingest 2025年调查")(ingest)
    app.command("validate", cls=ChineseCommand, epilog="例：bishan-survey validate 大旺社区.xlsx --to 问题清单.xlsx")(
        validate
    )
    app.command("dedupe", cls=ChineseCommand, epilog="例：bishan-survey dedupe 2025年调查")(dedupe)


def open_workspace(folder: Path) -> "tuple[Workspace, Design]":
    """The workspace of a command, and the definitions."""
    from bishan_survey.design import load_design
    from bishan_survey.workspace import Workspace

    design = load_design()
    return Workspace.open(folder, frozenset(design.questionnaires)), design


def _examined(folder: Path) -> "tuple[Examined, Workspace]":
    from datetime import datetime

    from bishan_survey.nightly import examine

    workspace, design = open_workspace(folder)
    with workspace.locked(), ShownProgress() as progress:
        return examine(workspace, design, datetime.now().astimezone(), progress), workspace


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
    from bishan_survey.nightly import known_of

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
    from bishan_survey.nightly import coverage_pairs, missing_pairs, summary

    examined, opened = _examined(workspace)
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


def validate(
    paths: Annotated[
        list[Path], typer.Argument(metavar="文件或工作区…", help="表格文件、装有表格的文件夹，或一个工作区。")
    ],
    to: ToOption = None,
    back: Annotated[
        Path | None,
        typer.Option("--return", metavar="文件夹", help="为有问题的每个文件写一份退表：问题标在格子上，改完可再报。"),
    ] = None,
    edition: EditionOption = None,
    year: YearOption = None,
    as_json: JsonOption = False,
) -> None:
    """查错：哪个单元格有什么问题、怎么改。

    可以查单个文件、一个文件夹或整个工作区。有必须改正的问题时退出码为1。屏幕上不显示个人信息；
    加 --to 得到完整的问题清单，加 --return 得到退给村里改的表。
    """
    from bishan_survey.delivery import SEVERITIES, write_findings

    to = output_path(to, ".xlsx")
    if back is not None:
        new_folder(back)
    batch, areas, survey = _validated(paths, edition, year)
    findings = batch.findings
    hard = findings.filter(severity="hard").height
    show = Show(as_json)
    show.heading(f"查了{batch.sources.height}个文件，发现{findings.height}处")
    show.pairs([(label, findings.filter(severity=weight).height) for weight, label in SEVERITIES.items()])
    show_findings(show, findings)
    if to is not None:
        with finished(to) as beside:
            write_findings(beside, batch, areas, survey)
        show.remark(f"问题清单已写到 {to}（含个人信息，请妥善保管）")
    if back is not None:
        count = _hand_back(back, batch, areas, survey)
        show.remark(f"退表{count}份已写到 {back}（含个人信息，请只发给有关的镇街和村）")
    show.document("validate/1", _findings_document(batch))
    if not batch.sources["usable"].all():
        raise typer.Exit(UnusableFilesError.exit_code)
    raise typer.Exit(EXIT_HARD_FINDINGS if hard else EXIT_CLEAN)


def _hand_back(folder: Path, batch: "Batch", areas: "AreaFrame", survey: "Survey") -> int:
    """Write the workbooks that go back to villages; how many there are."""
    from bishan_survey import __version__
    from bishan_survey.design import load_design
    from bishan_survey.forms import write_returns

    with finished_folder(folder) as beside:
        return len(write_returns(beside, batch, load_design(), survey, areas, __version__))


def _validated(paths: list[Path], edition: str | None, year: int | None) -> "tuple[Batch, AreaFrame, Survey]":
    from bishan_survey.design import load_defaults, load_design
    from bishan_survey.nightly import examine_files

    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise UsageError(f"找不到：{'、'.join(missing)}", "请核对路径和文件名")
    if any((path / "survey.toml").is_file() for path in paths):
        if len(paths) > 1 or edition or year:
            raise UsageError("工作区要单独写，版本和年份按它的 survey.toml", "请分开运行")
        examined, workspace = _examined(paths[0])
        return examined.batch, workspace.areas, workspace.settings.survey
    design, defaults = load_design(), load_defaults()
    survey, areas = defaults.survey(design, edition, year), defaults.areas()
    with ShownProgress() as progress:
        return examine_files(submissions_at(paths), design, survey, areas, progress), areas, survey


def submissions_at(paths: list[Path]) -> "list[Submission]":
    """The files at some paths; those in folders by their path below the folder's own name."""
    from bishan_survey.intake import submission_of
    from bishan_survey.reading.incoming import is_dropping

    named = {path.resolve(): path.name for path in paths if path.is_file()}
    for folder in (path for path in paths if path.is_dir()):
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            if not is_dropping(path.relative_to(folder).as_posix()):
                named.setdefault(path.resolve(), path.relative_to(folder.parent).as_posix())
    if not named:
        raise UsageError("没有可查的文件", "请核对文件夹里有没有表格")
    return [submission_of(path, name) for path, name in named.items()]


def _findings_document(batch: "Batch") -> dict[str, object]:
    """Findings for machines: addresses, rules and words, but no person's value."""
    return {
        "files": batch.sources.height,
        "counts": dict(batch.findings.group_by("severity").len().sort("severity").iter_rows()),
        "findings": batch.findings.drop("value").to_dicts(),
    }


def _place(finding: dict[str, object]) -> str:
    """A finding's place where it has no cell: its row, a column that is missing, the file as a whole."""
    if finding["row"]:
        return f"第{finding['row']}行"
    return "整列缺失" if finding["records"] else "整个文件"


def show_findings(show: Show, findings: "pl.DataFrame", most: int | None = _SHOWN) -> None:
    """The weightiest findings (``None``: all), without what people answered; a cut is said aloud."""
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
        )
        for r in ranked.head(most or findings.height).iter_rows(named=True)
    ]
    show.table(("程度", "文件", "单元格", "规则", "问题"), rows)
    if findings.height > len(rows):
        show.remark(
            f"这里只列最要紧的{len(rows)}处，其余{findings.height - len(rows)}处见问题清单"
            "（加 --to 文件.xlsx，或看夜间运行的结果）。"
        )


def dedupe(workspace: WorkspaceArgument, as_json: JsonOption = False) -> None:
    """去重：同一人的多条登记以哪条为准。

    残疾人证号前18位相同的是同一人，不论在哪个村（社区）、哪个镇街。列出依据；分不出的暂不计入。
    """
    import polars as pl

    examined, _ = _examined(workspace)
    links = examined.batch.links
    across = links.filter("across_towns")
    counts = {
        "persons": links["group"].n_unique(),
        "across_towns": across["group"].n_unique(),
        "duplicate_records": links.filter(outcome="duplicate").height,
        "held_records": links.filter(outcome="held").height,
    }
    show = Show(as_json)
    show.heading("重复登记")
    labels = ("有多条登记的人", "其中跨镇街的", "不计的重复记录", "无法判定、暂不计入的记录")
    show.pairs(list(zip(labels, counts.values(), strict=True)))
    rules = links.filter(outcome="duplicate").group_by("rule", "reason").agg(records=pl.len()).sort("rule")
    show.table(("规则", "依据", "记录"), rules.rows())
    show.document("dedupe/1", {**counts, "rules": rules.drop("reason").to_dicts()})
