"""From a file's bytes to its contents, whatever it is. Runs in a worker process: see :mod:`.pool`."""

from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

from bishan_survey.reading.archives import list_archive, read_member
from bishan_survey.reading.grid import Contents, Grid, Listing, Request, UnreadableFile, refuse_excess
from bishan_survey.reading.html import read_html, read_mhtml
from bishan_survey.reading.kinds import Kind, kind_of
from bishan_survey.reading.passwords import unlocked
from bishan_survey.reading.spreadsheet import read_spreadsheet
from bishan_survey.reading.text import read_text
from bishan_survey.reading.xml2003 import read_xml

MAX_FILE = 100 * 2**20
"""Bytes of a submitted file. The whole district in one workbook takes about 5 MiB."""
TABLE_SUFFIXES = frozenset(
    {".csv", ".txt", ".tsv", ".prn", ".xls", ".xlsx", ".xlsm", ".xlsb", ".xlt", ".et", ".ett", ".ods", ""}
)
"""Under other names, plain text is something else than a table."""

_SHEETS: dict[Kind, Callable[[bytes], list[Grid]]] = {
    Kind.HTML: read_html,
    Kind.MHTML: read_mhtml,
    Kind.XML: read_xml,
}


def read_file(request: Request) -> Contents | Listing:
    """Read what is asked for; of an archive, what is in it.

    Raises:
        UnreadableFile: it holds no table that can be read.
    """
    try:
        if request.path.stat().st_size > MAX_FILE:
            raise UnreadableFile("F03")
        content = request.path.read_bytes()
    except OSError as error:
        raise UnreadableFile("F01") from error
    if request.member is None:
        return read(content, request.name, request.passwords)
    made = read(read_member(content, request.member), request.name, request.passwords)
    if isinstance(made, Listing):
        raise UnreadableFile("F04", kind="压缩包")
    return made


def read(content: bytes, name: str, passwords: Sequence[str] = ()) -> Contents | Listing:
    """Read a file's bytes.

    Raises:
        UnreadableFile: they hold no table that can be read.
    """
    kind = kind_of(content)
    if kind is Kind.ARCHIVE:
        return list_archive(content)
    contents = _read_as(kind, content, name, passwords)
    refuse_excess(contents.grids)
    return contents


def _read_as(kind: Kind, content: bytes, name: str, passwords: Sequence[str]) -> Contents:
    if kind is Kind.PROTECTED:
        return _read_unlocked(content, passwords)
    if kind is Kind.TEXT:
        if PurePosixPath(name).suffix.lower() not in TABLE_SUFFIXES:
            raise UnreadableFile("F04", kind="文本文件")
        return Contents("csv", (read_text(content),))
    if kind in _SHEETS:
        return Contents(kind.value, tuple(_SHEETS[kind](content)))
    try:
        return read_spreadsheet(content, kind)
    except UnreadableFile as error:
        if error.notice != "F02":
            raise
        return _read_unlocked(content, passwords)


def _read_unlocked(content: bytes, passwords: Sequence[str]) -> Contents:
    opened = unlocked(content, passwords)
    return read_spreadsheet(opened, kind_of(opened))
