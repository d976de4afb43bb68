"""What was read of a file, kept for another night: as bytes that are noticed when they are damaged.

JSON behind the hash of itself, so that nothing but texts and numbers can come out of it, whatever stands in the file.
"""

import hashlib
import json
import zlib
from dataclasses import fields
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Protocol

from bishan_survey.model import OWN_SHEETS
from bishan_survey.reading.grid import Answer, Contents, Grid, Listing, Member, Request

Readable = Contents | Listing
"""What is worth keeping. A refusal is not: it may be a matter of time or of memory, and trying again is cheap."""
_LIBRARIES = ("python-calamine", "olefile", "msoffcrypto-tool")
_GRID = tuple(field.name for field in fields(Grid))
_MEMBER = tuple(field.name for field in fields(Member))
_HASH = hashlib.sha256().digest_size
_FAST = 1
_SHORT = 16


class Shelf(Protocol):
    """Where answers are kept."""

    def take(self, request: Request) -> Readable | None:
        """What was read of the same content before; ``None`` if it has to be read."""

    def keep(self, request: Request, answer: Answer) -> None:
        """Keep what was read, if it is worth it."""


class DamagedError(ValueError):
    """The bytes are not those that were packed."""


@cache
def reader_digest() -> str:
    """Of all that an answer depends on besides the file: the readers themselves, and the libraries that they use."""
    digest = hashlib.sha256(repr(sorted(OWN_SHEETS)).encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    for name in _LIBRARIES:
        digest.update(f"{name}={_version(name)}".encode())
    return digest.hexdigest()[:_SHORT]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""  # files with passwords cannot be opened then


def packed(answer: Readable) -> bytes:
    """An answer as bytes; equal answers give equal bytes."""
    body = zlib.compress(json.dumps(_document(answer), separators=(",", ":")).encode("ascii"), _FAST)
    return hashlib.sha256(body).digest() + body


def unpacked(content: bytes) -> Readable:
    """The answer that was packed.

    Raises:
        DamagedError: these are other bytes.
    """
    body = content[_HASH:]
    if hashlib.sha256(body).digest() != content[:_HASH]:
        raise DamagedError
    try:
        return _answer(json.loads(zlib.decompress(body)))
    except (zlib.error, ValueError, LookupError, TypeError) as error:
        raise DamagedError from error


def _document(answer: Readable) -> dict[str, Any]:
    if isinstance(answer, Listing):
        members = [[getattr(member, name) for name in _MEMBER] for member in answer.members]
        return {"members": members, "passed_over": answer.passed_over}
    grids = [[getattr(grid, name) for name in _GRID] for grid in answer.grids]
    return {"kind": answer.kind, "saved_at": answer.saved_at, "grids": grids}


def _answer(document: dict[str, Any]) -> Readable:
    if "members" in document:
        return Listing(tuple(Member(*values) for values in document["members"]), document["passed_over"])
    return Contents(document["kind"], tuple(_grid(*values) for values in document["grids"]), document["saved_at"])


def _grid(
    name: str, rows: list[list[str]], hidden: bool, hidden_rows: list[int], hidden_columns: list[int], merged: list[Any]
) -> Grid:
    spans = tuple((top, left, bottom, right) for top, left, bottom, right in merged)
    return Grid(name, rows, hidden, tuple(hidden_rows), tuple(hidden_columns), spans)
