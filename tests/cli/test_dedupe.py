"""What the district gets to see of people who are, or may be, registered more than once."""

import csv
import json
from pathlib import Path

import pytest

from bishan_survey.design import load_defaults
from bishan_survey.forms import FormContent, write_form
from bishan_survey.model import Design, Survey
from tests.areas import of_few_areas
from tests.people import adult, certificate, identity
from tests.program import run
from tests.workbooks import sheets_of

RIGHT, REISSUED = certificate(order=5), certificate(order=5, kind="43", reissue="B1")
SLIP = RIGHT[:9] + "1" + RIGHT[10:]
COPIED = certificate("19650308", 7)
NAMES = ("某甲乙", "某丙丁", "某戊己")


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory, design: Design, survey: Survey) -> Path:
    """Two villages: somebody who was reassessed, a slip in a number next door, a number copied from the next row."""
    folder = tmp_path_factory.mktemp("dedupe") / "ws"
    assert run("init", folder).returncode == 0
    of_few_areas(folder)
    first, second, *_ = load_defaults().areas().villages
    one, two, three = NAMES
    here = [
        adult(name=one, certificate_no=RIGHT, mobile="19900000011"),
        adult(name=two, certificate_no=COPIED, household_head_id=identity("19500101", 5)),
        adult(name=three, certificate_no=COPIED, household_head_id=identity("19500101", 7)),
    ]
    there = [
        adult(name=one, certificate_no=REISSUED, grade="3", mobile="19900000011", survey_date="2025-07-09"),
        adult(name=one, certificate_no=SLIP, mobile="19900000011"),
    ]
    for village, people in ((first, here), (second, there)):
        rows = [{**person, "town": village.town, "village": village.name} for person in people]
        path = folder / "inbox" / village.town / f"{village.name}.xlsx"
        write_form(path, design, design.questionnaires["bishan-2025"], survey, FormContent(village, {"person": rows}))
    return folder


@pytest.fixture(scope="module")
def restricted(district: Path) -> Path:
    night = run("nightly", district, "--json")
    assert night.returncode == 0, night.stderr
    return Path(json.loads(night.stdout)["folder"]) / "restricted"


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def listed(restricted: Path, name: str) -> list[dict[str, object]]:
    """The rows of a sheet of the findings workbook, below its title and its headers."""
    _, headers, *rows = sheets_of(restricted / "问题清单.xlsx")[name]
    return [dict(zip(headers, row, strict=True)) for row in rows]


def test_a_link_says_why_it_is_one_person(restricted: Path) -> None:
    kept, other = listed(restricted, "重复登记")
    assert (kept["结论"], kept["为什么是同一人"]) == ("以此条为准", "")
    assert (other["结论"], other["为什么是同一人"]) == ("重复，不计", "残疾人证号前18位相同（M02）")
    assert "姓名" in str(other["相同的项目"])
    assert other["不同的项目"] == "残疾人证号、填表日期"
    assert [(row["matched_by"], row["differed"]) for row in read(restricted / "links.csv")] == [
        ("", ""),
        ("M02", "残疾人证号、填表日期"),
    ]


def test_pairs_that_may_be_one_person_stand_there_with_both_places(restricted: Path) -> None:
    clash, *slips = listed(restricted, "可能重复")
    assert (clash["目前"], clash["甲的行"], clash["乙的行"]) == ("均暂不计", 6, 7)
    assert "（M01）" in str(clash["为什么要问"])
    assert len(slips) == 2
    for slip in slips:
        assert slip["目前"] == "各算一人"
        assert "（M22）" in str(slip["为什么要问"])
        assert "残疾人证号" in str(slip["不同的项目"])
        assert slip["甲的村（社区）"]
        assert slip["乙的村（社区）"]
    places = {(str(pair["甲的文件"]), str(pair["乙的文件"])) for pair in slips}
    assert len(places) == 2


def test_pairs_are_written_for_programs_too(restricted: Path) -> None:
    pairs = read(restricted / "pairs.csv")
    assert sorted((pair["rule"], pair["verdict"], pair["keyed"]) for pair in pairs) == [
        ("M01", "possible", "true"),
        ("M22", "possible", "false"),
        ("M22", "possible", "false"),
    ]
    assert len({pair["pair"] for pair in pairs}) == 3
    assert (restricted / "pairs.csv").stat().st_mode & 0o077 == 0


def test_dedupe_tells_how_many_there_are_and_names_nobody(district: Path) -> None:
    shown = run("dedupe", district, "--json")
    told = json.loads(shown.stdout)
    assert (told["persons"], told["duplicate_records"], told["possible_pairs"]) == (1, 1, 3)
    people = run("dedupe", district).stdout
    assert "要核对的" in people
    for secret in (*NAMES, RIGHT[:18], SLIP[:18], COPIED[:18]):
        assert secret not in shown.stdout + people
