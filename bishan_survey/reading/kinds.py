"""What a file is, told from its content: its name may say anything."""

import io
import struct
import zipfile
from enum import StrEnum

import olefile

from bishan_survey.reading.grid import UnreadableFile


class Kind(StrEnum):
    """What a file is."""

    XLSX = "xlsx"
    XLSB = "xlsb"
    ODS = "ods"
    XLS = "xls"
    """Also the .et of WPS, which is the same format."""
    PROTECTED = "protected"
    """An OLE container whose content is encrypted with a password."""
    ARCHIVE = "zip"
    HTML = "html"
    MHTML = "mhtml"
    XML = "xml"
    """SpreadsheetML of Excel 2003."""
    TEXT = "text"


_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STRANGERS = {
    b"%PDF": "PDF 文件",
    b"\xff\xd8\xff": "图片",
    b"\x89PNG": "图片",
    b"GIF8": "图片",
    b"II*\x00": "图片",
    b"MM\x00*": "图片",
    b"RIFF": "图片或音像",
    b"Rar!": "RAR 压缩包",
    b"7z\xbc\xaf": "7z 压缩包",
    b"\x1f\x8b": "gzip 压缩包",
    b"\x7fELF": "程序",
    b"SQLite format 3": "数据库",
    b"{\\rtf": "RTF 文档",
}
"""How files begin that are no tables, and what they are called."""
_BINARY = {b"BM": "图片", b"MZ": "程序"}
"""Two letters may also begin a header of a table, such as 编码 and 民族 by their initials: these have NULs besides."""
_OFFICE = {"word/document.xml": "Word 文档", "ppt/presentation.xml": "演示文稿"}
_OPEN_DOCUMENT = {"mimetype", "meta-inf/manifest.xml"}
_SHEETS = {"workbook", "book"}
_OLE_DOCUMENTS = {"worddocument": "Word 文档", "powerpoint document": "演示文稿"}
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_LOOKED_AT = 4096


def kind_of(content: bytes) -> Kind:
    """What the bytes are.

    Raises:
        UnreadableFile: nothing that holds a table (``F04``), or a broken container (``F01``).
    """
    if not content.strip(b"\0 \r\n\t\xef\xbb\xbf\xff\xfe"):
        raise UnreadableFile("F34")
    if content.startswith(_ZIP):
        return _kind_of_zip(content)
    if content.startswith(_OLE):
        return _kind_of_ole(content)
    for beginning, name in _STRANGERS.items():
        if content.startswith(beginning):
            raise UnreadableFile("F04", kind=name)
    if content.startswith(tuple(_BINARY)) and b"\0" in content[:_LOOKED_AT]:
        raise UnreadableFile("F04", kind=_BINARY[content[:2]])
    return _kind_of_text(content)


def _kind_of_zip(content: bytes) -> Kind:
    """By the parts that each format must have; other files may lie beside them in any archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = {name.replace("\\", "/").lower() for name in archive.namelist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError, struct.error) as error:
        raise UnreadableFile("F01") from error
    if "xl/workbook.bin" in names:
        return Kind.XLSB
    if "xl/workbook.xml" in names:
        return Kind.XLSX
    if "content.xml" in names and names & _OPEN_DOCUMENT:
        return Kind.ODS
    for part, name in _OFFICE.items():
        if part in names:
            raise UnreadableFile("F04", kind=name)
    if "[content_types].xml" in names:
        raise UnreadableFile("F01")  # a workbook without its main part
    return Kind.ARCHIVE


def _kind_of_ole(content: bytes) -> Kind:
    """By the streams at the top of the container."""
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as container:
            streams = {path[0].lower() for path in container.listdir()}
    except (OSError, ValueError, IndexError, TypeError, struct.error, RecursionError) as error:
        raise UnreadableFile("F01") from error
    if "encryptedpackage" in streams:
        return Kind.PROTECTED
    if streams & _SHEETS:
        return Kind.XLS
    for stream, name in _OLE_DOCUMENTS.items():
        if stream in streams:
            raise UnreadableFile("F04", kind=name)
    raise UnreadableFile("F01")


def _kind_of_text(content: bytes) -> Kind:
    head = content[:_LOOKED_AT]
    if head.startswith(_UTF16):
        head = head.decode("utf-16", errors="ignore").encode()
    head = head.replace(b"\0", b"")  # UTF-16 that does not say so
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if head.startswith(b"mime-version:") or b"\ncontent-type: multipart/related" in head:
        return Kind.MHTML
    if not head.startswith(b"<"):
        return Kind.TEXT
    if b"urn:schemas-microsoft-com:office:spreadsheet" in head and b"<html" not in head:
        return Kind.XML
    if head.startswith(b"<?xml") and b"<html" not in head and b"<table" not in head:
        raise UnreadableFile("F04", kind="XML 文件")
    return Kind.HTML
