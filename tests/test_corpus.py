"""Every kind of damaged or odd file: it does what is expected, costs nobody else anything, and invents nobody."""

import re
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import polars as pl
import pytest

from bishan_survey.intake import read_batch
from bishan_survey.model import AreaFrame, Batch, Design, Survey
from bishan_survey.reading.pool import ReaderPool
from tests.conftest import EDITION
from tests.corpus import KINDS, LOST, NAMES, NUMBERS, READ, Kind
from tests.corpus.books import book, changed, inline_rows, sheet_xml
from tests.people import certificate
from tests.workbooks import submission

_LOST_DIGITS = re.compile(r"\d\.\d+E\+\d+")
_LOST = frozenset({"F03", "F18", "F19"})
"""Which of them depends on the system, and on how the library asks it for memory."""
_LONGEST = 20.0
"""Seconds for one file: what a worker may take, and a little for what is done with its answer."""
_TOWN = "璧城街道"


@pytest.fixture(scope="module", autouse=True)
def warm_pool() -> Iterator[None]:
    """The same workers for every kind: what a file does to one of them, the next file must not feel."""
    pool = ReaderPool(2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bishan_survey.intake.batch.open_pool", lambda *_, **__: nullcontext(pool))
        yield
    pool.close()


@pytest.fixture(scope="module", params=sorted(KINDS))
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


def test_a_kind_does_what_is_expected(
    tmp_path: Path, design: Design, survey: Survey, areas: AreaFrame, kind: Kind
) -> None:
    path = _written(tmp_path / _TOWN, kind.name, kind.build())
    begun = time.monotonic()
    batch = read_batch([submission(path, f"{_TOWN}/{kind.name}")], design, survey, areas)
    assert time.monotonic() - begun < _LONGEST
    people = batch.records[EDITION, "person"]
    _no_invention(batch)
    said = set(batch.findings["rule"])
    assert people.height == kind.records, said
    if kind.expect == READ:
        assert batch.sources["usable"][0] or kind.records == 0
        assert kind.notice is None or kind.notice in said
    else:
        assert said & (_LOST if kind.expect == LOST else {kind.expect})
        assert not batch.sources["usable"].any()


def test_all_kinds_together_cost_a_good_file_nothing(
    tmp_path: Path, design: Design, survey: Survey, areas: AreaFrame
) -> None:
    people = (("序号", "姓名", "残疾人证号"), *((str(n), f"好人{n}", certificate(order=100 + n)) for n in range(1, 6)))
    good = _written(tmp_path, "good.xlsx", changed(book(), "xl/worksheets/sheet1.xml", _sheet(people)))
    bad = (submission(_written(tmp_path, one.name, one.build()), f"{_TOWN}/{one.name}") for one in KINDS.values())
    files = [submission(good, "三合镇/新场村.xlsx"), *bad]
    batch = read_batch(files, design, survey, areas)
    records = batch.records[EDITION, "person"].filter(_file="三合镇/新场村.xlsx")
    assert records["name"].to_list() == [row[1] for row in people[1:]]
    assert {file.name for file in files} <= set(batch.sources["file"])
    assert batch.sources.filter(pl.col("file") == "三合镇/新场村.xlsx")["usable"].to_list() == [True]


def _sheet(people: tuple[tuple[str, ...], ...]) -> bytes:
    return sheet_xml(inline_rows(people)).encode()


def _written(folder: Path, name: str, content: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    return path


def _no_invention(batch: Batch) -> None:
    """Nobody is read who is not in the table, and nobody twice."""
    for (_, unit), records in batch.records.items():
        if unit != "person":
            assert records.is_empty()
            continue
        assert set(records["name"].str.strip_chars('"\0')) <= NAMES
        assert records["name"].is_unique().all()
        numbers = set(records["certificate_no"].drop_nulls().str.strip_chars("'"))
        assert all(number in NUMBERS or _LOST_DIGITS.fullmatch(number) for number in numbers)


def _read_as(folder: Path, contents: dict[str, bytes], design: Design, survey: Survey, areas: AreaFrame) -> Batch:
    """Contents by the name that they were sent under."""
    folder.mkdir(exist_ok=True)
    files = []
    for number, (name, content) in enumerate(contents.items()):
        path = _written(folder, str(number), content)
        files.append(submission(path, name))
    return read_batch(files, design, survey, areas)


def test_an_archive_sent_twice_takes_nobody_elses_place(
    tmp_path: Path, design: Design, survey: Survey, areas: AreaFrame
) -> None:
    archive = KINDS["archive-of-one.zip"].build()
    other = changed(book(), "xl/worksheets/sheet1.xml", _sheet((("姓名", "残疾人证号", "序号"), ("好人", "", "1"))))
    sent = {f"{_TOWN}/一.zip": archive, f"{_TOWN}/二.zip": archive, "三合镇/新场村.xlsx": other}
    batch = _read_as(tmp_path, sent, design, survey, areas)
    records = batch.records[EDITION, "person"]
    assert records.filter(name="好人")["_file"].to_list() == ["三合镇/新场村.xlsx"]
    assert set(records["name"]) == {*NAMES, "好人"}


@pytest.mark.parametrize("names", [("一.json", "大旺社区.csv"), ("大旺社区.csv", "一.json")])
def test_a_text_is_refused_for_its_own_name_alone(
    tmp_path: Path, design: Design, survey: Survey, areas: AreaFrame, names: tuple[str, str]
) -> None:
    content = KINDS["utf8.csv"].build()
    sent = {f"{_TOWN}/{name}": content for name in names}
    batch = _read_as(tmp_path, sent, design, survey, areas)
    assert batch.records[EDITION, "person"]["_file"].unique().to_list() == [f"{_TOWN}/大旺社区.csv"]
