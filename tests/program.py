"""The program as people run it: by its words, for its exit code and for what it says."""

import io
import os
import subprocess
import sys
from dataclasses import dataclass
from unittest.mock import patch

from bishan_survey.cli import run as entry_point


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def run(*words: object, columns: int = 100, **environment: str) -> Ran:
    """Run the program from its entry point in this process, which has loaded all that it needs already.

    Args:
        words: of the command line.
        columns: width of the terminal.
        environment: variables besides those that are there.
    """
    out, err = _stream(), _stream()
    hook = sys.unraisablehook
    with (
        patch.dict(os.environ, {"COLUMNS": str(columns), **environment}),
        patch.multiple(sys, argv=["bishan-survey", *map(str, words)], stdout=out, stderr=err, stdin=io.StringIO()),
    ):
        try:
            entry_point()
            code: object = 0
        except SystemExit as ended:
            code = ended.code or 0
        finally:
            sys.unraisablehook = hook
    assert isinstance(code, int), code
    return Ran(code, _text(out), _text(err))


def run_alone(*words: object, columns: int = 100, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the program in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "bishan_survey", *map(str, words)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "COLUMNS": str(columns), **environment},
        timeout=600,
    )


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)


def _text(stream: io.TextIOWrapper) -> str:
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode("utf-8")
