"""The audit file: whatever is done to its lines is told by number."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bishan_survey.errors import BusyError, WorkspaceError
from bishan_survey.workspace import AUDIT_FILE, Act, audit, audit_head, check_audit, put_on_record
from tests.people import certificate

_NOW = datetime(2025, 11, 1, 9, tzinfo=UTC)
_REASONS = ("电话核实", "a second reason", "第三", "第四", "第五")


def written(root: Path) -> list[bytes]:
    """A file of five lines."""
    root.mkdir(exist_ok=True)
    for name in (AUDIT_FILE, audit.AUDIT_HEAD):
        (root / name).unlink(missing_ok=True)
    for reason in _REASONS:
        put_on_record(root, Act("explain --unmask", {"table": "T01"}, reason), _NOW)
    return (root / AUDIT_FILE).read_bytes().splitlines(keepends=True)


def test_each_line_says_who_did_what_when_and_why(tmp_path: Path) -> None:
    lines = [json.loads(line) for line in written(tmp_path)]
    assert [line["number"] for line in lines] == [1, 2, 3, 4, 5]
    assert [line["reason"] for line in lines] == [*_REASONS]
    assert {line["when"] for line in lines} == {"2025-11-01T09:00:00+00:00"}
    assert all(line["who"] for line in lines)
    told = check_audit(tmp_path)
    assert (told.problems, told.head.lines, len(told.acts)) == ((), 5, 5)
    if sys.platform != "win32":
        assert (tmp_path / AUDIT_FILE).stat().st_mode & 0o777 == 0o600


def test_a_workspace_without_acts_is_in_order(tmp_path: Path) -> None:
    assert check_audit(tmp_path).problems == ()
    assert audit_head(tmp_path).lines == 0


def test_numbers_of_persons_are_taken_out_of_reasons(tmp_path: Path) -> None:
    put_on_record(tmp_path, Act("explain", {}, f"核实{certificate()}和19900000001的人，渝信〔2025〕12号"), _NOW)
    (act,) = check_audit(tmp_path).acts
    assert act["reason"] == "核实******和******的人，渝信〔2025〕12号"


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda lines: lines[:2] + lines[3:], "第3行的编号是4：前面有行被删去、添上或调换过"),
        (lambda lines: [*lines[:1], lines[2], lines[1], *lines[3:]], "第2行的编号是3：前面有行被删去、添上或调换过"),
        (lambda lines: lines[1:], "第1行的编号是2：前面有行被删去、添上或调换过"),
        (lambda lines: [lines[0].replace(b"T01", b"T02"), *lines[1:]], "第1行被改过：与第2行记着的对不上"),
        (lambda lines: [*lines[:4], lines[4].replace(b"T01", b"T02")], "第5行被改过：与 audit-head.json 记着的对不上"),
        (lambda lines: lines[:3], "第4行到第5行不见了（audit-head.json 记着曾有5行）"),
        (lambda lines: [], "第1行到第5行不见了（audit-head.json 记着曾有5行）"),
        (lambda lines: [*lines[:4], lines[4][:20]], "第5行看不懂：被改过，或没有写完"),
        (lambda lines: [*lines[:2], b"[]\n", *lines[3:]], "第3行看不懂：被改过，或没有写完"),
        (lambda lines: [b"\xff\n", *lines[1:]], "第1行看不懂：被改过，或没有写完"),
    ],
    ids=["removed", "swapped", "first gone", "edited", "last edited", "cut", "emptied", "torn", "no act", "no text"],
)
def test_what_was_done_to_it_is_told_with_the_line(tmp_path: Path, damage, said: str) -> None:
    (tmp_path / AUDIT_FILE).write_bytes(b"".join(damage(written(tmp_path))))
    assert said in check_audit(tmp_path).problems


def test_whoever_renumbers_the_lines_is_found_too(tmp_path: Path) -> None:
    lines = written(tmp_path)
    renumbered = [lines[0], *(line.replace(b'"number": %d' % n, b'"number": %d' % (n - 1)) for n, line in
                              enumerate(lines[2:], 3))]  # fmt: skip
    (tmp_path / AUDIT_FILE).write_bytes(b"".join(renumbered))
    assert any("第2行" in problem for problem in check_audit(tmp_path).problems)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255), cut=st.booleans())
def test_no_byte_is_changed_or_cut_off_unseen(tmp_path: Path, place: float, byte: int, *, cut: bool) -> None:
    path = tmp_path / AUDIT_FILE
    content = path.read_bytes() if path.is_file() else b"".join(written(tmp_path))
    at = int(place * len(content))
    changed = content[:at] if cut else content[:at] + bytes([byte]) + content[at + 1 :]
    path.write_bytes(changed)
    found = check_audit(tmp_path).problems
    path.write_bytes(content)
    assert bool(found) == (changed.removesuffix(b"\n") != content.removesuffix(b"\n"))


def test_a_run_remembers_the_file_when_even_its_head_is_gone(tmp_path: Path) -> None:
    lines = written(tmp_path)
    record = tmp_path / "runs" / "20251101-020000" / "run.json"
    record.parent.mkdir(parents=True)
    record.write_text(json.dumps({"audit": audit_head(tmp_path).as_json()}), encoding="utf-8")
    (tmp_path / AUDIT_FILE).write_bytes(b"".join(lines[:2]))
    (tmp_path / audit.AUDIT_HEAD).unlink()
    problems = check_audit(tmp_path).problems
    assert "第3行到第5行不见了（runs/20251101-020000/run.json 记着曾有5行）" in problems
    assert any("缺少 audit-head.json" in problem for problem in problems)


@pytest.mark.parametrize("content", ["{}", "{", '{"lines": "many", "last": 1}', "[]"])
def test_a_damaged_head_is_told(tmp_path: Path, content: str) -> None:
    written(tmp_path)
    (tmp_path / audit.AUDIT_HEAD).write_text(content, encoding="utf-8")
    assert check_audit(tmp_path).problems == ("audit-head.json 看不懂",)


def test_what_follows_a_torn_line_is_kept_and_the_tear_stays_visible(tmp_path: Path) -> None:
    lines = written(tmp_path)
    (tmp_path / AUDIT_FILE).write_bytes(b"".join(lines)[:-20])
    assert put_on_record(tmp_path, Act("package", {}), _NOW) == 6
    told = check_audit(tmp_path)
    assert told.acts[-1]["number"] == 6
    assert told.problems == ("第5行看不懂：被改过，或没有写完",)


def test_where_nothing_can_be_written_it_says_so(tmp_path: Path) -> None:
    (tmp_path / AUDIT_FILE).mkdir()
    with pytest.raises(WorkspaceError, match="没有显示"):
        put_on_record(tmp_path, Act("explain", {}), _NOW)


def test_two_commands_at_once_write_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = (
        "import sys; from datetime import datetime, UTC; from pathlib import Path\n"
        "from bishan_survey.workspace import Act, put_on_record\n"
        "for _ in range(8): put_on_record(Path(sys.argv[1]), Act('x', {}), datetime.now(UTC))"
    )
    both = [subprocess.Popen([sys.executable, "-c", script, str(tmp_path)]) for _ in range(2)]
    assert [one.wait() for one in both] == [0, 0]
    told = check_audit(tmp_path)
    assert (told.head.lines, told.problems) == (16, ())
    monkeypatch.setattr(audit, "_SECONDS", 0)
    with FileLock(tmp_path / audit.RECORD_LOCK), pytest.raises(BusyError):
        put_on_record(tmp_path, Act("x", {}), _NOW)
