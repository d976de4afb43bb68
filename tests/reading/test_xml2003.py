"""Excel 2003's XML: true addresses, what a person sees in cells, and nothing that XML can be abused for."""

from contextlib import suppress
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bishan_survey.reading.grid import Grid, UnreadableFile
from bishan_survey.reading.xml2003 import read_xml
from tests.reading.conftest import Survives

BEGINNING = """<?xml version="1.0"?>
<?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:x="urn:schemas-microsoft-com:office:excel"
 xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" xmlns:html="http://www.w3.org/TR/REC-html40">
 <Styles><Style ss:ID="s62"><NumberFormat ss:Format="@"/></Style></Styles>
"""
END = "</Workbook>"
SHEET = """
 <Worksheet ss:Name="花名册">
  <Names><NamedRange ss:Name="Print_Area" ss:RefersTo="=Sheet1!R1C1"/></Names>
  <Table ss:ExpandedColumnCount="5" ss:ExpandedRowCount="12" x:FullColumns="1">
   <Column ss:Width="50"/><Column ss:Index="3" ss:Hidden="1" ss:Span="1"/><Column ss:Hidden="0"/>
   <Row>
    <Cell ss:MergeAcross="2" ss:StyleID="s62"><Data ss:Type="String">登记表</Data></Cell>
    <Cell><Data ss:Type="String">D1</Data></Cell>
   </Row>
   <Row ss:Hidden="1" ss:Span="1"/>
   <Row ss:Index="4">
    <Cell ss:MergeDown="1"><Data ss:Type="String">张三</Data></Cell>
    <Cell><Data ss:Type="String">990012193001010011</Data></Cell>
    <Cell><Data ss:Type="Number">45.50</Data><NamedCell ss:Name="Print_Area"/></Cell>
   </Row>
   <Row ss:Height="20">
    <Cell ss:Index="2"><Data ss:Type="String">b5</Data></Cell>
    <Cell ss:Index="4"><Data ss:Type="DateTime">2025-06-01T00:00:00.000</Data></Cell>
   </Row>
   <Row ss:Index="8" ss:Hidden="1">
    <Cell>
     <ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40"><B>粗<I>斜</I></B>体<Font
      html:Color="#FF0000">字</Font></ss:Data>
     <Comment ss:Author="a"><ss:Data xmlns="http://www.w3.org/TR/REC-html40"><B>批注</B></ss:Data></Comment>
     <x:PhoneticText>cu</x:PhoneticText>
    </Cell>
    <Cell ss:Formula="=1/0"><Data ss:Type="Error">#DIV/0!</Data></Cell>
    <Cell><Data ss:Type="String">多&#10;行 &lt;a&amp;b&gt;</Data></Cell>
    <Cell ss:Formula="=R[-4]C[-1]+1"/>
    <Cell ss:Formula="=&quot;&quot;"><Data ss:Type="String"></Data></Cell>
   </Row>
   <Row><Cell ss:StyleID="s62"/></Row>
  </Table>
  <WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel">
   <Selected/><Visible>SheetHidden</Visible>
  </WorksheetOptions>
 </Worksheet>
 <Worksheet ss:Name="空"/>
 <Worksheet><Table><Row><Cell><Data ss:Type="String">末</Data></Cell></Row></Table></Worksheet>
"""


def workbook(sheets: str) -> bytes:
    return (BEGINNING + sheets + END).encode()


def table(content: str) -> Grid:
    [grid] = read_xml(workbook(f'<Worksheet ss:Name="一"><Table>{content}</Table></Worksheet>'))
    return grid


def notice(content: bytes) -> str:
    with pytest.raises(UnreadableFile) as refused:
        read_xml(content)
    return refused.value.notice


def test_a_workbook_as_excel_saves_it() -> None:
    first, blank, last = read_xml(workbook(SHEET))
    assert first.rows == [
        ["登记表", "", "", "D1"],
        ["", "", "", ""],
        ["", "", "", ""],
        ["张三", "990012193001010011", "45.5", ""],
        ["", "b5", "", "2025-06-01"],
        ["", "", "", ""],
        ["", "", "", ""],
        ["粗斜体字", "#DIV/0!", "多\n行 <a&b>", "=R[-4]C[-1]+1"],
    ]
    assert first.merged == ((0, 0, 0, 2), (3, 0, 4, 0))
    assert first.hidden_rows == (1, 2, 7)
    assert first.hidden_columns == (2, 3)
    assert (first.name, first.hidden) == ("花名册", True)
    assert (blank.name, blank.rows, blank.hidden) == ("空", [], False)
    assert (last.name, last.rows, last.hidden) == ("表3", [["末"]], False)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
