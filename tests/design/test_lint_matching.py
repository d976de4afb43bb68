"""The lint finds each kind of mistake in the match rules, by name."""

from pathlib import Path

import pytest

from tests.design.test_lint import definitions, problems

__all__ = ["definitions"]

MATCH = """
[[match]]
id = "Q91"
unit = "person"
verdict = "possible"
when = "name_sound = other_name_sound AND number_edits <= 1"
reason = "姓名相同，号码相近"
source = "测试"
holds = [{ name_sound = "li", other_name_sound = "li", number_edits = 1 }]
fails = [{ name_sound = "li", other_name_sound = "wang", number_edits = 1 }]
"""
OTHERS = """
[[feature]]
name = "surname"
unit = "person"
label = "姓"
sql = "LEFT(name, 1)"

[[feature]]
name = "surname_sound"
unit = "person"
label = "姓的读音"
of = "surname"
how = "sound"

[[measure]]
name = "surname_unlike"
unit = "person"
how = "unlike"
of = ["surname"]

[[block]]
id = "surname"
unit = "person"
by = ["surname_sound || mobile"]
most = 5
"""


def told(definitions: Path, text: str) -> str:
    """What is wrong when this stands among the definitions."""
    (definitions / "validators" / "extra.toml").write_text(text, encoding="utf-8")
    return problems(definitions)


def test_good_ones_are_accepted(definitions: Path) -> None:
    assert told(definitions, MATCH + OTHERS) == ""


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("name_sound = other_name_sound AND", "name_sound = other_name_sound AND AND", "不是合法的 SQL"),
        ("number_edits <= 1", "name >= 1", "Q91：SQL 有错"),
        ("number_edits <= 1", "number_eidts <= 1", "不认识的变量 number_eidts"),
        ("number_edits <= 1", "other_number_edits <= 1", "不认识的变量 other_number_edits"),
        ("name_sound = other_name_sound AND number_edits <= 1", "number_edits + 1", "Q91：结果类型"),
        ("number_edits <= 1", "reference_date < CURRENT_DATE", "reference_date"),
        ("number_edits = 1 }]\nfails", "number_edits = 2 }]\nfails", "Q91：holds 第1例"),
        ('other_name_sound = "wang"', 'other_name_sound = "li"', "Q91：fails 第1例"),
        ('other_name_sound = "wang"', 'other_name_sond = "wang"', "other_name_sond"),
        ('reason = "姓名相同，号码相近"\n', "", "reason"),
        ('reason = "姓名相同，号码相近"', 'reason = ""', "Q91：缺少 holds 或 fails 例子，或缺少 reason、source"),
        ('source = "测试"', 'source = ""', "Q91：缺少 holds 或 fails 例子，或缺少 reason、source"),
        ('verdict = "possible"', 'verdict = "perhaps"', "verdict"),
        ('id = "Q91"', 'id = "M01"', "M01 定义了2次"),
    ],
)
def test_a_bad_match_rule_is_refused_by_name(definitions: Path, was: str, now: str, said: str) -> None:
    assert was in MATCH
    assert said in told(definitions, MATCH.replace(was, now, 1))


def test_a_rule_without_an_example_is_named(definitions: Path) -> None:
    without = "\n".join(line for line in MATCH.splitlines() if not line.startswith("fails"))
    assert "Q91：缺少 holds 或 fails 例子" in told(definitions, without)


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ('sql = "LEFT(name, 1)"', 'sql = "LEFT(nam, 1)"', "变量 surname"),
        ('sql = "LEFT(name, 1)"', 'sql = "LEFT(name, 1)"\nof = "name"\nhow = "sound"', "变量 surname：sql 与 of、how"),
        ('of = "surname"\nhow = "sound"', 'of = "surname"', "变量 surname_sound：sql 与 of、how"),
        ('of = "surname"\nhow = "sound"', 'of = "surnam"\nhow = "sound"', "变量 surname_sound：不认识的变量"),
        ('of = "surname"\nhow = "sound"', 'of = "household_size"\nhow = "sound"', "变量 surname_sound"),
        ('how = "sound"', 'how = "smell"', "how"),
        ('of = ["surname"]', 'of = ["household_size"]', "差异 surname_unlike：household_size 不是文字变量"),
        ('of = ["surname"]', 'of = ["surnam"]', "差异 surname_unlike：surnam 不是文字变量"),
        ("surname_sound || mobile", "surname_sond || mobile", "分组 surname"),
        ("surname_sound || mobile", "household_size", "分组 surname：结果类型"),
        ("most = 5", "most = 0", "分组 surname：most 应至少是1"),
    ],
)
def test_what_rules_stand_on_is_refused_by_name(definitions: Path, was: str, now: str, said: str) -> None:
    assert was in OTHERS
    assert said in told(definitions, OTHERS.replace(was, now, 1))


def test_an_item_that_nobody_has_cannot_be_shown(definitions: Path) -> None:
    assert "[[compared]] 没有项目 nam" in told(definitions, '[[compared]]\nunit = "person"\nitems = ["nam"]\n')


def test_a_unit_without_match_rules_is_named(definitions: Path) -> None:
    path = definitions / "validators" / "matching.toml"
    text = path.read_text(encoding="utf-8")
    assert text.count('unit = "village"') == text.count('unit    = "village"') == 1
    path.write_text(text.replace('unit = "village"', 'unit = "person"'), encoding="utf-8")
    assert "单位 village 没有 [[match]] 或 [[block]]" in problems(definitions)
