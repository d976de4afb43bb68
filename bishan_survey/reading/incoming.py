"""Files that lie where submissions lie: which of them are none, and what a content is known by."""

import hashlib
from pathlib import Path, PurePosixPath

_NAMES = frozenset({"thumbs.db", "desktop.ini", "__macosx"})
_BEGINNINGS = ("~$", ".", "~wrl")


def is_dropping(name: str) -> bool:
    """Whether a path (with forward slashes) names a lock file of an open document, or what a desktop leaves behind."""
    path = PurePosixPath(name.lower())
    return path.name.startswith(_BEGINNINGS) or not _NAMES.isdisjoint(path.parts)


def digest_of(path: Path) -> tuple[str, int]:
    """SHA-256 and size of a file, however large; an empty text where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size
    except OSError:
        return "", 0
