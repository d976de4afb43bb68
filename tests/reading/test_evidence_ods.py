"""Evidence in .ods files, written by hand, and by LibreOffice where it is installed."""

import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from bishan_survey.reading.evidence_ods import evidence_of_ods
from bishan_survey.reading.grid import Evidence, UnreadableFile

MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"' for prefix in ("office", "table", "text")
)
PASSED = 'office:string-value=""'
VALUE = f'table:formula="of:=NA()" office:value-type="string" {PASSED}'
ERROR = f"<table:table-cell {VALUE}><text:p>#N/A</text:p></table:table-cell>"
COMMENT = "<office:annotation><text:p>comment</text:p></office:annotation>"


def table(rows: str, columns: str = "", name: str = "表") -> str:
    return f'<table:table table:name="{name}">{columns}{rows}</table:table>'


def row(cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{cells}</table:table-row>"


def cell(text: str, attributes: str = "") -> str:
    return f'<table:table-cell office:value-type="string" {attributes}><text:p>{text}</text:p></table:table-cell>'


def blank(times: int = 1, attributes: str = "") -> str:
    return f'<table:table-cell {attributes} table:number-columns-repeated="{times}"/>'


def blank_rows(times: int, attributes: str = "") -> str:
    return row(blank(16384), f'table:number-rows-repeated="{times}" {attributes}')


def ods(tables: str, before: str = "", meta: str = "") -> bytes:
    file = io.BytesIO()
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", MIMETYPE, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", "<manifest:manifest/>")
        archive.writestr(
            "content.xml", f"{before}<office:document-content {NAMESPACES}>{body}</office:document-content>"
        )
        archive.writestr("meta.xml", meta)
    return file.getvalue()


