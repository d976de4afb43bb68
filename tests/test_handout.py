"""Forms out: everybody of the roster stands in one form, and a broken roster is told in full before any is written."""

import csv
import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from bishan_survey.handout import LIST, Roster, form_name, hand_out, roster_of_files, roster_of_workspace
from bishan_survey.intake import read_batch
from bishan_survey.model import AreaFrame, Design, Survey
from bishan_survey.nightly import nightly
from bishan_survey.workspace import Workspace, create_workspace
from tests.people import adult, certificate
from tests.program import run
from tests.returns.sending import Silent
from tests.workbooks import submission, table, write_cells

HEAD = ["村（社区）代码", "姓名", "残疾人证号", "性别", "文化程度"]
PEOPLE = [
    ["500120001001", "试验甲", certificate(order=1), "男", "初中"],
    ["500120001001", "试验丙", certificate(order=3), "男", "看不清"],
    ["500120107201", "试验丁", certificate(order=5), "男", ""],
]


def roster_file(folder: Path, people: list[list[str]]) -> Path:
    return write_cells(folder / "名册.xlsx", {"名册": table((0, 0), [HEAD, *people])})


def roster(folder: Path, people: list[list[str]], design: Design, survey: Survey, areas: AreaFrame) -> Roster:
    path = roster_file(folder, people)
    return roster_of_files([submission(path, path.name)], design, survey, areas, Silent())


def test_everybody_stands_in_the_form_of_their_village(tmp_path, design, survey, areas) -> None:
    filled = roster(tmp_path, PEOPLE, design, survey, areas)
    assert filled.problems.is_empty()
    done = hand_out(tmp_path / "表", design, survey, areas.villages, filled)
    assert [(form.village.code, form.persons) for form in done] == [
        ("500120001001", 2),
        ("500120001201", 0),
        ("500120107001", 0),
        ("500120107201", 1),
    ]
    batch = read_batch([submission(form.file, form.file.name) for form in done], design, survey, areas)
    people = batch.records["bishan-2025", "person"].select("_village", "name", "certificate_no", "sex", "education")
    assert people.rows() == [
        ("500120001001", "试验甲", certificate(order=1), "1 男", "3 初中"),
        ("500120001001", "试验丙", certificate(order=3), "1 男", "看不清"),
        ("500120107201", "试验丁", certificate(order=5), "1 男", None),
    ]


def test_the_list_names_every_form_and_nobody(tmp_path, design, survey, areas) -> None:
    done = hand_out(tmp_path / "表", design, survey, areas.villages, roster(tmp_path, PEOPLE, design, survey, areas))
    text = (tmp_path / "表" / LIST).read_text(encoding="utf-8-sig")
    lines = list(csv.DictReader(text.splitlines()))
    assert [line["文件"] for line in lines] == [f"{f.village.town}/{form_name(f.village)}" for f in done]
    assert [line["预填人数"] for line in lines] == ["2", "0", "0", "1"]
    assert "试验" not in text


def test_all_problems_of_a_roster_are_told_at_once(tmp_path, design, survey, areas) -> None:
    broken = [
        ["500120999001", "试验己", certificate(order=7), "男", ""],
        ["500120001001", "试验乙", "5.10227E+17", "男", ""],
        ["500120001001", "试验庚", certificate(order=9).replace("1980", "1981"), "男", ""],
    ]
    told = roster(tmp_path, [*broken, *PEOPLE], design, survey, areas)
    cells = set(told.problems["cell"].drop_nulls())
    assert {"A2", "C3", "C4"} <= cells
    assert told.unplaced == 1


def test_a_person_who_stands_twice_is_listed_once(tmp_path, design, survey, areas) -> None:
    told = roster(tmp_path, [PEOPLE[0], PEOPLE[0], *PEOPLE[1:]], design, survey, areas)
    assert told.repeated == {"500120001001": 1}
    assert sum(map(len, told.persons.values())) == 3


@pytest.fixture
def last_round(tmp_path: Path, design: Design, survey: Survey, areas: AreaFrame) -> Workspace:
    """A workspace with the results of a round: of four persons one has died, one has no number."""
    root = tmp_path / "上轮"
    rows = [
        {"code": v.code, "name": v.name, "town_code": v.town_code, "town_name": v.town, "former_names": ""}
        for v in areas.villages
    ]
    create_workspace(root, survey, rows, areas.district_code, areas.district)
    workspace = Workspace.open(root, frozenset(design.questionnaires))
    people = [
        adult(name="试验甲", certificate_no=certificate(order=1)),
        adult(name="试验丙", certificate_no=certificate(order=3), survey_status="1", remarks="去世"),
        adult(name="试验丁", certificate_no=certificate(order=5), education=""),
        adult(name="试验戊", certificate_no="", respondent="本人"),
    ]
    folder = root / "inbox" / "璧城街道"
    done = hand_out(folder, design, survey, areas.villages[:1], Roster({"500120001001": people}))
    done[0].file.rename(folder / "大旺.xlsx")
    nightly(workspace, design, datetime(2025, 7, 1, 2, 0).astimezone(), Silent())
    return workspace


