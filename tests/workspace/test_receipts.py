"""When each content was first met: remembered once, never guessed, never lost."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bishan_survey.errors import WorkspaceError
from bishan_survey.workspace import Workspace

_FIRST = datetime(2025, 11, 1, 2, 0, 7, 5, tzinfo=UTC)
_SECOND = _FIRST + timedelta(days=1)


def put(workspace: Workspace, name: str, content: bytes) -> Path:
    path = workspace.inbox / name
    path.write_bytes(content)
    return path


def receipts(workspace: Workspace) -> Path:
    return workspace.root / "archive" / "received.csv"


def times(workspace: Workspace, now: datetime) -> dict[str, str | None]:
    return {file.name: file.received for file in workspace.receive(now)[0]}


def test_all_that_is_new_arrives_at_the_same_moment(workspace: Workspace) -> None:
    put(workspace, "一.xlsx", b"one")
    put(workspace, "二.xlsx", b"two")
    assert set(times(workspace, _FIRST).values()) == {"2025-11-01T02:00:07+00:00"}


def test_a_content_keeps_its_first_moment_under_any_name(workspace: Workspace) -> None:
    old = put(workspace, "一.xlsx", b"one")
    times(workspace, _FIRST)
    old.unlink()
    put(workspace, "改了名.xlsx", b"one")
    put(workspace, "新的.xlsx", b"new")
    found = times(workspace, _SECOND)
    assert found == {"改了名.xlsx": "2025-11-01T02:00:07+00:00", "新的.xlsx": "2025-11-02T02:00:07+00:00"}


def test_what_stands_in_the_file(workspace: Workspace) -> None:
    put(workspace, "一.xlsx", b"one")
    put(workspace, "同样.xlsx", b"one")
    times(workspace, _FIRST)
    content = receipts(workspace).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    (line,) = csv.DictReader(content.decode("utf-8-sig").splitlines())
    assert list(line) == ["sha256", "name", "bytes", "received"]
    assert (line["name"], line["bytes"]) == ("一.xlsx", "3")
    assert receipts(workspace).stat().st_mode & 0o077 == 0


def test_a_night_without_news_writes_nothing(workspace: Workspace) -> None:
    put(workspace, "一.xlsx", b"one")
    times(workspace, _FIRST)
    before = receipts(workspace).stat().st_mtime_ns
    times(workspace, _SECOND)
    assert receipts(workspace).stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("T02:00:07", "晚上两点", "第2行"),
        (",3,", ",三,", "第2行"),
        ("\n", "\nabc,一.xlsx,3,2025-11-01T02:00:07\n", "第2行"),
        ("received\n", "when\n", "received"),
    ],
)
def test_a_damaged_line_is_told_and_nothing_is_lost(workspace: Workspace, was: str, now: str, said: str) -> None:
    put(workspace, "一.xlsx", b"one")
    times(workspace, _FIRST)
    text = receipts(workspace).read_text(encoding="utf-8")
    assert was in text
    damaged = text.replace(was, now, 1)
    receipts(workspace).write_text(damaged, encoding="utf-8")
    put(workspace, "二.xlsx", b"two")
    with pytest.raises(WorkspaceError, match=said) as raised:
        workspace.receive(_SECOND)
    assert "备份" in raised.value.advice
    assert receipts(workspace).read_text(encoding="utf-8") == damaged


def test_another_encoding_is_told(workspace: Workspace) -> None:
    put(workspace, "大旺社区.xlsx", b"one")
    times(workspace, _FIRST)
    text = receipts(workspace).read_text(encoding="utf-8-sig")
    receipts(workspace).write_bytes(text.encode("gb18030"))
    with pytest.raises(WorkspaceError, match="UTF-8"):
        workspace.receive(_SECOND)


def test_many_damaged_lines_are_told_in_one_breath(workspace: Workspace) -> None:
    put(workspace, "一.xlsx", b"one")
    times(workspace, _FIRST)
    with receipts(workspace).open("a", encoding="utf-8") as file:
        file.write("坏\n" * 20)
    with pytest.raises(WorkspaceError, match="共20行"):
        workspace.receive(_SECOND)


def test_lines_in_another_order_and_without_the_mark_are_understood(workspace: Workspace) -> None:
    """As a text editor may leave the file."""
    put(workspace, "一.xlsx", b"one")
    put(workspace, "二.xlsx", b"two")
    before = times(workspace, _FIRST)
    head, *lines = receipts(workspace).read_text(encoding="utf-8-sig").splitlines()
    receipts(workspace).write_text("\r\n".join([head, *reversed(lines)]) + "\r\n", encoding="utf-8", newline="")
    assert times(workspace, _SECOND) == before
