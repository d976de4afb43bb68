"""Zip archives of spreadsheets: what is in them, and one member's bytes. Nothing is ever unpacked onto the disk."""

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from bishan_survey.reading.grid import Listing, Member, UnreadableFile
from bishan_survey.reading.incoming import is_dropping

MAX_MEMBERS = 500
MAX_MEMBER = 100 * 2**20
MAX_TOTAL = 400 * 2**20
"""Bytes that an archive may unpack to."""
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
_ARCHIVES = frozenset({".zip", ".rar", ".7z", ".gz", ".tar"})


def list_archive(content: bytes) -> Listing:
    """What is in an archive. Folders, and what desktops leave behind, are passed over.

    Raises:
        UnreadableFile: damaged (``F01``), or too large unpacked (``F03``).
    """
    with _opened(content) as archive:
        entries = [(index, entry) for index, entry in enumerate(archive.infolist()) if not entry.filename.endswith("/")]
        if len(entries) > MAX_MEMBERS or sum(entry.file_size for _, entry in entries) > MAX_TOTAL:
            raise UnreadableFile("F03")
        members = [_member(archive, index, entry) for index, entry in entries]
    meant = sorted((m for m in members if not is_dropping(m.name)), key=lambda m: (m.name, m.index))
    return Listing(tuple(meant), len(members) - len(meant))


def read_member(content: bytes, index: int) -> bytes:
    """The bytes of one member.

    Raises:
        UnreadableFile: they cannot be read.
    """
    with _opened(content) as archive:
        return _bytes(archive, archive.infolist()[index])


def _opened(content: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError) as error:
        raise UnreadableFile("F01") from error


def _member(archive: zipfile.ZipFile, index: int, entry: zipfile.ZipInfo) -> Member:
    name = _name(entry)
    refused = next(_doubts(entry, name), "")
    if refused:
        return Member(index, name, refused=refused)
    try:
        content = _bytes(archive, entry)
    except UnreadableFile:
        return Member(index, name, refused="已损坏")
    return Member(index, name, hashlib.sha256(content).hexdigest(), len(content))


def _doubts(entry: zipfile.ZipInfo, name: str) -> Iterator[str]:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or ":" in name or "\0" in entry.orig_filename:
        yield "路径不安全"
    if entry.flag_bits & _ENCRYPTED:
        yield "设有密码"
    if entry.compress_type not in _METHODS:
        yield "压缩方法不认识"
    if entry.file_size > MAX_MEMBER:
        yield "展开后过大"
    if path.suffix.lower() in _ARCHIVES:
        yield "压缩包里还有压缩包"


def _name(entry: zipfile.ZipInfo) -> str:
    """The name as it was meant: programs on Chinese Windows write names in GBK without saying so."""
    if not entry.filename:
        return "无名"
    if entry.flag_bits & _UTF8_NAME:
        return entry.filename.replace("\\", "/")
    raw = entry.filename.encode("cp437", errors="replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding).replace("\\", "/")
        except UnicodeDecodeError:
            continue
    return entry.filename


def _bytes(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Bounded by the size in the directory, which was looked at before."""
    try:
        with archive.open(entry) as file:
            return file.read(entry.file_size)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise UnreadableFile("F01") from error
