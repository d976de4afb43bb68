"""A workspace on disk: its folders, its inbox, its archive and its lock. Works the same on Linux and Windows."""

import csv
import io
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from filelock import FileLock, Timeout

from bishan_survey.design import read_area_frame
from bishan_survey.errors import BusyError, WorkspaceError
from bishan_survey.files import (
    WRITING,
    clear_unfinished,
    content_of,
    files_below,
    sync_file,
    write_atomically,
)
from bishan_survey.model import AreaFrame, Survey
from bishan_survey.private import make_private_folder
from bishan_survey.reading.incoming import digest_of, is_dropping
from bishan_survey.workspace.cache import CACHE, Cache
from bishan_survey.workspace.holder import HOLDER, held, who_holds
from bishan_survey.workspace.keys import settings_text
from bishan_survey.workspace.receipts import RECEIPTS_FILE, Receipts, read_receipts, receipts_csv, with_arrivals
from bishan_survey.workspace.settings import AREA_FILE, INBOX, SETTINGS_FILE, Overrides, Settings, read_settings

ARCHIVE, RUNS, RELEASED = "archive", "runs", "released"
REGISTERS, DECISIONS, DELIVERIES = "registers", "decisions", "deliveries"
MAPPINGS, PASSWORDS = "mappings.csv", "passwords.txt"
CORRECTIONS = ("corrections.xlsx", "corrections.csv")
CHANGED_NUMBERS = ("changed-numbers.xlsx", "changed-numbers.csv")
_LOCK = ".lock"
RECORD_LOCK = ".audit.lock"
"""Held while somebody writes into the audit file, which lies in the workspace and needs no other lock."""
_UNREAD = "unread"
"""Where what could not be read would lie; nothing ever does."""
_WAITS = (0.3, 0.6, 1.2)
"""Seconds in which a file that somebody was writing must stay as it is, attempt by attempt."""
_NO_INBOX = "收件夹在网络盘上的，请看网络盘是否连上；否则请建立这个文件夹，或改正设置中的 folders.inbox"
_EMPTY_INBOX = "收件夹在网络盘上的，请看网络盘是否连上；各村的表要一直放在收件夹里。要从头开始的，请另建一个工作区"


@dataclass(frozen=True, slots=True)
class Received:
    """A file in the inbox, as it lies in the archive."""

    name: str
    """Path below the inbox, with forward slashes."""
    archived: Path
    sha256: str
    size: int
    received: str | None = None
    """When this content was first met (ISO 8601); ``None`` if it could not be read."""


