"""What goes into our form comes back out of it."""

import io
import re
import unicodedata
import zipfile
from dataclasses import replace
from html import unescape
from itertools import zip_longest
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xlsxwriter.utility import xl_cell_to_rowcol, xl_col_to_name

from bishan_survey.design import rules_for
from bishan_survey.errors import InternalError
from bishan_survey.forms import FIRST_ROW, FormContent, write_form
from bishan_survey.forms.lists import NOTHING
from bishan_survey.forms.styles import MARKS
from bishan_survey.intake import read_batch
from bishan_survey.model import AreaFrame, Code, CodeList, Design, Survey
from tests.people import adult
from tests.workbooks import sheets_of, submission

_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Co", "Cn")), min_size=1, max_size=20)


def filled(path: Path, design: Design, survey: Survey, areas: AreaFrame, rows, edition: str = "bishan-2025") -> Path:
    path.unlink(missing_ok=True)
    write_form(path, design, design.questionnaires[edition], survey, FormContent(areas.villages[0], {"person": rows}))
    return path


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(st.dictionaries(st.sampled_from(["name", "address", "remarks", "respondent"]), _TEXT), max_size=6)
)
def test_every_text_comes_back_as_it_was(texts, tmp_path, design, survey, areas) -> None:
    rows = [adult(**changes) for changes in texts]
    path = filled(tmp_path / "form.xlsx", design, survey, areas, rows)
    records = read_batch([submission(path, "x.xlsx")], design, survey, areas).records["bishan-2025", "person"]
    assert records["_row"].to_list() == [FIRST_ROW + 1 + n for n in range(len(rows))]
    for row, record in zip(rows, records.iter_rows(named=True), strict=True):
        for name, text in row.items():
            assert record[name] == (text if any(map(visible, text)) else None)


def visible(char: str) -> bool:
    """Whether a person sees something in the cell."""
    return not char.isspace() and unicodedata.category(char) != "Cf" and char not in "'’‘`"


def test_a_blank_form_says_what_it_is(tmp_path, design, survey, areas) -> None:
    path = filled(tmp_path / "form.xlsx", design, survey, areas, [])
    batch = read_batch([submission(path, "别的名字.xlsx")], design, survey, areas)
    source = batch.sources.row(0, named=True)
    assert (source["edition"], source["village"], source["recognised_by"]) == ("bishan-2025", "500120001001", "form")
    assert batch.findings["rule"].to_list() == ["F10"]


@pytest.mark.parametrize("edition", ["cdpf-2018", "cdpf-2022", "bishan-2025"])
def test_every_column_of_every_edition_is_recognised(edition, tmp_path, design, survey, areas) -> None:
    form = design.questionnaires[edition]
    path = filled(tmp_path / "form.xlsx", design, survey, areas, [{"name": "甲"}], edition)
    open_survey = replace(survey, editions=(edition,))
    batch = read_batch([submission(path, "x.xlsx")], design, open_survey, areas)
    person = batch.columns.filter(unit="person")
    assert person["item"].to_list() == [item.name for item in form.sheet("person").items]


def test_a_form_of_an_edition_that_is_not_open_is_refused(tmp_path, design, survey, areas) -> None:
    path = filled(tmp_path / "form.xlsx", design, survey, areas, [], "cdpf-2018")
    batch = read_batch([submission(path, "x.xlsx")], design, survey, areas)
    assert batch.findings["rule"].to_list() == ["F06"]


def test_equal_forms_have_equal_bytes(tmp_path, design, survey, areas) -> None:
    first = filled(tmp_path / "a.xlsx", design, survey, areas, [adult()]).read_bytes()
    assert filled(tmp_path / "b.xlsx", design, survey, areas, [adult()]).read_bytes() == first


def test_the_form_holds_its_drop_downs_and_no_formula_of_a_person(tmp_path, design, survey, areas) -> None:
    path = filled(tmp_path / "form.xlsx", design, survey, areas, [adult(name="=1+1", remarks="@SUM(A1)")])
    xml = part(path, "worksheets/sheet2")
    person = design.questionnaires["bishan-2025"].sheet("person")
    lists = [item for item in person.items if (item.codes and not item.multiple) or item.name in ("town", "village")]
    assert xml.count('<dataValidation type="list"') == len(lists)
    assert xml.count("<dataValidation ") == len(person.items)
    assert "<f>" not in xml
    guide = sheets_of(path)["填表说明"]
    assert len(guide) > len(person.items)


def part(path: Path, name: str) -> str:
    """The XML of a part of a workbook."""
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        return archive.read(f"xl/{name}.xml").decode()


def sources_of(path: Path, sheet: int = 2) -> dict[str, str]:
    """Source of each drop-down of a sheet by the first cell of its range."""
    found = re.findall(
        r'<dataValidation type="list"[^>]* sqref="([A-Z]+\d+)[^"]*"><formula1>([^<]*)</formula1>',
        part(path, f"worksheets/sheet{sheet}"),
    )
    return {cell: unescape(source) for cell, source in found}


