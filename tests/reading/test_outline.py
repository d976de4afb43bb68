"""Where rows stand in a worksheet's XML, however it is written."""

import io
import zipfile
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bishan_survey.reading.dropdowns import dropdowns
from bishan_survey.reading.grid import UnreadableFile
from bishan_survey.reading.outline import Outline, outline_of
from bishan_survey.reading.parts import Parts
from tests.laws import tried

_WORKBOOK = '<workbook xmlns:r="r"><sheets><sheet name="表" sheetId="1" r:id="rId1"/></sheets></workbook>'
_LINKS = '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>'


def _parts(xml: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("xl/workbook.xml", _WORKBOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", _LINKS)
        archive.writestr("xl/worksheets/sheet1.xml", xml)
    return made.getvalue()


def _outline(text: str, before: bytes = b"") -> Outline:
    return outline_of(Parts(_parts(before + text.encode())), "表")


def _texts(outline: Outline) -> Iterator[str]:
    return (outline.xml[row.start : row.end].decode() for row in outline.rows)


def test_rows_are_told_with_where_they_stand() -> None:
    rows = (
        '<row r="2" ht="21" customHeight="1"><c r="A2" s="3"/><c r="C2" t="s"><v>0</v></c></row>',
        "<row  note='>\"' />",
        '<row r="7"><c s="1"/><c><f>1+1</f></c></row>',
    )
    text = f'<worksheet><dimension ref="A2:C7"/><sheetData>{" ".join(rows)}</sheetData><tail>数</tail></worksheet>'
    outline = _outline(text)
    assert tuple(_texts(outline)) == rows
    assert [(row.number, row.holds, row.formulas) for row in outline.rows] == [
        (2, True, False),
        (3, False, False),
        (7, True, True),
    ]
    assert [dict(row.styles) for row in outline.rows] == [{0: "3", 2: ""}, {}, {0: "1", 1: ""}]
    assert outline.xml[outline.end :].decode() == "</sheetData><tail>数</tail></worksheet>"
    assert outline.dimension is not None
    assert outline.xml[slice(*outline.dimension)] == b'<dimension ref="A2:C7"/>'


def test_prefixes_and_a_byte_order_mark_are_followed() -> None:
    text = '<?xml version="1.0" encoding="utf-8"?><x:worksheet xmlns:x="m"><x:cols><x:col min="2" max="3" style="4"/>'
    text += '</x:cols><x:sheetData><x:row r="1"><x:c r="A1"/></x:row></x:sheetData></x:worksheet>'
    outline = _outline(text, before=b"\xef\xbb\xbf")
    assert outline.prefix == "x:"
    assert outline.columns == ((range(1, 3), "4"),)
    assert tuple(_texts(outline)) == ('<x:row r="1"><x:c r="A1"/></x:row>',)
    assert outline.dimension is None


@tried(10)
@given(numbers=st.sets(st.integers(1, 50), min_size=1), empty=st.booleans())
def test_the_rows_and_what_is_between_make_up_the_whole(numbers: set[int], empty: bool) -> None:
    made = [f'<row r="{n}"/>' if empty else f'<row r="{n}"><c r="A{n}"/>\n</row>' for n in sorted(numbers)]
    outline = _outline(f"<worksheet><sheetData>{''.join(made)}</sheetData></worksheet>")
    assert [*_texts(outline)] == made
    assert outline.rows[-1].end == outline.end


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="2"/><row r="1"/>',
        '<row r="2"/><row r="2"/>',
        '<row r="two"/>',
        "",
        "<row>",
    ],
)
def test_rows_between_which_nothing_can_be_put_are_refused(rows: str) -> None:
    with pytest.raises(UnreadableFile):
        _outline(f"<worksheet><sheetData>{rows}</sheetData></worksheet>")


def test_a_sheet_of_too_many_rows_is_no_blank_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bishan_survey.reading.outline.MAX_ROWS", 10)
    _outline(f"<worksheet><sheetData>{'<row/>' * 10}</sheetData></worksheet>")
    with pytest.raises(UnreadableFile, match="F03"):
        _outline(f"<worksheet><sheetData>{'<row/>' * 11}</sheetData></worksheet>")


def test_other_encodings_and_document_types_are_refused() -> None:
    text = '<worksheet><sheetData><row r="1"/></sheetData></worksheet>'
    assert _outline(text).rows
    for spoilt in (
        text.encode("utf-16"),
        b'<?xml version="1.0" encoding="gb2312"?>' + text.encode(),
        b'<!DOCTYPE worksheet [<!ENTITY a "b">]>' + text.encode(),
    ):
        with pytest.raises(UnreadableFile):
            outline_of(Parts(_parts(spoilt)), "表")
    with pytest.raises(UnreadableFile):
        outline_of(Parts(_parts(text.encode())), "没有")


def test_lists_on_other_sheets_are_read_as_excel_2010_writes_them_and_other_checks_are_none() -> None:
    text = (
        '<worksheet xmlns:x14="a" xmlns:xm="b"><dataValidations>'
        '<dataValidation type="list" sqref="A2:A9"><formula1>"男,女"</formula1></dataValidation>'
        '<dataValidation type="whole" sqref="B2:B9"><formula1>18</formula1></dataValidation></dataValidations>'
        '<extLst><ext><x14:dataValidations><x14:dataValidation type="list"><x14:formula1><xm:f>字典!$A$1:$A$2</xm:f>'
        "</x14:formula1><xm:sqref>C2:D9 F2</xm:sqref></x14:dataValidation></x14:dataValidations></ext></extLst>"
        "</worksheet>"
    )
    found = [(one.columns, one.formula) for one in dropdowns(_parts(text.encode()))]
    assert found == [(range(1), '"男,女"'), (range(2, 4), "字典!$A$1:$A$2"), (range(5, 6), "字典!$A$1:$A$2")]