@dataclass(frozen=True)
class Workspace:
    """An opened workspace."""

    root: Path
    settings: Settings
    areas: AreaFrame
    flags: Mapping[str, str] = field(default_factory=dict)
    """What the command line says of its settings."""

    @classmethod
    def open(cls, root: Path, known_editions: frozenset[str], overrides: Overrides | None = None) -> "Workspace":
        """Open a workspace.

        Args:
            root: its folder.
            known_editions: the editions that are defined.
            overrides: what the command line and the environment say of this very workspace's settings.

        Raises:
            WorkspaceError: there is none, or its settings or area file are wrong.
            DefinitionError: its area file is wrong.
        """
        settings = read_settings(root / SETTINGS_FILE, known_editions, overrides)
        area_file = root / AREA_FILE
        if not area_file.is_file():
            raise WorkspaceError(f"{root} 缺少 {AREA_FILE}", "请从另一个工作区复制，或重新运行 bishan-survey init")
        areas = read_area_frame(area_file, settings.district_code, settings.district)
        return cls(root, settings, areas, overrides.flags if overrides else {})

    @property
    def inbox(self) -> Path:
        """Where villages' files are put, a folder for each 镇街."""
        return self.root / (self.settings.inbox or INBOX)

    def passed_by(self) -> int:
        """How many files lie in the inbox of its own while the settings name another: nobody reads them."""
        own = self.root / INBOX
        if self.inbox.resolve() == own.resolve():
            return 0
        return sum(not is_dropping(path.relative_to(own).as_posix()) for path in files_below(own))

    @property
    def runs(self) -> Path:
        """Where the results of each run lie."""
        return self.root / RUNS

    @cached_property
    def cache(self) -> Cache:
        """What was read of the files of earlier nights."""
        return Cache(self.root / CACHE)

    @property
    def deliveries(self) -> Path:
        """Where it is remembered what was handed to other systems, a folder for each profile."""
        return self.root / DELIVERIES

    @property
    def released(self) -> Path:
        """Where it is remembered what was made public, a folder for each edition."""
        return self.root / RELEASED

    @property
    def mappings(self) -> Path:
        """Headers that people have approved."""
        return self.root / MAPPINGS

    def corrections(self) -> Path | None:
        """The sheet of corrections by hand, if there is one.

        Raises:
            WorkspaceError: there are two, and nothing says which counts.
        """
        return self._only("更正单", CORRECTIONS)

    def changed_numbers(self) -> Path | None:
        """The table of changed identity numbers, if there is one.

        Raises:
            WorkspaceError: there are two, and nothing says which counts.
        """
        return self._only("换号表", CHANGED_NUMBERS)

    def _only(self, what: str, names: Sequence[str]) -> Path | None:
        there = [path for name in names if (path := self.root / name).is_file()]
        if len(there) > 1:
            both = "、".join(path.name for path in there)
            raise WorkspaceError(f"工作区里有两份{what}：{both}", "请合成一份，把另一份移走")
        return there[0] if there else None

    def decisions(self) -> list[Path]:
        """The sheets of decisions that the district has filled in, in order of name."""
        folder = self.root / DECISIONS
        return [path for path in files_below(folder) if not is_dropping(path.relative_to(folder).as_posix())]

    def passwords(self) -> tuple[str, ...]:
        """Passwords of villages' files, one on each line of a file that only its owner should be able to read."""
        path = self.root / PASSWORDS
        lines = path.read_text(encoding="utf-8-sig").splitlines() if path.is_file() else []
        return tuple(line.strip() for line in lines if line.strip())

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the workspace; the operating system lets go if the program dies.

        Raises:
            BusyError: another run holds it.
        """
        lock = FileLock(self.root / _LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            whose = who_holds(self.root / HOLDER)
            raise BusyError(f"工作区 {self.root} 正由另一次运行使用{whose}", "请等它结束后再运行") from None
        try:
            self._clear_unfinished()
            with held(self.root / HOLDER):
                yield
        finally:
            lock.release()

    def _clear_unfinished(self) -> None:
        """Remove what interrupted runs have not written in full; not while the audit file is being written."""
        if any(self.root.glob(f"{WRITING}*")):
            with suppress(Timeout), FileLock(self.root / RECORD_LOCK).acquire(timeout=0):
                clear_unfinished(self.root)

    def receive(self, now: datetime) -> tuple[list[Received], int]:
        """Copy new originals into the archive, and remember that they were first met now.

        Returns:
            Every file of the inbox in order of name, and how many were passed over (lock files of open documents
            and what desktops leave behind).
        """
        if not self.inbox.is_dir():
            raise WorkspaceError(f"工作区缺少收件夹 {self.inbox}", _NO_INBOX)
        clear_unfinished(self.root / ARCHIVE)
        archived, passed_over = self._kept(self.inbox)
        if not archived and read_receipts(self.root / ARCHIVE / RECEIPTS_FILE):
            raise WorkspaceError(f"收件夹 {self.inbox} 是空的，而以前收到过表", _EMPTY_INBOX)
        receipts = self._remember(archived, now)
        known = {sha256: receipt.received for sha256, receipt in receipts.items()}
        return [replace(file, received=known.get(file.sha256)) for file in archived], passed_over

    def register(self, name: str) -> list[Received]:
        """The files of a list that others keep, such as the roster, copied into the archive as the inbox's are.

        Returns:
            Those below ``registers/<name>``, in order of name; none if there is no such folder.
        """
        return self._kept(self.root / REGISTERS / name)[0]

    def _kept(self, folder: Path) -> tuple[list[Received], int]:
        """Every file below a folder with its copy in the archive, and how many were passed over.

        Raises:
            OSError: the disk or the share they lie on is failing: without them, the others must not be published.
        """
        paths = files_below(folder)
        names = {path: path.relative_to(folder).as_posix() for path in paths}
        wanted = [path for path in paths if not is_dropping(names[path])]
        contents = {path: content_of(path) for path in wanted}  # all before the first is copied: who writes is noticed
        archived = [self._archive(path, names[path], *contents[path]) for path in wanted]
        return archived, len(paths) - len(wanted)

    def _remember(self, files: Sequence[Received], now: datetime) -> Receipts:
        """When each content was first met, those of tonight included."""
        path = self.root / ARCHIVE / RECEIPTS_FILE
        known = read_receipts(path)
        receipts = with_arrivals(known, ((file.sha256, file.name, file.size) for file in files if file.sha256), now)
        if len(receipts) > len(known):
            write_atomically(path, receipts_csv(receipts), private=True)
        return receipts

    def _archive(self, path: Path, name: str, digest: str, size: int) -> Received:
        """A file of the inbox with its copy in the archive; one that nobody can read is told by the reader."""
        waits = iter(_WAITS)
        while digest and not self._is_archived(path, digest):  # somebody is writing it just now
            wait = next(waits, None)
            digest, size = content_of(path) if wait is not None else ("", 0)
            time.sleep(wait or 0)
        return Received(name, self._archived(digest, path) if digest else self.root / ARCHIVE / _UNREAD, digest, size)

    def _is_archived(self, path: Path, digest: str) -> bool:
        """Whether the archive has a copy of this content, now at the latest; not if the file has changed meanwhile."""
        kept = self._archived(digest, path)
        return digest_of(kept)[0] == digest or self._copy(path, digest, kept)

    def _archived(self, digest: str, path: Path) -> Path:
        return self.root / ARCHIVE / digest[:2] / f"{digest}{path.suffix.lower()}"

    def _copy(self, path: Path, digest: str, kept: Path) -> bool:
        """Copy a file into the archive, however large it is, if it still is what it was."""
        make_private_folder(kept.parent)
        handle, name = tempfile.mkstemp(dir=self.root / ARCHIVE, prefix=WRITING)
        os.close(handle)
        copy = Path(name)
        try:
            shutil.copyfile(path, copy)
            same = digest_of(copy)[0] == digest
            if same:
                sync_file(copy)
                copy.replace(kept)
        finally:
            copy.unlink(missing_ok=True)
        return same


def create_workspace(
    root: Path, survey: Survey, area_rows: Sequence[dict[str, str]], district_code: str, district: str
) -> None:
    """Make a workspace: settings, area file, an inbox folder for each 镇街.

    Raises:
        WorkspaceError: the folder is a workspace already.
    """
    if (root / SETTINGS_FILE).exists():
        raise WorkspaceError(f"{root} 已经是工作区", "不会覆盖；要重新开始，请换一个文件夹")
    root.mkdir(parents=True, exist_ok=True)
    for town in sorted({row["town_name"] for row in area_rows}):
        make_private_folder(root / INBOX / town)
    for name in (ARCHIVE, DECISIONS, REGISTERS):
        make_private_folder(root / name)
    (root / RUNS).mkdir(exist_ok=True)
    (root / AREA_FILE).write_bytes(_csv(area_rows))
    text = settings_text(_said(survey) | {"area.district_code": district_code, "area.district": district})
    (root / SETTINGS_FILE).write_text(text, encoding="utf-8", newline="\n")


def _said(survey: Survey) -> dict[str, object]:
    """What a survey's defaults say, by the ids of the keys."""
    return {
        "survey.title": survey.title,
        "survey.editions": survey.editions[:1],
        "survey.reference_date": survey.reference_date,
        "survey.period_start": survey.period_start,
        "survey.period_end": survey.period_end,
    }


def _csv(rows: Sequence[dict[str, str]]) -> bytes:
    """Rows as CSV that a spreadsheet program opens with the right characters."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")