def test_last_rounds_persons_come_from_its_workspace(last_round, design, survey, areas) -> None:
    filled = roster_of_workspace(last_round, design, survey, areas)
    people = filled.persons["500120001001"]
    assert sorted(person["name"] for person in people) == ["试验丁", "试验戊", "试验甲"]
    assert filled.gone == {"500120001001": 1}
    first = next(person for person in people if person["name"] == "试验甲")
    assert first["marital_status"] == "20 已婚"
    assert not {"survey_status", "survey_date", "investigator"} & first.keys()


def test_numbers_that_last_round_found_wrong_are_told(last_round, design, survey, areas) -> None:
    problems = roster_of_workspace(last_round, design, survey, areas).problems
    assert problems.select("rule", "file", "cell", "village").rows() == [
        ("certificate_no.required", "璧城街道/大旺.xlsx", "G8", "500120001001"),
    ]
    assert "试验" not in str(problems.drop("value").to_dicts())


def test_villages_that_are_no_more_are_told_person_by_person(last_round, design, survey, areas) -> None:
    filled = roster_of_workspace(last_round, design, survey, replace(areas, villages=areas.villages[1:]))
    assert (filled.unplaced, filled.persons) == (3, {})
    unknown = filled.problems.filter(item="village")
    (rule,) = (rule for rule in design.rules if rule.id == "P020")
    assert unknown.select("rule", "severity", "file", "sheet", "cell", "message").rows() == [
        (rule.id, "hard", "璧城街道/大旺.xlsx", "持证残疾人", cell, rule.message) for cell in ("B5", "B7", "B8")
    ]
    assert filled.problems["village"].null_count() == filled.problems.height == 4


def test_only_the_villages_that_forms_are_written_for_are_counted_and_told(last_round, design, survey, areas) -> None:
    filled = roster_of_workspace(last_round, design, survey, areas)
    there, elsewhere = filled.within(areas.villages[:1]), filled.within(areas.villages[1:])
    assert (there.gone, there.problems.height) == ({"500120001001": 1}, 1)
    assert (elsewhere.gone, elsewhere.persons, elsewhere.problems.height) == ({}, {}, 0)


def test_the_command_writes_a_district(tmp_path: Path) -> None:
    people = [["500120001001", "试验甲", certificate(order=1), "男", "初中"]]
    made = run("template", tmp_path / "表", "--town", "璧城街道", "--roster", roster_file(tmp_path, people), "--json")
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    files = sorted((tmp_path / "表" / "璧城街道").glob("*.xlsx"))
    assert (told["forms"], told["persons"]) == (len(files), 1)
    again = run("template", tmp_path / "表", "--town", "璧城街道")
    assert again.returncode == 2
    assert "不是空文件夹" in again.stderr


def test_a_broken_roster_writes_nothing_unless_told_so(tmp_path: Path) -> None:
    people = [["500120001001", "试验甲", "5.10227E+17", "男", "初中"], ["无此村", "试验丙", certificate(), "男", ""]]
    path = roster_file(tmp_path, people)
    words = ["template", tmp_path / "表", "--town", "璧城街道", "--roster", path]
    refused = run(*words)
    assert refused.returncode == 1
    assert "C2" in refused.stdout
    assert "A3" in refused.stdout
    assert not (tmp_path / "表").exists()
    assert run(*words, "--keep-faulty").returncode == 0
    assert (tmp_path / "表" / LIST).is_file()


def test_nobody_is_lost_between_roster_and_forms(tmp_path, design, survey, areas) -> None:
    codes = [village.code for village in areas.villages]
    people = [[codes[n % 4], "试验甲", certificate(order=n + 1), "", ""] for n in range(0, 200, 2)]
    filled = roster(tmp_path, people, design, survey, areas)
    done = hand_out(tmp_path / "表", design, survey, areas.villages, filled)
    batch = read_batch([submission(form.file, form.file.name) for form in done], design, survey, areas)
    back = batch.records["bishan-2025", "person"].select("_village", "certificate_no")
    sent = pl.DataFrame([(row[0], row[2]) for row in people], schema=back.schema, orient="row")
    assert back.sort("certificate_no").equals(sent.sort("certificate_no"))


