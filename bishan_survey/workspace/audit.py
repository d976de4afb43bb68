"""The audit file: who has looked at people's data, or taken it out, when and why; chained by hashes.

Each line of ``audit.jsonl`` holds the SHA-256 of the line before it. Whoever edits, removes or moves a line breaks the
chain behind it. What the chain itself cannot show, an end that was cut off or edited, shows against what is remembered
elsewhere: in ``audit-head.json`` after every act, and in the record of every run. Somebody who can write to the whole
workspace can forge all of these together; the number and the hash that were written down elsewhere then tell it.
"""

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from bishan_survey.errors import BusyError, WorkspaceError
from bishan_survey.files import write_atomically
from bishan_survey.masks import without_long_numbers
from bishan_survey.workspace.folder import RECORD_LOCK, RUNS
from bishan_survey.workspace.runs import RECORD

AUDIT_FILE, AUDIT_HEAD = "audit.jsonl", "audit-head.json"
ON_RECORD = "audit"
"""Key of a run's record under which the head of that night stands."""
_SECONDS = 10
_BEGINNING = "0" * 64
_KEYS = ("number", "when", "who", "command", "asked", "reason", "previous")


@dataclass(frozen=True, slots=True)
class Act:
    """Something that is done with people's data."""

    command: str
    asked: Mapping[str, object]
    """What was asked for: tables, areas, profiles, files; nobody's number."""
    reason: str = ""
    """Why, in the words of whoever did it; empty where none is asked for."""


@dataclass(frozen=True, slots=True)
class Head:
    """How long an audit file is, and what its last line is."""

    lines: int
    last: str
    """SHA-256 of the last line; zeroes if there is none."""

    def as_json(self) -> dict[str, Any]:
        """As it is remembered."""
        return {"lines": self.lines, "last": self.last}


@dataclass(frozen=True, slots=True)
class Checked:
    """What is in an audit file, and what is wrong with it."""

    acts: tuple[dict[str, Any], ...]
    """Its lines, as far as they can be read."""
    head: Head
    problems: tuple[str, ...]


def put_on_record(root: Path, act: Act, now: datetime) -> int:
    """Write a line into the audit file of a workspace; it is on the disk when this returns.

    Args:
        root: the workspace.
        act: what is about to be done. Long numbers in its reason are taken out.
        now: when.

    Returns:
        The number of the line.

    Raises:
        BusyError: another command keeps on writing.
        WorkspaceError: it cannot be written. What was to be done must then not be done.
    """
    try:
        with FileLock(root / RECORD_LOCK).acquire(timeout=_SECONDS):
            return _append(root, act, now)
    except Timeout:
        raise BusyError("另一个命令正在写操作记录", "请过一会儿再运行") from None
    except OSError as error:
        raise WorkspaceError(
            f"操作记录 {root / AUDIT_FILE} 写不了（{error.strerror}），所以没有显示，也没有写出",
            "请核对权限和磁盘空间；文件开着的，先关上",
        ) from error


def _append(root: Path, act: Act, now: datetime) -> int:
    lines = _lines(root)
    head = _head(lines)
    line = {
        "number": head.lines + 1,
        "when": now.isoformat(timespec="seconds"),
        "who": _user(),
        "command": act.command,
        "asked": dict(act.asked),
        "reason": without_long_numbers(act.reason.strip()),
        "previous": head.last,
    }
    written = [*lines, json.dumps(line, ensure_ascii=False).encode("utf-8", "backslashreplace")]
    write_atomically(root / AUDIT_FILE, b"".join(one + b"\n" for one in written), private=True)
    content = json.dumps(_head(written).as_json()).encode() + b"\n"
    write_atomically(root / AUDIT_HEAD, content, private=True)
    return head.lines + 1


def _user() -> str:
    """Who the operating system says is doing it; environment variables are not believed."""
    if sys.platform == "win32":
        return os.getlogin()
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def _lines(root: Path) -> list[bytes]:
    path = root / AUDIT_FILE
    content = path.read_bytes() if path.is_file() else b""
    return content.removesuffix(b"\n").split(b"\n") if content else []


def _head(lines: list[bytes]) -> Head:
    return Head(len(lines), hashlib.sha256(lines[-1]).hexdigest() if lines else _BEGINNING)


def audit_head(root: Path) -> Head:
    """How long the audit file of a workspace is now, and what its last line is."""
    return _head(_lines(root))


def check_audit(root: Path) -> Checked:
    """Read the audit file of a workspace and hold it against itself and all that is remembered of it.

    Returns:
        What it says, and every problem with the number of its line; never raises because of what is in it.
    """
    lines = _lines(root)
    acts = [_read(line) for line in lines]
    problems = [*_broken(lines, acts), *_forgotten(lines, root)]
    return Checked(tuple(act for act in acts if act), _head(lines), tuple(dict.fromkeys(problems)))


def _read(line: bytes) -> dict[str, Any] | None:
    try:
        act = json.loads(line)
    except ValueError:
        return None
    return act if isinstance(act, dict) and act.keys() == {*_KEYS} else None


def _broken(lines: list[bytes], acts: list[dict[str, Any] | None]) -> Iterator[str]:
    """Where the chain is broken."""
    before = _BEGINNING
    for number, (line, act) in enumerate(zip(lines, acts, strict=True), 1):
        if act is None:
            yield f"第{number}行看不懂：被改过，或没有写完"
        elif act["number"] != number:
            yield f"第{number}行的编号是{act['number']}：前面有行被删去、添上或调换过"
        elif act["previous"] != before:
            changed = f"第{number - 1}行被改过" if number > 1 else "第1行不是原来的第一行"
            yield f"{changed}：与第{number}行记着的对不上"
        before = hashlib.sha256(line).hexdigest()


def _forgotten(lines: list[bytes], root: Path) -> Iterator[str]:
    """What others remember and the file does not hold."""
    if lines and not (root / AUDIT_HEAD).is_file():
        yield f"缺少 {AUDIT_HEAD}：不知道第{len(lines)}行以后还有没有"
    for source, head in _remembered(root):
        if head is None:
            yield f"{source} 看不懂"
        elif head.lines > len(lines):
            yield f"第{len(lines) + 1}行到第{head.lines}行不见了（{source} 记着曾有{head.lines}行）"
        elif head != _head(lines[: head.lines]):
            yield f"第{head.lines}行被改过：与 {source} 记着的对不上"


def _remembered(root: Path) -> Iterator[tuple[str, Head | None]]:
    """The heads that are remembered, and where; ``None`` for one that cannot be read."""
    if (root / AUDIT_HEAD).is_file():
        yield AUDIT_HEAD, _head_in(root / AUDIT_HEAD, None)
    for record in sorted((root / RUNS).glob(f"*/{RECORD}")):
        head = _head_in(record, ON_RECORD)
        if head is not None:
            yield f"{RUNS}/{record.parent.name}/{RECORD}", head


def _head_in(path: Path, key: str | None) -> Head | None:
    try:
        told = json.loads(path.read_bytes())
        told = told[key] if key else told
        return Head(int(told["lines"]), str(told["last"]))
    except (ValueError, KeyError, TypeError):
        return None
