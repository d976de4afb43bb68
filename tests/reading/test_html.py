"""Tables in web pages: true positions, merged and hidden cells, names of worksheets, and no page that takes long."""

import html
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bishan_survey.reading.grid import Grid, UnreadableFile
from bishan_survey.reading.html import read_html, read_mhtml
from tests.reading.conftest import Survives

EXCEL = """<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:x="urn:schemas-microsoft-com:office:excel">
<head>
<meta http-equiv=Content-Type content="text/html; charset=gb2312">
<style>
<!--table {mso-displayed-decimal-separator:"\\.";}
.xl24 {mso-number-format:"\\@";}-->
</style>
<!--[if gte mso 9]><xml>
 <x:ExcelWorkbook>
  <x:ExcelWorksheets>
   <x:ExcelWorksheet>
    <x:Name>花名册&amp;一</x:Name>
    <x:WorksheetOptions><x:Selected/></x:WorksheetOptions>
   </x:ExcelWorksheet>
  </x:ExcelWorksheets>
 </x:ExcelWorkbook>
 <x:ExcelName><x:Name>Print_Area</x:Name></x:ExcelName>
</xml><![endif]-->
</head>
<body link=blue vlink=purple>
<table x:str border=0 cellpadding=0 cellspacing=0 width=432 style='border-collapse:
 collapse;table-layout:fixed;width:324pt'>
 <col width=72 span=2 style='width:54pt'>
 <col width=0 style='display:none;mso-width-source:userset'>
 <col width=72 style='width:54pt'>
 <tr height=19 style='height:14.25pt'>
  <td colspan=4 height=19 class=xl26 width=288 style='height:14.25pt'>登记
  表</td>
 </tr>
 <tr height=19 style='height:14.25pt'>
  <td height=19 colspan=4 style='height:14.25pt;mso-ignore:colspan'></td>
 </tr>
 <tr height=19>
  <td rowspan=2 height=38 class=xl24>张三</td>
  <td class=xl24 x:str="'990012193001010011">990012193001010011</td>
  <td>隐</td>
  <td x:num="45.5">45.50</td>
 </tr>
 <tr height=0 style='display:none;mso-height-source:userset'>
  <td>两<br>
    行</td>
  <td>&nbsp;</td>
  <td>很长的文<span style='display:none'>字</span></td>
 </tr>
 <tr height=19>
  <td height=19 width=72><!--[if gte vml 1]><v:shape></v:shape><![endif]--><![if !vml]><span
  style='mso-ignore:vglayout2'>
  <table cellpadding=0 cellspacing=0>
   <tr>
    <td height=19 class=xl24 width=72>图片下</td>
   </tr>
  </table>
  </span><![endif]></td>
  <td colspan=2 style='mso-ignore:colspan'>越界</td>
  <td>末</td>
 </tr>
 <![if supportMisalignedColumns]>
 <tr height=0 style='display:none'>
  <td width=72 style='width:54pt'></td>
  <td width=72 style='width:54pt'></td>
  <td width=0></td>
  <td width=72 style='width:54pt'></td>
 </tr>
 <![endif]>
</table>
</body>
</html>
"""


def grids(page: str) -> list[Grid]:
    return read_html(page.encode())


def rows(table: str) -> list[list[str]]:
    [grid] = grids(f"<html><body><table>{table}</table></body></html>")
    return grid.rows


