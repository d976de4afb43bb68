"""What a file is, told from its content."""

import io
import zipfile

import pytest

from bishan_survey.reading.grid import UnreadableFile
from bishan_survey.reading.kinds import Kind, kind_of

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)


def zipped(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (zipped("[Content_Types].xml", "xl/workbook.xml"), Kind.XLSX),
        (zipped("xl\\workbook.xml"), Kind.XLSX),
        (zipped("xl/workbook.bin"), Kind.XLSB),
        (zipped("mimetype", "content.xml"), Kind.ODS),
        (zipped("content.xml", "甲.xlsx"), Kind.ARCHIVE),
        (zipped("word/说明.docx", "xl/甲.xlsx"), Kind.ARCHIVE),
        ("PK,姓名".encode(), Kind.TEXT),
        ("MZ,BM,姓名".encode(), Kind.TEXT),
        (zipped("甲.xlsx"), Kind.ARCHIVE),
        (b"<html><table></table></html>", Kind.HTML),
        (b"\xef\xbb\xbf <!DOCTYPE html><p>", Kind.HTML),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', Kind.XML),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", Kind.MHTML),
        ("<html><table>".encode("utf-16"), Kind.HTML),
        ("姓名,证号".encode(), Kind.TEXT),
        ("姓名,证号".encode("gb18030"), Kind.TEXT),
        ("姓名\t证号".encode("utf-16"), Kind.TEXT),
    ],
)
def test_kinds(content: bytes, kind: Kind) -> None:
    assert kind_of(content) is kind


@pytest.mark.parametrize(
    ("content", "notice", "name"),
    [
        (b"", "F34", None),
        (b"\0" * 100, "F34", None),
        (b" \r\n", "F34", None),
        (b"%PDF-1.4", "F04", "PDF 文件"),
        (b"\xff\xd8\xff\xe0", "F04", "图片"),
        (b"Rar!\x1a\x07", "F04", "RAR 压缩包"),
        (zipped("word/document.xml"), "F04", "Word 文档"),
        (OLE, "F01", None),
        (zipped("[Content_Types].xml", "xl/styles.xml"), "F01", None),
        (b"PK\x03\x04broken", "F01", None),
    ],
)
def test_what_holds_no_table_is_called_by_its_name(content: bytes, notice: str, name: str | None) -> None:
    with pytest.raises(UnreadableFile) as refused:
        kind_of(content)
    assert (refused.value.notice, refused.value.details.get("kind")) == (notice, name)
