"""The nouns of reading: what is asked, and what comes back, grids of texts at their true addresses or a refusal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

Place = tuple[int, int]
"""Row and column of a cell, counted from 0: B3 is (2, 1)."""
Span = tuple[int, int, int, int]
"""A merged range: first row, first column, last row, last column, counted from 0."""


def column_number(letters: str) -> int:
    """The column that capital letters name, counted from 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


class UnreadableFile(Exception):  # noqa: N818 - not an error of ours: an answer that cannot be read
    """The bytes hold no table that can be read.

    Args:
        notice: id of the notice that says why (``validators/notices.toml``).
        details: what the notice's words are filled with.
    """

    def __init__(self, notice: str, **details: str) -> None:
        super().__init__(notice, details)
        self.notice = notice
        self.details = details


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file holds no table that can be read: the id of a notice, and what its words are filled with."""

    notice: str
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the reader of cells does not tell of a worksheet."""

    texts: Mapping[Place, str] = field(default_factory=dict)
    """What a person sees in cells that would look blank: error values (``#N/A``), formulas without a stored value."""
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()
    merged: tuple[Span, ...] = ()
    """Where the reader of cells does not tell of them itself."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A worksheet as texts: row 1 is ``rows[0]``, column A is index 0. All rows are equally long."""

    name: str
    rows: list[list[str]]
    hidden: bool = False
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()
    merged: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Contents:
    """A file as it was read."""

    kind: str
    """What it is, whatever its name says: ``xlsx``, ``xls``, ``ods``, ``csv`` …"""
    grids: tuple[Grid, ...]
    saved_at: str | None = None
    """When it was last saved, as the file itself says (ISO 8601); ``None`` where it does not."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive."""

    index: int
    """Its place in the archive's directory: names may occur twice."""
    name: str
    sha256: str = ""
    size: int = 0
    refused: str = ""
    """Why it is not read, in Chinese; empty if it is."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The files in an archive, in order of name."""

    members: tuple[Member, ...]
    passed_over: int = 0
    """Files in it that no person means to send: lock files, what desktops leave behind."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a worker is asked to read."""

    path: Path
    name: str
    """What the file was called by whoever sent it."""
    member: int | None = None
    """The member of the archive at ``path`` that is meant; ``None``: the file itself."""
    passwords: tuple[str, ...] = ()
    sha256: str = ""
    """Of the content, where it is known: what was read of it before may be kept."""


Answer = Contents | Listing | Refusal
"""What a worker answers to a request."""

MAX_CELLS = 4_000_000
"""Cells that a sheet may span, blank ones included. All people of the district take 1.3 million."""
MAX_COLUMNS = 2_000
"""Texts in one row. Our widest form has 65 columns, and a village may add some of its own."""
MAX_ROWS = 30_000
"""Rows of more than one text, of all sheets of a file together. The district has 18,000 people, a village 500."""
MAX_TEXT = 50_000_000
"""Characters that may stand in a file's cells altogether."""


def refuse_excess(grids: tuple[Grid, ...]) -> None:
    """Whoever takes the grids over must be able to hold them.

    Raises:
        UnreadableFile: there is too much in them (``F03``).
    """
    if sum(len(grid.rows) * len(grid.rows[0]) for grid in grids if grid.rows) > MAX_CELLS:
        raise UnreadableFile("F03")
    texts = [sum(1 for text in row if text and not text.isspace()) for grid in grids for row in grid.rows]
    if max(texts, default=0) > MAX_COLUMNS or sum(count > 1 for count in texts) > MAX_ROWS:
        raise UnreadableFile("F03")
    if sum(sum(map(len, row)) for grid in grids for row in grid.rows) > MAX_TEXT:
        raise UnreadableFile("F03")