def notice(read: Callable[[bytes], list[Grid]], content: bytes) -> str:
    with pytest.raises(UnreadableFile) as refused:
        read(content)
    return refused.value.notice


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_a_worksheet_as_excel_saves_it(encoding: str) -> None:
    [grid] = read_html(EXCEL.encode(encoding))
    assert grid.name == "花名册&一"
    assert grid.rows == [
        ["登记 表", "", "", ""],
        ["", "", "", ""],
        ["张三", "990012193001010011", "隐", "45.50"],
        ["", "两\n行", "", "很长的文字"],
        ["图片下", "越界", "", "末"],
    ]
    assert grid.merged == ((0, 0, 0, 3), (2, 0, 3, 0))
    assert grid.hidden_rows == (3,)
    assert grid.hidden_columns == (2,)
    assert not grid.hidden


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("gb2312", "gb18030"), ("utf-8", "gb18030"), ("iso-8859-1", "gb18030"), ("gb2312", "utf-8"), ("big5", "big5")],
)
def test_declared_encodings(declared: str, encoding: str) -> None:
    page = f'<html><head><meta charset="{declared}"></head><table><tr><td>三人一組，不是這個</table>'
    [grid] = read_html(page.encode(encoding))
    assert grid.rows == [["三人一組，不是這個"]]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("<td>a&lt;b&amp;c&#24352;&#x4E09;&nbsp;d</td>", "a<b&c张三 d"),
        ("<td>\r\n  a\t b\n\n c  </td>", "a b c"),
        ("<td>一　二</td>", "一　二"),
        ("<td>a<br>b<br/>c</td>", "a\nb\nc"),
        ("<td><p>a</p>\n<p>b</p></td>", "a\nb"),
        ("<td><div>a</div>b<div>c</div></td>", "a\nb\nc"),
        ("<td><b>a</b>b<i>c</i></td>", "abc"),
        ("<td><style>x{}</style><script>if (a<b) '</td>'</script>a</td>", "a"),
        ("<td>a<!-- </td> -->b</td>", "ab"),
        ("<td>3 < 5 <= 6</td>", "3 < 5 <= 6"),
        ("<td>a<!-- b</td>", "a"),
        ("<th>a</th>", "a"),
        ("<TD STYLE='x'>a</TD>", "a"),
        ("<td>a", "a"),
    ],
)
def test_texts(cell: str, text: str) -> None:
    assert rows(f"<tr>{cell}</tr>") == [[text]]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("<tr><td>a<td>b<tr><td>c<td>d", [["a", "b"], ["c", "d"]]),
        ("<td>a</td><td>b</td>", [["a", "b"]]),
        ("<thead><tr><th>a<tbody><tr><td>b", [["a"], ["b"]]),
        ("<caption>x</caption>y<tr>z<td>a</td>w</tr>", [["a"]]),
        ("<tr></tr><tr><td></td><td>a</td></tr><tr><td></td></tr>", [["", ""], ["", "a"]]),
        ("<tr><td>a</td></tr><tr><td>b</td><td>c</td></tr>", [["a", ""], ["b", "c"]]),
        ("<tr><td/><td>a</td></tr>", [["", "a"]]),
        ("<tr><td>a</td></tr></table><table>", [["a"]]),
        ("</td></tr></table></table><table><tr><td>a", [["a"]]),
    ],
)
def test_rows(table: str, expected: list[list[str]]) -> None:
    assert rows(table) == expected


@pytest.mark.parametrize(
    ("table", "expected", "merged"),
    [
        ("<tr><td colspan=2>a<td>b", [["a", "", "b"]], ((0, 0, 0, 1),)),
        ("<tr><td rowspan=2>a<td>b<tr><td>c", [["a", "b"], ["", "c"]], ((0, 0, 1, 0),)),
        (
            "<tr><td rowspan='2' colspan='2'>a<td>b<tr><td>c<tr><td>d<td>e<td>f",
            [["a", "", "b"], ["", "", "c"], ["d", "e", "f"]],
            ((0, 0, 1, 1),),
        ),
        (
            "<tr><td>a<td rowspan=3>b<td>c<tr><td>d<td>e<tr><td>f<td>g",
            [["a", "b", "c"], ["d", "", "e"], ["f", "", "g"]],
            ((0, 1, 2, 1),),
        ),
        ("<tr><td rowspan=9>a<td>b<tr><td>c", [["a", "b"], ["", "c"]], ((0, 0, 1, 0),)),
        ("<tr><td colspan=9>a<tr><td>b<td>c", [["a", ""], ["b", "c"]], ((0, 0, 0, 1),)),
        ("<tr><td colspan=0 rowspan=-1>a<td colspan=x>b", [["a", "b"]], ()),
        ("<tr><td colspan=99>a", [["a"]], ()),
    ],
    ids=["across", "down", "both", "in the middle", "below the end", "beyond the end", "no numbers", "alone"],
)
def test_spans(table: str, expected: list[list[str]], merged: tuple[tuple[int, ...], ...]) -> None:
    """Merged ranges end where the texts of a sheet end."""
    [grid] = grids(f"<table>{table}</table>")
    assert grid.rows == expected
    assert grid.merged == merged


@pytest.mark.parametrize("row", ["<tr hidden>", "<tr style='DISPLAY : none'>", '<tr style="height:0;display:none">'])
def test_hidden_rows(row: str) -> None:
    [grid] = grids(f"<table><tr><td>a</tr>{row}<td>b</tr><tr style='display:block'><td>c</tr></table>")
    assert grid.hidden_rows == (1,)


def test_several_tables() -> None:
    page = "<table><tr><td>&nbsp;</table><table><tr><td>a</table><p>x</p><table><tr><td>b</table>"
    assert [(grid.name, grid.rows) for grid in grids(page)] == [("表1", [["a"]]), ("表2", [["b"]])]
    assert grids("<html>无表</html>") == []


