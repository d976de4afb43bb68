"""After everything has been run over a small district, people stand in those files alone that may have them.

Which may is not said here: it is read from the table that people read, docs/reference/workspace.md.
"""

import contextlib
import io
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
import typer

from bishan_survey.cli.app import app
from bishan_survey.design import load_defaults, load_design
from bishan_survey.forms import FormContent, write_form
from bishan_survey.log import LOGS
from bishan_survey.model import Village
from bishan_survey.overview import OVERVIEW
from bishan_survey.workspace import INBOX, REGISTERS, Workspace
from tests.areas import of_few_areas
from tests.conftest import EDITION, ROOT
from tests.corrections.lines import line, write_sheet
from tests.people import adult, certificate, identity
from tests.scanning import found
from tests.workbooks import table, write_cells

_ORDERS = (1, 3, 5, 7, 9)
_NAMES = {order: f"甄秘{mark}" for order, mark in zip(_ORDERS, "甲乙丙丁戊", strict=True)}
_HEADS = "甄户主"
NUMBERS = [identity(order=order) for order in _ORDERS] + [identity("19500101", order) for order in _ORDERS]
PHONES = [f"1990000{order:04d}" for order in _ORDERS]
SECRETS = [*NUMBERS, *PHONES, *_NAMES.values(), _HEADS]
_ROW = re.compile(r"^\| (`.*?) \| .* \| (人|程序) \| (\*\*是\*\*|否|小数) \|$", re.MULTILINE)


@dataclass(frozen=True)
class Everything:
    """What is there after all commands."""

    workspace: Path
    taken: Path
    """What was taken out of the workspace, by the command."""
    said: dict[str, str]
    """What each command has said, on both streams."""


def person(order: int, **answers: str) -> dict[str, str]:
    own = {"name": _NAMES[order], "certificate_no": certificate(order=order), "mobile": f"1990000{order:04d}"}
    head = {"household_head": _HEADS, "household_head_id": identity("19500101", order)}
    return adult(**own | head | answers)


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Everything:
    """Two villages, a roster, last year's list, a department's list, corrections; a night and what comes after."""
    root, taken = tmp_path_factory.mktemp("all") / "ws", tmp_path_factory.mktemp("taken")
    said: dict[str, str] = {}

    def run(name: str, *words: object) -> None:
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out), contextlib.suppress(typer.Exit):
            app([*map(str, words)], standalone_mode=False)
        said[name] = out.getvalue()

    run("init", "init", root)
    of_few_areas(root)
    home = fill(root)
    run("nightly", "nightly", root, "--verbose")
    file = root / INBOX / home.town / "表.xlsx"
    to = ["--to", taken / "问题.xlsx", "--return", taken / "退表"]
    run("validate", "validate", file, "--workspace", root, *to)
    run("validate --unmask", "validate", file, "--workspace", root, "--unmask", "核实电话")
    run("explain", "explain", root, "T01", "--csv", taken / "名单.csv")
    run("explain --json", "explain", root, "T01", "--json")
    for way in ("--check", "--skip-faulty"):
        to = [] if way == "--check" else ["--to", taken / "上报", "--list", taken / "有问题.xlsx"]
        run(f"deliver {way}", "deliver", root, "--profile", "system-person", way, *to)
    run("receipts", "receipts", root, "--profile", "system-person")
    run("package", "package", root, "--to", taken / "数据包")
    run("roster", "roster", root)
    run("changes", "changes", root)
    run("reconcile", "reconcile", root, "--to", taken / "比对.xlsx")
    run("template", "template", taken / "空白表", "--roster", root, "--workspace", root, "--village", home.code)
    run("audit", "audit", "show", root)
    run("explain --unmask", "explain", root, "T01", "--unmask", f"核实{NUMBERS[0]}")
    return Everything(root, taken, said)


def fill(root: Path) -> Village:
    """What villages, the office and others put into the workspace; one of the villages."""
    design, defaults = load_design(), load_defaults()
    survey = defaults.survey(design)
    home, *_, away = Workspace.open(root, frozenset(design.questionnaires)).areas.villages
    for village, people in (
        (home, [person(1), person(3), person(5, survey_date="昨天", mobile=f"{PHONES[2]}9")]),
        (away, [person(1), person(7)]),
    ):
        rows = [one | {"town": village.town, "village": village.name} for one in people]
        path = root / INBOX / village.town / "表.xlsx"
        write_form(path, design, design.questionnaires[EDITION], survey, FormContent(village, {"person": rows}))
    write_sheet(root / "corrections.xlsx", [line(3, "受教育程度", "初中", "小学")])
    (root / INBOX / "坏.xlsx").write_bytes(b"PK\x03\x04 broken")
    (root / INBOX / f"{NUMBERS[0]}.pdf").write_bytes(b"%PDF-1.4")
    listed = [["村（社区）代码", "姓名", "残疾人证号", "受教育程度"]]
    listed += [[home.code, _NAMES[order], certificate(order=order), "小学"] for order in (1, 9)]
    for name in ("roster", "last-year"):
        write_cells(root / REGISTERS / name / "名单.xlsx", {"名单": table((0, 0), listed)})
    others = [["姓名", "身份证号码"], [_NAMES[1], identity(order=1)], [_NAMES[9], identity(order=9)]]
    write_cells(root / REGISTERS / "minimum-living" / "低保.xlsx", {"名单": table((0, 0), others)})
    return home


# --- what the table says --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A line of the table in docs/reference/workspace.md."""

    pattern: re.Pattern[str]
    weight: int
    by_program: bool
    personal: bool
    """Whether there may be names and numbers of people in it."""
    private: bool
    """Whether it is its owner's alone: for these, or for small counts."""


