"""Copies of a system's blank workbook with records in them: nothing else is changed, and nothing is lost on the way."""

import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bishan_survey.delivery import write_batches, write_profile_xlsx
from bishan_survey.delivery.filling import Blank, filled, open_blank, write_filled
from bishan_survey.errors import InternalError, WorkspaceError
from bishan_survey.model import DeliveryProfile, Survey
from bishan_survey.reading.grid import Contents
from bishan_survey.reading.pool import open_pool
from bishan_survey.reading.read import read
from tests.blanks import CHOICES, HEADERS, LISTS, SHEET, blank_workbook, packed, parts_of, trial_profile
from tests.laws import tried
from tests.office import converted, needs_office
from tests.workbooks import sheets_of

_PART = "xl/worksheets/sheet1.xml"
_COLUMNS = ("name", "number", "sex", "hukou", "born", "mark")
_PROFILE = trial_profile(_COLUMNS, "残疾人证号")


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> DeliveryProfile:
    """A profile with a blank workbook."""
    return replace(_PROFILE, template=blank_workbook(tmp_path_factory.mktemp("blank") / "模板.xlsx"))


@pytest.fixture(scope="module")
def blank(profile: DeliveryProfile) -> Blank:
    """The blank workbook, opened."""
    with open_pool(1) as pool:
        return open_blank(profile, pool)


def _rows(count: int) -> pl.DataFrame:
    made = {header: [f"{header}{n}" for n in range(count)] for header in HEADERS}
    return pl.DataFrame(made, schema=dict.fromkeys(HEADERS, pl.String)).with_columns(户口性质=pl.lit(None, pl.String))


def _xml(path: Path) -> str:
    return parts_of(path)[_PART].decode()


def _written(profile: DeliveryProfile, path: Path, rows: pl.DataFrame) -> list[list[object]]:
    write_filled(profile, {path: rows})
    return sheets_of(path)[SHEET]


def test_the_records_stand_under_the_header_and_the_rest_is_byte_for_byte_the_same(
    profile: DeliveryProfile, tmp_path: Path
) -> None:
    assert profile.template is not None
    blank, path, again = profile.template, tmp_path / "试验.xlsx", tmp_path / "再.xlsx"
    write_filled(profile, {path: _rows(12), again: _rows(12)})
    assert path.read_bytes() == again.read_bytes()
    lines = sheets_of(path)[SHEET]
    assert lines[:3] == sheets_of(blank)[SHEET][:3]
    assert lines[3:] == [[value or "" for value in row] for row in _rows(12).iter_rows()]
    assert path.stat().st_mode & 0o077 == 0
    before, after = parts_of(blank), parts_of(path)
    assert [*before] == [*after]
    assert [name for name in before if before[name] != after[name]] == [_PART]
    then, now = _xml(blank), _xml(path)
    assert then.split("</sheetData>")[1] == now.split("</sheetData>")[1]
    assert then.split('<row r="4"')[0].replace("A1:F8", "A1:F15") == now.split('<row r="4"')[0]
    assert "x14:dataValidation" in now.split("</sheetData>")[1]


def test_the_formats_of_the_first_row_are_kept_and_rows_that_are_left_over(
    profile: DeliveryProfile, tmp_path: Path
) -> None:
    _written(profile, tmp_path / "a.xlsx", _rows(2))
    rows = re.findall(r'<row r="(\d+)"([^>]*)>(.*?)</row>', _xml(tmp_path / "a.xlsx"))
    assert [number for number, _, _ in rows] == [str(n) for n in range(1, 9)]
    (_, _, model) = re.findall(r'<row r="(4)"([^>]*)>(.*?)</row>', _xml(profile.template or Path()))[0]
    (style,) = set(re.findall(r's="(\d+)"', model))
    assert 'ht="21" customHeight="1"' in rows[3][1]
    # The last column has no cell in the first row: the format of the column is seen there.
    assert re.findall(r's="(\d+)"', rows[4][2]) == [style] * 5 + ["1"]
    assert f'<c r="D5" s="{style}"/>' in rows[4][2]
    assert "<is>" not in rows[5][2]
    assert 'ref="A1:F8"' in _xml(tmp_path / "a.xlsx")


def test_what_stands_from_the_first_row_on_is_not_delivered_and_what_stands_above_is(tmp_path: Path) -> None:
    example = ["张三", "99", "男", "1", "1980-01-01", "例"]
    blank = blank_workbook(tmp_path / "模板.xlsx", example=example)
    for first_row, above in ((4, []), (5, [example])):
        made = replace(_PROFILE, template=blank, first_row=first_row)
        path = tmp_path / f"{first_row}.xlsx"
        lines = _written(made, path, _rows(1))
        assert lines[3:] == [*above, [value or "" for value in _rows(1).row(0)]]
        nobody = tmp_path / f"{first_row}-.xlsx"
        assert _written(made, nobody, _rows(0))[3:] == above