def test_a_village_of_another_town_is_refused(tmp_path: Path) -> None:
    made = run("template", tmp_path / "表", "--town", "璧城街道", "--village", "500120107202")
    assert made.returncode == 2
    assert "高山村村民委员会（500120107202）在三合镇，不在“璧城街道”" in made.stderr
    assert not (tmp_path / "表").exists()
    made = run("template", tmp_path / "表", "--town", "500120107", "--village", "500120107202")
    assert made.returncode == 0, made.stderr
    assert len([*(tmp_path / "表").rglob("*.xlsx")]) == 1


def test_a_roster_that_is_not_there_is_named(tmp_path: Path) -> None:
    for missing in (tmp_path / "没有.csv", tmp_path / "没有这个文件夹"):
        made = run("template", tmp_path / "表", "--town", "璧城街道", "--roster", missing)
        assert made.returncode == 2
        assert f"找不到：{missing}" in made.stderr
        assert not (tmp_path / "表").exists()
    (tmp_path / "空的").mkdir()
    made = run("template", tmp_path / "表", "--town", "璧城街道", "--roster", tmp_path / "空的")
    assert made.returncode == 2
    assert f"{tmp_path / '空的'} 中没有表格文件" in made.stderr


def _moved(workspace: Workspace, areas: AreaFrame) -> list[object]:
    """Words of a command that writes the next round, in which the only village that reported is no more."""
    root = workspace.root.with_name("新一轮")
    assert run("init", root).returncode == 0
    kept = [line for line in (root / "areas.csv").read_text(encoding="utf-8-sig").splitlines() if "大旺" not in line]
    (root / "areas.csv").write_text("\n".join(kept) + "\n", encoding="utf-8-sig")
    return ["template", root.with_name("表"), "--workspace", root, "--roster", workspace.root, "--town", "璧城街道"]


def test_a_workspace_as_a_roster_is_refused_like_files_are(last_round: Workspace, areas: AreaFrame) -> None:
    words = _moved(last_round, areas)
    refused = run(*words)
    assert refused.returncode == 1
    for said in ("名册有4处问题", "单元格：B5；规则：P020", "单元格：G8；规则：certificate_no.required"):
        assert said in refused.stdout
    assert "areas.csv" in refused.stderr
    assert not words[1].exists()
    told = json.loads(run(*words, "--json").stdout)
    assert [problem["rule"] for problem in told["problems"]] == ["P020", "P020", "P020", "certificate_no.required"]
    for shown in (refused.stdout, refused.stderr, str(told)):
        assert "试验" not in shown
        assert certificate(order=1) not in shown

    kept = run(*words, "--keep-faulty", "--json")
    assert kept.returncode == 0, kept.stderr
    written = json.loads(kept.stdout)
    assert (written["persons"], written["gone"], written["unplaced"]) == (0, 0, 3)
    assert written["problems"] == told["problems"]


def test_what_is_left_out_is_counted_for_the_villages_that_forms_are_written_for(tmp_path: Path) -> None:
    people = [PEOPLE[0], PEOPLE[0], PEOPLE[2], PEOPLE[2], PEOPLE[2]]
    words = ["--roster", roster_file(tmp_path, people)]
    shown = run("template", tmp_path / "甲", "--town", "璧城街道", *words)
    assert "名册中重复，只列一次：1\n" in shown.stdout
    told = json.loads(run("template", tmp_path / "乙", "--village", "500120107201", *words, "--json").stdout)
    assert (told["persons"], told["repeated"], told["unplaced"], told["problems"]) == (1, 2, 0, [])
    told = json.loads(run("template", tmp_path / "丙", "--village", "500120107001", *words, "--json").stdout)
    assert (told["persons"], told["repeated"]) == (0, 0)


@pytest.mark.parametrize("left_out", [("姓名",), ("村（社区）代码",), ("姓名", "性别", "文化程度")])
def test_a_roster_without_its_columns_is_told_which_it_needs(tmp_path: Path, left_out: tuple[str, ...]) -> None:
    places = [n for n, name in enumerate(HEAD) if name not in left_out]
    lines = [[line[n] for n in places] for line in [HEAD, *PEOPLE[:1]]]
    path = write_cells(tmp_path / "名册.xlsx", {"名册": table((0, 0), lines)})
    refused = run("template", tmp_path / "表", "--town", "璧城街道", "--roster", path)
    assert refused.returncode == 1
    assert "名册要有这些列：姓名、残疾人证号，以及村（社区）代码一列，或镇街、村（社区）两列" in refused.stderr
    assert not (tmp_path / "表").exists()
    broken = run(
        "template",
        tmp_path / "表",
        "--town",
        "璧城街道",
        "--roster",
        roster_file(tmp_path, [["无此村", *PEOPLE[0][1:]]]),
    )
    assert broken.returncode == 1
    assert "要有这些列" not in broken.stderr