def rows() -> Iterator[Row]:
    text = (ROOT / "docs" / "reference" / "workspace.md").read_text(encoding="utf-8")
    for paths, who, personal in _ROW.findall(text):
        for path in re.findall(r"`([^`]+)`", paths):
            pattern = re.sub(r"<[^>]*>", "[^/]+", re.escape(path).replace(r"\<", "<").replace(r"\>", ">"))
            whole = pattern + (".*" if path.endswith("/") else "")
            yield Row(re.compile(whole), len(path), who == "程序", "是" in personal, personal != "否")


def row_of(place: str) -> Row:
    matching = [row for row in rows() if row.pattern.fullmatch(place)]
    assert matching, f"docs/reference/workspace.md does not name {place}"
    return max(matching, key=lambda row: row.weight)


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_every_file_of_a_workspace_stands_in_the_table(everything: Everything) -> None:
    named = {place: row_of(place) for place in files(everything.workspace)}
    assert len([row for row in named.values() if row.personal]) > 40
    assert len([row for row in named.values() if not row.personal]) > 20


def leaks(folder: Path) -> dict[str, set[str]]:
    return {place: secrets for place, secrets in found(folder, SECRETS).items() if not row_of(place).personal}


def test_people_stand_only_in_files_that_may_have_them(everything: Everything) -> None:
    names_of_files = {NUMBERS[0]}  # a village has named a file after somebody, which the guide asks nobody to do
    told = {place: secrets - names_of_files for place, secrets in leaks(everything.workspace).items()}
    assert {place: secrets for place, secrets in told.items() if secrets} == {}
    assert leaks(everything.workspace).keys().isdisjoint(files(everything.workspace / LOGS))
    restricted = {place for place in found(everything.workspace, NUMBERS) if "/restricted/" in place}
    assert len(restricted) > 15


def test_nothing_that_is_said_names_anybody(everything: Everything) -> None:
    for command, text in everything.said.items():
        seen = [secret for secret in SECRETS if secret in text]
        assert bool(seen) == command.endswith("--unmask"), (command, seen)
        assert text
    assert "******.pdf" in everything.said["nightly"]
    assert "核实******" in everything.workspace.joinpath("audit.jsonl").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "where", ["statistics/tables/T01.csv", "run.json", "statistics/表.xlsx", "statistics/a.parquet"]
)
def test_a_planted_leak_is_found(everything: Everything, tmp_path: Path, where: str) -> None:
    path = tmp_path / "runs" / "20251101-020000" / where
    path.parent.mkdir(parents=True)
    if path.suffix == ".xlsx":
        write_cells(path, {"表": {"ZZ99": f"号码{NUMBERS[1]}"}})
    elif path.suffix == ".parquet":
        pl.DataFrame({"a": [[NUMBERS[1]]]}).write_parquet(path)
    else:
        path.write_text(f"\ufeffa,{NUMBERS[1]}\n", encoding="utf-8")
    assert leaks(tmp_path) == {f"runs/20251101-020000/{where}": {NUMBERS[1]}}


# --- who may read it ------------------------------------------------------------------------------------------------

posix = pytest.mark.skipif(sys.platform == "win32", reason="what may be read there is not said by modes")


def closed(path: Path, top: Path) -> bool:
    """Whether a folder between a file and the top is its owner's alone."""
    between = [above for above in path.parents if above != top and above.is_relative_to(top)]
    return any(above.stat().st_mode & 0o077 == 0 for above in between)


@posix
def test_files_of_people_are_their_owners_alone(everything: Everything) -> None:
    top = everything.workspace
    for place in files(top):
        row, path = row_of(place), top / place
        if row.private and row.by_program:
            assert path.stat().st_mode & 0o777 == 0o600, place
        if row.private and "/" in place and path.name != OVERVIEW:  # it stands beside the record, and has small counts
            assert closed(path, top), place


@posix
def test_what_is_taken_out_is_its_owners_alone(everything: Everything) -> None:
    top = everything.taken
    held = found(top, SECRETS)
    assert {Path(place).parts[0] for place in held} == {path.name for path in top.iterdir()} - {"有问题.xlsx"}
    for place in held:
        assert (top / place).stat().st_mode & 0o777 == 0o600, place
        assert "/" not in place or closed(top / place, top), place


# --- the log --------------------------------------------------------------------------------------------------------


def test_the_log_tells_the_night_without_anybody(everything: Everything) -> None:
    (path,) = (everything.workspace / LOGS).iterdir()
    events = [json.loads(text) for text in path.read_text(encoding="utf-8").splitlines()]
    night = [event for event in events if event["run"] == events[0]["run"]]
    assert [night[0]["event"], night[-1]["event"]] == ["night_began", "night_ended"]
    stages = {event["stage"]: event for event in night if event["event"] == "stage"}
    assert {"读取", "校验", "去重", "汇总", "写出结果"} <= stages.keys()
    assert all(stage["done"] == stage["total"] and stage["seconds"] >= 0 for stage in stages.values())
    assert {event["file"] for event in night if event["event"] == "file_unusable"} == {"坏.xlsx", "******.pdf"}
    end = night[-1]
    assert (end["outcome"], end["exit_code"], end["published"]) == ("published", 5, night[0]["run"])
    assert end["rows"]["read"] == sum(count for name, count in end["rows"].items() if name != "read")
    (findings,) = [event for event in night if event["event"] == "findings"]
    assert findings["rules"]["F01"] >= 1
    assert any(event["event"] == "warning" for event in night)
    assert "校验：" in everything.said["nightly"]
