"""From TOML and CSV text to the nouns, with every problem told by file and key.

The shape of each entry is the shape of its noun in :mod:`bishan_survey.model`; pydantic checks it, so that a
misspelt key or a missing one is refused instead of being ignored.
"""

import csv
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

from bishan_survey.model import Code, CodeList

T = TypeVar("T")

_SAID = {
    "missing": "缺少这个键",
    "missing_argument": "缺少这个键",
    "unexpected_keyword_argument": "不认识这个键（拼写？）",
    "unexpected_property": "不认识这个键（拼写？）",
    "extra_forbidden": "不认识这个键（拼写？）",
    "enum": "不是允许的取值",
}


@cache
def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(with_config(ConfigDict(extra="forbid"))(kind))


class Reader:
    """Reads definition files and collects what is wrong with them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[str] = []

    def relative(self, path: Path) -> str:
        """Path as it is shown to people."""
        return path.relative_to(self.root).as_posix()

    def toml(self, path: Path) -> dict[str, Any]:
        """Content of a TOML file; empty, with a problem noted, if it cannot be read."""
        try:
            return tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
            self.problems.append(f"{self.relative(path)}：不是合法的 TOML 文件（{error}）")
            return {}

    def tomls(self, folder: str) -> Iterator[tuple[Path, dict[str, Any]]]:
        """Every TOML file below a folder, in order of name."""
        for path in sorted((self.root / folder).rglob("*.toml")):
            yield path, self.toml(path)

    def noun(self, kind: type[T], entry: Mapping[str, Any], where: str) -> T | None:
        """An entry as a noun; ``None``, with its problems noted, if it does not fit."""
        try:
            made: T = _adapter(kind).validate_python(dict(entry))  # type: ignore[arg-type]
            return made
        except ValidationError as error:
            for fault in error.errors(include_url=False):
                key = ".".join(str(part) for part in fault["loc"])
                self.problems.append(f"{where}：{key}：{_SAID.get(fault['type'], '取值不对')}")
            return None

    def nouns(self, kind: type[T], entries: object, where: str) -> list[T]:
        """A list of entries as nouns, those that do not fit left out and noted."""
        if not isinstance(entries, list):
            self.problems.append(f"{where}：应是一组条目（[[…]]）")
            return []
        named = ((entry, entry.get("id") or entry.get("name") or n) for n, entry in enumerate(entries, 1))
        return [made for entry, name in named if (made := self.noun(kind, entry, f"{where}：{name}"))]

    def code_list(self, path: Path) -> CodeList:
        """A code list from its CSV file."""
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        missing = {"code", "label", "aliases", "exclusive"} - set(rows[0] if rows else ())
        if missing:
            self.problems.append(f"{self.relative(path)}：缺少列 {'、'.join(sorted(missing))}")
            return CodeList(path.stem, ())
        return CodeList(path.stem, tuple(_code(row) for row in rows))


def _code(row: Mapping[str, str | None]) -> Code:
    aliases = (row["aliases"] or "").split("|")
    return Code(
        code=(row["code"] or "").strip(),
        label=(row["label"] or "").strip(),
        aliases=tuple(a.strip() for a in aliases if a.strip()),
        exclusive=(row["exclusive"] or "").strip() == "1",
    )