@pytest.mark.parametrize("declared", ["", ' encoding="gb2312"', ' encoding="UTF-8"', ' encoding="UTF-16"'])
def test_encodings(declared: str, encoding: str) -> None:
    content = workbook(SHEET).decode().replace('<?xml version="1.0"', f'<?xml version="1.0"{declared}')
    assert read_xml(content.encode(encoding)) == read_xml(workbook(SHEET))


@pytest.mark.parametrize(
    ("value_type", "text", "expected"),
    [
        ("Number", "45", "45"),
        ("Number", "45.0", "45"),
        ("Number", "1E3", "1000"),
        ("Number", "-0.5", "-0.5"),
        ("Number", "990012193001010011", "9.90012E+17"),
        ("Number", "9.9001219300101E+17", "9.90012E+17"),
        ("Number", "四十五", "四十五"),
        ("Number", "NaN", "NaN"),
        ("Number", "1E999", "1E999"),
        ("Number", "", ""),
        ("String", " 045 ", " 045 "),
        ("String", "2025-06-01T00:00:00.000", "2025-06-01T00:00:00.000"),
        ("", "045", "045"),
        ("DateTime", "2025-06-01T00:00:00.000", "2025-06-01"),
        ("DateTime", "2025-06-01T08:30:00.000", "2025-06-01 08:30:00"),
        ("DateTime", "1899-12-31T08:30:00.000", "08:30:00"),
        ("DateTime", "2025-06-31T00:00:00.000", "2025-06-31T00:00:00.000"),
        ("DateTime", "昨天", "昨天"),
        ("Boolean", "1", "TRUE"),
        ("Boolean", "0", "FALSE"),
        ("Boolean", "是", "是"),
        ("Error", "#N/A", "#N/A"),
    ],
)
def test_values(value_type: str, text: str, expected: str) -> None:
    grid = table(f'<Row><Cell><Data ss:Type="{value_type}">{text}</Data></Cell></Row>')
    assert grid.rows == ([[expected]] if expected else [])


CELL = '<Data ss:Type="String">{}</Data></Cell>'


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('<Row><Cell ss:Index="3">a</Cell><Cell>b</Cell></Row>', [["", "", "a", "b"]]),
        ('<Row ss:Index="2"><Cell>a</Cell></Row><Row><Cell>b</Cell></Row>', [[""], ["a"], ["b"]]),
        ('<Row><Cell ss:MergeAcross="1">a</Cell><Cell>b</Cell></Row>', [["a", "", "b"]]),
        ('<Row ss:Span="2"/><Row><Cell>a</Cell></Row>', [[""], [""], [""], ["a"]]),
        ('<Row><Cell>a</Cell><Cell ss:Index="1">b</Cell></Row>', [["a", "b"]]),
        ('<Row ss:Index="0"><Cell ss:Index="x">a</Cell></Row>', [["a"]]),
        ("<Row><Cell>a</Cell><Cell/></Row><Row><Cell/></Row>", [["a"]]),
        ('<Row Index="2"><Cell Index="2">a</Cell></Row>', [["", ""], ["", "a"]]),
    ],
    ids=["column", "row", "across", "rows alike", "taken already", "no numbers", "blank", "without a namespace"],
)
def test_places(content: str, expected: list[list[str]]) -> None:
    for letter in "ab":
        content = content.replace(f">{letter}</Cell>", f">{CELL.format(letter)}")
    assert table(content).rows == expected


def test_spans_end_with_the_sheet() -> None:
    merged = '<Row><Cell ss:MergeAcross="16383" ss:MergeDown="1048575">' + CELL.format("a") + "</Row>"
    assert table(merged).merged == ()
    grid = table(merged + '<Row><Cell ss:Index="2">' + CELL.format("b") + "</Row>")
    assert grid.merged == ((0, 0, 1, 1),)


def test_hidden_ranges_end_with_the_sheet() -> None:
    content = '<Column ss:Hidden="1" ss:Span="16383"/><Row ss:Hidden="1" ss:Span="1048575"><Cell>' + CELL.format("a")
    grid = table(content + "</Row>")
    assert (grid.hidden_rows, grid.hidden_columns) == ((0,), (0,))


