"""The same reading code under atheris, which is guided by coverage: ``python -m tests.fuzz.atheris_target``.

Optional: atheris is not among the project's dependencies. It runs in one process, without the workers, so that a crash
of a reader ends it with the input saved; the limits of time and memory are libFuzzer's own.
"""

import sys
from pathlib import Path
from tempfile import mkdtemp

from bishan_survey.reading.grid import UnreadableFile
from bishan_survey.reading.read import read
from tests.fuzz.mutations import seeds

_NAMES = ("a.xlsx", "a.xls", "a.csv", "a.ods", "a.zip", "a.html", "a.xml")


def one_input(data: bytes) -> None:
    """Read; the first byte chooses the name."""
    if not data:
        return
    try:
        read(data[1:], _NAMES[data[0] % len(_NAMES)])
    except UnreadableFile:
        return


def main() -> int:
    """Run until it is stopped, from the corpus's small files."""
    try:
        import atheris  # type: ignore[import-untyped]
    except ImportError:
        print("atheris is not installed; python -m tests.fuzz needs nothing", file=sys.stderr)
        return 2
    atheris.instrument_all()
    folder = Path(mkdtemp())
    for number, content in enumerate(seeds().values()):
        (folder / str(number)).write_bytes(b"\0" + content)
    atheris.Setup([*sys.argv, str(folder), "-timeout=20", "-rss_limit_mb=1024"], one_input)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
