"""``validate --return`` and the 退表 of a night as a person runs them: who gets what, and nobody's number shown."""

import csv
import json
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from bishan_survey.design import load_defaults
from bishan_survey.forms import RETURNS_LIST, FormContent, write_form
from bishan_survey.model import Design, Survey
from tests.areas import of_few_areas
from tests.conftest import EDITION
from tests.program import run
from tests.returns.sending import OTHER_VILLAGE, VILLAGE, person
from tests.workbooks import sheets_of

FAULTY = [person(1), person(3, education="初种", name="试验丙")]
CORRECTED = [person(1), person(3, education="3", name="试验丙")]
CLEAN = [person(5, name="试验丁")]
RETURNED = "璧城街道/500120001001大旺社区居民委员会.xlsx"
Send = Callable[[Path, str, Sequence[Mapping[str, str]]], Path]
"""Puts a village's form somewhere."""
_NUMBER = re.compile(r"\d{17}[\dX]")


@pytest.fixture
def send(design: Design, survey: Survey) -> Send:
    """Villages' forms, filled in."""

    def sending(path: Path, code: str, people: Sequence[Mapping[str, str]]) -> Path:
        village = load_defaults().areas().by_code[code]
        path.parent.mkdir(parents=True, exist_ok=True)
        area = {"town": village.town, "village": village.name}
        content = FormContent(village, {"person": [{**one, **area} for one in people]})
        write_form(path, design, design.questionnaires[EDITION], survey, content)
        return path

    return sending


def said(shown: CompletedProcess[str]) -> str:
    """All that a run showed, which is nobody's number and nobody's name."""
    text = shown.stdout + shown.stderr
    assert "Traceback" not in text
    assert not _NUMBER.search(text)
    assert "试验" not in text
    return text


def files_in(folder: Path) -> list[str]:
    """Files below a folder."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def listed(folder: Path) -> list[dict[str, str]]:
    """The lines of the list of return workbooks, which a spreadsheet program must know to be UTF-8."""
    content = (folder / RETURNS_LIST).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(content.decode("utf-8-sig").splitlines()))


# validate --return


def test_what_is_wrong_goes_back_and_what_is_right_does_not(send: Send, tmp_path: Path) -> None:
    sent, out = tmp_path / "报来", tmp_path / "退" / "第一次"
    send(sent / "璧城街道" / "大旺.xlsx", VILLAGE, FAULTY)
    send(sent / "璧城街道" / "别村.xlsx", OTHER_VILLAGE, CLEAN)
    shown = run("validate", sent, "--return", out, "--to", tmp_path / "清单.xlsx")
    assert shown.returncode == 1
    assert f"退表1份已写到 {out}（含个人信息" in said(shown)
    assert "education.readable" in shown.stdout
    assert files_in(out) == sorted([RETURNED, RETURNS_LIST])
    (line,) = listed(out)
    assert line.pop("内容指纹")
    assert line == {
        "文件": RETURNED,
        "镇街": "璧城街道",
        "村（社区）": "大旺社区居民委员会",
        "代码": VILLAGE,
        "报来的文件": "报来/璧城街道/大旺.xlsx",
        "必须改正": "1",
        "请核实": "0",
    }
    assert (tmp_path / "清单.xlsx").is_file()
    assert not list(tmp_path.rglob(".*-writing*"))


def test_a_return_workbook_is_its_owners_alone_and_bears_everybody(send: Send, tmp_path: Path) -> None:
    run("validate", send(tmp_path / "大旺.xlsx", VILLAGE, FAULTY), "--return", tmp_path / "退")
    made = tmp_path / "退" / RETURNED
    assert made.stat().st_mode & 0o077 == 0
    sheets = sheets_of(made)
    assert next(iter(sheets)) == "问题清单"
    people = {cell for row in sheets["持证残疾人"] for cell in row}
    assert {one["certificate_no"] for one in FAULTY} <= people


def test_sent_again_as_it_is_the_same_is_found_and_corrected_nothing_is(send: Send, tmp_path: Path) -> None:
    run("validate", send(tmp_path / "大旺.xlsx", VILLAGE, FAULTY), "--return", tmp_path / "退")
    again = run("validate", tmp_path / "退" / RETURNED, "--return", tmp_path / "再退", "--json")
    assert again.returncode == 1
    assert "退表1份" in said(again)
    (found,) = json.loads(again.stdout)["findings"]
    assert (found["rule"], found["cell"], found["village"]) == ("education.readable", "AA6", VILLAGE)
    clean = run("validate", send(tmp_path / "改好.xlsx", VILLAGE, CORRECTED), "--return", tmp_path / "没有")
    assert clean.returncode == 0
    assert "退表0份" in said(clean)
    assert files_in(tmp_path / "没有") == [RETURNS_LIST]
    assert listed(tmp_path / "没有") == []


def test_a_file_of_no_use_costs_the_others_nothing(send: Send, tmp_path: Path) -> None:
    sent = tmp_path / "报来"
    send(sent / "大旺.xlsx", VILLAGE, FAULTY)
    (sent / "坏.xlsx").write_bytes(b"PK\x03\x04 broken")
    shown = run("validate", sent, "--return", tmp_path / "退")
    assert shown.returncode == 5
    assert "退表1份" in said(shown)
    assert files_in(tmp_path / "退") == sorted([RETURNED, RETURNS_LIST])


def test_what_stands_there_already_is_never_touched(send: Send, tmp_path: Path) -> None:
    file, out = send(tmp_path / "大旺.xlsx", VILLAGE, FAULTY), tmp_path / "退"
    (out / "手写").mkdir(parents=True)
    for there in (out, file):
        before = file.read_bytes()
        shown = run("validate", file, "--return", there)
        assert shown.returncode == 2
        assert "不是空文件夹" in said(shown)
        assert "怎么办" in shown.stderr
        assert "读取" not in shown.stderr  # it is refused before anything is read
        assert file.read_bytes() == before
    assert [path.name for path in out.iterdir()] == ["手写"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["大旺.xlsx", "退"]


def test_an_empty_folder_will_do_and_what_an_interrupted_run_left_is_cleared(send: Send, tmp_path: Path) -> None:
    out, left = tmp_path / "退", tmp_path / ".退-writing"
    out.mkdir()
    left.mkdir()
    (left / "半份.xlsx").write_bytes(b"half")
    assert run("validate", send(tmp_path / "大旺.xlsx", VILLAGE, FAULTY), "--return", out).returncode == 1
    assert files_in(out) == sorted([RETURNED, RETURNS_LIST])
    assert not left.exists()


def test_every_path_that_leads_nowhere_is_named(send: Send, tmp_path: Path) -> None:
    there = send(tmp_path / "大旺.xlsx", VILLAGE, CLEAN)
    shown = run("validate", there, tmp_path / "无.xlsx", tmp_path / "没有", "--return", tmp_path / "退")
    assert shown.returncode == 2
    assert f"找不到：{tmp_path / '无.xlsx'}、{tmp_path / '没有'}" in said(shown)
    assert not (tmp_path / "退").exists()


def test_return_workbooks_are_never_put_where_they_would_be_taken_in(send: Send, tmp_path: Path) -> None:
    workspace = tmp_path / "ws"
    run("init", workspace)
    file = send(tmp_path / "大旺.xlsx", VILLAGE, FAULTY)
    (tmp_path / "近路").symlink_to(workspace / "inbox" / "璧城街道")
    inside = (workspace / "inbox", workspace / "inbox" / "三合镇" / "退", tmp_path / "近路" / "退")
    for target in (*inside, workspace / "runs" / ".." / "inbox" / "退"):
        shown = run("validate", file, "--return", target)
        assert shown.returncode == 2
        assert "收件夹" in said(shown)
        assert "怎么办" in shown.stderr
    assert files_in(workspace / "inbox") == []
    assert run("validate", file, "--return", workspace / "退表").returncode == 1
    assert run("validate", file, "--return", tmp_path / "inbox" / "退").returncode == 1  # of no workspace


# nightly


def night(workspace: Path) -> tuple[dict[str, Any], Path]:
    """One night's record, and its folder."""
    shown = run("nightly", workspace, "--json")
    said(shown)
    folder = Path(json.loads(shown.stdout)["folder"])
    record: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return record, folder


