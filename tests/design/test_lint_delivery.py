"""The lint of delivery profiles: what can never be meant is told by profile and key."""

from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pytest

from bishan_survey.design import load_design, problems_of
from bishan_survey.errors import DefinitionError
from bishan_survey.model import DeliveryColumn, DeliveryProfile, DeliveryReceipt, Design, Encoding
from tests.conftest import ROOT

_GOOD = DeliveryProfile(
    id="trial",
    title="试验",
    unit="person",
    file_name="试验.csv",
    sheet_name="试验",
    source="测试",
    mark="PROPOSED",
    columns=(
        DeliveryColumn("证号", "certificate_no", max_length=23),
        DeliveryColumn("户口", "hukou", recode={"1": "2", "2": "1"}, allowed=("1", "2")),
    ),
    key=("证号",),
    batch_size=100,
    batch_name="第{delivery}次-{batch}of{batches}.csv",
    receipt=DeliveryReceipt(status=("结果",), accepted=("成功",), rejected=("失败",), keys={"证号": ("残疾证号",)}),
)
_ONE = DeliveryColumn("证号", "certificate_no")


def test_a_good_profile_has_no_problems(design: Design) -> None:
    assert [*problems_of(design, _GOOD)] == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"columns": (_ONE, _ONE)}, "几列都叫“证号”"),
        ({"columns": (DeliveryColumn("证号", "certificat_no"),)}, "certificat_no"),
        ({"columns": (replace(_ONE, max_length=0),)}, "max_length"),
        ({"columns": (replace(_ONE, max_length=1, allowed=("12",)),)}, "allowed 中的 12"),
        ({"columns": (replace(_ONE, max_length=1, recode={"1": "12"}),)}, "recode 中的 12"),
        ({"columns": (replace(_ONE, recode={"1": "3"}, allowed=("1",)),)}, "recode 换成的 3"),
        ({"columns": (replace(_ONE, pattern="("),)}, "pattern"),
        ({"key": ("身份证",)}, "key 中的“身份证”"),
        ({"unique": ("身份证",)}, "unique 中的“身份证”"),
        ({"file_name": "试验.dbf", "batch_name": ""}, "file_name"),
        ({"file_name": "../试验.csv", "batch_name": ""}, "file_name"),
        ({"file_name": "试验.xlsx", "batch_name": "", "encoding": Encoding.GB18030}, "encoding"),
        ({"batch_size": 0}, "batch_size"),
        ({"where": "hukou"}, "where"),
        ({"where": "hukoo = '1'"}, "hukoo"),
        ({"batch_name": "试验.csv"}, "batch_name"),
        ({"batch_name": "{batch}-{name}.csv"}, "batch_name"),
        ({"batch_name": "{batch}.xlsx"}, "batch_name"),
        ({"batch_name": "../{batch}.csv"}, "batch_name"),
        ({"key": ()}, "要有 key"),
        ({"receipt": DeliveryReceipt(unmarked="perhaps")}, "unmarked"),
        ({"receipt": DeliveryReceipt()}, "unmarked"),
        ({"receipt": DeliveryReceipt(status=("结果",), unmarked="rejected")}, "一起写"),
        ({"receipt": replace(_GOOD.receipt, reason=("结果",))}, "“结果”写了不止一处"),
        ({"receipt": replace(_GOOD.receipt, rejected=("成功",))}, "“成功”写了不止一处"),
        ({"receipt": replace(_GOOD.receipt, keys={"户口": ("x",)})}, "“户口”不在 key 里"),
    ],
)
def test_what_is_wrong_is_told(changes: dict[str, object], said: str, design: Design) -> None:
    problems = [*problems_of(design, replace(_GOOD, **changes))]  # type: ignore[arg-type]
    assert any(said in problem for problem in problems), problems
    assert all(problem.startswith("上报格式 trial：") for problem in problems)


def test_a_misspelt_key_is_refused_by_file_and_name(tmp_path: Path) -> None:
    for folder in ("templates", "validators"):
        copytree(ROOT / folder, tmp_path / folder)
    path = tmp_path / "templates" / "delivery" / "system-person.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("max_length", "max_lenght", 1), encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        load_design(tmp_path)
    assert "templates/delivery/system-person.toml" in caught.value.message
    assert "max_lenght" in caught.value.message
