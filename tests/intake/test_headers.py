"""Headers as they are met."""

import pytest

from bishan_survey.intake.cards import is_card
from bishan_survey.intake.header_index import HeaderIndex, How, plain_header
from bishan_survey.intake.headers import Header, find_header
from bishan_survey.model import Design
from bishan_survey.reading.grid import Grid, Span


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
    return HeaderIndex.of(form, form.sheet(unit), design.layout, design.compounds)


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
    assert hows(header)[4] is How.UNKNOWN


def test_a_column_named_twice_counts_once(design: Design) -> None:
    rows = [["姓名", "残疾证号", "残疾类别", "残疾类型"]]
    header = find_header(Grid("表", rows), [index(design)], design.layout)
    assert header.items[2] == "category"
    assert hows(header)[3] is How.REPEATED


def hows(header: Header) -> dict[int, How]:
    return {match.column: match.how for match in header.matches}


def found(design: Design, rows: list[list[str]], merged: tuple[Span, ...] = ()) -> Header | None:
    width = max(map(len, rows))
    grid = Grid("表", [[*row, *[""] * (width - len(row))] for row in rows], merged=merged)
    return find_header(grid, [index(design), index(design, "village")], design.layout)


def test_no_header_no_guess(design: Design) -> None:
    assert found(design, [["姓名", "数量", "备注说明"]]) is None


def test_a_header_of_two_lines_without_merged_cells(design: Design) -> None:
    rows = [
        ["序号", "姓名", "残疾情况", "", "", "户主", ""],
        ["", "", "残疾证号", "类别", "等级", "姓名", "身份证号"],
        ["1", "甲", "99", "4", "4", "乙", "99"],
    ]
    header = found(design, rows)
    assert (header.first, header.row) == (0, 1)
    assert header.items == {
        0: "serial_no",
        1: "name",
        2: "certificate_no",
        3: "category",
        4: "grade",
        5: "household_head",
        6: "household_head_id",
    }
    assert hows(header)[5] is How.GROUP


def test_a_header_of_three_lines_with_merged_cells(design: Design) -> None:
    rows = [
        ["序号", "姓名", "残疾证号", "基本情况", "", "", ""],
        ["", "", "", "残疾", "", "户主", ""],
        ["", "", "", "残疾类别", "残疾等级", "姓名", "身份证号"],
    ]
    merged = ((0, 0, 2, 0), (0, 1, 2, 1), (0, 2, 2, 2), (0, 3, 0, 6), (1, 3, 1, 4), (1, 5, 1, 6))
    header = found(design, rows, merged)
    assert (header.first, header.row) == (0, 2)
    found_items = ["serial_no", "name", "certificate_no", "category", "grade", "household_head", "household_head_id"]
    assert header.items == dict(enumerate(found_items))


def test_groups_that_look_like_items_do_not_hide_the_line_below(design: Design) -> None:
    """Without that line the certificates would be read as 残疾情况, and the line itself as a person."""
    rows = [
        ["序号", "姓名", "残疾情况", "", "", "监护人", ""],
        ["", "", "残疾证号", "残疾种别", "残疾等级", "姓名", "手机"],
        ["1", "甲", "99", "肢体", "四级", "乙", "199"],
    ]
    merged = ((0, 2, 0, 4), (0, 5, 0, 6))
    for header in (found(design, rows), found(design, rows, merged)):
        assert (header.first, header.row) == (0, 1)
        assert header.items[2] == "certificate_no"
        assert header.items[4] == "grade"
        assert header.items[1] == "name"
        assert header.items[5] == "contact_name"


@pytest.mark.parametrize("group", ["监护人", "申报人情况", "帮扶干部"])
def test_a_name_below_somebody_elses_group_is_not_the_persons(design: Design, group: str) -> None:
    header = found(design, [["残疾证号", "残疾类别", "残疾等级", group, ""], ["", "", "", "姓名", "手机"]])
    assert "name" not in header.found


def test_the_first_line_of_data_is_no_header(design: Design) -> None:
    header = found(
        design, [["姓名", "残疾证号", "残疾类别", "血型"], ["甲", "99", "肢体", "A"], ["乙", "99", "肢体", ""]]
    )
    assert (header.first, header.row) == (0, 0)


def test_a_header_with_a_line_of_numbers_below(design: Design) -> None:
    header = found(design, [["姓名", "残疾证号", "残疾类别", "血型"], ["1", "2", "3", "4"]])
    assert header.row == 0


@pytest.mark.parametrize(
    ("text", "how", "item"),
    [
        ("参加城镇职工社会保险情况", How.UNSURE, None),
        ("参加职工社会保险的情况", How.SIMILAR, "employee_insurance"),
        ("残疾人证号码号", How.UNSURE, None),
        ("血型", How.UNKNOWN, None),
    ],
)
def test_what_is_like_an_item(design: Design, text: str, how: How, item: str | None) -> None:
    header = found(design, [["姓名", "残疾类别", "残疾等级", text]])
    match = header.matches[3]
    assert (match.how, match.items) == (how, (item,) if item else ())
    assert 0 <= match.score <= 100


def test_what_tells_who_a_person_is_is_never_guessed(design: Design) -> None:
    """However much alike, a name or a number is only read by words that are known."""
    form = index(design)
    for item in (item for item in form.sheet.items if item.identifying):
        text = f"{item.label}啊"
        header = found(design, [["残疾类别", "残疾等级", "性别", text]])
        assert header.matches[3].items == (), text


def test_an_approved_mapping_counts_before_everything(design: Design) -> None:
    approved = index(design).approving({"血 型": "category", "姓名": None})
    grid = Grid("表", [["姓名", "残疾证号", "血型", "残疾等级", "性别"]])
    header = find_header(grid, [approved], design.layout)
    assert header.items == {1: "certificate_no", 2: "category", 3: "grade", 4: "sex"}
    assert hows(header)[0] is How.MAPPED


def test_a_column_of_two_items(design: Design) -> None:
    header = found(design, [["姓名", "残疾证号", "残疾类别及等级"]])
    assert header.compounds == {2: ("category", "grade")}


CARD = [
    ["残疾人登记卡", "", "", ""],
    ["姓名", "甲", "性别", "男"],
    ["残疾人证号", "99", "民族", "汉"],
    ["残疾类别", "肢体", "残疾等级", "四级"],
    ["手机", "199", "住址", "x"],
]


def test_a_card_is_told_from_a_table(design: Design) -> None:
    indexes = [index(design)]
    card, table = Grid("卡", CARD), Grid("表", [["姓名", "残疾证号", "残疾类别"], ["甲", "99", "肢体"]])
    wide = Grid("卡", [[text for pair in zip(row, row, strict=True) for text in pair] for row in CARD])
    for grid, expected in ((card, True), (wide, True), (table, False)):
        assert is_card(grid, find_header(grid, indexes, design.layout), indexes, design.layout) is expected