def test_each_file_of_several_is_a_copy_and_lines_are_told_where_they_stand(
    profile: DeliveryProfile, tmp_path: Path, survey: Survey
) -> None:
    places = write_batches(tmp_path, replace(profile, batch_size=5), _rows(12), survey, 1)
    assert [*places.group_by("name", maintain_order=True).len().iter_rows()] == [
        ("试验-1.xlsx", 5),
        ("试验-2.xlsx", 5),
        ("试验-3.xlsx", 2),
    ]
    read = {path.name: sheets_of(path) for path in tmp_path.iterdir()}
    told = [read[name][SHEET][line - 1][0] for name, line in places.iter_rows()]
    assert told == _rows(12)["姓名"].to_list()
    assert all([row[0] for row in sheets[LISTS]] == [*CHOICES] for sheets in read.values())


def test_one_file_is_exported_so_too(profile: DeliveryProfile, tmp_path: Path, survey: Survey) -> None:
    records = _rows(3).rename(dict(zip(HEADERS, _COLUMNS, strict=True))).with_columns(_file=pl.lit("a"), _row=1)
    assert write_profile_xlsx(tmp_path / "a.xlsx", profile, records, survey) == 3
    assert sheets_of(tmp_path / "a.xlsx")[SHEET][0][0] == "残疾人信息导入模板"


_TEXTS = st.text(
    st.one_of(
        st.characters(exclude_categories=("Cs",), exclude_characters="\ufffe\uffff"),
        st.sampled_from("_x0DF<&>\"'=\r\n\t "),
    ),
    max_size=12,
)


@tried(10)
@given(values=st.lists(st.tuples(*[st.none() | _TEXTS] * len(HEADERS)), min_size=1, max_size=20))
def test_every_text_comes_back_as_it_was(values: list[tuple[str | None, ...]], blank: Blank) -> None:
    rows = pl.DataFrame(values, schema=dict.fromkeys(HEADERS, pl.String), orient="row")
    contents = read(blank.parts.with_part(blank.part, filled(blank, 4, rows)), "a.xlsx")
    assert isinstance(contents, Contents)
    lines = contents.grids[0].rows[3:]
    meant = [[value or "" for value in row] for row in values]
    assert lines + [[""] * len(HEADERS)] * (len(meant) - len(lines)) == meant


def test_prefixed_names_are_kept(profile: DeliveryProfile, tmp_path: Path) -> None:
    members = parts_of(profile.template or Path())
    plain = re.compile(rb"<(/?)(?=[a-z]\w*[\s/>])")
    xml = plain.sub(rb"<\1x:", members[_PART]).replace(b"xmlns=", b"xmlns:x=", 1)
    prefixed = replace(profile, template=packed(tmp_path / "模板.xlsx", members | {_PART: xml}))
    lines = _written(prefixed, tmp_path / "a.xlsx", _rows(2))
    assert lines[4][0] == "姓名1"
    assert '<x:c r="A5"' in _xml(tmp_path / "a.xlsx")


def test_a_file_that_does_not_say_what_it_should_is_not_left(profile: DeliveryProfile, tmp_path: Path) -> None:
    forbidden = _rows(2).with_columns(特征码=pl.lit("a\uffffb"))
    with pytest.raises(InternalError) as caught:
        write_filled(profile, {tmp_path / "一.xlsx": _rows(2), tmp_path / "二.xlsx": forbidden})
    assert "二.xlsx 与要写的不一致" in caught.value.message
    assert [*tmp_path.iterdir()] == []


def test_a_file_that_is_there_already_is_left_alone(profile: DeliveryProfile, tmp_path: Path) -> None:
    (tmp_path / "二.xlsx").write_text("别的", encoding="utf-8")
    with pytest.raises(FileExistsError):
        write_filled(profile, {tmp_path / "一.xlsx": _rows(2), tmp_path / "二.xlsx": _rows(2)})
    assert [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()] == ["别的"]


@pytest.mark.parametrize("filled", [True, False])
def test_a_text_that_no_cell_can_hold_is_refused(
    filled: bool, profile: DeliveryProfile, tmp_path: Path, survey: Survey
) -> None:
    long = _rows(2).with_columns(特征码=pl.lit("长" * 32_768))
    with pytest.raises(WorkspaceError, match="“特征码”有值超过32767个字"):
        write_batches(tmp_path, profile if filled else _PROFILE, long, survey, 1)
    assert [*tmp_path.iterdir()] == []


def test_a_template_that_has_gone_is_told(profile: DeliveryProfile, tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match=r"没有\.xlsx"):
        write_filled(replace(profile, template=tmp_path / "没有.xlsx"), {tmp_path / "a.xlsx": _rows(1)})


@needs_office
def test_libreoffice_reads_it_and_keeps_its_lists(profile: DeliveryProfile, tmp_path: Path) -> None:
    write_filled(profile, {tmp_path / "试验.xlsx": _rows(12)})
    path = converted(tmp_path / "试验.xlsx", "xlsx", tmp_path)
    sheets = sheets_of(path)
    assert [row[0] for row in sheets[SHEET]] == ["残疾人信息导入模板", "说明：请勿改动表头，红色为必填", *_names(12)]
    assert [row[0] for row in sheets[LISTS]] == [*CHOICES]
    assert _xml(path).count('type="list"') == 3


def _names(count: int) -> list[str]:
    return ["姓名", *_rows(count)["姓名"]]
