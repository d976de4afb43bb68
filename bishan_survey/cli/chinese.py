"""typer's own words in Chinese, on machines of any locale.

typer takes the titles of its panels from gettext (which wants a compiled catalogue and a locale), and has the rest
written out in English. Titles are looked up here instead; usage lines and errors pass through the classes and the
patterns below.
"""

import gettext
import re
from typing import Any

from typer.core import TyperCommand, TyperGroup

_TITLES = {
    "Options": "选项",
    "Arguments": "参数",
    "Commands": "命令",
    "[required]": "（必填）",
    "required": "必填",
    "[default: {}]": "（默认：{}）",
    "default: {default}": "默认：{default}",
    "No such command {name!r}.": "没有命令 {name!r}。",
    "Missing command.": "缺少命令。",
}
_OPTION_HELP = {
    "install_completion": "为当前的命令行外壳安装命令补全。",
    "show_completion": "显示命令补全脚本，供复制或改写。",
    "help": "显示本说明。",
}
_ERRORS = (
    (r"^Missing (?:argument|option|parameter) ?(.*?)\.?$", r"缺少 \1"),
    (r"^No such option: (\S+)", r"没有选项 \1"),
    (r"\(Possible options: (.*)\)", r"（是不是 \1？）"),
    (r"\.? ?Did you mean (.+)\?", r"是不是 \1？"),
    (r"^Invalid value for (.+?): ", r"\1 的取值不对："),
    (r"^Invalid value: ", "取值不对："),
    (r"^Got unexpected extra argument(?:s|\(s\))? \((.*)\)\.?", r"多出的参数：\1"),
    (r"^Option (\S+) requires an argument\.", r"选项 \1 后面要有值。"),
    (r"^Option (\S+) does not take a value\.", r"选项 \1 不带值。"),
    (r"(\S+) is not a valid (?:int|integer)\.", r"\1 不是整数。"),
    (r"Input should be greater than or equal to (\d+)", r"应不小于 \1"),
    (r"Input should be less than or equal to (\d+)", r"应不大于 \1"),
    (r"Input should be a valid integer.*", "应是整数"),
)


def speak_chinese() -> None:
    """From now on gettext answers with the titles above."""

    def translated(domain: str, message: str) -> str:  # noqa: ARG001 - gettext's signature
        return _TITLES.get(message, message)

    gettext.dgettext = translated


def in_chinese(message: str) -> str:
    """An error message of typer's in Chinese, as far as it is known."""
    for pattern, replacement in _ERRORS:
        message = re.sub(pattern, replacement, message)
    return message


def _with_chinese_help(parameters: list[Any]) -> list[Any]:
    """Parameters with Chinese help, and without the English names of Python's types."""
    for parameter in parameters:
        parameter.help = _OPTION_HELP.get(parameter.name, getattr(parameter, "help", None))
        if parameter.metavar is None or parameter.param_type_name == "argument":
            parameter.display_type_rich = _nothing
    return parameters


def _nothing(**_: Any) -> None:
    """No type to display."""


class ChineseCommand(TyperCommand):
    """A command whose usage line and help option are Chinese."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **{**settings, "options_metavar": "[选项]"})

    def get_usage(self, ctx: Any) -> str:
        """The usage line."""
        return super().get_usage(ctx).replace("Usage:", "用法：", 1)

    def get_params(self, ctx: Any) -> list[Any]:
        """All parameters, the help option among them."""
        return _with_chinese_help(super().get_params(ctx))


class ChineseGroup(TyperGroup):
    """A group of commands whose usage line and help option are Chinese."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **{**settings, "options_metavar": "[选项]", "subcommand_metavar": "命令 [参数]…"})

    def get_usage(self, ctx: Any) -> str:
        """The usage line."""
        return super().get_usage(ctx).replace("Usage:", "用法：", 1)

    def get_params(self, ctx: Any) -> list[Any]:
        """All parameters, the help option among them."""
        return _with_chinese_help(super().get_params(ctx))