def test_nested_tables() -> None:
    page = "<table><tr><td>外<table><tr><td>一<td>二</table>侧</td><td>右</td></tr></table>"
    assert [grid.rows for grid in grids(page)] == [[["外侧", "右"]], [["一", "二"]]]


def names(*sheets: str) -> str:
    return "".join(f"<x:ExcelWorksheet><x:Name>{sheet}</x:Name></x:ExcelWorksheet>" for sheet in sheets)


@pytest.mark.parametrize(
    ("given_names", "expected"),
    [
        (["甲", "乙"], ["甲", "乙"]),
        (["甲"], ["表1", "表2"]),
        (["甲", "甲"], ["表1", "表2"]),
        (["甲", " "], ["表1", "表2"]),
        (["甲", "乙", "丙"], ["表1", "表2"]),
    ],
)
def test_names_of_worksheets(given_names: list[str], expected: list[str]) -> None:
    """They count where there is one for each table."""
    page = f"<html><!--{names(*given_names)}--><table><tr><td>a</table><table><tr><td>b</table>"
    assert [grid.name for grid in grids(page)] == expected


def test_hidden_worksheets() -> None:
    hidden = "<x:ExcelWorksheet><x:Name>乙</x:Name><x:Visible>SheetHidden</x:Visible></x:ExcelWorksheet>"
    page = f"<html><!--{names('甲')}{hidden}--><table><tr><td>a</table><table><tr><td>b</table>"
    assert [(grid.name, grid.hidden) for grid in grids(page)] == [("甲", False), ("乙", True)]


MHTML = b"""MIME-Version: 1.0
X-Document-Type: Workbook
Content-Type: multipart/related; boundary="----=_NextPart_01"

------=_NextPart_01
Content-Location: file:///C:/A/book.htm
Content-Transfer-Encoding: quoted-printable
Content-Type: text/html; charset="gb2312"

<html><!--<x:ExcelWorksheet><x:Name>=BC=D7</x:Name><x:WorksheetSource HRef=3D"b=
ook.files/sheet001.htm"/></x:ExcelWorksheet>
<x:ExcelWorksheet><x:Name>=D2=D2</x:Name></x:ExcelWorksheet>--></html>

------=_NextPart_01
Content-Location: file:///C:/A/book.files/tabstrip.htm
Content-Type: text/html; charset="us-ascii"

<table><tr><td>Sheet1</td><td>Sheet2</td></tr></table>

------=_NextPart_01
Content-Location: file:///C:/A/book.files/sheet001.htm
Content-Transfer-Encoding: quoted-printable
Content-Type: text/html; charset="gb2312"

<table><tr><td colspan=3D2>=D0=D5=C3=FB</td></tr><tr><td>1</td><td>990=
012</td></tr></table>

------=_NextPart_01
Content-Location: file:///C:/A/book.files/sheet002.htm
Content-Transfer-Encoding: base64
Content-Type: text/html; charset="utf-8"

PHRhYmxlPjx0cj48dGQ+5aeT5ZCNPC90ZD48L3RyPjwvdGFibGU+

------=_NextPart_01
Content-Location: file:///C:/A/book.files/image001.png
Content-Transfer-Encoding: base64
Content-Type: image/png

AAAA

------=_NextPart_01--
"""


def test_a_workbook_as_one_web_page() -> None:
    first, second = read_mhtml(MHTML)
    assert (first.name, first.rows, first.merged) == ("甲", [["姓名", ""], ["1", "990012"]], ((0, 0, 0, 1),))
    assert (second.name, second.rows) == ("乙", [["姓名"]])


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_single_page_of_eight_bits(encoding: str) -> None:
    head = b"MIME-Version: 1.0\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    [grid] = read_mhtml(head + "<table><tr><td>姓名</table>".encode(encoding))
    assert grid.rows == [["姓名"]]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"<table><tr><td>\xff\xff\xff", "F31"),
        (b"<table><tr><td>\0\0\0\0", "F01"),
        (b"<table>" + b"<tr><td colspan=1000>" * 17 + b"<td colspan=1000>" * 17 + b"a", "F03"),
        (b"<table>" + b"<tr><td>a</td></tr>" * 5000 + b"<tr><td colspan=1000><td>b", "F03"),
        ((b"<table>" + b"<tr>" * 3000 + b"<td colspan=999><td>b</table>") * 3, "F03"),
        (b"<table>" + b"<tr><td colspan=1000 rowspan=9999>" * 9000, "F03"),
        (b"<table>" + (b"<tr>" + b"<td rowspan=65534>" * 3000) * 200, "F03"),
    ],
)
def test_refused(content: bytes, expected: str) -> None:
    assert notice(read_html, content) == expected


