"""Whether anything that a night depends on has changed since the current run; told by bytes alone, importing nothing.

What a night gives is a function of files, of the day, and of what the current run remembers, and a night that brings
nothing leaves that as it was. So where all files are those of the current run, another night would give it once more.
"""

import hashlib
import json
import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

STATE = "state"
"""Key of a run's record that tells what it was made from and what it was made."""
_GIVEN = (
    "survey.toml",
    "areas.csv",
    "mappings.csv",
    "passwords.txt",
    "corrections.xlsx",
    "corrections.csv",
    "changed-numbers.xlsx",
    "changed-numbers.csv",
    "decisions",
    "registers",
)
_PREFIX = "BISHAN_SURVEY_"
_INBOX, _LAST_YEAR = ("folders", "inbox"), ("last_year", "workspace")
"""Settings that name folders."""
_RECEIPTS = "archive/received.csv"
_RECORD, _OVERVIEW = "run.json", "报告.html"
"""The two files that tell of the run itself: when it was, and what was before it."""
_LIBRARIES = ("polars", "pandera", "xlsxwriter", "python-calamine", "olefile", "rapidfuzz", "sqlglot", "pypinyin")
_PACKAGE = Path(__file__).resolve().parent


def unchanged_run(root: Path, started: datetime, flags: Mapping[str, str]) -> dict[str, Any] | None:
    """The record of a workspace's current run, if a night that starts now would give its results once more.

    Args:
        root: the workspace.
        started: now.
        flags: settings by their id, from the command line.
    """
    try:
        run = _current(root)
        record: dict[str, Any] = json.loads((run / _RECORD).read_bytes())
        same = record[STATE] == state_of(given(root, started, flags), root, run)
    except (OSError, ValueError, LookupError, TypeError):
        return None  # a whole night tells what is wrong
    return record if same else None


def state_of(given: str, root: Path, run: Path) -> dict[str, str]:
    """What a run was made from and what it was made; called when all but its record is written.

    Args:
        given: what was :func:`given` when the night began.
        root: the workspace.
        run: the folder of the run.
    """
    return {
        "given": given,
        "receipts": _digest(root, [root / _RECEIPTS]),
        "results": _digest(run, [run], {_RECORD, _OVERVIEW}),
    }


def given(root: Path, started: datetime, flags: Mapping[str, str]) -> str:
    """A hash of all that people give to a night, of the program and its definitions, and of the day."""
    told = hashlib.sha256(f"{started:%Y-%m-%d}".encode())
    environment = {name: text for name, text in os.environ.items() if name.startswith("BISHAN")}
    for name, text in sorted((*environment.items(), *flags.items())):
        told.update(f"{name}={text}\n".encode("utf-8", "surrogateescape"))
    told.update(_digest(root, [root / name for name in _GIVEN]).encode())
    inbox = root / (_named(root, flags, *_INBOX) or "inbox")
    told.update(_digest(inbox, [inbox]).encode())
    told.update(_program().encode())
    told.update(_last_year(root, flags).encode())
    return told.hexdigest()


def _program() -> str:
    """The program with its definitions, in a checkout or installed, and the libraries that decide what it gives."""
    data = [base / name for base in (_PACKAGE, _PACKAGE.parent) for name in ("templates", "validators")]
    code = _digest(_PACKAGE, _PACKAGE.rglob("*.py"))
    return " ".join([code, _digest(_PACKAGE.parent, data), *map(_version, _LIBRARIES)])


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _last_year(root: Path, flags: Mapping[str, str]) -> str:
    """The record of last year's current run, if the settings name its workspace."""
    named = _named(root, flags, *_LAST_YEAR)
    if not named:
        return ""
    before = root / named
    try:
        return _digest(before, [before / "survey.toml", before / "areas.csv", _current(before)])
    except (OSError, ValueError):
        return ""  # the night itself tells what is wrong with it


def _named(root: Path, flags: Mapping[str, str], section: str, name: str) -> str | None:
    """The folder that a setting names, by flag, environment or file; the night itself tells if it cannot be."""
    written = tomllib.loads((root / "survey.toml").read_text(encoding="utf-8-sig")).get(section, {}).get(name)
    named = flags.get(f"{section}.{name}") or os.environ.get(f"{_PREFIX}{section}_{name}".upper()) or written
    return named if isinstance(named, str) else None


def _current(root: Path) -> Path:
    name = (root / "runs" / "current.txt").read_text(encoding="utf-8").strip()
    if not name:
        raise ValueError("no run")
    return root / "runs" / name


def _digest(root: Path, paths: Iterable[Path], passed_over: Iterable[str] = ()) -> str:
    """A hash over the names and contents of files, those below folders included."""
    told = hashlib.sha256()
    for file in sorted(file for path in paths for file in _files(path)):
        if file.name not in passed_over:
            told.update(f"{file.relative_to(root).as_posix()}\0".encode("utf-8", "surrogateescape"))
            told.update(hashlib.sha256(file.read_bytes() if file.is_file() else b"").digest())
    return told.hexdigest()


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        for parent, _, names in os.walk(path):
            yield from (Path(parent, name) for name in names)
    elif path.exists():
        yield path
