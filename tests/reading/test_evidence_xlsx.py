"""Evidence in .xlsx files, most of them written by hand: no one writer does all that writers do."""

import io
import struct
import zipfile
from collections.abc import Mapping

import pytest
import xlsxwriter
from hypothesis import given, reject
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from xlsxwriter.utility import xl_col_to_name

from bishan_survey.reading import parts as parts_of
from bishan_survey.reading.evidence_xlsx import evidence_of_xlsx
from bishan_survey.reading.grid import Evidence, UnreadableFile
from bishan_survey.reading.parts import Parts, iso_time
from bishan_survey.reading.read import read

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
ERROR = ' t="e"><v>#N/A</v></c>'
SHEETS = '<sheets><sheet name="表" sheetId="1" r:id="rId1"/></sheets>'
WORKBOOK = f'<workbook xmlns="{MAIN}" xmlns:r="{DOCUMENT}">{SHEETS}</workbook>'


def links(target: str = "worksheets/sheet1.xml", kind: str = "worksheet") -> str:
    link = f'<Relationship Id="rId1" Type="{DOCUMENT}/{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{PACKAGE}">{link}</Relationships>'


def sheet(rows: str, before: str = "", after: str = "") -> str:
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def zipped(parts: Mapping[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return file.getvalue()


def workbook(xml: str, **more: str) -> bytes:
    """A workbook with one sheet, as small as python-calamine takes it."""
    return zipped(
        {
            "_rels/.rels": links("xl/workbook.xml", "officeDocument"),
            "xl/workbook.xml": WORKBOOK,
            "xl/_rels/workbook.xml.rels": links(),
            "xl/worksheets/sheet1.xml": xml,
            **more,
        }
    )


def told(rows: str, before: str = "", after: str = "") -> Evidence:
    """The evidence of a sheet; python-calamine, which reads its cells, must find blank what this calls so."""
    content = workbook(sheet(rows, before, after))
    evidence = evidence_of_xlsx(content)[0]["表"]
    cells = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("表").to_python(skip_empty_area=False)
    assert all(
        cell == ""
        for row, column in evidence.texts
        for cell in cells[row : row + 1] and cells[row][column : column + 1]
    )
    return evidence


def refused(content: bytes, limit_cells: int = 4_000_000) -> str:
    """The notice, which both ways to ask give."""
    with pytest.raises(UnreadableFile) as first:
        evidence_of_xlsx(content, limit_cells)
    with pytest.raises(UnreadableFile) as second:
        evidence_of_xlsx(content, limit_cells)
    assert first.value.notice == second.value.notice
    return first.value.notice


class TestTexts:
    def test_a_sheet_without_evidence(self) -> None:
        rows = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><v>1</v></c><c r="C1" s="2"/></row>'
        content = workbook(sheet(rows))
        assert evidence_of_xlsx(content) == ({"表": Evidence()}, None)

    def test_errors_are_told_as_they_are_shown(self) -> None:
        rows = (
            '<row r="3"><c r="B3" s="1" t="e"><f>NA()</f><v>#N/A</v></c><c r="C3"><v>1</v></c>'
            '<c r="D3" t="e"><v>#DIV/0!</v></c></row>'
        )
        assert told(rows).texts == {(2, 1): "#N/A", (2, 3): "#DIV/0!"}

    def test_an_error_without_a_value_is_still_one(self) -> None:
        assert told('<row r="1"><c r="A1" t="e"/><c r="B1" t="e"><v></v></c></row>').texts == {
            (0, 0): "#ERROR",
            (0, 1): "#ERROR",
        }

    def test_formulas_without_a_stored_value(self) -> None:
        rows = (
            '<row r="1"><c r="A1"><f>SUM(B1:C1)</f></c><c r="B1"><f>IF(C1&gt;1,"是",&quot;&amp;&quot;)</f><v></v></c>'
            '<c r="C1"><f>C2</f><v/></c><c r="D1"><f t="shared" si="0"/></c></row>'
        )
        assert told(rows).texts == {
            (0, 0): "=SUM(B1:C1)",
            (0, 1): '=IF(C1>1,"是","&")',
            (0, 2): "=C2",
            (0, 3): "=",
        }

    def test_a_formula_that_gave_an_empty_text_is_blank_to_a_person_too(self) -> None:
        assert told('<row r="1"><c r="A1" t="str"><f>IF(1,"",2)</f><v></v></c></row>').texts == {}

    def test_formulas_with_their_values_are_no_evidence(self) -> None:
        rows = (
            '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="str"><f>"a"</f><v>a</v></c>'
            '<c r="C1" t="b"><f>TRUE()</f> <v>1</v></c><c r="D1" t="inlineStr"><f>1</f><is><t>x</t></is></c></row>'
        )
        assert told(rows).texts == {}

    def test_a_formula_that_stands_elsewhere_is_no_cell(self) -> None:
        after = '<dataValidations><dataValidation><formula1>"a"</formula1></dataValidation></dataValidations><f>1</f>'
        assert told('<row r="1"><c r="A1"><v>1</v></c></row>', after=after).texts == {}

    def test_cells_and_rows_without_addresses_follow_the_ones_before(self) -> None:
        rows = (
            '<row><c><v>1</v></c><c s="1"/><c t="e"><v>#N/A</v></c></row>'
            '<row r="5"><c t="e"><v>#REF!</v></c><c r="D5"/><c><f>A1</f></c></row><row/>'
            '<row><c/><c t="e"><v>#NUM!</v></c></row>'
        )
        assert told(rows).texts == {(0, 2): "#N/A", (4, 0): "#REF!", (4, 4): "=A1", (6, 1): "#NUM!"}

    def test_other_quotes_spaces_and_small_letters(self) -> None:
        rows = "<row r='1' ><c s='1' t='e' r='a1' ><v>#N/A</v></c ><c r = 'B1'><f >A1</f ></c></row >"
        assert told(rows).texts == {(0, 0): "#N/A", (0, 1): "=A1"}

    def test_prefixed_elements(self) -> None:
        xml = (
            f'<?xml version="1.0"?><x:worksheet xmlns:x="{MAIN}"><x:cols><x:col min="2" max="2" hidden="1"/></x:cols>'
            '<x:sheetData><x:row r="1"><x:c r="A1" t="e"><x:f>NA()</x:f><x:v>#N/A</x:v></x:c></x:row>'
            '<x:row r="2" hidden="1"><x:c r="B2"><x:f>A1</x:f></x:c></x:row></x:sheetData></x:worksheet>'
        )
        evidence, _ = evidence_of_xlsx(workbook(xml))
        assert evidence["表"] == Evidence({(0, 0): "#N/A", (1, 1): "=A1"}, (1,), (1,))

    def test_entities_of_a_declaration_are_not_resolved(self) -> None:
        xml = '<!DOCTYPE worksheet [<!ENTITY e SYSTEM "file:///etc/hostname"><!ENTITY f "text">]>' + sheet(
            '<row r="1"><c r="A1" t="e"><v>&f;</v></c><c r="B1"><f>&e;</f></c></row>'
        )
        evidence, _ = evidence_of_xlsx(workbook(xml))
        assert evidence["表"].texts == {(0, 0): "&f;", (0, 1): "=&e;"}


@st.composite
def errors_anywhere(draw: st.DrawFn) -> str:
    """Rows of a sheet with errors among other cells; rows and cells say where they are, or do not."""
    rows, number = [], 0
    for _ in range(draw(st.integers(1, 5))):
        number += draw(st.integers(1, 3))
        cells, column = [], -1
        for _ in range(draw(st.integers(0, 5))):
            column += draw(st.integers(1, 30))
            address = draw(st.sampled_from(["", f' r="{xl_col_to_name(column)}{number}"']))
            cells.append(draw(st.sampled_from([f"<c{address}/>", f"<c{address}><v>1</v></c>", f"<c{address}{ERROR}"])))
        address = draw(st.sampled_from(["", f' r="{number}"']))
        rows.append(f"<row{address}>{''.join(cells)}</row>")
    return "".join(rows)


@given(errors_anywhere())
def test_places_are_those_of_the_reader_of_cells(rows: str) -> None:
    """It shows a text where the error would be."""
    content = workbook(sheet(rows.replace(ERROR, ' t="str"><v>here</v></c>')))
    cells = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("表").to_python(skip_empty_area=False)
    shown = {(r, c) for r, row in enumerate(cells) for c, cell in enumerate(row) if cell == "here"}
    try:
        evidence = evidence_of_xlsx(workbook(sheet(rows)))[0]["表"]
    except UnreadableFile:
        reject()  # two cells at one place, which the reader would make one of
    assert set(evidence.texts) == shown


class TestHidden:
    def test_rows_and_columns(self) -> None:
        cols = '<col min="2" max="3" width="9" hidden="1"/><col hidden="true" min="6" max="6"/><col min="7" max="9"/>'
        rows = '<row r="1"/><row hidden="1" r="4"/><row r="6" hidden="true"/><row r="7" hidden="0"/><row hidden="1"/>'
        evidence = told(rows, f"<cols>{cols}</cols>")
        assert evidence.hidden_columns == (1, 2, 5)
        assert evidence.hidden_rows == (3, 5, 7)

    def test_columns_end_with_the_sheet(self) -> None:
        evidence = told("", '<cols><col min="16383" max="4294967295" hidden="1"/></cols>')
        assert evidence.hidden_columns == (16382, 16383)

    def test_writers_that_say_of_all_that_they_are_not_hidden(self) -> None:
        evidence = told('<row r="1" hidden="false"/>', '<cols><col min="1" max="2" hidden="false"/></cols>')
        assert evidence == Evidence()


class TestSheets:
    @pytest.mark.parametrize(
        ("target", "part"),
        [
            ("worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("/xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("./worksheets/../worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("../sheets/a.xml", "sheets/a.xml"),
            ("worksheets\\sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("worksheets/Sheet1.xml", "XL/WORKSHEETS/SHEET1.XML"),
            ("nowhere.xml", None),
        ],
    )
    def test_wherever_the_link_leads(self, target: str, part: str | None) -> None:
        parts = {"xl/workbook.xml": WORKBOOK, "xl/_rels/workbook.xml.rels": links(target)}
        if part:
            parts[part] = sheet('<row r="1"><c r="A1" t="e"><v>#N/A</v></c></row>')
        evidence, _ = evidence_of_xlsx(zipped(parts))
        assert evidence["表"].texts == ({(0, 0): "#N/A"} if part else {})

    def test_without_links_sheets_are_taken_in_order(self) -> None:
        xml = (
            f'<x:workbook xmlns:x="{MAIN}" xmlns:q="{DOCUMENT}"><x:sheets><x:sheet name="a" q:id="rId7"/>'
            '<x:sheet name="甲&amp;&lt;乙" q:id="rId8"/></x:sheets></x:workbook>'
        )
        error = sheet('<row r="1"><c r="A1" t="e"><v>#N/A</v></c></row>')
        evidence, _ = evidence_of_xlsx(zipped({"xl/workbook.xml": xml, "xl/worksheets/sheet2.xml": error}))
        assert list(evidence) == ["a", "甲&<乙"]
        assert evidence["甲&<乙"].texts == {(0, 0): "#N/A"}

    def test_no_sheets_and_no_xml(self) -> None:
        assert evidence_of_xlsx(zipped({"xl/workbook.xml": "not xml"})) == ({}, None)
        assert evidence_of_xlsx(workbook("not xml")) == ({"表": Evidence()}, None)

    def test_a_document_type_declaration_is_refused(self) -> None:
        content = zipped({"xl/workbook.xml": '<!DOCTYPE a [<!ENTITY b "c">]>' + WORKBOOK.replace("表", "&b;")})
        assert refused(content) == "F01"

    def test_what_xlsxwriter_writes(self) -> None:
        file = io.BytesIO()
        with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
            page, last = book.add_worksheet("持证残疾人"), book.add_worksheet("其他")
            page.write_formula("B2", "=NA()", None, "#N/A")
            page.write_formula("B3", "=1+1", None, 2)
            page.write_formula("B4", "=TODAY()", None, "")
            page.set_row(4, None, None, {"hidden": True})
            last.set_column("C:D", None, None, {"hidden": True})
        evidence, saved_at = evidence_of_xlsx(file.getvalue())
        assert evidence == {
            "持证残疾人": Evidence({(1, 1): "#N/A", (3, 1): "=TODAY()"}, (4,)),
            "其他": Evidence(hidden_columns=(2, 3)),
        }
        assert saved_at
        assert saved_at.endswith("Z")


class TestHuge:
    def test_a_value_in_the_last_cell_is_refused(self) -> None:
        rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
        assert refused(workbook(sheet(rows))) == "F03"

    def test_a_row_that_no_sheet_has_is_refused(self) -> None:
        assert refused(workbook(sheet('<row r="999999999"><c><v>1</v></c></row>'))) == "F03"

    @pytest.mark.parametrize(
        "blank",
        ['<c r="XFD1048576" s="1"/>', '<c r="XFD1048576" s="1"></c>', '<c r="XFD1048576" s="1"> </c>', '<c s="1"/>'],
    )
    def test_formats_alone_take_no_room(self, blank: str) -> None:
        rows = f'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576">{blank}</row>'
        content = workbook(sheet(rows))
        evidence_of_xlsx(content)
        assert CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("表").end == (0, 0)

    @pytest.mark.parametrize("value", ['t="str"><v></v>', 't="inlineStr"><is><t/></is>', "><v>1</v>"])
    def test_what_the_reader_of_cells_makes_room_for_counts(self, value: str) -> None:
        content = workbook(sheet(f'<row r="1000"><c r="J1000" {value}</c></row>'))
        assert CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("表").end == (999, 9)
        evidence_of_xlsx(content, 10_000)
        assert refused(content, 9_999) == "F03"

    def test_cells_without_addresses_are_counted(self) -> None:
        rows = "<row><c/></row>" * 99 + "<row>" + "<c/>" * 9 + "<c><v>1</v></c></row>"
        evidence_of_xlsx(workbook(sheet(rows)), 1_000)
        assert refused(workbook(sheet(rows)), 999) == "F03"

    def test_addresses_count_more_than_order(self) -> None:
        rows = (
            '<row r="100"><c r="J100"><v>1</v></c><c r="A100"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>'
        )
        evidence_of_xlsx(workbook(sheet(rows)), 1_000)
        assert refused(workbook(sheet(rows)), 999) == "F03"

    def test_a_wide_but_low_and_a_narrow_but_high_sheet(self) -> None:
        evidence_of_xlsx(workbook(sheet('<row r="1"><c r="XFD1"><v>1</v></c></row>')))
        evidence_of_xlsx(workbook(sheet('<row r="1048576"><c r="C1048576"><v>1</v></c></row>')))


class TestParts:
    def test_no_zip(self) -> None:
        assert refused(b"PK\x03\x04 and no more") == "F01"

    def test_a_part_is_never_unpacked_without_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(parts_of, "MAX_UNPACKED", 100_000)
        content = workbook(sheet(" " * 1_000_000))
        at = content.rfind(b"xl/worksheets/sheet1.xml") - 22
        assert refused(content) == "F03"
        assert refused(content[:at] + struct.pack("<I", 10) + content[at + 4 :]) == "F03"

    def test_a_damaged_part_is_refused(self) -> None:
        content = workbook(sheet('<row r="1"><c r="A1" t="e"><v>#N/A</v></c></row>'))
        at = content.find(b"xl/worksheets/sheet1.xml") + 24
        assert refused(content[:at] + b"\xff" * 20 + content[at + 20 :]) == "F01"

    def test_stored_and_strangely_packed_members(self) -> None:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("a\\B.xml", "stored")
            archive.writestr("c.xml", "packed", zipfile.ZIP_BZIP2)
        parts = Parts(file.getvalue())
        assert (parts.read("/A/b.xml"), parts.read("d.xml")) == (b"stored", b"")
        with pytest.raises(UnreadableFile):
            parts.read("c.xml")
        assert "A/B.XML" in parts


class TestSavedAt:
    @pytest.mark.parametrize(
        ("written", "time"),
        [
            ("2025-06-01T08:09:10Z", "2025-06-01T08:09:10Z"),
            ("2025-06-01T08:09:10.123456789", "2025-06-01T08:09:10"),
            (" 2025-06-01T08:09:10+08:00 ", "2025-06-01T00:09:10Z"),
            ("2025-06-01", "2025-06-01T00:00:00"),
            ("0001-01-01T00:00:00+08:00", None),
            ("yesterday", None),
            ("", None),
        ],
    )
    def test_times(self, written: str, time: str | None) -> None:
        assert iso_time(written) == time
        modified = f'<dcterms:modified xsi:type="dcterms:W3CDTF">{written}</dcterms:modified>'
        core = f"<cp:coreProperties>{modified}</cp:coreProperties>"
        assert evidence_of_xlsx(workbook(sheet(""), **{"docProps/core.xml": core}))[1] == time

    def test_not_told(self) -> None:
        assert evidence_of_xlsx(workbook(sheet(""), **{"docProps/core.xml": "<cp:coreProperties/>"}))[1] is None


@pytest.mark.parametrize("error", ["#SPILL!", "#CALC!", "#FIELD!", "Err:522", " #N/A "])
def test_an_error_value_of_later_programs_costs_its_cell_alone(error: str) -> None:
    row = f'<row r="1"><c r="A1"><v>7</v></c><c r="B1" t="e"><f>A1</f><v>{error}</v></c></row>'
    (grid,) = read(workbook(sheet(row)), "a.xlsx").grids
    assert grid.rows == [["7", error.strip()]]
