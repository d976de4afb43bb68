"""The lint finds each kind of mistake in the rules between two years, by name; and their examples hold."""

from pathlib import Path

import pytest

from bishan_survey.design import lasting_types, load_design, time_rules_for
from bishan_survey.design.over_time import types_over_time
from bishan_survey.design.trial import outcome
from tests.design.test_lint import definitions, problems

__all__ = ["definitions"]

RULE = """
[[time_rule]]
id = "Y91"
unit = "person"
item = "education"
check = "education <> '1' OR last_education = '1'"
severity = "soft"
message = "上年填的是{last}"
action = "请核实"
source = "测试"
mark = "PROPOSED"
holds = [{ education = "1", last_education = "1" }]
fails = [{ education = "1", last_education = "2" }]

[[not_compared]]
unit = "person"
items = ["address"]
reason = "测试"
"""
_DESIGN = load_design()
_OUTCOMES = {"holds": True, "fails": False, "unknown": None}


def told(definitions: Path, text: str) -> str:
    (definitions / "validators" / "extra.toml").write_text(text, encoding="utf-8")
    return problems(definitions)


def test_a_good_one_is_accepted(definitions: Path) -> None:
    assert told(definitions, RULE) == ""


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("last_education = '1'\"", "last_educatoin = '1'\"", "last_educatoin"),
        ("last_education = '1'\"", 'last_age = 1"', "last_age"),
        ("education <> '1' OR", "education > 1 OR", "SQL 有错"),
        ("education <> '1' OR", "education <> ) OR", "不是合法的 SQL"),
        ("OR last_education = '1'\"", 'OR age = 1"', "没有用到上年的变量"),
        ("OR last_education = '1'\"", "OR COALESCE(last_education = '1', FALSE)\"", "上年没有答案时也不通过"),
        ('"soft"', '"hard"', "不能写 hard"),
        ('"soft"', '"accepted"', "不能写 accepted"),
        ("{last}", "{old}", "只能写 {last}"),
        ('item = "education"', 'item = "name"', "能认出人"),
        ('item = "education"', 'item = "eduction"', "eduction"),
        ('unit = "person"\nitem', 'unit = "village"\nitem', "不适用于任何版本"),
        ('id = "Y91"', 'id = "P007"', "P007 用了2次"),
        ('last_education = "2"', 'last_education = "1"', "fails 第1例"),
        ('holds = [{ education = "1"', 'holds = [{ eduction = "1"', "不认识的变量 eduction"),
        ('mark = "PROPOSED"', "", "mark"),
        ('items = ["address"]', 'items = ["adress"]', "没有项目 adress"),
        ('reason = "测试"', 'reason = ""', "缺少 reason"),
    ],
)
def test_each_mistake_is_named(definitions: Path, was: str, now: str, said: str) -> None:
    assert was in RULE
    assert said in told(definitions, RULE.replace(was, now, 1))


@pytest.mark.parametrize("rule", _DESIGN.time_rules, ids=lambda rule: rule.id)
def test_examples(rule) -> None:
    homes = [
        sheet
        for form in _DESIGN.questionnaires.values()
        if (sheet := form.sheet(rule.unit)) and rule in time_rules_for(_DESIGN, form.edition, rule.unit)
    ]
    for group, wanted in _OUTCOMES.items():
        for example in getattr(rule, group):
            assert outcome(rule.check, example, types_over_time(_DESIGN, homes[0])) is wanted


def test_nothing_that_a_surveys_dates_tell_is_known_of_last_year() -> None:
    known = lasting_types(_DESIGN, "person")
    assert {"education", "severe", "certificate_reissue", "literate", "housing"} <= known.keys()
    assert known.keys().isdisjoint({"age", "age_band", "person_key", "reference_date", "village_known"})