def test_parts_without_end_are_refused() -> None:
    parts = b"".join(
        b'Content-Type: multipart/related; boundary="%d"\n\n--%d\n' % (number, number) for number in range(3000)
    )
    assert notice(read_mhtml, b"MIME-Version: 1.0\n" + parts) == "F01"


@pytest.mark.parametrize("size", [b"1000000", b"99999999999999999999999"])
def test_spans_without_end(size: bytes) -> None:
    [grid] = read_html(b"<table><tr><td colspan=%b rowspan=%b>a<tr><td>b</table>" % (size, size))
    assert grid.rows[0] == ["a"] + [""] * (len(grid.rows[0]) - 1)
    assert len(grid.rows[0]) <= 1001


PIECES = [
    *(
        "<table>",
        "</table>",
        "<tr>",
        "<td>",
        "<td colspan=3>",
        "<tr><td rowspan=2>",
        "</td>",
        "<td",
        "</td",
        "<tr hidden>",
    ),
    *("<!--", "-->", "<!-- >", "<![", "<![CDATA[ >", "<![foo>", "<!", "<?", "</", "<", ">", "&", "&#", "&lt"),
    *("<a ' ", "<a b='>", '<a b=">', "'", '"', "=", "\n", "\0", "张", "<script>", "<p> ", "<p>x", "<br>"),
    *("<x:ExcelWorksheet>", "<x:Name>", "<col span=2 style=display:none>", "<meta charset=big5>"),
]


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("beginning", ["<table><tr><td>", "<script>"])
@pytest.mark.parametrize("end", ["", ">"])
def test_malice_does_not_hang(beginning: str, piece: str, end: str, survives: Survives) -> None:
    assert survives((beginning + piece * 20_000 + end).encode())


TEXTS = st.lists(st.text(st.sampled_from("张三 a<>&\"'；9　"), max_size=8), max_size=3).map("\n".join)
TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(TEXTS, min_size=width, max_size=width), min_size=1, max_size=6)
)


def shown(cell: str) -> str:
    return "\n".join(" ".join(part for part in line.split(" ") if part) for line in cell.split("\n")).strip(" \n")


def trimmed(table: list[list[str]]) -> list[list[str]]:
    height = max((number for number, row in enumerate(table, 1) if any(row)), default=0)
    width = max((number for row in table for number, cell in enumerate(row, 1) if cell), default=0)
    return [row[:width] for row in table[:height]]


@given(table=TABLES, encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"]))
@settings(deadline=None)
def test_what_was_written_comes_back(table: list[list[str]], encoding: str) -> None:
    """But for blanks that HTML does not show, and blank rows and columns at the end."""
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell).replace(chr(10), '<br>')}</td>" for cell in row) + "</tr>\n"
        for row in table
    )
    read = read_html(f"<html><body><table>{body}</table></body></html>".encode(encoding))
    assert [grid.rows for grid in read] == [grid for grid in [trimmed([[*map(shown, row)] for row in table])] if grid]


PAGES = st.lists(st.sampled_from([piece.encode() for piece in PIECES]) | st.binary(max_size=6)).map(b"".join)
HEADS = st.sampled_from(
    [
        b"",
        b"MIME-Version: 1.0\nContent-Type: text/html\n\n",
        MHTML[:300],
        MHTML[:300].replace(b"quoted-printable", b"uuencode"),
        b"Content-Type: text/html; charset=idna\nContent-Transfer-Encoding: base64\n\n",
        b"Content-Type: \xff\n\n",
    ]
)


@given(page=PAGES)
@settings(max_examples=500)
def test_any_bytes_give_grids_or_the_reason_why_not(page: bytes) -> None:
    check(lambda: read_html(page))


@given(head=HEADS, page=PAGES)
@settings(max_examples=300)
def test_any_message_gives_grids_or_the_reason_why_not(head: bytes, page: bytes) -> None:
    check(lambda: read_mhtml(head + page))


def check(read: Callable[[], list[Grid]]) -> None:
    try:
        found = read()
    except UnreadableFile as refused:
        assert refused.notice in {"F01", "F31"}
        return
    for grid in found:
        height, width = len(grid.rows), len(grid.rows[0]) if grid.rows else 0
        assert all(len(row) == width for row in grid.rows)
        for top, left, bottom, right in grid.merged:
            assert 0 <= top <= bottom < height
            assert 0 <= left <= right < width
        assert all(row < height for row in grid.hidden_rows)