def far(row: int | str, column: int | str) -> bytes:
    cell = f'<Row ss:Index="{row}"><Cell ss:Index="{column}">{CELL.format("a")}</Row>'
    return workbook(f"<Worksheet><Table>{cell}</Table></Worksheet>")


LAUGHS = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (far(1_048_576, 16_384), "F03"),
        (far(10**9, 1), "F03"),
        (far("9" * 50, 1), "F03"),
        (far(1, "9" * 50), "F03"),
        (workbook("<Worksheet>"), "F01"),
        (workbook(SHEET)[:-30], "F01"),
        (workbook(SHEET).replace(b"&amp;", b"&"), "F01"),
        (workbook(SHEET).replace(b"b5", b"&other;"), "F01"),
        (workbook(SHEET).replace(b"b5", b"\x01"), "F01"),
        (workbook(SHEET).replace(b"<Workbook", LAUGHS.encode() + b"<Workbook"), "F01"),
        (workbook(SHEET).replace(b"<Workbook", b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><Workbook'), "F01"),
        (b"", "F01"),
        (workbook(SHEET).replace(b"b5", b"\xff"), "F31"),
    ],
)
def test_refused(content: bytes, expected: str) -> None:
    assert notice(content) == expected


def test_many_far_cells_are_refused() -> None:
    sheet = f'<Worksheet><Table><Row ss:Index="999999"><Cell>{CELL.format("a")}</Row></Table></Worksheet>'
    assert len(read_xml(workbook(sheet))[0].rows) == 999_999
    assert notice(workbook(sheet * 5)) == "F03"


def test_no_workbook() -> None:
    assert read_xml(b"<a><Table><Row><Cell><Data>1</Data></Cell></Row></Table></a>") == []


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn", "Co")) | st.sampled_from("\n\t"), max_size=8
)
TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(TEXTS, min_size=width, max_size=width), min_size=1, max_size=6)
)


@given(table=TABLES, encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"]))
@settings(deadline=None)
def test_what_was_written_comes_back(table: list[list[str]], encoding: str) -> None:
    """But for blank rows and columns at the end. Blank cells are left out, as Excel leaves them out."""
    rows = "".join(
        f'<Row ss:Index="{number}">'
        + "".join(f'<Cell ss:Index="{place}">{CELL.format(escape(cell))}' for place, cell in enumerate(row, 1) if cell)
        + "</Row>"
        for number, row in enumerate(table, 1)
    )
    content = workbook(f"<Worksheet><Table>{rows}</Table></Worksheet>").decode()
    content = content.replace('version="1.0"', f'version="1.0" encoding="{encoding}"')
    height = max((number for number, row in enumerate(table, 1) if any(row)), default=0)
    width = max((number for row in table for number, cell in enumerate(row, 1) if cell), default=0)
    assert read_xml(content.encode(encoding))[0].rows == [row[:width] for row in table[:height]]


PIECES = st.sampled_from(
    [
        *("<Worksheet>", "</Worksheet>", "<Table>", "</Table>", "<Row>", '<Row ss:Span="9">', "</Row>", "1", "&a;"),
        *("<Cell>", '<Cell ss:MergeDown="2">', '<Cell ss:Formula="=1">', "</Cell>", "<Data>", "</Data>"),
        *("<Visible>", "</Visible>", "<WorksheetOptions>", "</WorksheetOptions>", "<![CDATA[", "]]>", "<!--"),
    ]
)
TREES = st.recursive(
    st.just("1"),
    lambda inner: st.builds(
        lambda tag, inside: f'<{tag} ss:Type="Number" ss:Index="2" ss:Span="1">{"".join(inside)}</{tag}>',
        st.sampled_from(
            ["Worksheet", "Table", "Row", "Cell", "Data", "Column", "WorksheetOptions", "Visible", "Comment"]
        ),
        st.lists(inner, max_size=3),
    ),
)


@given(content=st.binary() | st.lists(PIECES).map(lambda pieces: workbook("".join(pieces))) | TREES.map(workbook))
@settings(max_examples=500)
def test_any_bytes_give_grids_or_the_reason_why_not(content: bytes) -> None:
    with suppress(UnreadableFile):
        read_xml(content)


@pytest.mark.parametrize("piece", ["<a>", "<a b='c' ", "<!--", "<?", "<![CDATA[", "&lt;", "<Worksheet/>", "x"])
def test_malice_does_not_hang(piece: str, survives: Survives) -> None:
    assert survives(workbook("<Worksheet><Table><Row><Cell><Data>" + piece * 100_000))