def test_nights_hand_back_what_is_wrong_until_it_is_right(send: Send, tmp_path: Path) -> None:
    workspace = tmp_path / "ws"
    assert run("init", workspace).returncode == 0
    of_few_areas(workspace)
    inbox = workspace / "inbox" / "璧城街道"
    send(inbox / "大旺.xlsx", VILLAGE, FAULTY)
    send(inbox / "别村.xlsx", OTHER_VILLAGE, CLEAN)

    record, first = night(workspace)
    back = first / "restricted" / "退表"
    assert record["returned"] == 1
    assert files_in(back) == sorted([RETURNED, RETURNS_LIST])
    assert (first / "restricted").stat().st_mode & 0o077 == 0
    assert (back / RETURNED).stat().st_mode & 0o077 == 0
    outside = [name for name in files_in(first) if not name.startswith("restricted/")]
    assert outside
    assert not any("退表" in name or VILLAGE in name for name in outside)

    record, second = night(workspace)
    taken_over = second / "restricted" / "退表"
    assert record["returned"] == 1
    assert {name: (taken_over / name).read_bytes() for name in files_in(taken_over)} == {
        name: (back / name).read_bytes() for name in files_in(back)
    }
    assert (taken_over / RETURNED).stat().st_mode & 0o077 == 0

    shutil.rmtree(taken_over / "璧城街道")  # somebody has moved them instead of copying
    record, third = night(workspace)
    assert (third / "restricted" / "退表" / RETURNED).read_bytes() == (back / RETURNED).read_bytes()

    send(inbox / "大旺改.xlsx", VILLAGE, CORRECTED)
    record, last = night(workspace)
    assert record["returned"] == 0
    assert record["files"]["superseded"] == 1
    assert files_in(last / "restricted" / "退表") == [RETURNS_LIST]


def test_a_night_says_how_many_go_back_and_where(send: Send, tmp_path: Path) -> None:
    workspace = tmp_path / "ws"
    run("init", workspace)
    of_few_areas(workspace)
    send(workspace / "inbox" / "璧城街道" / "大旺.xlsx", VILLAGE, FAULTY)
    shown = run("nightly", workspace)
    assert shown.returncode == 0
    (line,) = [line for line in said(shown).splitlines() if "退给村里改的表（1份）" in line]
    assert line.endswith("restricted/退表")
    assert "写退表" in shown.stderr
    back = run("validate", workspace, "--return", tmp_path / "退")
    assert back.returncode == 1
    assert listed(tmp_path / "退")[0]["报来的文件"] == "璧城街道/大旺.xlsx"
