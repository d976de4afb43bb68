"""``survey.toml``: what a workspace says about its round of the survey, what overrides it, where a value is from."""

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from bishan_survey.errors import WorkspaceError
from bishan_survey.model import DisclosurePolicy, Survey
from bishan_survey.workspace.keys import (
    BY_ID,
    KEYS,
    NO_MAIL,
    NO_TLS,
    PREFIX,
    SECTIONS,
    SMTP,
    STARTTLS,
    SUPPRESS,
    Key,
    Need,
    fits,
    from_text,
)

SETTINGS_FILE = "survey.toml"
AREA_FILE = "areas.csv"
INBOX = "inbox"
"""Where the inbox is, if the settings do not say otherwise."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where on a night's summary warns."""

    held_share: float
    """Share of records held, 0 to 1."""
    missing_villages: int
    """Villages that have sent nothing once the deadline has passed."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How long runs are kept; ``None``: for ever."""

    runs: int | None = None
    """The last runs that are kept."""
    days: int | None = None
    """Runs of the last days are kept."""
    restricted_runs: int | None = None
    """The last runs of which the persons' data are kept."""
    restricted_days: int | None = None
    """Persons' data of runs of the last days are kept."""
    originals_days: int | None = None
    """Originals that the current run does not use are kept for so many days from when they came."""


@dataclass(frozen=True, slots=True)
class Notify:
    """Who is told of a night, when, and by which way; nobody, unless somebody has said so."""

    when: str = "problems"
    mail: str = NO_MAIL
    mail_from: str | None = None
    mail_to: Sequence[str] | None = None
    sendmail: str = ""
    smtp_host: str | None = None
    smtp_port: int = 0
    smtp_security: str = STARTTLS
    smtp_user: str | None = None
    smtp_password_file: str | None = None
    webhook: str | None = None
    metrics: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """All of ``survey.toml``, with what overrides it."""

    survey: Survey
    district_code: str
    district: str
    thresholds: Thresholds
    disclosure: DisclosurePolicy | None = field(default_factory=DisclosurePolicy)
    """What the public edition must not tell; none: nothing is made public."""
    inbox: str | None = None
    """Where the inbox is if it is elsewhere, as written: absolute, or from the workspace's own folder."""
    last_year: str | None = None
    """Where last year's workspace is, as written: absolute, or from the workspace's own folder."""
    retention: Retention = Retention()
    recipients: tuple[str, ...] = ()
    """Public keys of those whom encrypted files are for."""
    notify: Notify = Notify()


class Source(Enum):
    """Where a value comes from, the strongest first."""

    FLAG = "flag"
    ENVIRONMENT = "environment"
    FILE = "file"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Value:
    """A setting as it is in force."""

    key: Key
    value: Any
    """``None``: it may be left out, and is."""
    source: Source


@dataclass(frozen=True, slots=True)
class Overrides:
    """What is said beside the file, as texts."""

    flags: Mapping[str, str] = field(default_factory=dict)
    """By the id of the key, from the command line."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """All environment variables; those of other programs are passed over."""


def read_settings(path: Path, known_editions: frozenset[str], overrides: Overrides | None = None) -> Settings:
    """Read ``survey.toml``.

    Raises:
        WorkspaceError: it is missing or something in it is wrong; all problems are told at once.
    """
    values = {one.key.id: one.value for one in read_values(path, known_editions, overrides)}

    def part(section: str) -> dict[str, Any]:
        return {key.name: values[key.id] for key in KEYS if key.section == section}

    survey = part("survey")
    return Settings(
        survey=Survey(**survey | {"editions": tuple(survey["editions"])}),
        **part("area"),
        thresholds=Thresholds(**part("thresholds")),
        disclosure=_policy(**part("disclosure")),
        inbox=values["folders.inbox"],
        last_year=values["last_year.workspace"],
        retention=Retention(**part("retention")),
        recipients=tuple(values["encryption.recipients"] or ()),
        notify=Notify(**part("notify")),
    )


def _policy(method: str, **said: Any) -> DisclosurePolicy | None:
    """What the public edition must not tell."""
    return DisclosurePolicy(**said) if method == SUPPRESS else None


def read_values(path: Path, known_editions: frozenset[str], overrides: Overrides | None = None) -> tuple[Value, ...]:
    """Every setting in force and where it comes from.

    Raises:
        WorkspaceError: the file is missing, or something in it or beside it is wrong; all problems are told at once.
    """
    raw, said = _raw(path), overrides or Overrides()
    problems = [*_unknown_keys(raw), *_unknown_overrides(said)]
    values = tuple(_value(key, raw, said, problems) for key in KEYS)
    known = {one.key.id: one.value for one in values}
    problems += [*_together(known, known_editions), *_wrong_inbox(path.parent, known.get("folders.inbox"))]
    if problems:
        raise WorkspaceError(f"{path.name}：" + "；".join(problems), "请按文件中的注释改正后再运行")
    return values


def _wrong_inbox(root: Path, named: str | None) -> Iterator[str]:
    """An inbox in which the workspace's own files would be taken for what villages have sent."""
    if not isinstance(named, str):
        return
    home, inbox = root.resolve(), (root / named).resolve()
    own = inbox.is_relative_to(home) and not inbox.is_relative_to(home / INBOX)
    if own or home.is_relative_to(inbox):
        yield f"[folders] inbox 不能是工作区自己、装着工作区的文件夹，或工作区里 {INBOX} 以外的文件夹"


