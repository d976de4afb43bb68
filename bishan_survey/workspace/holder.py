"""Who holds a workspace, for people who find it busy. The operating system's lock decides; this only tells."""

import getpass
import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from bishan_survey.files import write_atomically

HOLDER = ".lock.json"


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Write down who holds the workspace for the time of a block; called by whoever holds the lock."""
    about = {
        "pid": os.getpid(),
        "host": platform.node(),
        "user": _user(),
        "since": datetime.now().astimezone().isoformat(timespec="seconds"),
    }
    write_atomically(path, json.dumps(about, ensure_ascii=False).encode(), private=False, durable=False)
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()


def who_holds(path: Path) -> str:
    """Since when and by whom the workspace is held, in brackets; nothing where that cannot be told."""
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        since = datetime.fromisoformat(about["since"])
        return f"（{since:%Y-%m-%d %H:%M:%S} 开始，{about['host']} 上的用户 {about['user']}，进程 {about['pid']}）"
    except (OSError, ValueError, LookupError, TypeError):
        return ""


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "？"
