"""A workspace on disk: its folders, its inbox, its archive and its lock. Works the same on Linux and Windows."""

import csv
import hashlib
import io
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from bishan_survey.design import read_area_frame
from bishan_survey.errors import BusyError, WorkspaceError
from bishan_survey.model import AreaFrame, Survey
from bishan_survey.workspace.settings import AREA_FILE, SETTINGS_FILE, Settings, read_settings, settings_text

INBOX, ARCHIVE, RUNS = "inbox", "archive", "runs"
_LOCK = ".lock"
_DROPPINGS = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})
_OWNER_ONLY_FOLDER = 0o700
_OWNER_ONLY_FILE = 0o600
_READABLE_FILE = 0o644


@dataclass(frozen=True, slots=True)
class Received:
    """A file in the inbox, as it lies in the archive."""

    name: str
    """Path below the inbox, with forward slashes."""
    archived: Path
    sha256: str
    size: int


@dataclass(frozen=True)
class Workspace:
    """An opened workspace."""

    root: Path
    settings: Settings
    areas: AreaFrame

    @classmethod
    def open(cls, root: Path, known_editions: frozenset[str]) -> "Workspace":
        """Open a workspace.

        Raises:
            WorkspaceError: there is none, or its settings or area file are wrong.
            DefinitionError: its area file is wrong.
        """
        settings = read_settings(root / SETTINGS_FILE, known_editions)
        area_file = root / AREA_FILE
        if not area_file.is_file():
            raise WorkspaceError(f"{root} 缺少 {AREA_FILE}", "请从另一个工作区复制，或重新运行 bishan-survey init")
        return cls(root, settings, read_area_frame(area_file, settings.district_code, settings.district))

    @property
    def inbox(self) -> Path:
        """Where villages' files are put, a folder for each 镇街."""
        return self.root / INBOX

    @property
    def runs(self) -> Path:
        """Where the results of each run lie."""
        return self.root / RUNS

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the workspace; the operating system lets go if the program dies.

        Raises:
            BusyError: another run holds it.
        """
        lock = FileLock(self.root / _LOCK)
        try:
            with lock.acquire(timeout=0):
                yield
        except Timeout:
            raise BusyError(f"工作区 {self.root} 正由另一次运行使用", "请等它结束后再运行") from None

    def receive(self) -> tuple[list[Received], int]:
        """Copy new originals into the archive.

        Returns:
            Every file of the inbox in order of name, and how many were passed over (lock files of open documents
            and what desktops leave behind).
        """
        if not self.inbox.is_dir():
            raise WorkspaceError(f"工作区缺少收件夹 {self.inbox}", "请重新建立 inbox 文件夹，或运行 bishan-survey init")
        paths = sorted(path for path in self.inbox.rglob("*") if path.is_file())
        wanted = [path for path in paths if not is_dropping(path)]
        return [self._archive(path) for path in wanted], len(paths) - len(wanted)

    def _archive(self, path: Path) -> Received:
        name = path.relative_to(self.inbox).as_posix()
        try:
            content = path.read_bytes()
        except OSError:
            return Received(name, path, "", 0)  # the reader will meet the same, and report the file
        digest = hashlib.sha256(content).hexdigest()
        archived = self.root / ARCHIVE / digest[:2] / f"{digest}{path.suffix.lower()}"
        if not archived.is_file() or hashlib.sha256(archived.read_bytes()).hexdigest() != digest:
            make_private_folder(archived.parent)
            write_atomically(archived, content, private=True, durable=False)  # the original still lies in the inbox
        return Received(name, archived, digest, len(content))


def is_dropping(path: Path) -> bool:
    """Whether a file is no submission: a lock file of an open document, or what a desktop leaves behind."""
    return path.name.startswith(("~$", ".~", ".")) or path.name.lower() in _DROPPINGS


def create_workspace(
    root: Path, survey: Survey, area_rows: Sequence[dict[str, str]], district_code: str, district: str
) -> None:
    """Make a workspace: settings, area file, an inbox folder for each 镇街.

    Raises:
        WorkspaceError: the folder is a workspace already.
    """
    if (root / SETTINGS_FILE).exists():
        raise WorkspaceError(f"{root} 已经是工作区", "不会覆盖；要重新开始，请换一个文件夹")
    for town in sorted({row["town_name"] for row in area_rows}):
        (root / INBOX / town).mkdir(parents=True, exist_ok=True)
    make_private_folder(root / ARCHIVE)
    (root / RUNS).mkdir(exist_ok=True)
    (root / AREA_FILE).write_bytes(_csv(area_rows))
    text = settings_text(survey, district_code, district)
    (root / SETTINGS_FILE).write_text(text, encoding="utf-8", newline="\n")


def _csv(rows: Sequence[dict[str, str]]) -> bytes:
    """Rows as CSV that a spreadsheet program opens with the right characters."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def make_private_folder(path: Path) -> None:
    """A folder that its owner alone can open (as far as the system knows owners)."""
    path.mkdir(mode=_OWNER_ONLY_FOLDER, parents=True, exist_ok=True)


def write_atomically(path: Path, content: bytes, *, private: bool, durable: bool = True) -> None:
    """Write a file that is there in full or not at all.

    Args:
        path: the file.
        content: all of it.
        private: whether only its owner may read it.
        durable: whether it must outlast a power cut from now on.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        Path(name).chmod(_OWNER_ONLY_FILE if private else _READABLE_FILE)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
