"""The whole design from its folder, problems collected and told together."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from bishan_survey.design.forms import read_questionnaires
from bishan_survey.design.lint import unusable_definitions
from bishan_survey.design.locate import definitions_root
from bishan_survey.design.parse import Reader
from bishan_survey.errors import DefinitionError
from bishan_survey.model import (
    CodeList,
    Compared,
    Compound,
    DeliveryProfile,
    DepartmentList,
    Derived,
    Design,
    EditRule,
    Expiry,
    Grouping,
    ImpliedText,
    Indicator,
    LifecyclePolicy,
    MatchBlock,
    MatchFeature,
    Matching,
    MatchMeasure,
    MatchRule,
    NotCompared,
    Notice,
    ReturnsPolicy,
    RosterCount,
    RosterDesign,
    RosterPolicy,
    RosterRate,
    SheetLayout,
    SheetWord,
    SheetWords,
    SurvivorRule,
    TableShell,
    TimeRule,
)
from bishan_survey.reading.incoming import is_dropping

T = TypeVar("T")

_DATA_SUFFIXES = {".toml", ".csv", ".xlsx"}
_MATCHING = ("feature", "measure", "block", "match", "compared")
_OVER_TIME = ("time_rule", "not_compared")
_HANDWRITTEN = ("correction", "decision", "changed_number")
_VALIDATORS = (
    *("rule", "derived", "grouping", "implied", "notice", "survivor", "returns", "lifecycle"),
    *_HANDWRITTEN,
    *_MATCHING,
    *_OVER_TIME,
)


def load_design(root: Path | None = None) -> Design:
    """Read every definition.

    Args:
        root: folder with ``templates/`` and ``validators/``; by default the program's own.

    Raises:
        DefinitionError: some entry is not what it should be; all such entries are named.
    """
    root = root or definitions_root()
    reader = Reader(root)
    checks = _entries(reader, "validators", _VALIDATORS)
    tables = _entries(reader, "templates/tables", ("table",))
    layouts = _entries(reader, "templates/layouts", ("layout", "compound"))
    layout = _single(reader, SheetLayout, layouts["layout"], "templates/layouts：[[layout]]")
    returns = _single(reader, ReturnsPolicy, checks["returns"], "validators：[[returns]]")
    lifecycle = _single(reader, LifecyclePolicy, checks["lifecycle"], "validators：[[lifecycle]]")
    design = Design(
        root=root,
        questionnaires=read_questionnaires(reader),
        code_lists=_code_lists(reader),
        derived=tuple(_nouns(reader, Derived, checks["derived"])),
        rules=tuple(_nouns(reader, EditRule, checks["rule"], with_file=True)),
        implied={text.kind: text for text in _nouns(reader, ImpliedText, checks["implied"])},
        notices={notice.id: notice for notice in _nouns(reader, Notice, checks["notice"])},
        matching=_matching(reader, checks),
        survivor_rules=tuple(_nouns(reader, SurvivorRule, checks["survivor"])),
        returns=returns,
        lifecycle=lifecycle,
        corrections=_words(reader, checks["correction"]),
        decisions=_words(reader, checks["decision"]),
        changed_numbers=_words(reader, checks["changed_number"]),
        roster=_roster(reader),
        layout=layout,
        compounds=tuple(_nouns(reader, Compound, layouts["compound"])),
        groupings=tuple(_nouns(reader, Grouping, checks["grouping"])),
        shells=tuple(_nouns(reader, TableShell, tables["table"])),
        profiles=read_profiles(reader),
        lists=_lists(reader),
        indicators=_indicators(reader),
        time_rules=tuple(_nouns(reader, TimeRule, checks["time_rule"], with_file=True)),
        not_compared=tuple(_nouns(reader, NotCompared, checks["not_compared"])),
        digest=definitions_digest(root),
    )
    problems = reader.problems or unusable_definitions(design)
    if problems:
        raise DefinitionError(problems)
    return design


Entries = list[tuple[str, dict[str, Any]]]


def _entries(reader: Reader, folder: str, kinds: tuple[str, ...]) -> dict[str, Entries]:
    """All entries below a folder by kind, each with the file that it stands in."""
    found: dict[str, Entries] = {kind: [] for kind in kinds}
    for path, content in reader.tomls(folder):
        where = reader.relative(path)
        for key, value in content.items():
            if key not in kinds or not isinstance(value, list):
                reader.problems.append(f"{where}：不认识 [[{key}]]；这里可以写 {'、'.join(kinds)}")
                continue
            found[key] += [(where, entry) for entry in value]
    return found


def _nouns(reader: Reader, kind: type[Any], entries: Entries, *, with_file: bool = False) -> Iterable[Any]:
    for where, entry in entries:
        extra = {"file": where} if with_file else {}
        name = entry.get("id") or entry.get("name") or entry.get("kind") or entry.get("unit") or "?"
        noun = reader.noun(kind, entry | extra, f"{where}：{name}")
        if noun is not None:
            yield noun


def _single(reader: Reader, kind: type[T], entries: Entries, where: str) -> T:
    """The only entry of its kind, without which nothing can be read."""
    made: list[T] = list(_nouns(reader, kind, entries))
    if len(entries) != 1 or not made:
        raise DefinitionError([*reader.problems, f"{where} 应有且只有一条可用的，现有{len(entries)}条"])
    return made[0]


def _matching(reader: Reader, checks: dict[str, Entries]) -> Matching:
    return Matching(
        features=tuple(_nouns(reader, MatchFeature, checks["feature"])),
        measures=tuple(_nouns(reader, MatchMeasure, checks["measure"])),
        blocks=tuple(_nouns(reader, MatchBlock, checks["block"])),
        rules=tuple(_nouns(reader, MatchRule, checks["match"])),
        compared=tuple(_nouns(reader, Compared, checks["compared"])),
    )


def _words(reader: Reader, entries: Entries) -> SheetWords:
    return SheetWords(tuple(_nouns(reader, SheetWord, entries)))


def _roster(reader: Reader) -> RosterDesign:
    entries = _entries(reader, "templates/roster", ("roster", "count", "rate", "expiry"))
    return RosterDesign(
        policy=_single(reader, RosterPolicy, entries["roster"], "templates/roster：[[roster]]"),
        counts=tuple(_nouns(reader, RosterCount, entries["count"])),
        rates=tuple(_nouns(reader, RosterRate, entries["rate"])),
        expiries=tuple(_nouns(reader, Expiry, entries["expiry"])),
    )


def _code_lists(reader: Reader) -> dict[str, CodeList]:
    folder = reader.root / "templates" / "codes"
    return {path.stem: reader.code_list(path) for path in sorted(folder.glob("*.csv"))}


def read_profiles(reader: Reader) -> dict[str, DeliveryProfile]:
    """The delivery profiles by id; what is wrong with others is noted by the reader."""
    made = [
        reader.noun(
            DeliveryProfile,
            {"columns": content.pop("column", ()), "lines": content.pop("line", ())}
            | content
            | _template(reader, path, content),
            reader.relative(path),
        )
        for path, content in reader.tomls("templates/delivery")
    ]
    return {profile.id: profile for profile in made if profile}


def _template(reader: Reader, path: Path, content: dict[str, Any]) -> dict[str, Path]:
    """Where the blank workbook lies that a profile names: beside it."""
    name = content.get("template")
    if not isinstance(name, str):
        return {}
    if Path(name).name != name:
        reader.problems.append(f"{reader.relative(path)}：template：应是文件名，文件放在同一个文件夹")
    return {"template": path.parent / name}


def _lists(reader: Reader) -> tuple[DepartmentList, ...]:
    made = [
        reader.noun(DepartmentList, {"columns": content.pop("column", ())} | content, reader.relative(path))
        for path, content in reader.tomls("templates/registers")
    ]
    return tuple(one for one in made if one)


def _indicators(reader: Reader) -> tuple[Indicator, ...]:
    entries = _entries(reader, "templates/indicators", ("indicator",))["indicator"]
    whole = [(where, {"ways": entry.pop("way", ())} | entry) for where, entry in entries]
    return tuple(sorted(_nouns(reader, Indicator, whole), key=lambda one: (one.number, one.id)))


def definitions_digest(root: Path) -> str:
    """Hash over names and contents of all definition files."""
    total = hashlib.sha256()
    for folder in ("templates", "validators"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in _DATA_SUFFIXES and not is_dropping(path.name):
                total.update(path.relative_to(root).as_posix().encode())
                total.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return total.hexdigest()
