"""Everything that is written in files, wherever it stands in them: tests look there for what must not be there."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """All texts below a folder, each with its file (as a path below the folder): cells, comments, hidden sheets,
    properties, columns of Parquet, members of archives in archives, and the names of files themselves."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        place = path.relative_to(folder).as_posix()
        yield place, place
        for text in texts_in(path.read_bytes()):
            yield place, text


def texts_in(content: bytes) -> Iterator[str]:
    """All texts of a file."""
    if content.startswith(b"PAR1"):
        yield str(pl.read_parquet(content).to_dicts())
    elif zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name
                yield from texts_in(archive.read(name))
    else:
        yield decoded(content)


def decoded(content: bytes) -> str:
    """Bytes as text, in the encodings that the program writes."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")


def found(folder: Path, secrets: Sequence[str]) -> dict[str, set[str]]:
    """Which secrets stand in which files below a folder."""
    where: dict[str, set[str]] = {}
    for place, text in texts(folder):
        for secret in secrets:
            if secret in text:
                where.setdefault(place, set()).add(secret)
    return where