def _raw(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise WorkspaceError(
            f"{path.parent} 不是工作区：没有 {SETTINGS_FILE}", "请先运行 bishan-survey init 文件夹"
        ) from None
    except UnicodeDecodeError:
        raise WorkspaceError(f"{path.name} 不是 UTF-8 编码", "请用记事本打开，另存为 UTF-8 编码") from None
    except tomllib.TOMLDecodeError as error:
        raise WorkspaceError(f"{path.name} 不是合法的 TOML 文件（{error}）", "请按注释改正后再运行") from None


def _value(key: Key, raw: dict[str, Any], said: Overrides, problems: list[str]) -> Value:
    """The value that the strongest source gives; what is wrong with it is added to the problems."""
    source, where, value = _strongest(key, raw, said)
    if value is Need.REQUIRED:
        problems.append(f"{where} 缺少")
    elif value is not Need.OPTIONAL and not fits(key, value):
        problems.append(f"{where} 应是{key.asked}")
    else:
        return Value(key, None if value is Need.OPTIONAL else value, source)
    return Value(key, None, source)


def _strongest(key: Key, raw: dict[str, Any], said: Overrides) -> tuple[Source, str, Any]:
    """Which source speaks, what it is called when something is wrong, and what it says."""
    section = raw.get(key.section)
    if key.id in said.flags:
        return Source.FLAG, f"--set {key.id}", from_text(key, said.flags[key.id])
    if key.environment in said.environment:
        return Source.ENVIRONMENT, f"环境变量 {key.environment}", from_text(key, said.environment[key.environment])
    if isinstance(section, dict) and key.name in section:
        return Source.FILE, f"[{key.section}] {key.name}", section[key.name]
    return Source.DEFAULT, f"[{key.section}] {key.name}", key.default


def _unknown_keys(raw: dict[str, Any]) -> list[str]:
    """Sections and keys that nobody knows: a misspelt one would be passed over in silence."""
    problems = []
    for section, part in raw.items():
        if section not in SECTIONS:
            problems.append(f"不认识 [{section}]" + _meant(section, SECTIONS))
        elif not isinstance(part, dict):
            problems.append(f"{section} 应是一节 [{section}]")
        else:
            names = [key.name for key in KEYS if key.section == section]
            problems += [f"不认识 [{section}] {name}" + _meant(name, names) for name in part if name not in names]
    return problems


def _unknown_overrides(said: Overrides) -> list[str]:
    """The same of the command line, and of the environment where a name begins as our sections do."""
    names, begin = [key.environment for key in KEYS], tuple(f"{PREFIX}{one}_".upper() for one in SECTIONS)
    foreign = sorted(name for name in said.environment if name.startswith(begin) and name not in names)
    return [
        *(f"不认识 --set {name}" + _meant(name, BY_ID) for name in said.flags if name not in BY_ID),
        *(f"不认识环境变量 {name}" + _meant(name, names) for name in foreign),
    ]


def _meant(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), 1)
    return f"，是不是 {close[0]}" if close else f"，现有：{'、'.join(known)}"


def _together(values: dict[str, Any], known_editions: frozenset[str]) -> list[str]:
    """What is wrong with values that are well-formed each."""
    problems = []
    editions, start, end = (values[f"survey.{name}"] for name in ("editions", "period_start", "period_end"))
    if editions is not None:
        unknown = [edition for edition in editions if edition not in known_editions]
        if unknown or not editions:
            known = "、".join(sorted(known_editions))
            problems.append(f"[survey] editions 中没有这些版本：{'、'.join(unknown) or '（空）'}；现有：{known}")
    if start and end and start > end:
        problems.append("[survey] period_start 晚于 period_end")
    return [*problems, *_mail(values)]


def _mail(values: dict[str, Any]) -> Iterator[str]:
    """What mail still needs."""
    told = {key.name: values[key.id] for key in KEYS if key.section == "notify"}
    if told["mail"] != NO_MAIL and not told["mail_from"]:
        yield "[notify] 要发邮件的，请写 mail_from"
    if told["mail"] == SMTP and not told["smtp_host"]:
        yield '[notify] mail = "smtp" 的，请写 smtp_host'
    if told["smtp_user"] and told["smtp_security"] == NO_TLS:
        yield '[notify] smtp_security = "none" 时密码会被人看到，请改为 starttls 或 tls，或不写 smtp_user'
