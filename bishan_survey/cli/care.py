"""Commands for those who look after the toolkit: design check, doctor."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bishan_survey.cli.chinese import ChineseCommand, ChineseGroup
from bishan_survey.cli.options import JsonOption
from bishan_survey.cli.show import Show
from bishan_survey.errors import EXIT_CLEAN, DefinitionError, WorkspaceError

if TYPE_CHECKING:
    from bishan_survey.doctor import Diagnosis

design_app = typer.Typer(cls=ChineseGroup, help="检查定义（templates/ 与 validators/）。", invoke_without_command=True)


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
    quick: Annotated[bool, typer.Option("--quick", help="不重算原件的哈希；原件很多时快一些。")] = False,
    as_json: JsonOption = False,
) -> None:
    """体检：电脑、定义、工作区是否完好。

    每一项的状况是 正常、注意 或 有问题，后两种写明怎么办；一项有问题，其余照样检查。只看不改。

    写了工作区的，也检查设置、村（社区）名单、收件夹、磁盘、权限、锁、当前结果、残留、收件时间和原件的哈希。
    """
    from bishan_survey.doctor import State

    findings = _findings(workspace, quick)
    show = Show(as_json)
    show.heading("体检结果")
    show.table(
        ("项目", "状况", "说明", "怎么办"), [(f.what, f.state.words, f.found, f.advice or "—") for f in findings]
    )
    checks = [
        {"what": f.what, "ok": f.state != State.BAD, "state": f.state, "detail": f.found, "advice": f.advice}
        for f in findings
    ]
    show.document("doctor/1", {"checks": checks})
    raise typer.Exit(WorkspaceError.exit_code if any(f.state == State.BAD for f in findings) else EXIT_CLEAN)


def _findings(workspace: Path | None, quick: bool) -> "list[Diagnosis]":
    """The machine first: what needs polars is imported only where another process has found that it runs."""
    from bishan_survey.doctor import State, machine, told

    findings = list(told(machine.machine_checks()))
    if any(f.what == machine.PROCESSOR and f.state == State.BAD for f in findings):
        return findings
    from bishan_survey.doctor.definitions import definition_checks
    from bishan_survey.doctor.workspace import workspace_checks

    findings += told(definition_checks())
    return findings + list(told(workspace_checks(workspace, quick=quick)) if workspace else ())
