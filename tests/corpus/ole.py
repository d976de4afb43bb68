"""OLE containers and the records of old Excel, written byte by byte."""

import struct
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from tests.corpus.people import TABLE, Table

SECTOR = 512
_SMALLEST = 4096
"""Shorter streams would lie in the container's small sectors."""
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ROOT, _STREAM = 5, 2
_ENTRY = 128


def ole(streams: Mapping[str, bytes]) -> bytes:
    """A container of these streams: a sector of the table of sectors for each 64 KiB, the directory, the streams."""
    bodies = [_padded(content, _SMALLEST) for content in streams.values()]
    counts = [len(body) // SECTOR for body in bodies]
    folders = -(-(len(streams) + 1) * _ENTRY // SECTOR)
    tables = _tables(folders + sum(counts))
    chain = [FAT] * tables + _run(tables, folders)
    starts = []
    for count in counts:
        starts.append(len(chain))
        chain += _run(len(chain), count)
    chain += [FREE] * (tables * SECTOR // 4 - len(chain))
    return b"".join(
        (
            _header(tables),
            struct.pack(f"<{len(chain)}I", *chain),
            _padded(_directory(streams, starts, bodies), SECTOR),
            *bodies,
        )
    )


def _tables(sectors: int) -> int:
    tables = 1
    while tables * SECTOR // 4 < sectors + tables:
        tables += 1
    return tables


def _run(start: int, count: int) -> list[int]:
    """Sectors that follow one another."""
    return [*range(start + 1, start + count), END]


def _header(tables: int) -> bytes:
    head = struct.pack("<8s16s5H6x", _MAGIC, b"", 0x3E, 3, 0xFFFE, 9, 6)
    counts = struct.pack("<9I", 0, tables, tables, 0, _SMALLEST, END, 0, END, 0)
    places = [*range(tables), *[FREE] * (109 - tables)]
    return head + counts + struct.pack("<109I", *places)


def _directory(streams: Mapping[str, bytes], starts: Sequence[int], bodies: Sequence[bytes]) -> bytes:
    """The entries; the streams form a chain to the right, in the order that the format wants."""
    names = list(streams)
    order = sorted(range(len(names)), key=lambda n: (len(names[n]), names[n].upper()))
    after = dict(pairwise(order))
    child = order[0] + 1 if order else FREE
    entries = [_entry("Root Entry", _ROOT, FREE, child, END, 0)]
    for n, name in enumerate(names):
        right = after[n] + 1 if n in after else FREE
        entries.append(_entry(name, _STREAM, right, FREE, starts[n], len(bodies[n])))
    return b"".join(entries)


def _entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
    raw = name.encode("utf-16-le")
    links = struct.pack("<64sH2B3I", raw, len(raw) + 2, kind, 1, FREE, right, child)
    return links + bytes(16 + 4 + 16) + struct.pack("<IQ", start, size)


def _padded(content: bytes, at_least: int) -> bytes:
    length = max(at_least, -(-len(content) // SECTOR) * SECTOR)
    return content.ljust(length, b"\0")


def record(number: int, content: bytes = b"") -> bytes:
    """A record of old Excel."""
    return struct.pack("<2H", number, len(content)) + content


def biff8(
    table: Table = TABLE, *, texts: bytes | None = None, cells: bytes | None = None, after_start: bytes = b""
) -> bytes:
    """The stream of a workbook of Excel 97 with one sheet.

    Args:
        table: its texts.
        texts: the record of the shared texts; made from the table if not given.
        cells: the records of the cells; made from the table if not given.
        after_start: records that stand after the first one of the workbook.
    """
    shared = shared_texts(text for row in table for text in row) if texts is None else texts
    drawn = shared_cells(table) if cells is None else cells
    head = _start(0x0600, 0x0005) + after_start + record(0x0042, struct.pack("<H", 1200))
    tail = shared + record(0x000A)
    name = "花名册".encode("utf-16-le")
    length = len(head) + len(tail) + 4 + 8 + len(name)
    listed = record(0x0085, struct.pack("<IBB2B", length, 0, 0, len(name) // 2, 1) + name)
    return head + listed + tail + sheet8(table, drawn)


def sheet8(table: Table, cells: bytes) -> bytes:
    """The records of a sheet."""
    size = struct.pack("<2I3H", 0, len(table), 0, max(map(len, table), default=0), 0)
    return _start(0x0600, 0x0010) + record(0x0200, size) + cells + record(0x000A)


def shared_cells(table: Table) -> bytes:
    """Cells that point at the shared texts."""
    places = [(row, column) for row, cells in enumerate(table) for column in range(len(cells))]
    return b"".join(record(0x00FD, struct.pack("<3HI", *place, 15, n)) for n, place in enumerate(places))


def shared_texts(texts: Iterable[str], claimed: int | None = None) -> bytes:
    """The record of the shared texts; ``claimed`` is how many it says there are."""
    listed = [_text8(text) for text in texts]
    count = len(listed) if claimed is None else claimed
    return record(0x00FC, struct.pack("<2I", count, count) + b"".join(listed))


def _text8(text: str) -> bytes:
    raw = text.encode("utf-16-le")
    return struct.pack("<HB", len(raw) // 2, 1) + raw


def label8(row: int, column: int, text: str) -> bytes:
    """A cell with its own text."""
    return record(0x0204, struct.pack("<3H", row, column, 15) + _text8(text))


def biff5(table: Table = TABLE, encoding: str = "gbk") -> bytes:
    """The stream of a workbook of Excel 95 with one sheet, in the code page of Chinese Windows."""
    head = _start(0x0500, 0x0005) + record(0x0042, struct.pack("<H", 936))
    name = "花名册".encode(encoding)
    length = len(head) + 4 + 7 + len(name) + 4
    listed = record(0x0085, struct.pack("<I3B", length, 0, 0, len(name)) + name)
    cells = b"".join(
        _label5(row, column, text.encode(encoding))
        for row, texts in enumerate(table)
        for column, text in enumerate(texts)
    )
    size = struct.pack("<5H", 0, len(table), 0, 5, 0)
    sheet = _start(0x0500, 0x0010) + record(0x0200, size) + cells + record(0x000A)
    return head + listed + record(0x000A) + sheet


def _label5(row: int, column: int, text: bytes) -> bytes:
    return record(0x0204, struct.pack("<4H", row, column, 15, len(text)) + text)


def biff2(table: Table = TABLE) -> bytes:
    """A file of Excel 2: records without a container."""
    cells = b"".join(
        record(0x0004, struct.pack("<2H3sB", row, column, b"", len(raw)) + raw)
        for row, texts in enumerate(table)
        for column, text in enumerate(texts)
        for raw in (text.encode("gbk"),)
    )
    return record(0x0009, struct.pack("<2H", 2, 0x0010)) + cells + record(0x000A)


def _start(version: int, kind: int) -> bytes:
    rest = struct.pack("<4H", 0x0DBB, 0x07CC, 0, 6) if version == 0x0600 else struct.pack("<2H", 0x0DBB, 0x07CC)
    padding = bytes(4) if version == 0x0600 else b""
    return record(0x0809, struct.pack("<2H", version, kind) + rest + padding)
