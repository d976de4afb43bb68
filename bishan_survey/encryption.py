"""Folders of people's data as one encrypted file, in the format of age (an archive of tar inside). Needs the extra
``encryption`` (pyrage).

Nothing unencrypted is written beside the file on the way there: the archive is made while it is read. Whoever has the
tools age and tar can open it without this program.
"""

import io
import shutil
import tarfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bishan_survey.errors import UsageError, WorkspaceError
from bishan_survey.private import OWNER_ONLY_FILE, OWNER_ONLY_FOLDER, create_private, make_private_folder

ENCRYPTED = ".age"
KEY_MARK = "AGE-SECRET-KEY-1"
_MAGIC = b"age-encryption.org/v1\n"
_BLOCK = 1 << 16
_DAMAGED = "请再拿一份来；这一份的内容一点也没有写出"


def _age() -> Any:
    """The library.

    Raises:
        UsageError: it is not installed.
    """
    try:
        import pyrage
    except ImportError:
        advice = "请安装：python -m pip install pyrage（离线安装包里已有）"
        raise UsageError("加密要用 pyrage，这里没有安装", advice) from None
    return pyrage


def new_key(path: Path) -> str:
    """Make a key, and write the secret half of it into a file that its owner alone can read.

    Returns:
        The public half, which everybody may know.

    Raises:
        FileExistsError: the file is there already.
    """
    identity = _age().x25519.Identity.generate()
    public = str(identity.to_public())
    create_private(path).write_text(f"# public key: {public}\n{identity}\n", encoding="utf-8", newline="\n")
    return public


def read_recipients(keys: Sequence[str]) -> list[Any]:
    """Public keys, as they are written.

    Raises:
        UsageError: there is none, or some are none; all of these are named.
    """
    age = _age()
    read, wrong = [], []
    for key in keys:
        try:
            read.append(age.x25519.Recipient.from_str(key.strip()))
        except age.RecipientError:
            wrong.append(key)
    if wrong:
        raise UsageError(f"这不是公钥：{'、'.join(wrong)}", "公钥以 age1 开头，由 bishan-survey keys new 显示")
    if not read:
        raise UsageError(
            "没有写加密给谁",
            "请写 --for 公钥，或写在工作区 survey.toml 的 [encryption] recipients；"
            "没有公钥的，请对方运行 bishan-survey keys new",
        )
    return read


def encrypt_folder(folder: Path, to: Path, recipients: Sequence[Any], wanted: Callable[[Path], bool]) -> int:
    """Encrypt all files below a folder into one file.

    Args:
        folder: the folder.
        to: the file; it must not exist, and its owner alone may read it.
        recipients: who can open it, see :func:`read_recipients`.
        wanted: whether a file is to go into it.

    Returns:
        How many files went into it.

    Raises:
        OSError: something could not be read or written.
        WorkspaceError: a file was changed meanwhile.
    """
    age = _age()
    paths = [path for path in sorted(folder.rglob("*")) if (path.is_file() or path.is_dir()) and wanted(path)]
    with create_private(to).open("wb") as file:
        source, target = _Pulled(_archived(folder, paths)), _Watched(file)
        try:
            age.encrypt_io(source, target, recipients)
        except age.EncryptError:
            _reraise(source.error, target.error)
            raise
    return sum(not path.is_dir() for path in paths)


def _archived(folder: Path, paths: Sequence[Path]) -> Iterator[bytes]:
    """The blocks of a tar archive."""
    for path in paths:
        entry = tarfile.TarInfo(path.relative_to(folder).as_posix())
        if path.is_dir():
            entry.type, entry.mode = tarfile.DIRTYPE, OWNER_ONLY_FOLDER
            yield _head(entry)
        else:
            yield from _file(path, entry)
    yield bytes(2 * tarfile.BLOCKSIZE)


def _head(entry: tarfile.TarInfo) -> bytes:
    return entry.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def _file(path: Path, entry: tarfile.TarInfo) -> Iterator[bytes]:
    with path.open("rb") as file:
        stat = path.stat()
        entry.size, entry.mtime, entry.mode = stat.st_size, int(stat.st_mtime), OWNER_ONLY_FILE
        yield _head(entry)
        left = entry.size
        while left and (block := file.read(min(_BLOCK, left))):
            left -= len(block)
            yield block
        if left or file.read(1):
            raise WorkspaceError(f"{path} 在打包时变了", "请等别的程序写完以后再运行")
    yield bytes(-entry.size % tarfile.BLOCKSIZE)


