"""Arguments and options that several commands share."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bishan_survey.errors import UsageError
from bishan_survey.private import OWNER_ONLY_FOLDER

if TYPE_CHECKING:
    from bishan_survey.model import AreaFrame
    from bishan_survey.workspace import Overrides

ToOption = Annotated[Path | None, typer.Option("--to", metavar="文件", help="另存为工作簿（.xlsx）。")]
WorkspaceArgument = Annotated[Path, typer.Argument(metavar="工作区", help="工作区文件夹（其中有 survey.toml）。")]
JsonOption = Annotated[bool, typer.Option("--json", help="结果以 JSON 输出到标准输出，格式见 docs/reference/json.md。")]
EditionOption = Annotated[str | None, typer.Option("--edition", metavar="版本", help="调查表版本，如 bishan-2025。")]
YearOption = Annotated[int | None, typer.Option("--year", metavar="年份", min=2000, max=2100, help="调查年份。")]

_flags: dict[str, str] = {}


def remember_flags(said: list[str]) -> None:
    """Take what the command line says of settings.

    Args:
        said: ``section.name=value`` each.

    Raises:
        UsageError: one has no value.
    """
    _flags.clear()
    for flag in said:
        name, equals, value = flag.partition("=")
        if not equals:
            raise UsageError(f"--set {flag} 没有写值", "例：--set thresholds.held_share=0.1")
        _flags[name.strip()] = value


def flags() -> dict[str, str]:
    """What the command line says of settings, by the id of the key."""
    return dict(_flags)


def overrides() -> "Overrides":
    """What the command line and the environment say of the settings of the workspace of a command."""
    from bishan_survey.workspace import Overrides

    return Overrides(flags(), os.environ)


@contextmanager
def finished(path: Path) -> Iterator[Path]:
    """A file to write beside the wanted one; it takes its place when it is whole, and is gone if it is not."""
    beside = path.with_name(f".{path.stem}-writing{path.suffix}")
    beside.unlink(missing_ok=True)
    try:
        yield beside
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def new_folder(folder: Path) -> None:
    """Refuse to write into a folder in which there is something already.

    Raises:
        UsageError: it is no empty folder.
    """
    if folder.exists() and (folder.is_file() or any(folder.iterdir())):
        raise UsageError(f"{folder} 不是空文件夹", "不会覆盖已有的文件，请换一个文件夹")


def outside_inboxes(folder: Path, inbox: Path | None = None) -> None:
    """Refuse to write into the inbox of a workspace: the next night would take in what lies there as sent.

    Args:
        folder: where something is to be written.
        inbox: one that may lie outside of its workspace.

    Raises:
        UsageError: the folder is an inbox, or lies in one.
    """
    from bishan_survey.workspace import INBOX, SETTINGS_FILE

    written, meant = Path(os.path.abspath(folder)), folder.resolve()  # noqa: PTH100 - links are not followed on purpose
    spaces = [above for above in dict.fromkeys([*written.parents, *meant.parents]) if (above / SETTINGS_FILE).is_file()]
    for taken_in in (*(above / INBOX for above in spaces), *([inbox] if inbox else [])):
        if meant.is_relative_to(taken_in.resolve()):
            raise UsageError(
                f"{folder} 在收件夹 {taken_in} 里，下一次夜间运行会把它当作村里报来的表", "请换一个收件夹以外的文件夹"
            )


@contextmanager
def finished_folder(folder: Path, *, private: bool) -> Iterator[Path]:
    """A folder to write in beside the wanted one, which takes its place when all is written.

    Args:
        folder: the wanted one.
        private: whether people's data are to go into it, so that its owner alone may open it.
    """
    import shutil

    beside = folder.with_name(f".{folder.name}-writing")
    shutil.rmtree(beside, ignore_errors=True)
    beside.parent.mkdir(parents=True, exist_ok=True)
    beside.mkdir(mode=OWNER_ONLY_FOLDER if private else 0o777)
    try:
        yield beside
        if folder.exists():
            folder.rmdir()  # it is empty, or nothing would have been written
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def output_path(path: Path | None, *suffixes: str) -> Path | None:
    """A file that a command may write: of one of these kinds, not there yet, in a folder that is made if needed.

    Raises:
        UsageError: it is of another kind, or is there already.
    """
    if path is None:
        return None
    if path.suffix.lower() not in suffixes:
        raise UsageError(f"{path.name} 应以 {' 或 '.join(suffixes)} 结尾", "请改用这样的文件名")
    if path.exists():
        raise UsageError(f"{path} 已存在", "不会覆盖，请换一个文件名")
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def town_code(areas: "AreaFrame", wanted: str) -> str:
    """The code of a 镇街 by its name or its code.

    Raises:
        UsageError: there is no such 镇街.
    """
    for code, name in areas.towns.items():
        if wanted in (code, name):
            return code
    raise UsageError(f"没有镇街 {wanted}", f"现有：{'、'.join(areas.towns.values())}")
