"""Changes to files, drawn from a random generator: equal generators make equal files."""

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from random import Random

from tests.corpus import KINDS, LOST
from tests.corpus.ole import biff5, biff8, ole
from tests.corpus.zips import zipped

LARGEST_SEED = 64 * 2**10
"""Larger files of the corpus are slow to change and say nothing that the smaller ones do not."""
_LARGEST_UNPACKED = 2**20
_MOST_CHANGES = 4
_BYTES = (b"\0", b"\xff", b"\x7f", b"\x80", b"<", b">", b"&", b'"', b"\n", b",", b"\0\0\0\0", b"\xff\xff\xff\xff")
_EDGES = (2**14, 2**15, 2**16, 2**20, 2**31, 2**32, 2**63, 2**64)
_NUMBERS = (
    *(str(edge + step) for edge in _EDGES for step in (-1, 0, 1)),
    *("0", "1", "-1", "1e308", "1e999", "-1e999", "NaN", "0x10", "1.5", ""),
)
_WORDS = (
    "",
    " ",
    "&#0;",
    "&nope;",
    "&amp;",
    "\ud7ff",
    "\ufffe",
    "A" * 5_000,
    "../../x",
    "名",
    "]]>",
    "<!--",
    "<x/>",
    "true",
)
_SIZES = (2, 4, 8)

_TAG = re.compile(rb"<[^<>]{0,400}>")
_VALUE = re.compile(rb'(?<==")[^"<>]{0,200}(?=")')
_NUMBER = re.compile(rb"\d+")

Change = Callable[[bytes, Random], bytes]


@cache
def seeds() -> dict[str, bytes]:
    """The small files of the corpus by name, without those that are known to cost a worker."""
    built = {name: kind.build() for name, kind in sorted(KINDS.items()) if kind.expect != LOST}
    return {name: content for name, content in built.items() if 0 < len(content) <= LARGEST_SEED}


def mutated(chance: Random) -> tuple[str, bytes]:
    """A file's name and its damaged bytes."""
    name, content = chance.choice(list(seeds().items()))
    if chance.random() < 0.08:
        return "records.xls", _records(chance)
    if content.startswith(b"PK") and chance.random() < 0.75:
        changed = _inside_zip(content, chance)
    else:
        changed = _several(content, chance)
    return (name if chance.random() < 0.9 else chance.choice(list(seeds()))), changed


def _several(content: bytes, chance: Random) -> bytes:
    changes = _XML_CHANGES + _BYTE_CHANGES if b"<" in content[:200] else _BYTE_CHANGES
    for _ in range(chance.randint(1, _MOST_CHANGES)):
        content = chance.choice(changes)(content, chance)
    return content


def _records(chance: Random) -> bytes:
    """Old Excel: the stream is damaged, the container around it is sound."""
    name, stream = chance.choice((("Workbook", biff8()), ("Book", biff5())))
    return ole({name: _several(stream, chance)})


# --- inside a zip ---------------------------------------------------------------------------------------------------


def _inside_zip(content: bytes, chance: Random) -> bytes:
    """Change members and pack them again, with right check sums: the damage gets past the container."""
    members = _members(content)
    if not members:
        return _several(content, chance)
    for _ in range(chance.randint(1, 2)):
        name, other = chance.choice(list(members)), chance.choice(list(members))
        draw = chance.random()
        if draw < 0.04:
            members.pop(name)
        elif draw < 0.08:
            members[name], members[other] = members[other], members[name]
        else:
            members[name] = _several(members[name], chance)
        if not members:
            break
    return zipped(members)


def _members(content: bytes) -> dict[str, bytes]:
    """The members of an archive; none if it cannot be unpacked, or not within bounds."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > _LARGEST_UNPACKED:
                return {}
            return {entry.filename: archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, OSError, EOFError):
        return {}


# --- bytes ----------------------------------------------------------------------------------------------------------


def _place(content: bytes, chance: Random) -> int:
    return chance.randint(0, len(content))


def _flip(content: bytes, chance: Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 1, 8, 64))):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _overwrite(content: bytes, chance: Random) -> bytes:
    at, new = _place(content, chance), chance.choice(_BYTES)
    return content[:at] + new + content[at + len(new) :]


def _put_integer(content: bytes, chance: Random) -> bytes:
    """A number where a length, an offset or a count may stand."""
    at, size = _place(content, chance), chance.choice(_SIZES)
    most = 1 << 8 * size
    number = chance.choice((0, 1, most - 1, most // 2, most // 2 - 1, len(content), at, chance.randrange(most)))
    return content[:at] + (number % most).to_bytes(size, "little") + content[at + size :]


def _cut(content: bytes, chance: Random) -> bytes:
    return content[: _place(content, chance)]


def _remove(content: bytes, chance: Random) -> bytes:
    at = _place(content, chance)
    return content[:at] + content[at + chance.choice((1, 2, 16, 512, 4_096)) :]


def _repeat(content: bytes, chance: Random) -> bytes:
    at = _place(content, chance)
    piece = content[at : at + chance.choice((1, 16, 512))]
    return content[:at] + piece * chance.choice((2, 3, 200)) + content[at:]


def _insert(content: bytes, chance: Random) -> bytes:
    at = _place(content, chance)
    return content[:at] + chance.randbytes(chance.choice((1, 4, 64, 1_024))) + content[at:]


def _splice(content: bytes, chance: Random) -> bytes:
    other = chance.choice(list(seeds().values()))
    return content[: _place(content, chance)] + other[_place(other, chance) :]


# --- markup ---------------------------------------------------------------------------------------------------------


def _replace_one(pattern: re.Pattern[bytes], content: bytes, chance: Random, make: Callable[[bytes], bytes]) -> bytes:
    """Replace one of the matches."""
    found = list(pattern.finditer(content))
    if not found:
        return content
    one = chance.choice(found)
    return content[: one.start()] + make(one[0]) + content[one.end() :]


def _number(content: bytes, chance: Random) -> bytes:
    return _replace_one(_NUMBER, content, chance, lambda _: chance.choice(_NUMBERS).encode())


def _value(content: bytes, chance: Random) -> bytes:
    return _replace_one(_VALUE, content, chance, lambda _: chance.choice(_NUMBERS + _WORDS).encode())


def _drop_tag(content: bytes, chance: Random) -> bytes:
    return _replace_one(_TAG, content, chance, lambda _: b"")


def _double_tag(content: bytes, chance: Random) -> bytes:
    times = chance.choice((2, 3, 1_000))
    return _replace_one(_TAG, content, chance, lambda tag: tag * times)


def _other_tag(content: bytes, chance: Random) -> bytes:
    tags: list[bytes] = _TAG.findall(content)

    def another(_: bytes) -> bytes:
        return chance.choice(tags)

    return _replace_one(_TAG, content, chance, another)


def _drop_attributes(content: bytes, chance: Random) -> bytes:
    return _replace_one(_TAG, content, chance, lambda tag: tag.split(b" ")[0].rstrip(b"/>") + b">")


def _word_after_tag(content: bytes, chance: Random) -> bytes:
    return _replace_one(_TAG, content, chance, lambda tag: tag + chance.choice(_WORDS).encode())


_BYTE_CHANGES: tuple[Change, ...] = (_flip, _overwrite, _put_integer, _cut, _remove, _repeat, _insert, _splice)
_XML_CHANGES: tuple[Change, ...] = (
    *(_number, _number, _value, _value),
    *(_drop_tag, _double_tag, _other_tag, _drop_attributes, _word_after_tag),
)
