"""Tables as web pages, as Excel 2003's XML and as web archives: what “export to Excel” buttons often give."""

import base64
import quopri
from xml.sax.saxutils import escape

from tests.corpus.parts import LAUGHS
from tests.corpus.people import TABLE, Table
from tests.corpus.registry import fixed, kind
from tests.corpus.texts import csv_text

_HTML_HEAD = '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="{}"></head><body>'


def _rows(table: Table = TABLE) -> str:
    return "".join(f"<tr>{''.join(f'<td>{escape(text)}</td>' for text in row)}</tr>" for row in table)


def _page(rows: str, charset: str = "utf-8") -> str:
    return f"{_HTML_HEAD.format(charset)}<table border=1>{rows}</table></body></html>"


_PAGE = _page(_rows())

fixed("web-page-named-xls.xls", _PAGE.encode())
fixed("web-page-named-xlsx.xlsx", _PAGE.encode())
fixed("web-page.html", _PAGE.encode())
fixed("web-page-in-gbk.xls", _page(_rows(), "gb2312").encode("gbk"))
fixed("web-page-in-utf16.xls", _page(_rows(), "utf-16").encode("utf-16"))
fixed("web-page-without-any-head.xls", f"<table>{_rows()}</table>".encode())
fixed("web-page-in-capitals.xls", _PAGE.replace("table", "TABLE").replace("td>", "TD>").encode())


@kind("web-page-charset-lies.xls")
def web_page_charset_lies() -> bytes:
    """Says GBK and is UTF-8: what decodes without an error is right."""
    return _page(_rows(), "gb2312").encode()


@kind("web-page-charset-unknown.xls")
def web_page_charset_unknown() -> bytes:
    """A character set that nobody has."""
    return _page(_rows(), "x-klingon").encode()


@kind("web-page-tags-not-closed.xls")
def web_page_tags_not_closed() -> bytes:
    """HTML lets cells and rows be closed by what follows."""
    return _PAGE.replace("</td>", "").replace("</tr>", "").encode()


@kind("web-page-cut-off.xls", expect="F01")
def web_page_cut_off() -> bytes:
    """The last person is missing. Cells may go without an end tag and tables may not: so it can be told."""
    return _PAGE[: _PAGE.index("试验丙")].encode()


@kind("web-page-entities.xls")
def web_page_entities() -> bytes:
    """Blanks that do not break, letters as numbers, and entities that there are not."""
    return _PAGE.replace("试验甲", "&#35797;&#x9A8C;甲&nbsp;").replace("肢体", "肢体&nosuch;&#0;&#x110000;").encode()


@kind("web-page-of-scripts.xls")
def web_page_of_scripts() -> bytes:
    """Scripts and styles are no cells, and nothing is ever run."""
    script = "<script>document.write('<tr><td>9</td><td>试验丁</td></tr>')</script><style>td{}</style>"
    return _page(script + _rows()).encode()


@kind("web-page-comments.xls")
def web_page_comments() -> bytes:
    """Excel's own conditions stand in comments."""
    note = "<!--[if gte mso 9]><xml><x:Name>表</x:Name></xml><![endif]--><!-- <tr><td>试验丁</td></tr> -->"
    return _page(note + _rows()).encode()


@kind("web-page-colspan-absurd.xls")
def web_page_colspan_absurd() -> bytes:
    """A title over two billion columns: browsers stop at a thousand."""
    return _page(f'<tr><td colspan="2000000000">花名册</td></tr>{_rows()}').encode()


@kind("web-page-rowspan-absurd.xls")
def web_page_rowspan_absurd() -> bytes:
    """A cell at the right edge that goes down two billion rows."""
    return _page(_rows().replace("</tr>", '<td rowspan="2000000000"></td></tr>', 1)).encode()


@kind("web-page-spans-that-multiply.xls")
def web_page_spans_that_multiply() -> bytes:
    """Each of many rows spans as far as browsers allow: fifty million cells, if they are laid out."""
    return _page(_rows() + '<tr><td colspan="1000">x</td></tr>' * 50_000).encode()


