"""Commands that look at a workspace's settings: config show, config check."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from bishan_survey.cli.chinese import ChineseCommand, ChineseGroup
from bishan_survey.cli.options import JsonOption, WorkspaceArgument, overrides
from bishan_survey.cli.show import Show

if TYPE_CHECKING:
    from bishan_survey.workspace import Value

config_app = typer.Typer(cls=ChineseGroup, help="工作区的设置：现在是什么、从哪里来。", invoke_without_command=True)
_SOURCES = {"flag": "命令行 --set", "environment": "环境变量", "file": "survey.toml", "default": "默认"}
_LEFT_OUT = "（没有）"


def register(app: typer.Typer) -> None:
    """Add the commands of this page."""
    app.add_typer(config_app, name="config")
    config_app.callback()(_config)
    config_app.command("show", cls=ChineseCommand, epilog="例：bishan-survey config show 2025年调查")(show)
    config_app.command("check", cls=ChineseCommand, epilog="例：bishan-survey config check 2025年调查")(check)


def _config(context: typer.Context) -> None:
    """工作区的设置：现在是什么、从哪里来。"""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def show(workspace: WorkspaceArgument, as_json: JsonOption = False) -> None:
    """每项设置现在是什么、从哪里来。

    先看命令行的 --set，再看环境变量，再看 survey.toml，都没有的用默认。
    """
    values = _values(workspace)
    page = Show(as_json)
    page.heading(f"{workspace} 的设置")
    rows = [(one.key.id, _said(one), _SOURCES[one.source.value], one.key.environment) for one in values]
    page.table(("设置", "值", "来自", "环境变量"), rows, whole=True)
    page.document("config/1", {"settings": [_document(one) for one in values]})


def check(workspace: WorkspaceArgument, as_json: JsonOption = False) -> None:
    """检查设置：一次说出全部错处，有错时退出码4。"""
    values = _values(workspace)
    page = Show(as_json)
    page.heading(f"{workspace} 的设置没有问题")
    page.document("config/1", {"settings": [_document(one) for one in values]})


def _values(workspace: Path) -> "tuple[Value, ...]":
    from bishan_survey.design import load_design
    from bishan_survey.workspace import SETTINGS_FILE, read_values

    return read_values(workspace / SETTINGS_FILE, frozenset(load_design().questionnaires), overrides())


def _said(one: "Value") -> str:
    from bishan_survey.workspace import as_toml

    return _LEFT_OUT if one.value is None else as_toml(one.value)


def _document(one: "Value") -> dict[str, Any]:
    from datetime import date

    value = one.value.isoformat() if isinstance(one.value, date) else one.value
    return {"id": one.key.id, "value": value, "source": one.source.value, "environment": one.key.environment}
