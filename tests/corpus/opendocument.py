"""Workbooks of LibreOffice (ods) that are broken, absurd or odd."""

import random
from xml.sax.saxutils import escape

from tests.corpus.parts import LAUGHS
from tests.corpus.people import TABLE, Table
from tests.corpus.registry import LOST, kind
from tests.corpus.zips import STORED, member, write_zip

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_MIME = "application/vnd.oasis.opendocument.spreadsheet"
_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text", "style")
)
_MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"


def _rows(table: Table = TABLE) -> str:
    return "".join(f"<table:table-row>{''.join(map(_cell, row))}</table:table-row>" for row in table)


def _cell(text: str) -> str:
    return f'<table:table-cell office:value-type="string"><text:p>{escape(text)}</text:p></table:table-cell>'


def _content(rows: str, attributes: str = "") -> str:
    return (
        f'{_DECLARATION}<office:document-content {_SPACES} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="花名册"{attributes}>{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )


def _packed(content: bytes, manifest: str = "", mime: str = _MIME) -> bytes:
    entries = f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{mime}"/>{manifest}'
    listed = f'{_DECLARATION}<manifest:manifest xmlns:manifest="{_MANIFEST}">{entries}</manifest:manifest>'
    return write_zip(
        [
            member("mimetype", mime.encode(), STORED),
            member("content.xml", content),
            member("META-INF/manifest.xml", listed.encode()),
        ]
    )


def _ods(rows: str, attributes: str = "") -> bytes:
    return _packed(_content(rows, attributes).encode())


@kind("libreoffice.ods")
def libreoffice() -> bytes:
    """The measure of the others."""
    return _ods(_rows())


@kind("ods-named-xlsx.xlsx")
def ods_named_xlsx() -> bytes:
    """A name says nothing."""
    return _ods(_rows())


@kind("ods-blank-rows-to-the-last.ods")
def ods_blank_rows_to_the_last() -> bytes:
    """LibreOffice itself ends its sheets so: a million blank rows in one element."""
    blank = '<table:table-cell table:number-columns-repeated="16384"/>'
    return _ods(_rows() + f'<table:table-row table:number-rows-repeated="1048572">{blank}</table:table-row>')


@kind("ods-last-row-filled.ods", expect="F03")
def ods_last_row_filled() -> bytes:
    """A million blank rows, and then somebody's full stop."""
    blank = '<table:table-row table:number-rows-repeated="1048571"><table:table-cell/></table:table-row>'
    return _ods(_rows() + blank + _rows((("。",),)))


@kind("ods-every-cell-filled.ods", expect="F03")
def ods_every_cell_filled() -> bytes:
    """One element that stands for 17 billion cells of text."""
    cell = _cell("x").replace("<table:table-cell", '<table:table-cell table:number-columns-repeated="16384"')
    return _ods(_rows() + f'<table:table-row table:number-rows-repeated="1048572">{cell}</table:table-row>')


@kind("ods-one-row-of-a-billion-cells.ods", expect="F03")
def ods_one_row_of_a_billion_cells() -> bytes:
    """More columns than any program has."""
    cell = _cell("x").replace("<table:table-cell", '<table:table-cell table:number-columns-repeated="1000000000"')
    return _ods(_rows() + f"<table:table-row>{cell}</table:table-row>")


@kind("ods-repeat-beyond-64-bits.ods", expect="F03")
def ods_repeat_beyond_64_bits() -> bytes:
    """A number of rows that no machine holds."""
    far = "99999999999999999999999"
    return _ods(f'{_rows()}<table:table-row table:number-rows-repeated="{far}">{_cell("x")}</table:table-row>')


@kind("ods-repeat-negative.ods", expect="F01")
def ods_repeat_negative() -> bytes:
    """Minus three times a row."""
    return _ods(f'{_rows()}<table:table-row table:number-rows-repeated="-3">{_cell("x")}</table:table-row>')


@kind("ods-blanks-by-the-billion.ods", expect=LOST)
def ods_blanks_by_the_billion() -> bytes:
    """An element that stands for a billion blanks within a text."""
    return _ods(_rows().replace("试验甲", '试验甲<text:s text:c="1000000000"/>x'))


@kind("ods-content-cut-off.ods", expect="F01")
def ods_content_cut_off() -> bytes:
    """The last person is missing, and so is the end."""
    whole = _content(_rows())
    return _packed(whole[: whole.index("试验丙")].encode())


@kind("ods-content-is-garbage.ods", expect="F01")
def ods_content_is_garbage() -> bytes:
    """No XML."""
    return _packed(random.Random(9).randbytes(5_000))


@kind("ods-content-empty.ods", expect="F01")
def ods_content_empty() -> bytes:
    """No byte."""
    return _packed(b"")


@kind("ods-laughs.ods", expect="F01")
def ods_laughs() -> bytes:
    """Entities that multiply."""
    text = _content(_rows().replace("试验甲", "&a10;"))
    return _packed(text.replace(_DECLARATION, _DECLARATION + LAUGHS).encode())


@kind("ods-external-entity.ods", expect="F01")
def ods_external_entity() -> bytes:
    """A name that would be one of our files."""
    doctype = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    text = _content(_rows().replace("试验甲", "&e;"))
    return _packed(text.replace(_DECLARATION, _DECLARATION + doctype).encode())


@kind("ods-password-to-open.ods", expect="F02")
def ods_password_to_open() -> bytes:
    """The manifest says that the content is encrypted."""
    data = (
        '<manifest:file-entry manifest:full-path="content.xml" manifest:size="4000" manifest:media-type="text/xml">'
        '<manifest:encryption-data manifest:checksum-type="SHA1/1K" manifest:checksum="AAAA">'
        '<manifest:algorithm manifest:algorithm-name="Blowfish CFB" manifest:initialisation-vector="AAAA"/>'
        '<manifest:key-derivation manifest:key-derivation-name="PBKDF2" manifest:iteration-count="1024" '
        'manifest:salt="AAAA"/></manifest:encryption-data></manifest:file-entry>'
    )
    return _packed(random.Random(11).randbytes(1_500), data)


@kind("ods-text-document.ods", expect="F01")
def ods_text_document() -> bytes:
    """A letter of LibreOffice under another name."""
    text = f"{_DECLARATION}<office:document-content {_SPACES}><office:body><office:text><text:p>通知</text:p>"
    text += "</office:text></office:body></office:document-content>"
    return _packed(text.encode(), mime="application/vnd.oasis.opendocument.text")


@kind("ods-covered-and-merged.ods")
def ods_covered_and_merged() -> bytes:
    """A merged title over all columns, with absurd spans in it."""
    span = '<table:table-cell office:value-type="string" table:number-columns-spanned="99999999" '
    title = f'<table:table-row>{span}table:number-rows-spanned="1"><text:p>花名册</text:p></table:table-cell>'
    return _ods(f'{title}<table:covered-table-cell table:number-columns-repeated="4"/></table:table-row>{_rows()}')


@kind("ods-text-in-pieces.ods")
def ods_text_in_pieces() -> bytes:
    """A name in spans, with a comment beside it that is not part of it."""
    pieces = "<text:span>试</text:span><text:span>验<text:span>甲</text:span></text:span>"
    return _ods(_rows().replace("试验甲", pieces))


@kind("ods-comment-in-a-cell.ods")
def ods_comment_in_a_cell() -> bytes:
    """What somebody remarked about a name is not part of the name."""
    note = "<office:annotation><text:p>已核对</text:p></office:annotation>"
    return _ods(_rows().replace("<text:p>试验甲", f"{note}<text:p>试验甲"))


@kind("ods-rows-in-groups.ods")
def ods_rows_in_groups() -> bytes:
    """Header rows and groups have elements of their own."""
    head, *rest = _rows().replace("</table:table-row>", "</table:table-row>\n").splitlines()
    header = f"<table:table-header-rows>{head}</table:table-header-rows>"
    return _ods(f"{header}<table:table-row-group>{''.join(rest)}</table:table-row-group>")
