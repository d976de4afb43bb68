"""The register of kinds: a file's name, its bytes, and what the program must make of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.corpus.people import ROWS

READ = "read"
"""The file is odd, and its people come through all the same."""

LOST = "lost"
"""The reader of cells dies over it, or is stopped: whatever is said, it is said of this file alone."""

Build = Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Kind:
    """One damaged or odd file."""

    name: str
    """The file's name, which names the damage; the extension is what a village would give it."""
    build: Build
    """Makes the bytes: the same ones each time."""
    expect: str
    """:data:`READ`, :data:`LOST`, or the id of the notice that refuses the file."""
    records: int
    """How many persons are read."""
    notice: str | None = None
    """A notice that must be among the findings although the file is read."""


KINDS: dict[str, Kind] = {}


def kind(
    name: str, *, expect: str = READ, records: int | None = None, notice: str | None = None
) -> Callable[[Build], Build]:
    """Register the decorated function as the maker of a file.

    Args:
        name: the file's name; no two kinds may have the same.
        expect: what must come of it.
        records: persons read; if not given, all of the table when it is read, and nobody otherwise.
        notice: what must be said besides.
    """

    def register(build: Build) -> Build:
        assert name not in KINDS, f"two kinds are called {name}"
        count = records if records is not None else len(ROWS) if expect == READ else 0
        KINDS[name] = Kind(name, build, expect, count, notice)
        return build

    return register


def fixed(name: str, content: bytes, *, expect: str = READ, records: int | None = None) -> None:
    """Register a file whose bytes are at hand."""
    kind(name, expect=expect, records=records)(lambda: content)


def write_corpus(folder: Path) -> list[Path]:
    """Write every kind into a folder, which is made if need be.

    Returns:
        The files, in the order of their names.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for each in sorted(KINDS.values(), key=lambda one: one.name):
        path = folder / each.name
        path.write_bytes(each.build())
        paths.append(path)
    return paths
