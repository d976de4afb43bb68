"""``--quiet`` and ``--verbose``, of every command that works for a while."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

import typer

from bishan_survey.cli.show import Volume, set_volume
from bishan_survey.errors import UsageError

_OPTIONS = {
    "quiet": Annotated[
        bool, typer.Option("--quiet", help="不显示进度和结果，只显示提醒和出错；退出码和 --json 照常。")
    ],
    "verbose": Annotated[bool, typer.Option("--verbose", help="另外显示每一步用了多少秒。")],
}


def working(command: Callable[..., None]) -> Callable[..., None]:
    """A command that says less or more of its progress if it is asked to."""

    @wraps(command)
    def heard(*, quiet: bool = False, verbose: bool = False, **arguments: Any) -> None:
        if quiet and verbose:
            raise UsageError("--quiet 和 --verbose 不能同时用", "请去掉一个")
        set_volume(Volume.QUIET if quiet else Volume.VERBOSE if verbose else Volume.NORMAL)
        try:
            command(**arguments)
        finally:
            set_volume(Volume.NORMAL)

    signature = inspect.signature(command)
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=option)
        for name, option in _OPTIONS.items()
    ]
    heard.__signature__ = signature.replace(parameters=[*signature.parameters.values(), *added])  # type: ignore[attr-defined]
    heard.__annotations__ = command.__annotations__ | _OPTIONS
    return heard
