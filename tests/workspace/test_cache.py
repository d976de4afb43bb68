"""The cache of what was read: it saves time, changes no byte, and is mended when it is damaged."""

import shutil
import zipfile
from pathlib import Path

import pytest

from bishan_survey.model import AreaFrame, Design
from bishan_survey.reading.grid import Contents, Grid, Refusal, Request
from bishan_survey.reading.kept import reader_digest
from bishan_survey.workspace.cache import Cache
from tests.returns.sending import OTHER_VILLAGE, person
from tests.workspace.tiny import Tiny, bytes_of, small

_ANSWER = Contents("csv", (Grid("表", [["试验甲"]]),))


def asking(sha256: str, name: str = "一.csv", **others: object) -> Request:
    return Request(Path("/nowhere"), name, sha256=sha256, **others)


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def test_nights_with_and_without_a_cache_are_alike(tmp_path: Path, design: Design, areas: AreaFrame) -> None:
    """Read, taken from the cache while a part of it is damaged, and read once more after all was deleted."""
    tiny = Tiny(tmp_path / "工作区", small(design), areas)
    first = tiny.send("大旺社区.xlsx", [person(1), person(3)])
    other = tiny.send("另一村.xlsx", [person(5, education="99")], OTHER_VILLAGE)
    with zipfile.ZipFile(first.with_name("打包.zip"), "w") as archive:
        archive.write(other, "另一村.xlsx")
    other.unlink()
    read = tiny.night()
    folder = tiny.root / "cache"
    kept = sorted(folder.rglob("*.grids"))
    assert len(kept) == 3
    assert {path.stat().st_mode & 0o077 for path in [folder, *folder.iterdir(), *kept]} == {0}

    kept[1].write_bytes(kept[1].read_bytes()[:-1] + b"?")
    mended = tiny.night()
    assert mended.damaged == [kept[1].name]
    shutil.rmtree(folder)
    anew = tiny.night()
    assert anew.damaged == []
    assert bytes_of(read.folder) == bytes_of(mended.folder) == bytes_of(anew.folder)


def test_what_no_file_uses_any_more_is_deleted(cache: Cache) -> None:
    cache.keep(asking("a"), _ANSWER)
    cache.keep(asking("b"), _ANSWER)
    cache.sweep()
    assert cache.take(asking("a")) == _ANSWER
    cache.sweep()
    assert cache.take(asking("b")) is None
    assert cache.take(asking("a")) == _ANSWER


def test_what_another_version_of_the_readers_has_left_is_deleted(cache: Cache) -> None:
    older = cache.folder / "0123456789abcdef"
    older.mkdir(parents=True)
    (older / "a.grids").write_bytes(b"old")
    cache.keep(asking("a"), _ANSWER)
    cache.sweep()
    assert [path.name for path in cache.folder.iterdir()] == [reader_digest()]


@pytest.mark.parametrize(
    "other", [asking("b"), asking("a", "一.docx"), asking("a", member=0), asking("a", passwords=("试",)), asking("")]
)
def test_only_the_very_same_request_is_answered(cache: Cache, other: Request) -> None:
    cache.keep(asking("a"), _ANSWER)
    assert cache.take(asking("a", "别的名字.CSV")) == _ANSWER
    assert cache.take(other) is None


def test_what_could_not_be_read_is_tried_again(cache: Cache) -> None:
    cache.keep(asking("a"), Refusal("F18"))
    assert cache.take(asking("a")) is None
    assert not cache.folder.exists()


def test_a_cache_that_cannot_be_written_stops_nothing(cache: Cache) -> None:
    cache.folder.write_bytes(b"no folder")
    cache.keep(asking("a"), _ANSWER)
    assert cache.take(asking("a")) is None
    cache.sweep()