def test_every_drop_down_ends_at_the_last_answer_of_its_list(tmp_path, design, survey, areas) -> None:
    path = filled(tmp_path / "form.xlsx", design, survey, areas, [])
    sources, codes = sources_of(path), sheets_of(path)["_codes"]
    person = design.questionnaires["bishan-2025"].sheet("person")
    for column, item in enumerate(person.items):
        if item.codes and not item.multiple:
            source = sources[f"{xl_col_to_name(column)}{FIRST_ROW + 1}"]
            span = re.findall(r"'_codes'!\$([A-Z]+)\$(\d+):\$([A-Z]+)\$(\d+)", source)[-1]
            place = xl_cell_to_rowcol(f"{span[0]}1")[1]
            shown = [row[place] for row in codes[int(span[1]) - 1 : int(span[3])]]
            assert shown == [f"{c.code} {c.label}" for c in design.code_lists[item.codes].codes], item.name


def test_where_nothing_is_to_be_filled_in_the_only_choice_is_a_blank_that_intake_takes_for_nothing(
    tmp_path, design, survey, areas
) -> None:
    path = filled(tmp_path / "form.xlsx", design, survey, areas, [adult(school=NOTHING, remarks="试验")])
    records = read_batch([submission(path, "x.xlsx")], design, survey, areas).records["bishan-2025", "person"]
    assert records["school"].to_list() == [None]
    person = design.questionnaires["bishan-2025"].sheet("person")
    cell = f"{xl_col_to_name([item.name for item in person.items].index('school'))}{FIRST_ROW + 1}"
    assert sources_of(path)[cell].startswith("IF(该填_person_school=0,'_codes'!$A$2:$A$2,")
    assert sheets_of(path)["_codes"][1][0] == NOTHING


def test_lines_to_write_on_are_printed_and_so_is_everybody_written_below_them(tmp_path, design, survey, areas) -> None:
    for rows, lines in (([], 30), ([adult()] * 2, 2)):
        path = filled(tmp_path / "form.xlsx", design, survey, areas, rows)
        with zipfile.ZipFile(path) as archive:
            assert "Print_Area" not in archive.read("xl/workbook.xml").decode()
            names = list(sheets_of(path))
            sheet = archive.read(f"xl/worksheets/sheet{names.index('持证残疾人') + 1}.xml").decode()
        assert max(map(int, re.findall(r'<row r="(\d+)"', sheet))) == FIRST_ROW + lines


def test_a_villages_own_sheet_bears_its_name_and_is_no_record_until_it_is_filled_in(
    tmp_path, design, survey, areas
) -> None:
    path = filled(tmp_path / "form.xlsx", design, survey, areas, [adult()])
    assert sheets_of(path)["村（社区）服务资源"][FIRST_ROW][:3] == ["璧城街道", "大旺社区居民委员会", ""]
    batch = read_batch([submission(path, "x.xlsx")], design, survey, areas)
    assert batch.records["bishan-2025", "person"].height == 1
    assert ("bishan-2025", "village") not in batch.records or batch.records["bishan-2025", "village"].is_empty()


def test_a_form_for_several_villages_lets_choose_the_town_and_then_its_villages(
    tmp_path, design, survey, areas
) -> None:
    path = tmp_path / "form.xlsx"
    mixed = [areas.villages[n] for n in (0, 2, 1, 3)]
    write_form(path, design, design.questionnaires["bishan-2025"], survey, FormContent(villages=mixed))
    columns = list(zip_longest(*sheets_of(path)["_codes"], fillvalue=""))
    by_heading = {column[0]: [cell for cell in column[1:] if cell] for column in columns}
    assert by_heading["镇街名单"] == ["璧城街道", "三合镇"]
    assert by_heading["村所属镇街"] == ["璧城街道", "璧城街道", "三合镇", "三合镇"]
    assert by_heading["村名单"] == [areas.villages[n].name for n in (0, 1, 2, 3)]
    sources = sources_of(path)
    assert sources[f"A{FIRST_ROW + 1}"] == "镇街名单"
    assert "MATCH($A5,村所属镇街,0)" in sources[f"B{FIRST_ROW + 1}"]


def test_a_form_for_nobody_in_particular_asks_for_the_village_in_writing(tmp_path, design, survey) -> None:
    path = tmp_path / "form.xlsx"
    write_form(path, design, design.questionnaires["bishan-2025"], survey, FormContent())
    assert f"A{FIRST_ROW + 1}" not in sources_of(path)


def test_the_guide_says_until_when_explains_every_mark_and_every_item(tmp_path, design, survey, areas) -> None:
    path = filled(tmp_path / "form.xlsx", design, survey, areas, [])
    rows = sheets_of(path)["填表说明"]
    texts = "\n".join(str(cell) for row in rows for cell in row)
    assert "2025年11月30日" in texts
    assert sum(row[0] == "样子" for row in rows) == len(MARKS)
    items = [item for sheet in design.questionnaires["bishan-2025"].sheets for item in sheet.items]
    listed = [(row[1], row[2], row[4]) for row in rows[-len(items) :]]
    assert listed == [(item.number, item.label, item.help) for item in items]


