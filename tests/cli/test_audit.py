"""Identifiers cost a reason and a line on record; without the line nothing is shown and nothing is written."""

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

from bishan_survey.cli.app import app
from bishan_survey.cli.show import Show
from bishan_survey.errors import UsageError, WorkspaceError
from bishan_survey.workspace import AUDIT_FILE, check_audit
from tests.cli.conftest import PEOPLE
from tests.people import certificate, identity

NUMBERS = [one["certificate_no"][:18] for one in PEOPLE]


@pytest.fixture
def ask(counted: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """What a command shows of the workspace, on both streams."""

    def run(command: str, *words: object) -> str:
        with contextlib.suppress(typer.Exit):
            app([*command.split(), str(counted), *map(str, words)], standalone_mode=False)
        shown = capsys.readouterr()
        return shown.out + shown.err

    return run


def last_act(counted: Path) -> dict[str, Any]:
    return check_audit(counted).acts[-1]


def test_people_are_shown_for_a_reason_that_goes_on_record(counted: Path, ask) -> None:
    shown = ask("explain", "T01", "四级", "肢体", "--unmask", "电话核实")
    assert NUMBERS[0] in shown
    assert "肢体" in shown
    act = last_act(counted)
    assert (act["command"], act["reason"]) == ("explain --unmask", "电话核实")
    assert act["asked"] == {"table": "T01", "area": "500120", "row": "4", "column": "4"}
    assert f"第{act['number']}行" in shown
    told = json.loads(ask("explain", "T01", "四级", "肢体", "--unmask", "电话核实", "--json").split("\n下面")[0])
    assert [person["号码"] for person in told["people"]] == [NUMBERS[0], NUMBERS[2]]


@pytest.mark.parametrize("reason", ["", "  ", "\u3000"])
def test_a_blank_reason_is_none(counted: Path, ask, reason: str) -> None:
    lines = check_audit(counted).head.lines
    with pytest.raises(UsageError, match="没有写理由"):
        ask("explain", "T01", "--unmask", reason)
    assert check_audit(counted).head.lines == lines


def test_without_the_line_nothing_is_shown_and_nothing_is_written(counted: Path, ask, tmp_path: Path) -> None:
    kept = (counted / AUDIT_FILE).rename(counted / "aside") if (counted / AUDIT_FILE).exists() else None
    (counted / AUDIT_FILE).mkdir()
    try:
        for words in (
            ("explain", "T01", "--unmask", "核实"),
            ("explain", "T01", "--csv", tmp_path / "名单.csv"),
            ("package", "--to", tmp_path / "包"),
            ("deliver", "--profile", "system-person", "--to", tmp_path / "上报"),
            ("export", "--profile", "system-person", "--to", tmp_path / "人口.csv"),
        ):
            with pytest.raises(WorkspaceError, match="操作记录"):
                ask(*words)
        assert [*tmp_path.iterdir()] == []
    finally:
        (counted / AUDIT_FILE).rmdir()
        if kept:
            kept.rename(counted / AUDIT_FILE)


def test_what_is_taken_out_is_on_record(counted: Path, ask, tmp_path: Path) -> None:
    for command, words, asked in (
        ("explain --csv", ("explain", "T01", "--csv", tmp_path / "a.csv"), {"table": "T01"}),
        ("package", ("package", "--to", tmp_path / "包"), {"person": 3}),
        ("export", ("export", "--profile", "system-person", "--to", tmp_path / "b.csv"), {"records": 3}),
        ("validate --to", ("validate", "--to", tmp_path / "c.xlsx"), {"count": 0}),
        ("validate --return", ("validate", "--return", tmp_path / "退"), {"count": 0}),
        ("reconcile --to", ("reconcile", "--to", tmp_path / "比对.xlsx"), {"lists": 0}),
    ):
        ask(*words)
        act = last_act(counted)
        assert act["command"] == command
        assert act["asked"].items() >= asked.items()


def test_findings_show_what_was_written_where_there_is_a_workspace(counted: Path, ask, tmp_path: Path) -> None:
    assert "下面有个人信息" in ask("validate", "--unmask", "核实")
    assert last_act(counted)["command"] == "validate --unmask"
    (file,) = (counted / "inbox").rglob("*.xlsx")
    with pytest.raises(UsageError, match="没有工作区"):
        app(["validate", str(file), "--unmask", "核实"], standalone_mode=False)


def test_faults_of_a_delivery_show_their_values(counted: Path, ask) -> None:
    shown = ask("deliver", "--profile", "system-person", "--check", "--unmask", "看原值", "--json")
    assert last_act(counted)["asked"] == {"profile": "system-person", "rejected": False, "changed": False}
    assert json.loads(shown[shown.index("{") :].split("\n下面")[0])["faults"] == []


def test_the_file_is_shown_and_checked(counted: Path, ask, tmp_path: Path) -> None:
    ask("explain", "T01", "--unmask", "第一")
    ask("explain", "T01", "--unmask", "第二")
    shown = ask("audit show", "--last", 1)
    assert "理由：第二" in shown
    assert "第一" not in shown
    assert "没有问题" in ask("audit check")
    path = counted / AUDIT_FILE
    content = path.read_bytes()
    path.write_bytes(content.replace("第一".encode(), "别的".encode()))
    try:
        with pytest.raises(SystemExit) as left:
            app(["audit", "check", str(counted)])
        assert left.value.code == 4
        assert "被改过：与第" in ask("audit check")
        assert "bishan-survey audit check" in ask("audit show")
    finally:
        path.write_bytes(content)


def test_numbers_that_stand_in_what_is_shown_are_masked(capsys: pytest.CaptureFixture[str]) -> None:
    """A village may have named its file after somebody."""
    numbers = [certificate(order=1), identity("19800101", 3), certificate(order=5, reissue="B1"), "990120800101001"]
    kept = ["500120001001", "20251101-020000", "a" * 20 + "012345678901234567" + "b" * 26, "19900000001"]
    for as_json, unmasked in ((False, False), (True, False), (False, True)):
        show = Show(as_json, unmasked=unmasked)
        for text in [*numbers, *kept]:
            show.heading(f"{text}.xlsx")
            show.pairs([(text, f"张{text}")])
            show.table(("文件", "行"), [(f"{text}.xlsx", 3)])
            show.remark(text)
            show.document("x/1", {"files": [text], text: 1})
        shown = "".join(capsys.readouterr())
        assert all((number in shown) == unmasked for number in numbers)
        assert all(text in shown for text in kept)
