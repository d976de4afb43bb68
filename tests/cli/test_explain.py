"""``explain``: a published number back to people and cells, as a person runs it."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bishan_survey.cli.app import app
from bishan_survey.consolidation import ADDS, CellKey, behind
from bishan_survey.design import load_defaults, load_design
from bishan_survey.errors import UsageError
from bishan_survey.tracing import counted_units
from tests.cli.conftest import PEOPLE
from tests.program import run
from tests.workbooks import sheets_of


@pytest.fixture
def told(counted: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """What the command tells programs."""

    def ask(*words: object) -> Any:
        app(["explain", str(counted), *map(str, words), "--json"], standalone_mode=False)
        return json.loads(capsys.readouterr().out)

    return ask


def test_the_people_behind_a_number_are_listed_at_their_cells(counted: Path, told) -> None:
    answer = told("T01", "四级", "肢体")
    assert (answer["schema"], answer["number"], answer["published"]) == ("bishan-survey/explain/1", 2, 2)
    (file,) = (counted / "inbox").rglob("*.xlsx")
    rows = sheets_of(file)["持证残疾人"]
    numbers = []
    for record in answer["records"]:
        assert record["cells"] == {"certificate_no": f"G{record['row']}"}
        numbers.append(rows[record["row"] - 1][6])
    assert numbers == [PEOPLE[0]["certificate_no"], PEOPLE[2]["certificate_no"]]


def test_values_of_a_sum_add_up_to_it(told) -> None:
    answer = told("T30", "璧城街道", "参加培训（人次）")
    assert answer["number"] == 5
    assert [record["adds"] for record in answer["records"]] == [3, 2]


@pytest.mark.parametrize("area", ["璧城街道", "500120001", "大旺社区", "璧城街道大旺社区居民委员会", "500120001001"])
def test_areas_by_name_and_by_code(told, area: str) -> None:
    for words in (("T06", area, "可以调查"), ("表T06", "合计", "6", "--area", area), ("T01", "合计", "--area", area)):
        assert told(*words)["number"] == 3


def test_nobody_is_named_on_the_screen(counted: Path, tmp_path: Path) -> None:
    shown = run("explain", counted, "T01", "四级", "肢体", "--csv", tmp_path / "名单.csv", columns=40)
    assert shown.returncode == 0, shown.stderr
    assert "是多少：2" in shown.stdout
    assert "行：5；单元格：G5" in shown.stdout
    for secret in (PEOPLE[0]["certificate_no"], PEOPLE[0]["certificate_no"][:18], "试验甲"):
        assert secret not in shown.stdout + shown.stderr


def test_the_private_list_has_numbers_cells_and_answers(told, tmp_path: Path) -> None:
    path = tmp_path / "名单.csv"
    told("T25", "肢体", "是男", "--csv", path)
    assert path.stat().st_mode & 0o077 == 0
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["号码"] for line in lines] == [one["certificate_no"][:18] for one in PEOPLE]
    assert {line["是否就业"] for line in lines} == {"是"}
    assert all(line["是否就业（单元格）"].endswith(line["行"]) for line in lines)
    with pytest.raises(UsageError, match="已存在"):
        told("T25", "--csv", path)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["T99"], "没有统计表或指标 T99"),
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


def test_households_are_listed_with_their_members(told) -> None:
    answer = told("T57", "璧城街道", "一户多残（户）")
    assert (answer["number"], answer["published"]) == (1, 1)
    assert [(one["group"], one["adds"]) for one in answer["records"]] == [(1, 1), (1, None), (1, None)]
    assert "household_head_id" in answer["items"]


@pytest.mark.parametrize(
    ("words", "number", "records"),
    [
        (("I06",), 3, 3),
        (("I06", "璧城街道", "分母"), 3, 3),
        (("残疾人城乡居民基本养老保险参保率", "大旺社区", "分子"), 3, 3),
        (("I02", "璧城街道"), 5, 2),
        (("I06", "分母"), 3, 3),
        (("I06", "分子", "--area", "璧城街道"), 3, 3),
        (("I08", "全区", "说不清"), 0, 0),
    ],
)
def test_figures_of_indicators(told, words: tuple[str, ...], number: float, records: int) -> None:
    answer = told(*words)
    assert (answer["number"], len(answer["records"])) == (number, records)
    assert answer["published"] in (number, None)
    assert all(len(one["cells"]) == len(answer["items"]) for one in answer["records"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("I01",), "I01 不可计算：没有名单“残疾人家庭收入”"),
        (("I06", "合计", "分数"), "没有指标的数 分数"),
        (("I02", "全区", "分母"), "没有分母"),
        (("I06", "璧城街道", "分子", "--area", "璧城街道"), "行就是地区"),
    ],
)
def test_figures_that_are_not_there(told, words: tuple[str, ...], said: str) -> None:
    with pytest.raises(UsageError) as error:
        told(*words)
    assert said in error.value.message


def test_every_published_number_of_the_district_has_its_records(counted: Path) -> None:
    design, defaults = load_design(), load_defaults()
    run_folder = next((counted / "runs").glob("*/run.json")).parent
    counting = counted_units(run_folder, design, defaults.survey(design))
    shells = {shell.id: shell for shell in design.shells}
    tables = json.loads((run_folder / "statistics" / "tables.json").read_text(encoding="utf-8"))["tables"]
    for table in tables:
        shell = shells[table["id"]]
        for row in (one for one in table["rows"] if one["level"] == "district"):
            for column, value in zip(table["columns"], row["values"], strict=True):
                key = CellKey(row["area"], row.get("code", ""), column["key"])
                assert value == 0 or behind(counting[shell.unit], shell, key)[ADDS].sum() == value


def test_what_was_corrected_by_hand_is_marked(told, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told("T72", "小学", "--csv", tmp_path / "名单.csv")
    with (tmp_path / "名单.csv").open(encoding="utf-8-sig", newline="") as file:
        (line,) = csv.DictReader(file)
    assert line["受教育程度"] == "小学"
    assert line["受教育程度（单元格）"].endswith("（已更正）")


def test_definitions_that_have_changed_since_are_told(counted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = next((counted / "runs").glob("*/run.json"))
    was = record.read_text(encoding="utf-8")
    record.write_text(json.dumps(json.loads(was) | {"design": "另一个"}), encoding="utf-8")
    try:
        app(["explain", str(counted), "T01"], standalone_mode=False)
    finally:
        record.write_text(was, encoding="utf-8")
    assert "改过定义" in capsys.readouterr().err
