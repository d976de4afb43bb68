"""Commands for those who look after the toolkit: design check, doctor."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from bishan_survey.cli.chinese import ChineseCommand, ChineseGroup
from bishan_survey.cli.options import JsonOption
from bishan_survey.cli.show import Show
from bishan_survey.errors import EXIT_CLEAN, DefinitionError, SurveyError, WorkspaceError

design_app = typer.Typer(cls=ChineseGroup, help="检查定义（templates/ 与 validators/）。", invoke_without_command=True)
Diagnosis = tuple[str, bool, str]


def register(app: typer.Typer) -> None:
    """Add the commands of this page."""
    app.add_typer(design_app, name="design")
    design_app.callback()(_design)
    design_app.command("check", cls=ChineseCommand, epilog="例：bishan-survey design check")(check)
    app.command("doctor", cls=ChineseCommand, epilog="例：bishan-survey doctor 2025年调查")(doctor)


def _design(context: typer.Context) -> None:
    """检查定义（templates/ 与 validators/）。"""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def check(
    root: Annotated[
        Path | None,
        typer.Option("--root", metavar="文件夹", help="装有 templates 和 validators 的文件夹；默认为程序自带的。"),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """检查全部定义。

    查拼写、类型、重复、没有用到的代码表，以及每条规则的例子是否与规则相符。不需要任何数据。
    """
    from bishan_survey.design import lint, load_design, rules_for

    if root is not None and not (root / "templates").is_dir():
        raise DefinitionError([f"{root} 中没有 templates 文件夹"], "请写装有 templates 和 validators 的文件夹")
    design = load_design(root)
    problems = lint(design)
    if problems:
        raise DefinitionError(problems)
    rows = [
        (form.edition, sheet.name, len(sheet.items), len(rules_for(design, form.edition, sheet.unit)))
        for form in design.questionnaires.values()
        for sheet in form.sheets
    ]
    show = Show(as_json)
    show.heading("定义没有问题")
    show.table(("版本", "表", "项目", "校验规则"), rows)
    counts = {
        "rules": len(design.rules),
        "code_lists": len(design.code_lists),
        "tables": len(design.shells),
        "profiles": len(design.profiles),
    }
    show.pairs(list(zip(("规则", "代码表", "汇总表", "上报格式"), counts.values(), strict=True)))
    sheets = [{"edition": e, "sheet": s, "items": i, "rules": r} for e, s, i, r in rows]
    show.document("design-check/1", {**counts, "sheets": sheets, "digest": design.digest})


def doctor(
    workspace: Annotated[Path | None, typer.Argument(metavar="工作区", help="也检查这个工作区。")] = None,
    as_json: JsonOption = False,
) -> None:
    """体检：环境、定义、工作区是否完好。

    列出 Python 和各部件的版本，检查定义；写了工作区的，也检查设置、区划名单、锁、当前结果和磁盘。
    """
    findings = [*_environment(), _definitions(), *(_workspace(workspace) if workspace else ())]
    show = Show(as_json)
    show.heading("体检结果")
    show.table(
        ("项目", "状况", "说明"),
        [(what, "正常" if good else "有问题", said) for what, good, said in findings],
    )
    show.document("doctor/1", {"checks": [{"what": w, "ok": g, "detail": d} for w, g, d in findings]})
    raise typer.Exit(EXIT_CLEAN if all(good for _, good, _ in findings) else WorkspaceError.exit_code)


def _environment() -> Iterator[Diagnosis]:
    """Python, the libraries, and whether polars runs on this processor at all."""
    import platform
    import sys
    from importlib.metadata import version

    yield "Python", sys.version_info >= (3, 11), f"{platform.python_version()}（需要 3.11 以上）"
    for name in (
        "polars",
        "pandera",
        "typer",
        "rich",
        "xlsxwriter",
        "python-calamine",
        "filelock",
        "pydantic",
    ):
        yield name, True, version(name)
    yield "系统", True, f"{platform.system()} {platform.machine()}，默认编码 {sys.getfilesystemencoding()}"


def _definitions() -> Diagnosis:
    from bishan_survey.design import lint, load_design

    try:
        problems = lint(load_design())
    except SurveyError as error:
        problems = [error.message]
    return "定义", not problems, problems[0] if problems else "没有问题"


def _workspace(folder: Path) -> Iterator[Diagnosis]:
    """Settings, area file, lock, current run and room on the disk."""
    import shutil

    from bishan_survey.cli.examine import open_workspace
    from bishan_survey.workspace import current_run

    try:
        opened, _ = open_workspace(folder)
        yield (
            "工作区",
            True,
            f"{len(opened.areas.villages)}个村（社区），版本 {'、'.join(opened.settings.survey.editions)}",
        )
        with opened.locked():
            yield "锁", True, "没有别的运行"
        yield "当前结果", True, current_run(opened).id
    except SurveyError as error:
        yield error.title, False, f"{error.message}。{error.advice}"
    free = shutil.disk_usage(folder if folder.exists() else Path.cwd()).free / 2**30
    yield "磁盘", free > 1, f"剩余 {free:.1f} GiB"
