"""How much memory a process may take, on every system."""

import sys
import threading
from collections.abc import Callable

MEMORY = 2**30
"""Bytes that reading one file may take. A village's workbook takes about 60 MiB, the interpreter included."""
_LOOKS_EVERY = 0.05
"""Seconds between two looks at another process."""


def limit_own_memory(limit: int = MEMORY) -> bool:
    """Have the operating system refuse this process more memory; ``False`` where it cannot (Windows, macOS)."""
    if sys.platform != "linux":
        return False
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    return True


def watch_memory(process_id: int, kill: Callable[[], None], limit: int = MEMORY) -> None:
    """Where the operating system sets no limit: look at another process now and then, and end it past the limit."""
    import psutil

    def look() -> None:
        try:
            process = psutil.Process(process_id)
            while process.is_running():
                if process.memory_info().rss > limit:
                    kill()
                    return
                pause.wait(_LOOKS_EVERY)
        except psutil.Error:
            return  # it has ended

    pause = threading.Event()
    threading.Thread(target=look, daemon=True).start()
