"""Workbooks of old Excel (xls, WPS's et) and of binary Excel (xlsb), and containers that only look like them."""

import random
import struct

from tests.corpus.ole import END, SECTOR, biff2, biff5, biff8, label8, ole, record, shared_cells, shared_texts
from tests.corpus.people import TABLE
from tests.corpus.registry import LOST, kind
from tests.corpus.zips import zipped

_FIRST = SECTOR
"""Where sector 0 begins: the table of sectors."""


def _good() -> bytes:
    return ole({"Workbook": biff8()})


def _patched(content: bytes, at: int, new: bytes) -> bytes:
    return content[:at] + new + content[at + len(new) :]


def _texts() -> list[str]:
    return [text for row in TABLE for text in row]


@kind("excel-97.xls")
def excel_97() -> bytes:
    """What most old computers save."""
    return _good()


@kind("wps-table.et")
def wps_table() -> bytes:
    """WPS's own name for the same format."""
    return _good()


@kind("excel-95.xls")
def excel_95() -> bytes:
    """Texts in the code page of Chinese Windows."""
    return ole({"Book": biff5()})


@kind("excel-2-without-container.xls", expect="F01")
def excel_2_without_container() -> bytes:
    """Bare records of 1987: no reader of today knows them, and their bytes are no text."""
    return biff2()


@kind("excel-97-without-container.xls", expect="F01")
def excel_97_without_container() -> bytes:
    """The stream alone, as a recovery program leaves it."""
    return biff8()


