"""The members of a workbook that is a zip container: bounded, whole, and without declarations of a document type."""

import datetime as dt
import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

from bishan_survey.reading.grid import UnreadableFile

MAX_UNPACKED = 200 * 2**20
"""Bytes that a workbook may unpack to. A village's form unpacks to about 1 MiB."""
_PACKED_AT = (1980, 1, 1, 0, 0, 0)
"""No clock: the earliest time that a container can tell."""

Attributes = Mapping[str, str]


class Parts:
    """The members of a zip container by name; neither capitals nor the direction of slashes matter."""

    def __init__(self, content: bytes) -> None:
        """Read the directory.

        Raises:
            UnreadableFile: there is none.
        """
        self._content = content
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                entries = archive.infolist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError, struct.error) as error:
            raise UnreadableFile("F01") from error
        self._entries = {_plain(entry.filename): entry for entry in entries}
        self._unpacked: dict[zipfile.ZipInfo, bytes] = {}
        if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
            raise UnreadableFile("F03")
        if len(self._entries) < len(entries):
            raise UnreadableFile("F01")  # of two members with one name, programs read this one or that

    def __contains__(self, name: str) -> bool:
        return _plain(name) in self._entries

    def read(self, name: str) -> bytes:
        """A member's bytes; none where it is missing, which the reader of cells tells.

        Raises:
            UnreadableFile: it is damaged (``F01``), or unpacks to more than its directory says (``F03``).
        """
        entry = self._entries.get(_plain(name))
        if entry is None:
            return b""
        return self._read(entry)

    def refuse_damage(self, folder: str) -> None:
        """Look through all XML in a folder: what has come damaged may still look like answers, other people's.

        Raises:
            UnreadableFile: a member's bytes are not those that were packed (``F01``).
        """
        for name, entry in self._entries.items():
            if name.startswith(folder) and name.endswith(".xml"):
                self._read(entry)

    def with_part(self, name: str, data: bytes) -> bytes:
        """The container with other bytes in one member; those of all others are what they were.

        Equal members give equal bytes, whenever they are packed.

        Raises:
            UnreadableFile: a member is damaged, or unpacks to more than its directory says.
        """
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for plain, entry in self._entries.items():
                packed = zipfile.ZipInfo(entry.filename, _PACKED_AT)
                packed.compress_type, packed.external_attr = zipfile.ZIP_DEFLATED, entry.external_attr
                archive.writestr(packed, data if plain == _plain(name) else self._read(entry))
        return made.getvalue()

    def without(self, name: str) -> dict[str, bytes]:
        """The bytes of every other member by its name.

        Raises:
            UnreadableFile: a member is damaged, or unpacks to more than its directory says.
        """
        return {plain: self._read(entry) for plain, entry in self._entries.items() if plain != _plain(name)}

    def _read(self, entry: zipfile.ZipInfo) -> bytes:
        if entry not in self._unpacked:
            self._unpacked[entry] = _unpacked(self._content, entry)
        return self._unpacked[entry]


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _unpacked(content: bytes, entry: zipfile.ZipInfo) -> bytes:
    """A member's bytes, held against the size and the checksum that the directory gives."""
    try:
        name, extra = struct.unpack_from("<HH", content, entry.header_offset + 26)
        start = entry.header_offset + 30 + name + extra
        packed = memoryview(content)[start : start + entry.compress_size]
        data = _inflated(packed, entry)
    except (struct.error, zlib.error) as error:
        raise UnreadableFile("F01") from error
    if len(data) > entry.file_size:
        raise UnreadableFile("F03")
    if zlib.crc32(data) != entry.CRC:
        raise UnreadableFile("F01")
    return data


def _inflated(packed: memoryview, entry: zipfile.ZipInfo) -> bytes:
    """One byte more than the directory says at the most."""
    match entry.compress_type:
        case zipfile.ZIP_STORED:
            return bytes(packed)
        case zipfile.ZIP_DEFLATED:
            return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, entry.file_size + 1)
        case _:
            raise UnreadableFile("F01")


def iso_time(text: str) -> str | None:
    """A time in ISO 8601 to the second, in UTC where the zone is told; ``None`` where the text is no time."""
    try:
        time = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if time.tzinfo is None:
        return time.isoformat(timespec="seconds")
    try:
        return time.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    except OverflowError:
        return None


def refuse_doctype(*_: object) -> None:
    """A spreadsheet has no document type declaration; one that has could define entities without end."""
    raise UnreadableFile("F01")
