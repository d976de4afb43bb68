"""Nights of a workspace with decisions in between: real files, nothing asked twice, nothing lost in silence."""

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from bishan_survey.delivery import ADJUDICATION_BOOK, FINDINGS_BOOK, RESTRICTED
from bishan_survey.errors import WorkspaceError
from bishan_survey.model import AreaFrame, Design, Survey
from bishan_survey.nightly import Night
from tests.deduplication.adjudicating import Desk
from tests.people import certificate
from tests.returns.sending import OTHER_VILLAGE, person
from tests.returns.test_nights import District, results
from tests.workbooks import sheets_of
from tests.workspace.tiny import few_tables


@pytest.fixture
def district(tmp_path: Path, design: Design) -> District:
    return District(tmp_path / "工作区", few_tables(design))


@pytest.fixture
def desk(tmp_path: Path, design: Design, areas: AreaFrame, survey: Survey) -> Desk:
    return Desk(tmp_path, design, areas, survey)


def slipped(order: int, **changes: str) -> dict[str, str]:
    """The same person once more, with a digit of the number wrong, so the number cannot be used."""
    number = certificate(order=order)
    return person(order, **{"certificate_no": number[:15] + "99" + number[17:]} | changes)


def send(district: District, **changes: str) -> None:
    """Two villages, two persons who stand in both."""
    district.send("大旺社区.xlsx", [person(1), person(3)])
    district.send("另一村.xlsx", [slipped(1, **changes), slipped(3), person(5)], OTHER_VILLAGE)


def asked(night: Night) -> Path:
    return night.folder / RESTRICTED / ADJUDICATION_BOOK


def record(night: Night) -> dict[str, object]:
    return dict(json.loads((night.folder / "run.json").read_text(encoding="utf-8")))


def put(district: District, filled: Path, name: str) -> Path:
    """What the district has filled in, put where the night looks."""
    folder = district.workspace.root / "decisions"
    return Path(shutil.copy(filled, folder / name))


def linked(night: Night) -> dict[str, bytes]:
    """Who counts, and what was decided."""
    names = ("pairs", "links", "decisions", "person-bishan-2025")
    return {name: (night.folder / RESTRICTED / f"{name}.csv").read_bytes() for name in names} | results(night)


def test_nights_ask_nothing_twice(district: District, desk: Desk) -> None:
    send(district)
    first = district.night()
    assert record(first)["questions"] == 2
    assert asked(first).stat().st_mode & 0o077 == 0
    put(district, desk.fill(asked(first), ["different", None]), "10月15日判定.xlsx")

    second = district.night()
    assert record(second)["questions"] == 1
    assert record(second)["decisions"] == {"in_force": 1}
    put(district, desk.fill(asked(second), ["keep_one"]), "10月16日判定.xlsx")

    third = district.night()
    assert record(third)["decisions"] == {"in_force": 2}
    assert record(third)["questions"] == 0
    assert not asked(third).exists()
    fourth = district.night()
    assert linked(third) == linked(fourth)

    send(district, mobile="19900000042")
    changed = district.night()
    assert record(changed)["questions"] == 1
    assert record(changed)["decisions"] == {"in_force": 1, "stale": 1}
    head, *_ = sheets_of(changed.folder / RESTRICTED / FINDINGS_BOOK)["判定"][1:]
    assert head[:4] == ["判定单", "行", "结果", "说明"]


def test_what_people_have_decided_is_left_as_it_is(district: District, desk: Desk) -> None:
    send(district)
    put_there = put(district, desk.fill(asked(district.night()), ["different", "keep_other"]), "判定.xlsx")
    before = put_there.read_bytes()
    district.night()
    assert put_there.read_bytes() == before


def test_a_sheet_that_cannot_be_read_stops_the_night_and_leaves_yesterdays(district: District) -> None:
    send(district)
    night = district.night()
    (district.workspace.root / "decisions" / "判定.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    with pytest.raises(WorkspaceError, match=r"判定单 判定\.xlsx 读不了"):
        district.night()
    assert (district.workspace.runs / "current.txt").read_text(encoding="utf-8") == night.run_id
    assert [path.name for path in district.workspace.runs.iterdir() if path.is_dir()] == [night.run_id]


def test_a_sheet_without_its_columns_stops_the_night_in_words(district: District) -> None:
    send(district)
    sheet = district.workspace.root / "decisions" / "判定.csv"
    sheet.write_text("判定,判定人,判定日期\n不是同一人,甲,2025-10-15\n", encoding="utf-8")
    with pytest.raises(WorkspaceError, match=r"缺少列：.*核对码"):
        district.night()


def test_what_is_asked_and_decided_stands_in_tables_too(district: District, desk: Desk) -> None:
    send(district)
    first = district.night()
    questions = pl.read_csv(first.folder / RESTRICTED / "questions.csv", infer_schema=False)
    assert questions.height == 2
    put(district, desk.fill(asked(first), ["pending", "keep_one"]), "判定.xlsx")
    second = district.night()
    decisions = pl.read_csv(second.folder / RESTRICTED / "decisions.csv", infer_schema=False)
    assert decisions["outcome"].to_list() == ["pending", "in_force"]
    assert decisions["one_file"].null_count() == 0