@kind("web-page-spans-garbage.xls")
def web_page_spans_garbage() -> bytes:
    """Spans that are no numbers, or none at all."""
    return _page(
        f'<tr><td colspan="-3">花</td><td colspan="x" rowspan="0">名</td><td colspan>册</td></tr>{_rows()}'
    ).encode()


@kind("web-page-table-in-a-table.xls")
def web_page_table_in_a_table() -> bytes:
    """The page is laid out by a table, the people are in one of its cells."""
    return _page(f"<tr><td>导航</td><td><table>{_rows()}</table></td></tr>").encode()


@kind("web-page-tables-a-thousand-deep.xls", expect="F05")
def web_page_tables_a_thousand_deep() -> bytes:
    """Tables in tables: a reader that calls itself runs out of stack."""
    deep = 20_000
    return _page("<tr><td><table>" * deep + "<tr><td>x</td></tr>" + "</table></td></tr>" * deep).encode()


@kind("web-page-elements-a-million-deep.xls")
def web_page_elements_a_million_deep() -> bytes:
    """Elements that are never closed, in a title above the people."""
    return _page(f"<caption>{'<b><i><font>' * 300_000}</caption>{_rows()}").encode()


@kind("web-page-tag-never-closed.xls", expect="F05")
def web_page_tag_never_closed() -> bytes:
    """A tag of ten megabytes without its end: readers that look back at each letter never come back."""
    return _HTML_HEAD.format("utf-8").encode() + b"<table " + b"<a " * 3_000_000


@kind("web-page-of-brackets.xls", expect="F01")
def web_page_of_brackets() -> bytes:
    """Two million opening brackets."""
    return b"<html><table>" + b"<" * 2_000_000


@kind("web-page-of-open-comments.xls", expect="F01")
def web_page_of_open_comments() -> bytes:
    """Comments that begin and never end."""
    return b"<html><table>" + b"<!-- <![ <? </ " * 200_000


@kind("web-page-frames.xls", expect="F05")
def web_page_frames() -> bytes:
    """“Save as web page” keeps the data in a folder beside the file, which the village did not send."""
    return b'<html><head></head><frameset><frame src="list.files/sheet001.htm" name="frSheet"></frameset></html>'


@kind("web-page-of-a-login.xls", expect="F05")
def web_page_of_a_login() -> bytes:
    """The download was refused, and its error page was saved as a table."""
    return "<!DOCTYPE html><html><body><h1>请先登录</h1><form></form></body></html>".encode()


# --- Excel 2003's XML -----------------------------------------------------------------------------------------------

_SPREADSHEET = "urn:schemas-microsoft-com:office:spreadsheet"
_XML_HEAD = '<?xml version="1.0" encoding="{}"?>\n'


def _xml_rows(table: Table = TABLE) -> str:
    return "".join(f"<Row>{''.join(map(_xml_cell, row))}</Row>" for row in table)


def _xml_cell(text: str) -> str:
    return f'<Cell><Data ss:Type="String">{escape(text)}</Data></Cell>'


def _xml(rows: str, *, doctype: str = "", encoding: str = "UTF-8", name: str = "花名册") -> str:
    return (
        f'{_XML_HEAD.format(encoding)}<?mso-application progid="Excel.Sheet"?>{doctype}'
        f'<Workbook xmlns="{_SPREADSHEET}" xmlns:ss="{_SPREADSHEET}">'
        f'<Worksheet ss:Name="{name}"><Table>{rows}</Table></Worksheet></Workbook>'
    )


_XML = _xml(_xml_rows())

fixed("xml-of-2003.xml", _XML.encode())
fixed("xml-of-2003-named-xls.xls", _XML.encode())
fixed("xml-of-2003-with-mark.xls", b"\xef\xbb\xbf" + _XML.encode())
fixed("xml-of-2003-in-utf16.xls", _xml(_xml_rows(), encoding="UTF-16").encode("utf-16"))
fixed("xml-of-2003-in-gb2312.xls", _xml(_xml_rows(), encoding="GB2312").encode("gb2312"))


