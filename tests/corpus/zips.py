"""Zip files written byte by byte, so that any field of them can lie. Always dated 1980-01-01."""

import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_DATE = 0x21
_VERSION = 20
_UTF8 = 0x800
STORED, DEFLATED = 0, 8
ENCRYPTED = 0x1
DESCRIPTOR = 0x8


@dataclass(frozen=True, slots=True)
class Member:
    """A member as it will stand in the file, true or not."""

    name: bytes
    packed: bytes
    """The bytes between its local header and the next."""
    size: int
    """Unpacked, as both headers claim."""
    crc: int
    method: int = DEFLATED
    flags: int = _UTF8
    packed_size: int | None = None
    """As both headers claim; ``None``: the truth."""
    local_name: bytes | None = None
    """In the local header; ``None``: the same name."""
    offset: int | None = None
    """Of the local header, as the directory claims; ``None``: the truth."""
    extra: bytes = b""
    """Extra field of the directory."""
    attributes: int = 0
    system: int = 0
    """Which system made it: 3 is Unix, whose attributes may say that it is a link."""


def member(name: str | bytes, content: bytes, method: int = DEFLATED) -> Member:
    """An honest member."""
    raw = name if isinstance(name, bytes) else name.encode()
    packed = content if method == STORED else deflated(content)
    return Member(raw, packed, len(content), zlib.crc32(content), method)


def deflated(content: bytes) -> bytes:
    """Raw deflate, as zip has it."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def repeated(name: str, head: bytes, block: bytes, times: int, tail: bytes) -> Member:
    """A member of ``head + block * times + tail`` that is never built in memory: the packed block is repeated."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    begin = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
    middle = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    end = packer.compress(tail) + packer.flush()
    crc = zlib.crc32(head)
    for _ in range(times):
        crc = zlib.crc32(block, crc)
    size = len(head) + len(block) * times + len(tail)
    return Member(name.encode(), begin + middle * times + end, size, zlib.crc32(tail, crc))


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """An honest zip file of these members."""
    return write_zip(member(name, content) for name, content in parts.items())


def write_zip(members: Iterable[Member], comment: bytes = b"") -> bytes:
    """A zip file: the members, the directory, the end."""
    body = bytearray()
    directory = bytearray()
    count = 0
    for one in members:
        directory += _directory_entry(one, len(body))
        body += _local_header(one) + one.packed
        count += 1
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(directory), len(body), len(comment))
    return bytes(body + directory) + end + comment


def _local_header(one: Member) -> bytes:
    name = one.name if one.local_name is None else one.local_name
    streamed = bool(one.flags & DESCRIPTOR)
    crc, packed, size = (0, 0, 0) if streamed else (one.crc, _packed_size(one), one.size)
    fields = (b"PK\3\4", _VERSION, one.flags, one.method, 0, _DATE, crc, packed, size, len(name), 0)
    return struct.pack("<4s5H3I2H", *fields) + name


def _directory_entry(one: Member, offset: int) -> bytes:
    made_by = one.system << 8 | _VERSION
    claimed = offset if one.offset is None else one.offset
    head = (b"PK\1\2", made_by, _VERSION, one.flags, one.method, 0, _DATE, one.crc, _packed_size(one), one.size)
    tail = (len(one.name), len(one.extra), 0, 0, 0, one.attributes, claimed)
    return struct.pack("<4s6H3I", *head) + struct.pack("<5H2I", *tail) + one.name + one.extra


def _packed_size(one: Member) -> int:
    return len(one.packed) if one.packed_size is None else one.packed_size
