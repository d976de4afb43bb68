"""Headers as they are met."""

import pytest

from bishan_survey.intake.cells import Grid
from bishan_survey.intake.headers import HeaderIndex, find_header, plain_header
from bishan_survey.model import Design


@pytest.mark.parametrize(
    "text",
    [
        "受教育程度",
        "R8.受教育程度",
        "R8 受教育程度",
        "R8、受教育\n程度",
        "Ｒ８．受教育程度",
        " 受 教育 程度 ",
        "受教育程度（必填）",
        "★受教育程度",
    ],
)
def test_what_clerks_and_forms_add_is_left_out(text: str, design: Design) -> None:
    assert plain_header(text, design.layout.header_noise) == "受教育程度"


def index(design: Design, unit: str = "person") -> HeaderIndex:
    form = design.questionnaires["bishan-2025"]
    return HeaderIndex.of(form, form.sheet(unit), design.layout)


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("残疾人证号", "certificate_no"),
        ("残疾证号", "certificate_no"),
        ("残疾人证编号", "certificate_no"),
        ("残疾类型", "category"),
        ("镇街", "town"),
        ("村(社区)", "village"),
        ("血型", None),
    ],
)
def test_labels_and_aliases(text: str, item: str | None, design: Design) -> None:
    assert index(design).item(text) == item


def test_every_label_finds_its_own_item(design: Design) -> None:
    for form in design.questionnaires.values():
        for sheet in form.sheets:
            known = HeaderIndex.of(form, sheet, design.layout)
            for item in sheet.items:
                assert known.item(item.label) == item.name
                assert known.item(f"{item.number} {item.label}（必填）") == item.name


def test_the_header_is_found_below_titles_and_groups(design: Design) -> None:
    rows = [
        ["大旺社区持证残疾人花名册", "", "", "", ""],
        ["填报单位：", "", "填报日期：", "", ""],
        ["基本情况", "", "", "残疾情况", ""],
        ["序号", "姓名", "残疾证号", "残疾类别", "血型"],
        ["1", "甲", "99", "4", "A"],
    ]
    header = find_header(Grid("表", rows), [index(design), index(design, "village")], design.layout)
    assert header.row == 3
    assert header.items == {0: "serial_no", 1: "name", 2: "certificate_no", 3: "category"}
    assert header.extra == {4: "血型"}


def test_a_column_named_twice_counts_once(design: Design) -> None:
    rows = [["姓名", "残疾证号", "残疾类别", "残疾类型"]]
    header = find_header(Grid("表", rows), [index(design)], design.layout)
    assert header.items[2] == "category"
    assert header.repeated == {3: "残疾类型"}


def test_no_header_no_guess(design: Design) -> None:
    assert find_header(Grid("表", [["姓名", "数量", "备注说明"]]), [index(design)], design.layout) is None
