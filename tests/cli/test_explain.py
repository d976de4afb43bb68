"""``explain``: a published number back to people and cells, as a person runs it."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bishan_survey.cli.app import app
from bishan_survey.design import load_defaults, load_design
from bishan_survey.errors import UsageError
from bishan_survey.forms import FormContent, write_form
from tests.cli.test_commands import run
from tests.conftest import EDITION
from tests.people import adult, certificate
from tests.workbooks import sheets_of

_PEOPLE = (
    {"certificate_no": certificate(order=1, kind="44")},
    {"certificate_no": certificate(order=3, kind="43"), "grade": "3", "training_received": "1", "training_times": "3"},
    {"certificate_no": certificate(order=5, kind="44"), "training_received": "1", "training_times": "2"},
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace after a night: three people in one village, the resources of the village."""
    design, defaults = load_design(), load_defaults()
    folder = tmp_path_factory.mktemp("explain") / "ws"
    app(["init", str(folder)], standalone_mode=False)
    village = next(iter(defaults.areas().villages))
    place = {"town": village.town, "village": village.name}
    content = {"person": [adult(**place, **one) for one in _PEOPLE]}
    path = folder / "inbox" / village.town / "表.xlsx"
    survey = defaults.survey(design)
    write_form(path, design, design.questionnaires[EDITION], survey, FormContent(village, content))
    app(["nightly", str(folder)], standalone_mode=False)
    return folder


@pytest.fixture
def told(workspace: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """What the command tells programs."""

    def ask(*words: object) -> Any:
        app(["explain", str(workspace), *map(str, words), "--json"], standalone_mode=False)
        return json.loads(capsys.readouterr().out)

    return ask


def test_the_people_behind_a_number_are_listed_at_their_cells(workspace: Path, told) -> None:
    answer = told("T01", "四级", "肢体")
    assert (answer["schema"], answer["number"], answer["published"]) == ("bishan-survey/explain/1", 2, 2)
    (file,) = (workspace / "inbox").rglob("*.xlsx")
    rows = sheets_of(file)["持证残疾人"]
    numbers = []
    for record in answer["records"]:
        assert record["cells"] == {"certificate_no": f"G{record['row']}"}
        numbers.append(rows[record["row"] - 1][6])
    assert numbers == [_PEOPLE[0]["certificate_no"], _PEOPLE[2]["certificate_no"]]


def test_values_of_a_sum_add_up_to_it(told) -> None:
    answer = told("T30", "璧城街道", "参加培训（人次）")
    assert answer["number"] == 5
    assert [record["adds"] for record in answer["records"]] == [3, 2]


@pytest.mark.parametrize("area", ["璧城街道", "500120001", "大旺社区", "璧城街道大旺社区居民委员会", "500120001001"])
def test_areas_by_name_and_by_code(told, area: str) -> None:
    for words in (("T06", area, "可以调查"), ("6", "合计", "6", "--area", area), ("T01", "合计", "--area", area)):
        assert told(*words)["number"] == 3


def test_nobody_is_named_on_the_screen(workspace: Path, tmp_path: Path) -> None:
    shown = run("explain", workspace, "T01", "四级", "肢体", "--csv", tmp_path / "名单.csv", columns=40)
    assert shown.returncode == 0, shown.stderr
    assert "是多少：2" in shown.stdout
    assert "行：5；单元格：G5" in shown.stdout
    for secret in (_PEOPLE[0]["certificate_no"], _PEOPLE[0]["certificate_no"][:18], "试验甲"):
        assert secret not in shown.stdout + shown.stderr


def test_the_private_list_has_numbers_cells_and_answers(told, tmp_path: Path) -> None:
    path = tmp_path / "名单.csv"
    told("T25", "肢体", "是男", "--csv", path)
    assert path.stat().st_mode & 0o077 == 0
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["号码"] for line in lines] == [one["certificate_no"][:18] for one in _PEOPLE]
    assert {line["是否就业"] for line in lines} == {"是"}
    assert all(line["是否就业（单元格）"].endswith(line["行"]) for line in lines)
    with pytest.raises(UsageError, match="已存在"):
        told("T25", "--csv", path)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["T99"], "没有统计表 T99"),
        (["残疾等级"], "T01 按残疾等级、残疾类别分的持证残疾人"),
        (["T01", "五级"], "4 四级"),
        (["T01", "四级", "足体"], "4 肢体"),
        (["T06", "三合阵"], "是不是：三合镇"),
        (["T06", "平安"], "平安"),
        (["T06", "三合镇", "--area", "三合镇"], "行就是地区"),
    ],
)
def test_what_is_not_there_is_told_with_advice(told, words: list[str], said: str) -> None:
    with pytest.raises(UsageError) as error:
        told(*words)
    assert said in error.value.message + error.value.advice
    assert error.value.advice