@kind("xls-cut-in-half.xls", expect="F01")
def xls_cut_in_half() -> bytes:
    """An upload that broke off."""
    return _good()[: len(_good()) // 2]


@kind("xls-cut-in-the-cells.xls", expect="F01")
def xls_cut_in_the_cells() -> bytes:
    """The stream ends in the middle of the last person; the container is whole."""
    stream = biff8()
    return ole({"Workbook": stream[: stream.rindex(record(0x000A)) - 40]})


@kind("ole-header-only.xls", expect="F01")
def ole_header_only() -> bytes:
    """The first sector alone."""
    return _good()[:SECTOR]


@kind("ole-magic-only.xls", expect="F01")
def ole_magic_only() -> bytes:
    """Eight bytes."""
    return _good()[:8]


@kind("ole-without-workbook.xls", expect="F01")
def ole_without_workbook() -> bytes:
    """A container of something else: as Thumbs.db and installers are."""
    return ole({"Catalog": b"thumbs" * 1_000})


@kind("word-document-named-xls.xls", expect="F04")
def word_document_named_xls() -> bytes:
    """Renaming does not make a table."""
    return ole({"WordDocument": b"\xec\xa5" + bytes(5_000), "1Table": bytes(5_000)})


@kind("powerpoint-named-xls.xls", expect="F04")
def powerpoint_named_xls() -> bytes:
    """The same with slides."""
    return ole({"PowerPoint Document": bytes(5_000)})


@kind("xls-with-word-document-inside.xls")
def xls_with_word_document_inside() -> bytes:
    """A notice embedded in the table as an object: the file is a workbook all the same."""
    return ole({"Workbook": biff8(), "WordDocument": b"\xec\xa5" + bytes(5_000)})


@kind("xls-that-mentions-a-package.xls")
def xls_that_mentions_a_package() -> bytes:
    """A cell holds the word by which encrypted files are known."""
    texts = [*_texts()[:-1], "EncryptedPackage WordDocument"]
    return ole({"Workbook": biff8(texts=shared_texts(texts))})


@kind("ole-sectors-in-a-circle.xls")
def ole_sectors_in_a_circle() -> bytes:
    """The workbook's sectors never end: who follows them beyond the stream's length fills the memory."""
    return _patched(_good(), _FIRST + 4 * 6, struct.pack("<I", 2))


@kind("ole-directory-in-a-circle.xls", expect=LOST)
def ole_directory_in_a_circle() -> bytes:
    """The directory's sector follows itself."""
    return _patched(_good(), _FIRST + 4, struct.pack("<I", 1))


@kind("ole-siblings-in-a-circle.xls")
def ole_siblings_in_a_circle() -> bytes:
    """The directory's tree is a ring, but the stream is there: readers that walk the tree never come back."""
    return _patched(_good(), _FIRST + SECTOR + 128 + 68, struct.pack("<2I", 1, 1))


@kind("ole-sector-beyond-the-end.xls", expect="F01")
def ole_sector_beyond_the_end() -> bytes:
    """The workbook continues in a sector that is not there."""
    return _patched(_good(), _FIRST + 4 * 3, struct.pack("<I", 0x00FFFFFF))


@kind("ole-sector-size-absurd.xls", expect="F01")
def ole_sector_size_absurd() -> bytes:
    """Sectors of 2 to the power of 60,000 bytes."""
    return _patched(_good(), 30, struct.pack("<H", 60_000))


@kind("ole-table-of-sectors-absurd.xls")
def ole_table_of_sectors_absurd() -> bytes:
    """The header claims four billion sectors of table; there is one."""
    return _patched(_good(), 44, struct.pack("<I", 0xFFFFFFFF))


@kind("ole-extended-table-in-a-circle.xls", expect="F01")
def ole_extended_table_in_a_circle() -> bytes:
    """The table of the table's sectors follows itself."""
    good = _good()
    place = len(good) // SECTOR - 1
    ring = struct.pack("<128I", *[1] * 127, place)
    return _patched(good, 68, struct.pack("<2I", place, 0xFFFF)) + ring


@kind("ole-stream-size-lies.xls")
def ole_stream_size_lies() -> bytes:
    """The directory gives the workbook 2 GiB; its sectors end before."""
    return _patched(_good(), _FIRST + SECTOR + 128 + 120, struct.pack("<Q", 2**31))


@kind("ole-stream-size-zero.xls", expect="F01")
def ole_stream_size_zero() -> bytes:
    """The directory gives the workbook no bytes."""
    return _patched(_good(), _FIRST + SECTOR + 128 + 116, struct.pack("<IQ", END, 0))


@kind("password-to-open.xls", expect="F02")
def password_to_open() -> bytes:
    """Encrypted by the old way: everything after the mark is noise."""
    chance = random.Random(3)
    mark = record(0x002F, struct.pack("<3H", 1, 1, 1) + chance.randbytes(48))
    return ole({"Workbook": biff8(after_start=mark, texts=b"", cells=chance.randbytes(900))})


@kind("xls-shared-texts-claim-billions.xls")
def xls_shared_texts_claim_billions() -> bytes:
    """Four billion texts to make room for, it says; there are twenty."""
    return ole({"Workbook": biff8(texts=shared_texts(_texts(), claimed=0xFFFFFFFF))})


@kind("xls-shared-texts-cut-off.xls", expect="F01")
def xls_shared_texts_cut_off() -> bytes:
    """The last texts are missing."""
    whole = shared_texts(_texts())[4:-60]
    return ole({"Workbook": biff8(texts=record(0x00FC, whole))})


@kind("xls-sheet-beyond-the-end.xls", expect="F01")
def xls_sheet_beyond_the_end() -> bytes:
    """The list of sheets points behind the stream."""
    stream = biff8()
    at = stream.index(struct.pack("<H", 0x0085)) + 4
    return ole({"Workbook": _patched(stream, at, struct.pack("<I", 0x7FFFFFFF))})


@kind("xls-record-length-lies.xls", expect="F01")
def xls_record_length_lies() -> bytes:
    """A record that says it is longer than the rest."""
    return ole({"Workbook": biff8(cells=shared_cells(TABLE) + struct.pack("<2H", 0x0204, 0xFFFF))})


@kind("xls-text-longer-than-its-record.xls")
def xls_text_longer_than_its_record() -> bytes:
    """A remark that says it has 60,000 letters."""
    cell = record(0x0204, struct.pack("<4HB", 1, 6, 15, 60_000, 1) + "备注".encode("utf-16-le"))
    return ole({"Workbook": biff8(cells=shared_cells(TABLE) + cell)})


@kind("xls-dimensions-absurd.xls", expect=LOST)
def xls_dimensions_absurd() -> bytes:
    """Says that it has four billion rows and 65,535 columns."""
    size = record(0x0200, struct.pack("<2I3H", 0, 0xFFFFFFFF, 0, 0xFFFF, 0))
    return ole({"Workbook": biff8(cells=size + shared_cells(TABLE))})


@kind("xls-cell-at-the-last-place.xls", expect=LOST)
def xls_cell_at_the_last_place() -> bytes:
    """One cell at IV65536: sixteen million cells as a grid."""
    return ole({"Workbook": biff8(cells=shared_cells(TABLE) + label8(65_535, 255, "x"))})


@kind("xls-cell-beyond-the-last-column.xls", expect=LOST)
def xls_cell_beyond_the_last_column() -> bytes:
    """A column that the format does not have: four billion cells as a grid."""
    return ole({"Workbook": biff8(cells=shared_cells(TABLE) + label8(65_535, 65_535, "x"))})


@kind("xls-blanks-down-to-the-last-row.xls")
def xls_blanks_down_to_the_last_row() -> bytes:
    """A blank in every row there is: sixty thousand rows of nothing are still a table."""
    blanks = b"".join(label8(row, 0, " ") for row in range(len(TABLE), 65_536))
    return ole({"Workbook": biff8(cells=shared_cells(TABLE) + blanks)})


@kind("xls-merged-ranges-absurd.xls", expect="F01")
def xls_merged_ranges_absurd() -> bytes:
    """A count of ranges beyond the record, and ranges that end before they begin."""
    merged = record(0x00E5, struct.pack("<9H", 0xFFFF, 65_535, 0, 255, 0, 0, 65_535, 0, 255))
    return ole({"Workbook": biff8(cells=shared_cells(TABLE) + merged)})


@kind("xls-codepage-absurd.xls", expect="F01")
def xls_codepage_absurd() -> bytes:
    """A code page that nobody has."""
    return ole({"Workbook": biff8(after_start=record(0x0042, struct.pack("<H", 54_321)))})


@kind("xls-of-random-records.xls", expect="F01")
def xls_of_random_records() -> bytes:
    """A container with noise in the workbook's place."""
    return ole({"Workbook": random.Random(5).randbytes(20_000)})


# --- binary Excel ---------------------------------------------------------------------------------------------------


@kind("binary-workbook.xlsb")
def binary_workbook() -> bytes:
    """The format that Excel offers against large files."""
    return zipped(_xlsb())


@kind("binary-workbook-cut-off.xlsb", expect="F01")
def binary_workbook_cut_off() -> bytes:
    """The sheet ends in the middle of the last person."""
    parts = _xlsb()
    sheet = parts["xl/worksheets/sheet1.bin"]
    return zipped({**parts, "xl/worksheets/sheet1.bin": sheet[: len(sheet) - 60]})


@kind("binary-workbook-text-length-lies.xlsb", expect="F01")
def binary_workbook_text_length_lies() -> bytes:
    """A text of four billion letters."""
    parts = _xlsb()
    sheet = parts["xl/worksheets/sheet1.bin"].replace(
        _text12("试验甲")[:8], b"\xff\xff\xff\xff" + _text12("试验甲")[4:8]
    )
    return zipped({**parts, "xl/worksheets/sheet1.bin": sheet})


@kind("binary-workbook-row-absurd.xlsb")
def binary_workbook_row_absurd() -> bytes:
    """One cell in row four billion, where no sheet is."""
    far = _record12(0, struct.pack("<2IH3xI", 0xFFFFFFF0, 0, 300, 0)) + _cell12(0, "x")
    return zipped(_xlsb(far))


def _xlsb(more: bytes = b"") -> dict[str, bytes]:
    relations = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.bin"/></Relationships>'
    )
    listed = struct.pack("<2I", 0, 1) + _text12("rId1") + _text12("花名册")
    book = _record12(131) + _record12(143) + _record12(156, listed) + _record12(144) + _record12(132)
    rows = b"".join(
        _record12(0, struct.pack("<2IH3xI", row, 0, 300, 0))
        + b"".join(_cell12(n, text) for n, text in enumerate(texts))
        for row, texts in enumerate(TABLE)
    )
    size = _record12(148, struct.pack("<4I", 0, len(TABLE) - 1, 0, 4))
    sheet = _record12(129) + size + _record12(145) + rows + more + _record12(146) + _record12(130)
    return {
        "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "xl/workbook.bin": book,
        "xl/_rels/workbook.bin.rels": relations.encode(),
        "xl/worksheets/sheet1.bin": sheet,
    }


def _cell12(column: int, text: str) -> bytes:
    return _record12(6, struct.pack("<2I", column, 0) + _text12(text))


def _text12(text: str) -> bytes:
    raw = text.encode("utf-16-le")
    return struct.pack("<I", len(raw) // 2) + raw


def _record12(number: int, content: bytes = b"") -> bytes:
    """Number and length are written seven bits at a time."""
    return _sevens(number) + _sevens(len(content)) + content


def _sevens(number: int) -> bytes:
    parts = bytearray()
    while number > 127:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    parts.append(number)
    return bytes(parts)
