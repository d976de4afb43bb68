"""The lint finds each kind of mistake in the definitions, by name."""

import shutil
from pathlib import Path

import pytest

from bishan_survey.design import lint, load_design
from bishan_survey.errors import DefinitionError
from tests.conftest import ROOT

_HOUSES = "validators/derived-households.toml"
RULE = """
[[rule]]
id = "Q001"
unit = "person"
item = "marital_status"
check = "age >= 20 OR marital_status IS NULL"
severity = "hard"
message = "不满20周岁不填婚姻状况"
action = "请清空“婚姻状况”"
source = "测试"
holds = [{ age = 30, marital_status = "20" }]
fails = [{ age = 12, marital_status = "20" }]
"""


@pytest.fixture
def definitions(tmp_path: Path) -> Path:
    """A copy of the definitions that a test may damage."""
    for folder in ("templates", "validators"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


def problems(root: Path) -> str:
    try:
        return "\n".join(lint(load_design(root)))
    except DefinitionError as error:
        return "\n".join(error.problems)


def test_shipped_definitions_are_clean(definitions: Path) -> None:
    assert problems(definitions) == ""


def test_a_good_rule_is_accepted(definitions: Path) -> None:
    (definitions / "validators" / "extra.toml").write_text(RULE, encoding="utf-8")
    assert problems(definitions) == ""


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("age >= 20", "aeg >= 20", "aeg"),
        ("age >= 20", "name >= 20", "SQL 有错"),
        ("age >= 20 OR marital_status IS NULL", "age + 1", "应为 Boolean"),
        ("age >= 20 OR", "age >= OR", "不是合法的 SQL"),
        ("age >= 20", "CURRENT_DATE > reference_date", "reference_date"),
        ("age = 30", "age = 10", "holds 第1例"),
        ("age = 12", "age = 32", "fails 第1例"),
        ("{ age = 30,", "{ aeg = 30,", "aeg"),
        ('id = "Q001"', 'id = "C001"', "C001 定义了2次"),
        ('item = "marital_status"', 'item = "martial_status"', "martial_status"),
        ('severity = "hard"', 'severity = "heavy"', "severity"),
        ('severity = "hard"', 'severity = "hard"\nseverty = "hard"', "severty"),
        ('unit = "person"', 'unit = "village"', "不适用于任何版本"),
        ('message = "不满20周岁不填婚姻状况"\n', "", "message"),
        ('source = "测试"', 'source = "测试"\neditions = ["bishan-2052"]', "bishan-2052"),
        ("[[rule]]", "[[rul]]", "rul"),
        ("[[rule]]", "[[rule]", "TOML"),
    ],
)
def test_a_bad_rule_is_refused_by_name(definitions: Path, was: str, now: str, said: str) -> None:
    assert was in RULE
    (definitions / "validators" / "extra.toml").write_text(RULE.replace(was, now, 1), encoding="utf-8")
    found = problems(definitions)
    assert said in found
    assert "extra.toml" in found or "C001" in found


@pytest.mark.parametrize(
    ("file", "was", "now", "said"),
    [
        ("templates/forms/cdpf-2022.toml", 'codes = "marital-status"', 'codes = "marital"', "没有代码表 marital"),
        ("templates/forms/cdpf-2022.toml", 'label = "婚姻状况"', 'labell = "婚姻状况"', "labell"),
        ("templates/forms/cdpf-2022.toml", 'mark = "INFERRED"', 'mark = ""', "缺少 help、source 或 mark"),
        ("templates/forms/bishan-2025.toml", 'extends = "cdpf-2022"', 'extends = "cdpf-2002"', "cdpf-2002"),
        ("templates/forms/bishan-2025.toml", 'drop = ["area_address"]', 'drop = ["area_adress"]', "area_adress"),
        ("templates/forms/bishan-2025.toml", "source = ", "sauce = ", "sauce"),
        ("templates/forms/bishan-2025.toml", 'after = "certificate_no"', 'after = "certificate_nr"', "certificate_nr"),
        ("templates/codes/sex.csv", "code,label", "kode,label", "缺少列 code"),
        ("templates/codes/sex.csv", "\n2,", "\n1,", "指向多个代码"),
        ("templates/tables/population.toml", '"certificate_grade"', '"certificate_grad"', "certificate_grad"),
        ("templates/tables/population.toml", '"has_card"', '"has_cart"', "has_cart"),
        ("templates/delivery/system-person.toml", '"certificate_no"', '"certificate_nr"', "certificate_nr"),
        ("validators/derived.toml", "LENGTH(certificate_no)", "LENGTH(certificate_nr)", "certificate_nr"),
        (_HOUSES, '"household_key"', '"household_kay"', "不认识的变量 household_kay"),
        (_HOUSES, "household_kind = '1'", "household_kind = 1", "归并单位 household：where"),
        (_HOUSES, "MAX(household_size)", "household_size", "派生变量 home_size：结果类型"),
        (_HOUSES, "MAX(household_size)", "MAX(household_sise)", "household_sise"),
        (_HOUSES, 'of     = "person"', 'of     = "house"', "应是调查表的单位"),
        ("templates/tables/household.toml", 'unit     = "household"', 'unit     = "hause"', "没有单位 hause"),
        ("templates/tables/household.toml", "home_multiple = '1'", "household_multiple = '1'", "household_multiple"),
        ("templates/layouts/sheets.toml", "header_rows", "header_row", "header_row"),
    ],
)
def test_other_definitions_are_refused_by_name(definitions: Path, file: str, was: str, now: str, said: str) -> None:
    path = definitions / file
    text = path.read_text(encoding="utf-8-sig")
    assert was in text
    path.write_text(text.replace(was, now, 1), encoding="utf-8")
    assert said in problems(definitions)


def test_an_unused_code_list_is_named(definitions: Path) -> None:
    (definitions / "templates" / "codes" / "spare.csv").write_text(
        "code,label,aliases,exclusive,mark,source\n1,甲,,,,\n", encoding="utf-8"
    )
    assert "代码表 spare：没有任何指标使用" in problems(definitions)


def test_one_variable_means_the_same_in_every_edition(definitions: Path) -> None:
    path = definitions / "templates" / "forms" / "cdpf-2018.toml"
    text = path.read_text(encoding="utf-8").replace('codes = "education"', 'codes = "income-source"', 1)
    path.write_text(text, encoding="utf-8")
    assert "变量 education" in problems(definitions)


def test_all_problems_are_told_at_once(definitions: Path) -> None:
    text = RULE.replace("age >= 20", "aeg >= 20") + RULE.replace("Q001", "Q002").replace("age >= 20", "gea >= 20")
    (definitions / "validators" / "extra.toml").write_text(text, encoding="utf-8")
    found = problems(definitions)
    assert "aeg" in found
    assert "gea" in found


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ('prefer = "accepted"', 'prefer = "acepted"', "acepted"),
        ('prefer = "survey_date"', 'prefer = "survey_date +"', "不是合法的 SQL"),
    ],
)
def test_a_survivor_rule_that_nobody_can_follow_is_refused(definitions: Path, was: str, now: str, said: str) -> None:
    path = definitions / "validators" / "survivor.toml"
    text = path.read_text(encoding="utf-8")
    assert was in text
    path.write_text(text.replace(was, now, 1), encoding="utf-8")
    with pytest.raises(DefinitionError) as raised:
        load_design(definitions)
    assert said in "\n".join(raised.value.problems)