@kind("xml-of-2003-cut-off.xls", expect="F01")
def xml_of_2003_cut_off() -> bytes:
    """The last person is missing."""
    return _XML[: _XML.index("试验丙")].encode()


@kind("xml-of-2003-ampersand-bare.xls", expect="F01")
def xml_of_2003_ampersand_bare() -> bytes:
    """A home-made export that does not escape."""
    return _XML.replace("视力", "视力 & 听力").encode()


@kind("xml-of-2003-external-entity.xls", expect="F01")
def xml_of_2003_external_entity() -> bytes:
    """A name that would be one of our files."""
    doctype = '<!DOCTYPE Workbook [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    return _xml(_xml_rows().replace("试验甲", "&e;"), doctype=doctype).encode()


@kind("xml-of-2003-laughs.xls", expect="F01")
def xml_of_2003_laughs() -> bytes:
    """Entities that multiply."""
    return _xml(_xml_rows().replace("试验甲", "&a10;"), doctype=LAUGHS).encode()


@kind("xml-of-2003-doctype-alone.xls", expect="F01")
def xml_of_2003_doctype_alone() -> bytes:
    """A document type of any sort is refused: no program of Microsoft writes one."""
    return _xml(_xml_rows(), doctype='<!DOCTYPE Workbook SYSTEM "http://127.0.0.1:9/x.dtd">').encode()


@kind("xml-of-2003-row-index-absurd.xls", expect="F03")
def xml_of_2003_row_index_absurd() -> bytes:
    """One row far down."""
    return _xml(_xml_rows() + f'<Row ss:Index="2000000000">{_xml_cell("x")}</Row>').encode()


@kind("xml-of-2003-cell-index-absurd.xls", expect="F03")
def xml_of_2003_cell_index_absurd() -> bytes:
    """One cell far to the right."""
    cell = _xml_cell("x").replace("<Cell", '<Cell ss:Index="2000000000"')
    return _xml(f"{_xml_rows()}<Row>{cell}</Row>").encode()


@kind("xml-of-2003-index-backwards.xls")
def xml_of_2003_index_backwards() -> bytes:
    """Rows that go back to row 2 must not cover one another."""
    return _xml(_xml_rows().replace("<Row>", "<Row>\n").replace("<Row>\n", '<Row ss:Index="2">', 4)).encode()


@kind("xml-of-2003-index-negative.xls")
def xml_of_2003_index_negative() -> bytes:
    """A row before the first."""
    return _xml(f'<Row ss:Index="-7">{_xml_cell("x")}</Row>{_xml_rows()}').encode()


@kind("xml-of-2003-index-is-a-word.xls")
def xml_of_2003_index_is_a_word() -> bytes:
    """A row at no place."""
    return _xml(f'<Row ss:Index="first">{_xml_cell("x")}</Row>{_xml_rows()}').encode()


@kind("xml-of-2003-merge-absurd.xls")
def xml_of_2003_merge_absurd() -> bytes:
    """A title merged over two billion columns and rows."""
    title = (
        '<Row><Cell ss:MergeAcross="2000000000" ss:MergeDown="2000000000"><Data ss:Type="String">册</Data></Cell></Row>'
    )
    return _xml(title + "<Row/>" + _xml_rows()).encode()


@kind("xml-of-2003-rows-repeated.xls")
def xml_of_2003_rows_repeated() -> bytes:
    """Blank rows that claim to be a billion."""
    return _xml(f'{_xml_rows()}<Row ss:Span="1000000000"/>').encode()


@kind("xml-of-2003-nested-deep.xls")
def xml_of_2003_nested_deep() -> bytes:
    """Formatting within a cell, a hundred thousand times within itself."""
    deep = 100_000
    return _XML.replace("试验甲", f"{'<B>' * deep}试验甲{'</B>' * deep}").encode()


@kind("xml-of-2003-rich-text.xls")
def xml_of_2003_rich_text() -> bytes:
    """A name in two colours, and a comment that is not part of it."""
    rich = '<Font xmlns="http://www.w3.org/TR/REC-html40">试<B>验</B></Font>甲'
    note = "<Comment><ss:Data>已核对</ss:Data></Comment>"
    return _XML.replace("试验甲", rich).replace("</Data></Cell>", f"</Data>{note}</Cell>", 1).encode()