def test_the_version_stands_on_the_guide_and_above_the_header_and_tells_definitions_apart(
    tmp_path, design, survey, areas
) -> None:
    path = filled(tmp_path / "form.xlsx", design, survey, areas, [])
    sheets = sheets_of(path)
    version = sheets["填表说明"][1][0]
    assert re.fullmatch(r"版本 2025 · bishan-2025 · [0-9A-F]{8}", version)
    assert version in sheets["持证残疾人"][1][0]
    rules = tuple(replace(rule, message="另一句话") if rule.id == "C001" else rule for rule in design.rules)
    other = filled(tmp_path / "other.xlsx", replace(design, rules=rules), survey, areas, [])
    assert sheets_of(other)["填表说明"][1][0] != version
    foreign = tuple(rule for rule in design.rules if rule.editions != ("cdpf-2018",))
    same = filled(tmp_path / "same.xlsx", replace(design, rules=foreign), survey, areas, [])
    assert sheets_of(same)["填表说明"][1][0] == version


def test_a_rule_gives_the_check_its_message_and_its_name(tmp_path, design, survey, areas) -> None:
    path = filled(tmp_path / "form.xlsx", design, survey, areas, [])
    rule = next(rule for rule in design.rules if rule.id == "C001")
    assert rule.message in part(path, "worksheets/sheet2")
    without = replace(design, rules=tuple(one for one in design.rules if one.id != "C001"))
    lacking = filled(tmp_path / "lacking.xlsx", without, survey, areas, [])
    assert "规则_person_C001" in part(path, "workbook")
    assert "规则_person_C001" not in part(lacking, "workbook")
    assert rule.message not in part(lacking, "worksheets/sheet2")


def with_item(design: Design, changed_item: str, **changes: object) -> Design:
    """The definitions with an item of bishan-2025 changed."""
    form = design.questionnaires["bishan-2025"]
    person = form.sheets[0]
    items = tuple(replace(item, **changes) if item.name == changed_item else item for item in person.items)
    changed = replace(form, sheets=(replace(person, items=items), *form.sheets[1:]))
    return replace(design, questionnaires={**design.questionnaires, form.edition: changed})


@pytest.mark.parametrize("char", ["长", "𠮷"], ids=["common", "counted twice by Excel"])
def test_long_labels_and_helps_are_cut_where_excel_would_drop_the_whole_check(
    char, tmp_path, design, survey, areas
) -> None:
    long = with_item(design, "housing", label=char * 60, help=char * 300)
    path = filled(tmp_path / "form.xlsx", long, survey, areas, [])
    found = re.findall(r'promptTitle="([^"]*)" prompt="([^"]*)"', part(path, "worksheets/sheet2"))
    title, message = next((title, message) for title, message in found if char * 10 in title)
    assert title.endswith("…") and len(title.encode("utf-16-le")) // 2 in (31, 32)
    assert message.endswith("…") and len(message.encode("utf-16-le")) // 2 in (254, 255)
    assert len(found) == len(long.questionnaires["bishan-2025"].sheets[0].items)


def test_a_list_of_a_thousand_long_answers_is_a_drop_down_like_any_other(tmp_path, design, survey, areas) -> None:
    codes = tuple(Code(f"{n:04}", f"第{n}种住房" + "很" * 300) for n in range(1, 1001))
    many = replace(design, code_lists={**design.code_lists, "housing": CodeList("housing", codes)})
    path = filled(tmp_path / "form.xlsx", many, survey, areas, [])
    person = design.questionnaires["bishan-2025"].sheet("person")
    cell = f"{xl_col_to_name([item.name for item in person.items].index('housing'))}{FIRST_ROW + 1}"
    assert re.search(r"\$2:\$[A-Z]+\$1001\)?$", sources_of(path)[cell])


def test_a_condition_that_excel_would_drop_is_an_error_and_leaves_no_file(tmp_path, design, survey, areas) -> None:
    name = "a_very_long_name_" * 20
    long = with_item(design, "certificate_issued", name=name, asked="survey_status = '6'")
    with pytest.raises(InternalError, match="超过 Excel 的长度"):
        filled(tmp_path / "form.xlsx", long, survey, areas, [])
    assert not (tmp_path / "form.xlsx").exists()


def test_a_rule_that_no_formula_says_is_left_to_the_night(tmp_path, design, survey, areas) -> None:
    path = filled(tmp_path / "form.xlsx", design, survey, areas, [])
    assert "OVER" in next(one for one in design.derived if one.name == "investigator_records").sql
    assert "规则_person_S012" not in part(path, "workbook")
    assert any(rule.id == "S012" for rule in rules_for(design, "bishan-2025", "person"))
