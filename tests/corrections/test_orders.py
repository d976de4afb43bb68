"""Lines that are incomplete or unclear are refused in words, all of them in one pass."""

import pytest

from bishan_survey.model import AreaFrame, Design, Survey
from tests.corrections.lines import accept, clear, corrected, drop, line, outcomes
from tests.returns.sending import File, person

WAS, NOW = "19900000001", "19900000002"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (line(1, old=WAS, new=NOW, id=""), "编号"),
        (line(1, old=WAS, new=NOW, place=""), "村（社区）"),
        (line(1, "", WAS, NOW), "没有写项目"),
        (line(1, old=WAS, new=NOW, action=""), "没有写操作"),
        (line(1, old=WAS, new=NOW, action="改一改"), "操作只能写"),
        (line(1, old=WAS), "没有写新值"),
        (line(1, old=WAS, new=NOW, reason=" "), "没有写理由"),
        (line(1, old=WAS, new=NOW, author=""), "没有写更正人"),
        (line(1, old=WAS, new=NOW, date=""), "没有写日期"),
        (line(1, old=WAS, new=NOW, date="上星期三"), "日期看不懂"),
        (line(1, old=WAS, new=NOW, date="2025-02-30"), "日期看不懂"),
        (line(1, "没有这一项", WAS, NOW), "项目不在"),
        (line(1, old=WAS, new=NOW, rule="P013"), "不写规则"),
        (line(1, old=WAS, new=WAS), "一个意思"),
        (clear(1, "手机号码", ""), "没有写原值"),
        (line(1, old=WAS, new=NOW, action="清空"), "不写新值"),
        (line(1, old=WAS, new=NOW, action="认可"), "不写新值"),
        (line(1, "手机号码", action="删除记录"), "不写项目"),
        (accept(1, "手机号码", WAS, "P999"), "这条规则"),
        (accept(1, "姓名", "试验甲", "P013"), "这条规则"),
    ],
)
def test_a_line_that_cannot_be_meant(design: Design, survey: Survey, areas: AreaFrame, said, why: str) -> None:
    batch, records = corrected(design, survey, areas, [said], File("a.xlsx", [person(1)]))
    assert outcomes(batch) == ["refused"]
    assert why in batch.corrections["remark"][0]
    assert records["mobile"].to_list() == [WAS]


def test_everything_that_is_wrong_with_a_line_is_told(design: Design, survey: Survey, areas: AreaFrame) -> None:
    wrong = line(1, "没有这一项", WAS, "", place="没有村", author="", date="昨天")
    batch, _ = corrected(design, survey, areas, [wrong, drop(1)], File("a.xlsx", [person(1)]))
    said = batch.corrections["remark"][0]
    assert all(why in said for why in ("新值", "更正人", "村（社区）", "项目", "日期"))
    assert outcomes(batch) == ["refused", "applied"]


@pytest.mark.parametrize(
    "day", ["2025-10-15", "2025/10/5", "2025年10月15日", "2025.10.15", "20251015", "2025-10-15 09:30:00"]
)
def test_dates_are_read_as_people_write_them(design: Design, survey: Survey, areas: AreaFrame, day: str) -> None:
    batch, _ = corrected(design, survey, areas, [line(1, old=WAS, new=NOW, date=day)], File("a.xlsx", [person(1)]))
    assert outcomes(batch) == ["applied"]
    assert batch.corrections["date"][0] in ("2025-10-15", "2025-10-05")


@pytest.mark.parametrize("action", ["更正", "replace", "Replace", " 更 正 ", "修改"])
def test_actions_are_known_by_several_names(design: Design, survey: Survey, areas: AreaFrame, action: str) -> None:
    one = line(1, old=WAS, new=NOW, action=action)
    assert outcomes(corrected(design, survey, areas, [one], File("a.xlsx", [person(1)]))[0]) == ["applied"]
