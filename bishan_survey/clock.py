"""Which time zone a machine goes by: deadlines and the hours of the night are those of Beijing."""

import os
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

BEIJING = "Asia/Shanghai"
_OFFSET = timedelta(hours=8)
_HOUR = 3600
_NAMED, _LINKED = Path("/etc/timezone"), Path("/etc/localtime")


@dataclass(frozen=True, slots=True)
class Zone:
    """A machine's time zone."""

    name: str
    """As the machine calls it; empty if nobody has set one."""
    offset: timedelta
    """From UTC, at present."""

    @property
    def is_beijing(self) -> bool:
        """Whether its clock shows the time of Beijing."""
        return self.offset == _OFFSET

    def said(self) -> str:
        """In words."""
        hours = f"UTC{self.offset.total_seconds() / _HOUR:+g}"
        return f"{self.name}（{hours}）" if self.name else hours


def machine_zone() -> Zone:
    """The time zone that this process goes by."""
    return Zone(_name(), datetime.now().astimezone().utcoffset() or timedelta())


def _name() -> str:
    if os.name == "nt":
        return time.tzname[0]
    if os.environ.get("TZ"):
        return os.environ["TZ"]
    if _LINKED.is_symlink():
        return str(_LINKED.resolve()).rpartition("zoneinfo/")[2]
    return _NAMED.read_text(encoding="utf-8").strip() if _NAMED.is_file() else ""
