"""Processes of our own, which take pickled work by standard input.

They are started by :mod:`subprocess` and not by :mod:`multiprocessing`, whose children import the caller's main module
again: a statistician's script would need a guard around its main part.
"""

import os
import subprocess
import sys
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
MOST = 4
"""More than so many at once gain nothing on a disk, and take a small machine's memory."""


def start(module: str) -> "subprocess.Popen[bytes]":
    """Run a module of this very package, wherever the program was started, between two pipes."""
    return subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-P", "-X", "utf8", "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(_PACKAGE)},
    )


def at_most(count: int) -> int:
    """How many processes are worth while for so many pieces of work, this one included."""
    return max(1, min(count, os.cpu_count() or 1, MOST))