class _Pulled:
    """Blocks as a stream to read; what goes wrong is remembered, since the library tells it in words of its own."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks, self._rest = blocks, b""
        self.error: Exception | None = None

    def read(self, size: int = -1) -> bytes:
        """The next bytes, as many as there are at hand."""
        try:
            while not self._rest:
                block = next(self._blocks, None)
                if block is None:
                    return b""
                self._rest = block
        except Exception as error:
            self.error = error
            raise
        taken, self._rest = (self._rest, b"") if size < 0 else (self._rest[:size], self._rest[size:])
        return taken


class _Watched:
    """A stream to write, whose errors are remembered."""

    def __init__(self, file: io.BufferedWriter) -> None:
        self._file = file
        self.error: Exception | None = None

    def write(self, content: bytes) -> int:
        """Write."""
        return int(self._kept(lambda: self._file.write(content)))

    def flush(self) -> None:
        """Write what is held back."""
        self._kept(self._file.flush)

    def _kept(self, act: Callable[[], Any]) -> Any:
        try:
            return act()
        except OSError as error:
            self.error = error
            raise


def _reraise(*errors: Exception | None) -> None:
    for error in errors:
        if error is not None:
            raise error from None


def decrypt_folder(path: Path, key_file: Path, folder: Path) -> int:
    """Decrypt a file into an empty folder. Nothing of it may be used before this has returned.

    Args:
        path: the file.
        key_file: with the secret half of a key.
        folder: where to; files in it are their owner's alone.

    Returns:
        How many files were in it.

    Raises:
        WorkspaceError: it is no such file, incomplete or damaged, or the key is another's.
    """
    identities = _identities(key_file)
    archive = folder / ".archive"
    try:
        _decrypt(path, identities, archive)
        return _unpacked(archive, path, folder)
    finally:
        archive.unlink(missing_ok=True)


def _identities(key_file: Path) -> list[Any]:
    age = _age()
    try:
        lines = [line.strip() for line in key_file.read_text(encoding="utf-8-sig").splitlines()]
        keys = [age.x25519.Identity.from_str(line) for line in lines if line.startswith(KEY_MARK)]
    except (UnicodeDecodeError, age.IdentityError):
        keys = []
    if not keys:
        advice = f"钥匙文件由 bishan-survey keys new 做出，里面有一行以 {KEY_MARK} 开头"
        raise UsageError(f"{key_file} 里没有钥匙", advice)
    return keys


def _decrypt(path: Path, identities: Sequence[Any], archive: Path) -> None:
    age = _age()
    with path.open("rb") as source, create_private(archive).open("wb") as file:
        if source.read(len(_MAGIC)) != _MAGIC:
            raise WorkspaceError(f"{path} 不是加密的文件", "请核对是不是这个文件")
        source.seek(0)
        target = _Watched(file)
        try:
            age.decrypt_io(source, target, identities)
        except age.DecryptError:
            raise WorkspaceError(f"{path} 打不开：不是加密给这把钥匙的，或者文件开头坏了", "请核对钥匙文件") from None
        except OSError:
            _reraise(target.error)
            raise WorkspaceError(f"{path} 不完整或已损坏", _DAMAGED) from None


def _unpacked(archive: Path, path: Path, folder: Path) -> int:
    try:
        with tarfile.open(archive, "r:") as tar:
            return sum(_taken(tar, entry, path, folder) for entry in tar)
    except tarfile.TarError:
        raise WorkspaceError(f"{path} 里面不是一个文件夹", "它不是本程序加密的，没有写出") from None


def _taken(tar: tarfile.TarFile, entry: tarfile.TarInfo, path: Path, folder: Path) -> bool:
    """Write a file or a folder of an archive, below the folder and nowhere else; whether it was a file."""
    place = folder / entry.name
    content = tar.extractfile(entry) if entry.isreg() else None
    if not (content or entry.isdir()) or not place.resolve().is_relative_to(folder.resolve()):
        raise WorkspaceError(f"{path} 里有不该有的：{entry.name}", "它不是本程序加密的，没有写出")
    make_private_folder(place.parent if content else place)
    if content:
        with content, create_private(place).open("wb") as file:
            shutil.copyfileobj(content, file)
    return content is not None
