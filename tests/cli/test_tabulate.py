"""``tabulate``: tables that stand in no definition, as a person runs it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from bishan_survey.cli.app import app
from bishan_survey.cli.show import Show
from bishan_survey.errors import UsageError
from bishan_survey.widths import display_width
from tests.cli.conftest import PEOPLE


@pytest.fixture
def made(counted: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """What the command tells programs."""

    def ask(*words: object) -> Any:
        app(["tabulate", str(counted), *map(str, words), "--json"], standalone_mode=False)
        return json.loads(capsys.readouterr().out)

    return ask


def test_variables_by_name_and_by_label_give_the_same(made) -> None:
    by_label = made("--rows", "残疾人证号中的残疾等级", "--columns", "年龄段，证号中的性别")
    assert by_label == made("--rows", "certificate_grade", "--columns", "age_band,identity_sex")
    totals = {cell["label"]: cell["values"][0] for cell in by_label["cells"]}
    assert totals == {"合计": 3, "一级": 0, "二级": 0, "三级": 1, "四级": 2}
    assert [one["label"] for one in by_label["head"]][:4] == ["合计", "合计·男", "合计·女", "0—5岁·男"]


def test_only_what_the_condition_says_is_counted(made) -> None:
    trained = made("--rows", "hukou", "--where", "training_received = '1' AND age >= 18")
    assert trained["cells"][0]["values"] == [2]
    assert made("--rows", "hukou", "--where", "age > 90")["cells"][0]["values"] == [0]


def test_households_areas_and_variables_side_by_side(made) -> None:
    table = made("--unit", "户", "--columns", "home_multiple,有没有重度残疾人", "--beside", "--areas", "全区,镇街")
    assert [one["key"] for one in table["head"]] == ["|", "1|", "2|", "|1", "|2"]
    assert table["cells"][0]["values"] == [1, 1, 0, 0, 1]
    assert {cell["level"] for cell in table["cells"]} == {"district", "town"}


def test_it_is_said_that_nothing_is_protected(counted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app(["tabulate", str(counted), "--rows", "education"], standalone_mode=False)
    shown = capsys.readouterr()
    assert "内部资料，未作小数抑制" in shown.out
    assert "可能认出是谁" in shown.err
    assert PEOPLE[0]["certificate_no"][:18] not in shown.out + shown.err


def test_the_file_is_private_and_has_its_mark(made, tmp_path: Path) -> None:
    path = tmp_path / "表.csv"
    made("--rows", "education", "--columns", "hukou", "--csv", path)
    assert path.stat().st_mode & 0o077 == 0
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert pl.read_csv(path).columns[:4] == ["地区代码", "地区", "受教育程度", "合计"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "没有写按什么分"),
        (["--rows", "age"], "age_band 年龄段"),
        (["--rows", "certificate_no"], "没有可以分组的变量"),
        (["--rows", "hukou", "--where", "aeg > 1"], "不认识的变量 aeg"),
        (["--rows", "hukou", "--where", "age"], "应为 Boolean"),
        (["--rows", "hukou", "--where", "age >"], "SQL 有错"),
        (["--rows", "hukou", "--where", "CURRENT_DATE > period_end"], "不能使用当前时间"),
        (["--rows", "hukou", "--unit", "家"], "没有单位 家"),
        (["--rows", "hukou", "--areas", "省"], "没有地区级别 省"),
    ],
)
def test_what_cannot_be_counted_is_told(made, words: list[str], said: str) -> None:
    with pytest.raises(UsageError) as error:
        made(*words)
    assert said in error.value.message + error.value.advice
    assert error.value.advice


def test_a_table_too_wide_for_the_terminal_becomes_lines(monkeypatch, capsys: pytest.CaptureFixture[str]) -> None:
    """On a terminal of 40 columns."""
    monkeypatch.setattr("bishan_survey.cli.show.plain", lambda stream: False)
    monkeypatch.setenv("COLUMNS", "40")
    Show().table(("地区", "合计", "男"), [("璧山区", 3, 2)], whole=True)
    assert "；" not in capsys.readouterr().out
    Show().table(("地区", "不满16周岁", "16至59周岁", "60周岁及以上"), [("璧山区", 3, 2, 1)], whole=True)
    assert "地区：璧山区；不满16周岁：3" in capsys.readouterr().out


@pytest.mark.parametrize("width", [12, 24, 40, 60, 100, 300])
def test_no_number_is_ever_folded_or_cut(width: int, monkeypatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What does not fit as a table is told in lines."""
    monkeypatch.setattr("bishan_survey.cli.show.plain", lambda stream: False)
    monkeypatch.setenv("COLUMNS", f"{width}")
    columns = ("表名", "公布到", "数", "其中不公布", "其中没有调查到的")
    rows = [
        ("按残疾等级分的持证残疾人", "镇街", 1234567, "99.11％", "——"),
        ("各镇街", "全区", 1, "12,348", 0),
    ]
    Show().table(columns, rows)
    out = capsys.readouterr().out
    assert all(number in out for number in ("1,234,567", "99.11％", "12,348"))
    if width >= 40:
        assert all(display_width(line) <= width for line in out.splitlines())
    assert ("；" in out) == (width < 60)
