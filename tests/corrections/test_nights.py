"""Nights of a workspace with a sheet of corrections: real files, real results, the originals left alone."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from bishan_survey.errors import WorkspaceError
from bishan_survey.model import Design
from bishan_survey.nightly import Night, nightly
from tests.corrections.lines import accept, clear, drop, line, write_sheet
from tests.people import certificate
from tests.returns.sending import Silent, person
from tests.returns.test_nights import District, results
from tests.workbooks import sheets_of

WAS, NOW = "19900000001", "19900000002"
LINES = [
    line(1, "手机号码", WAS, NOW),
    line(1, "受教育程度", "初中", "高中"),
    clear(3, "备注", "待查"),
    accept(5, "填表日期", "昨天"),
    drop(7),
    line(3, "手机号码", NOW, "19900000003"),
    line(99, "手机号码", WAS, NOW),
]
AS_SENT = [person(1), person(3, remarks="待查"), person(5, survey_date="昨天"), person(7)]
PUT_RIGHT = [person(1, mobile=NOW, education="4"), person(3), person(5, survey_date="昨天")]


@pytest.fixture
def district(tmp_path: Path, design: Design) -> District:
    return District(tmp_path / "工作区", design)


def sheet(district: District) -> Path:
    return district.workspace.root / "corrections.xlsx"


def everything(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def outcomes(night: Night) -> list[str]:
    return pl.read_csv(night.folder / "restricted" / "corrections.csv", infer_schema=False)["outcome"].to_list()


def test_a_night_applies_the_sheet_and_tells_of_every_line(district: District) -> None:
    district.send("大旺社区.xlsx", AS_SENT)
    write_sheet(sheet(district), LINES)
    night = district.night()
    assert outcomes(night) == ["applied"] * 5 + ["stale", "refused"]
    told = pl.read_csv(night.folder / "restricted" / "corrections.csv", infer_schema=False)
    assert told["cell"].str.contains(r"^[A-Z]+\d+$").to_list() == [True] * 4 + [None, True, None]
    assert (night.folder / "restricted" / "corrections.csv").stat().st_mode & 0o077 == 0
    record = json.loads((night.folder / "run.json").read_text(encoding="utf-8"))
    assert record["corrections"] == {"applied": 5, "refused": 1, "stale": 1}
    assert record["rows"] == {"read": 5, "accepted": 3, "held": 0, "duplicate": 0, "superseded": 0, "not_a_record": 2}
    assert record["findings"]["accepted"] == 1
    book = sheets_of(night.folder / "restricted" / "问题清单.xlsx")
    (_, head, *rows) = book["更正"]
    assert [row[head.index("结果")] for row in rows[:2]] == ["原值不符", "不能照办"]
    assert len(rows) == len(LINES)
    assert sorted(row[-1] for row in book["未作记录的行"][2:]) == ["只有预先填好的内容", "由更正删去"]
    assert "已认可" in [cell for row in book["问题清单"] for cell in row]


def test_the_originals_are_left_alone(district: District) -> None:
    district.send("大旺社区.xlsx", AS_SENT)
    write_sheet(sheet(district), LINES)
    root = district.workspace.root
    before = everything(root / "inbox") | {"sheet": sheet(district).read_bytes()}
    district.night()
    archived = everything(root / "archive")
    district.night()
    assert before == everything(root / "inbox") | {"sheet": sheet(district).read_bytes()}
    assert archived == everything(root / "archive")
    assert before["璧城街道/大旺社区.xlsx"] in archived.values()


def test_the_journal_on_the_originals_gives_the_same_bytes(district: District, tmp_path: Path, design: Design) -> None:
    district.send("大旺社区.xlsx", AS_SENT)
    write_sheet(sheet(district), LINES)
    first = district.night()
    elsewhere = District(tmp_path / "另一个", design)
    elsewhere.send("大旺社区.xlsx", AS_SENT)
    write_sheet(sheet(elsewhere), LINES)
    second = elsewhere.night()
    made, again = everything(first.folder), everything(second.folder)
    assert made.keys() == again.keys()
    assert [name for name in made if made[name] != again[name]] in ([], ["run.json"], ["run.json", "报告.html"])


def test_a_second_night_of_the_same_workspace_corrects_the_same(district: District) -> None:
    district.send("大旺社区.xlsx", AS_SENT)
    write_sheet(sheet(district), LINES)
    first, second = district.night(), district.night()
    assert results(first) == results(second)
    for name in ("corrections.csv", "person-bishan-2025.csv", "not_records.csv"):
        assert (first.folder / "restricted" / name).read_bytes() == (second.folder / "restricted" / name).read_bytes()


def test_a_sheet_whose_corrections_the_village_has_made_changes_nothing(
    district: District, tmp_path: Path, design: Design
) -> None:
    district.send("大旺社区.xlsx", PUT_RIGHT)
    write_sheet(sheet(district), LINES[:5])
    night = district.night()
    assert outcomes(night) == ["already", "already", "already", "applied", "already"]
    corrected = District(tmp_path / "照办", design)
    corrected.send("大旺社区.xlsx", AS_SENT)
    write_sheet(sheet(corrected), LINES[:5])
    assert results(night) == results(corrected.night())


def test_what_is_taken_off_the_sheet_is_as_it_was_sent(district: District) -> None:
    district.send("大旺社区.xlsx", AS_SENT)
    before = district.night()
    write_sheet(sheet(district), LINES)
    assert results(district.night()) != results(before)
    sheet(district).unlink()
    assert results(district.night()) == results(before)


def test_a_sheet_that_cannot_be_read_stops_before_anything_is_published(district: District, design: Design) -> None:
    district.send("大旺社区.xlsx", AS_SENT)
    district.night()
    runs = everything(district.workspace.runs)
    sheet(district).write_bytes(b"no sheet")
    with pytest.raises(WorkspaceError):
        district.night()
    write_sheet(sheet(district), LINES)
    (district.workspace.root / "corrections.csv").write_text("编号\n", encoding="utf-8")
    with pytest.raises(WorkspaceError) as raised:
        nightly(district.workspace, design, datetime(2025, 11, 9, tzinfo=UTC) + timedelta(hours=1), Silent())
    assert "corrections.csv" in raised.value.message
    assert everything(district.workspace.runs) == runs


def test_no_number_stands_where_everybody_may_look(district: District) -> None:
    district.send("大旺社区.xlsx", AS_SENT)
    write_sheet(sheet(district), LINES)
    night = district.night()
    for path in [*(night.folder / "statistics").rglob("*.csv"), *night.folder.glob("*.json")]:
        text = path.read_text(encoding="utf-8-sig")
        assert WAS not in text
        assert certificate(order=1) not in text
