"""What was read of the files of earlier nights: ``cache/``, which may be deleted at any time and changes no result."""

import hashlib
import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from bishan_survey.files import write_atomically
from bishan_survey.private import make_private_folder
from bishan_survey.reading.grid import Answer, Refusal, Request
from bishan_survey.reading.kept import DamagedError, Readable, packed, reader_digest, unpacked

CACHE = "cache"
_SUFFIX = ".grids"


@dataclass
class Cache:
    """The answers of the readers by content, as far as they are on disk; a folder to each version of the readers.

    A cache that cannot be written costs time and nothing else: no error of it stops a night.
    """

    folder: Path
    taken: int = 0
    """How many answers it has given."""
    damaged: list[str] = field(default_factory=list)
    """Files that were not as they had been written, and were read anew."""
    _used: set[str] = field(default_factory=set)

    def take(self, request: Request) -> Readable | None:
        """What was read of the same content before; ``None`` if it has to be read."""
        path = self._path(request)
        if path is None:
            return None
        try:
            answer = unpacked(path.read_bytes())
        except OSError:
            return None
        except DamagedError:
            self.damaged.append(path.name)
            return None
        self.taken += 1
        self._used.add(path.name)
        return answer

    def keep(self, request: Request, answer: Answer) -> None:
        """Keep what was read. What could not be read is tried again each night."""
        path = self._path(request)
        if path is None or isinstance(answer, Refusal):
            return
        with suppress(OSError):
            make_private_folder(self.folder)
            make_private_folder(path.parent)
            write_atomically(path, packed(answer), private=True, durable=False)
            self._used.add(path.name)

    def told(self) -> dict[str, Any]:
        """What it has done since the last time it was swept."""
        return {"taken": self.taken, "damaged": sorted(self.damaged)}

    def sweep(self) -> None:
        """Delete what was not used since the last time, and begin to count anew. The workspace must be locked."""
        used, self._used = self._used, set()
        self.taken, self.damaged = 0, []
        with suppress(OSError):
            for path in [*self.folder.iterdir()]:
                if path.name != reader_digest():
                    shutil.rmtree(path, ignore_errors=True)
            for path in [*self._version.iterdir()]:
                if path.name not in used:
                    path.unlink()

    @property
    def _version(self) -> Path:
        return self.folder / reader_digest()

    def _path(self, request: Request) -> Path | None:
        """Where the answer lies: by the content, and by what else of a request the readers look at."""
        if not request.sha256:
            return None
        suffix = PurePosixPath(request.name).suffix.lower()
        key = repr((request.sha256, suffix, request.member is None, request.passwords))
        return self._version / f"{hashlib.sha256(key.encode('utf-8', 'backslashreplace')).hexdigest()}{_SUFFIX}"
