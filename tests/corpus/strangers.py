"""Files that are no tables at all, whatever their names say, and tables under other kinds' names."""

import gzip
import random

from tests.corpus.books import book
from tests.corpus.registry import fixed, kind
from tests.corpus.zips import zipped

_JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + random.Random(2).randbytes(3_000)
_PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + random.Random(4).randbytes(3_000)

fixed("nothing.xlsx", b"", expect="F34")
fixed("nothing.csv", b"", expect="F34")
fixed("only-zeros.xlsx", bytes(10_000), expect="F34")
fixed("only-blanks.csv", b" \t\r\n" * 500, expect="F34")
fixed("only-a-byte-order-mark.csv", b"\xef\xbb\xbf", expect="F34")
fixed("only-commas.csv", b",,,,\r\n" * 50, expect="F05")
fixed("one-letter.xlsx", b"x", expect="F05")
fixed("document.pdf", b"%PDF-1.7\n" + random.Random(6).randbytes(3_000), expect="F04")
fixed("document-named-xlsx.xlsx", b"%PDF-1.7\n" + random.Random(6).randbytes(3_000), expect="F04")
fixed("photo.jpg", _JPEG, expect="F04")
fixed("photo-named-xlsx.xlsx", _JPEG, expect="F04")
fixed("screenshot-named-xls.xls", _PNG, expect="F04")
fixed("archive.rar", b"Rar!\x1a\x07\x01\x00" + random.Random(8).randbytes(3_000), expect="F04")
fixed("archive.7z", b"7z\xbc\xaf\x27\x1c" + random.Random(8).randbytes(3_000), expect="F04")
fixed("rar-named-zip.zip", b"Rar!\x1a\x07\x01\x00" + random.Random(8).randbytes(3_000), expect="F04")
fixed("program-named-xlsx.xlsx", b"MZ\x90\x00" + random.Random(10).randbytes(3_000), expect="F04")
fixed("database-named-xls.xls", b"SQLite format 3\x00" + random.Random(12).randbytes(3_000), expect="F04")
fixed("letter.rtf", b"{\\rtf1\\ansi hello}", expect="F04")


@kind("random-bytes.xlsx", expect="F01")
def random_bytes() -> bytes:
    """Noise: a file recovered from a broken stick."""
    return random.Random(1).randbytes(20_000)


@kind("random-bytes.xls", expect="F01")
def more_random_bytes() -> bytes:
    """Other noise, under the other name."""
    return random.Random(1001).randbytes(5_000)


@kind("random-bytes.csv", expect="F01")
def random_bytes_as_text() -> bytes:
    """Noise where a text should be."""
    return random.Random(2001).randbytes(5_000)


@kind("packed-workbook.xlsx.gz", expect="F04")
def packed_workbook() -> bytes:
    """A good workbook, packed by a program that villages do not have: told by name, not taken apart."""
    return gzip.compress(zipped(book()), mtime=0)


@kind("letter.docx", expect="F04")
def letter() -> bytes:
    """A Word document."""
    return zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>"})


@kind("letter-named-xlsx.xlsx", expect="F04")
def letter_named_xlsx() -> bytes:
    """The same, renamed."""
    return letter()


@kind("slides-named-xlsx.xlsx", expect="F04")
def slides_named_xlsx() -> bytes:
    """Slides, renamed."""
    return zipped({"[Content_Types].xml": b"<Types/>", "ppt/presentation.xml": b"<p:presentation/>"})


@kind("letter-with-a-workbook-inside.docx", expect="F04")
def letter_with_a_workbook_inside() -> bytes:
    """A table embedded in a letter is not looked for."""
    return zipped(
        {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:d/>", "word/embeddings/a.xlsx": zipped(book())}
    )


@kind("lock-file-of-an-open-workbook.xlsx", expect="F01")
def lock_file_of_an_open_workbook() -> bytes:
    """What lies beside a workbook while Excel has it open (``~$…``), here under an innocent name."""
    user = "采集员".encode("utf-16-le")
    return (b"\x03" + "采集员".encode("gbk")).ljust(55, b"\x20") + (b"\x03\x00" + user).ljust(110, b"\x20")


@kind("shortcut-named-xlsx.xlsx", expect="F01")
def shortcut_named_xlsx() -> bytes:
    """The link on the desktop instead of the file."""
    return b"L\x00\x00\x00\x01\x14\x02\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00F" + bytes(range(256)) * 2


for _name in ("workbook-named-xls.xls", "workbook-named-csv.csv", "workbook-named-et.et", "workbook-named-txt.txt"):
    fixed(_name, zipped(book()))
fixed("workbook-named-zip.zip", zipped(book()))
fixed("workbook-without-extension", zipped(book()))
fixed("workbook-with-extension-twice.xlsx.xlsx", zipped(book()))
fixed("workbook-being-downloaded.xlsx.crdownload", zipped(book()))
