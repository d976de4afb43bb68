"""Files of a workspace: private, there in full or not at all, and there after a power cut."""

import errno
import hashlib
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from bishan_survey.private import OWNER_ONLY_FILE

WRITING = ".writing-"
"""How the names of files begin that are not there in full yet."""
_READABLE_FILE = 0o644


def write_atomically(path: Path, content: bytes, *, private: bool, durable: bool = True) -> None:
    """Write a file that is there in full or not at all.

    Args:
        path: the file.
        content: all of it.
        private: whether only its owner may read it.
        durable: whether it must outlast a power cut from now on.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=WRITING)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        Path(name).chmod(OWNER_ONLY_FILE if private else _READABLE_FILE)
        Path(name).replace(path)
        if durable:
            sync_folder(path.parent)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def files_below(folder: Path) -> list[Path]:
    """All that lies below a folder and is no folder, in order of path; nothing if there is no such folder.

    Raises:
        OSError: a folder cannot be listed: what lies in it must not be missed in silence.
    """
    found: list[Path] = []
    if folder.is_dir():
        for parent, _, names in os.walk(folder, onerror=_raised):
            found += [Path(parent, name) for name in names]
    return sorted(found)


def content_of(path: Path) -> tuple[str, int]:
    """SHA-256 and size of a file, however large; an empty text where nobody may read it, or it is none (a pipe).

    Raises:
        OSError: it is gone, or the disk or the share it lies on is failing.
    """
    if not stat.S_ISREG(path.lstat().st_mode) and not path.is_file():
        return "", 0
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest(), os.fstat(file.fileno()).st_size
    except PermissionError:
        return "", 0


def _raised(error: OSError) -> None:
    raise error


def clear_unfinished(folder: Path) -> None:
    """Remove files that an interrupted run has not written in full."""
    for left in folder.glob(f"{WRITING}*"):
        with suppress(OSError):
            left.unlink()


def sync_tree(folder: Path) -> None:
    """Make sure that a folder and all that is in it outlast a power cut, as far as the system can."""
    for path in [*folder.rglob("*"), folder]:
        if path.is_dir():
            sync_folder(path)
        else:
            sync_file(path)


def sync_file(path: Path) -> None:
    """Make sure that a file of ours outlasts a power cut."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make sure that the names in a folder outlast a power cut; Windows has no such call, some shares neither."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)