@kind("xml-of-2003-without-sheet.xls", expect="F05")
def xml_of_2003_without_sheet() -> bytes:
    """A workbook of no sheets."""
    return f'{_XML_HEAD.format("UTF-8")}<Workbook xmlns="{_SPREADSHEET}"/>'.encode()


@kind("xml-of-something-else.xml", expect="F04")
def xml_of_something_else() -> bytes:
    """XML that is no table."""
    return b'<?xml version="1.0"?><invoice><total>99</total></invoice>'


# --- web archives ---------------------------------------------------------------------------------------------------

_MHT_HEAD = 'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="BOUND"\r\n\r\n'


def _part(body: bytes, encoding: str, place: str = "sheet001.htm", kind_of_part: str = "text/html") -> bytes:
    head = f"--BOUND\r\nContent-Location: file:///C:/{place}\r\nContent-Transfer-Encoding: {encoding}\r\n"
    return f'{head}Content-Type: {kind_of_part}; charset="utf-8"\r\n\r\n'.encode() + body + b"\r\n"


def _archive(*parts: bytes, end: bytes = b"--BOUND--\r\n") -> bytes:
    return _MHT_HEAD.encode() + b"".join(parts) + end


@kind("web-archive.mht")
def web_archive() -> bytes:
    """“Single file web page”, in base64."""
    return _archive(_part(base64.encodebytes(_PAGE.encode()), "base64"))


@kind("web-archive-named-xls.xls")
def web_archive_named_xls() -> bytes:
    """The same, as printable text."""
    return _archive(_part(quopri.encodestring(_PAGE.encode()), "quoted-printable"))


@kind("web-archive-with-frame-and-pictures.mht")
def web_archive_with_frame_and_pictures() -> bytes:
    """The frame comes first, the table second, a picture last."""
    frame = _part(b"<html><frameset><frame src=sheet001.htm></frameset></html>", "7bit", "list.htm")
    picture = _part(base64.encodebytes(b"\x89PNG" * 50), "base64", "a.png", "image/png")
    return _archive(frame, _part(base64.encodebytes(_PAGE.encode()), "base64"), picture)


@kind("web-archive-boundary-missing.mht", expect="F05")
def web_archive_boundary_missing() -> bytes:
    """The parts cannot be told apart."""
    whole = _archive(_part(base64.encodebytes(_PAGE.encode()), "base64"))
    return whole.replace(b'; boundary="BOUND"', b"")


@kind("web-archive-cut-off.mht", expect="F01")
def web_archive_cut_off() -> bytes:
    """The end mark is missing and so is the last person: HTML alone would not notice."""
    page = _PAGE[: _PAGE.index("试验丙")].encode()
    return _archive(_part(base64.encodebytes(page), "base64"), end=b"")


@kind("web-archive-base64-garbage.mht", expect="F05")
def web_archive_base64_garbage() -> bytes:
    """What stands there is no base64."""
    return _archive(_part("不是编码".encode() * 20, "base64"))


@kind("web-archive-parts-in-parts.mht", expect="F01")
def web_archive_parts_in_parts() -> bytes:
    """Two thousand parts, each within the last."""
    head = "".join(f'Content-Type: multipart/related; boundary="B{n}"\r\n\r\n--B{n}\r\n' for n in range(2_000))
    return f"MIME-Version: 1.0\r\n{head}Content-Type: text/html\r\n\r\nx\r\n".encode()


@kind("web-archive-headers-endless.mht", expect="F05")
def web_archive_headers_endless() -> bytes:
    """Headers that never end."""
    return b"MIME-Version: 1.0\r\n" + b"X-A: b\r\n" * 200_000


@kind("web-archive-of-csv.mht", expect="F05")
def web_archive_of_csv() -> bytes:
    """A saved mail whose attachment is the table: the table itself must be sent."""
    return _archive(_part(base64.encodebytes(csv_text().encode()), "base64", "a.csv", "text/csv"))