def cells_of(content: bytes) -> list[list[object]]:
    """What python-calamine reads."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return list(book.get_sheet_by_name("表").to_python(skip_empty_area=False))


def told(rows: str, columns: str = "") -> Evidence:
    """The evidence of a table, whose texts stand in cells that python-calamine finds blank."""
    content = ods(table(rows, columns))
    evidence = evidence_of_ods(content)[0].get("表", Evidence())
    cells = cells_of(content)
    assert all(cells[r][c] == "" for r, c in evidence.texts if r < len(cells) and c < len(cells[r]))
    return evidence


def refused(content: bytes, limit_cells: int = 4_000_000) -> str:
    with pytest.raises(UnreadableFile) as caught:
        evidence_of_ods(content, limit_cells)
    return caught.value.notice


class TestTexts:
    def test_a_table_without_evidence_is_left_out(self) -> None:
        rows = (
            row(cell("姓名") + blank(2) + cell("x") + blank(16380)) + row(blank() + cell("3")) + blank_rows(1_048_574)
        )
        assert evidence_of_ods(ods(table(rows) + table(rows, name="b"))) == ({}, None)

    def test_errors_are_told_as_they_are_shown(self) -> None:
        assert told(row(cell("姓名") + ERROR) + row(blank(3) + ERROR)).texts == {(0, 1): "#N/A", (1, 3): "#N/A"}

    def test_repetitions_are_counted(self) -> None:
        rows = (
            blank_rows(3)
            + row(cell("x", 'table:number-columns-repeated="5"') + ERROR, 'table:number-rows-repeated="2"')
            + f"<table:table-row-group>{row(blank(2) + '<table:covered-table-cell/>' + ERROR)}</table:table-row-group>"
        )
        assert told(rows).texts == {(3, 5): "#N/A", (4, 5): "#N/A", (5, 3): "#N/A"}

    def test_formulas_without_a_value(self) -> None:
        lone = '<table:table-cell table:formula="of:=SUM([.B1:.C1])&amp;&quot;=&quot;"/>'
        assert told(row(lone + cell("x"))).texts == {(0, 0): '=SUM([.B1:.C1])&"="'}

    def test_a_formula_that_gave_an_empty_text_is_blank_to_a_person_too(self) -> None:
        empty = '<table:table-cell table:formula="of:=&quot;&quot;"><text:p/></table:table-cell>'
        assert told(row(empty + cell("x"))).texts == {}

    def test_texts_without_a_type_are_seen(self) -> None:
        typeless = (
            "<table:table-cell><text:p>甲<text:span>乙</text:span></text:p><text:p>丙</text:p></table:table-cell>"
        )
        formula = '<table:table-cell table:formula="of:=1+1"><text:p>2</text:p></table:table-cell>'
        assert told(row(typeless + formula + cell("x"))).texts == {(0, 0): "甲乙\n丙", (0, 1): "2"}

    def test_comments_do_not_stand_in_the_cell(self) -> None:
        commented = ERROR.replace("<text:p>", COMMENT + "<text:p>")
        rows = row(f"<table:table-cell>{COMMENT}</table:table-cell>" + commented + cell("x"))
        assert told(rows).texts == {(0, 1): "#N/A"}

    def test_cells_with_values_are_no_evidence(self) -> None:
        number = (
            '<table:table-cell table:formula="of:=1+1" office:value-type="float" office:value="2"><text:p>2</text:p>'
        )
        assert told(row(number + "</table:table-cell>" + cell("x"), 'table:visibility="visible"')) == Evidence()


@st.composite
def errors_anywhere(draw: st.DrawFn) -> str:
    """Rows with errors among other cells; some cells and rows stand for many."""
    rows = []
    for _ in range(draw(st.integers(1, 5))):
        some = [blank(draw(st.integers(1, 3))), cell("x", 'table:number-columns-repeated="2"'), ERROR]
        cells = draw(st.lists(st.sampled_from([*some, "<table:covered-table-cell/>"]), max_size=5))
        rows.append(row("".join(cells), f'table:number-rows-repeated="{draw(st.integers(1, 3))}"'))
    return "".join(rows)


@given(errors_anywhere())
def test_places_are_those_of_the_reader_of_cells(rows: str) -> None:
    """It shows a text where the error would be."""
    shown = cells_of(ods(table(rows.replace(PASSED, ""))))
    places = {(r, c) for r, cells in enumerate(shown) for c, text in enumerate(cells) if text == "#N/A"}
    assert set(told(rows).texts) == places


class TestHidden:
    def test_rows_and_columns(self) -> None:
        columns = (
            '<table:table-column table:number-columns-repeated="2"/><table:table-column table:visibility="collapse"/>'
            '<table:table-column table:visibility="filter" table:number-columns-repeated="16381"/>'
        )
        rows = (
            row(cell("x"), 'table:visibility="collapse"')
            + blank_rows(2, 'table:visibility="filter"')
            + row(blank(4) + cell("y"))
            + blank_rows(1_048_572, 'table:visibility="collapse"')
        )
        evidence = told(rows, columns)
        assert evidence.hidden_rows == (0, 1, 2)
        assert evidence.hidden_columns == (2, 3, 4)


class TestHuge:
    @pytest.mark.parametrize(
        "rows",
        [
            row(cell("x")) + blank_rows(1_048_574) + row(blank(16383) + cell("x")),
            row(cell("x", 'table:number-columns-repeated="16384"'), 'table:number-rows-repeated="1048576"'),
            row('<table:table-cell office:value-type="string" table:number-columns-repeated="99999999999999999999"/>'),
            row(cell("x")) + blank_rows(1_048_574) + row(blank(9) + '<table:table-cell table:formula="of:=1"/>'),
            row(cell("x"), f'table:number-rows-repeated="{"9" * 5_000}"'),
        ],
    )
    def test_a_few_bytes_that_stand_for_many_cells(self, rows: str) -> None:
        assert refused(ods(table(row(cell("x")), name="a") + table(rows))) == "F03"

    def test_the_last_value_counts(self) -> None:
        rows = blank_rows(98) + row(blank(9) + cell("x")) + row(cell("y") + blank(16383)) + blank_rows(1_048_476)
        assert evidence_of_ods(ods(table(rows)), 1_000) == ({}, None)
        assert refused(ods(table(rows)), 999) == "F03"
        assert len(cells_of(ods(table(rows)))) == 100

    def test_formats_alone_take_no_room(self) -> None:
        styled = blank(16384, 'table:style-name="ce1"')
        content = ods(table(row(cell("x")) + row(styled, 'table:number-rows-repeated="1048575"')))
        assert evidence_of_ods(content) == ({}, None)
        assert cells_of(content) == [["x"]]


class TestContainer:
    def test_a_document_type_declaration_is_refused(self) -> None:
        assert refused(ods(table(row(cell("&a;"))), '<!DOCTYPE a [<!ENTITY a "b">]>')) == "F01"

    def test_no_zip(self) -> None:
        assert refused(b"PK") == "F01"

    def test_of_damaged_xml_what_stands_before_is_told(self) -> None:
        assert evidence_of_ods(ods(table(row(ERROR)) + "</nonsense>"))[0] == {"表": Evidence({(0, 0): "#N/A"})}
        assert evidence_of_ods(ods(table(row(ERROR) + row(ERROR, 'table:number-rows-repeated="x"'))))[0] == {
            "表": Evidence({(0, 0): "#N/A"})
        }

    def test_time_of_last_saving(self) -> None:
        meta = (
            "<office:meta><meta:creation-date>2020-01-01</meta:creation-date><dc:date>2025-06-01T08:09:10.5</dc:date>"
        )
        assert evidence_of_ods(ods("", meta=meta)) == ({}, "2025-06-01T08:09:10")
        assert evidence_of_ods(ods("", meta="<dc:date>?</dc:date>")) == ({}, None)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
def test_what_libreoffice_writes(tmp_path: Path) -> None:
    source = tmp_path / "表.xlsx"
    with xlsxwriter.Workbook(str(source)) as book:
        page, last = book.add_worksheet("持证残疾人"), book.add_worksheet("Sheet2")
        page.write_row("A1", ["姓名", "年龄"])
        for column, (text, result) in enumerate({"=NA()": "#N/A", "=1/0": "#DIV/0!", "=1+1": 2, '=""': ""}.items()):
            page.write_formula(1, column, text, None, result)
        page.write_comment("A2", "注")
        page.set_row(4, None, None, {"hidden": True})
        page.write("A6", "末")
        last.set_column("C:D", None, None, {"hidden": True})
        last.write("E1", 1)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "ods", "--outdir", str(tmp_path), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    evidence, saved_at = evidence_of_ods(source.with_suffix(".ods").read_bytes())
    assert evidence == {
        "持证残疾人": Evidence({(1, 0): "#N/A", (1, 1): "#DIV/0!"}, (4,)),
        "Sheet2": Evidence(hidden_columns=(2, 3)),
    }
    assert saved_at


class TestMerged:
    def test_merged_cells_are_told_where_they_stand(self) -> None:
        tall = cell("大旺社区", 'table:number-rows-spanned="3" table:number-columns-spanned="2"')
        rows = row(blank(2) + cell("甲")) + row(blank(1) + tall) + row(cell("乙")) * 2
        evidence, _ = evidence_of_ods(ods(table(rows)))
        assert evidence["表"].merged == ((1, 1, 3, 2),)

    def test_a_merge_of_absurd_size_costs_nothing(self) -> None:
        absurd = cell("甲", 'table:number-rows-spanned="99999999999" table:number-columns-spanned="-1"')
        evidence, _ = evidence_of_ods(ods(table(row(absurd))))
        assert evidence["表"].merged == ((0, 0, 999_999_998, 0),)
