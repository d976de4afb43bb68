"""What a 镇街 is handed never shows another 镇街's person, file or village; and the scan that says so can fail."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from bishan_survey import frames
from bishan_survey.design import load_defaults
from bishan_survey.forms import FormContent, write_form
from bishan_survey.model import AreaFrame, Batch, Design
from bishan_survey.nightly import Night, nightly
from bishan_survey.towns import OTHER_FILE, of_town
from bishan_survey.workspace import Workspace, create_workspace
from tests.areas import TOWNS, few_areas
from tests.conftest import EDITION
from tests.deduplication.records import ELSEWHERE, HERE, NEXT_DOOR, counted, record
from tests.people import adult, certificate
from tests.returns.sending import Silent
from tests.scanning import found
from tests.workbooks import sheets_of, table, write_cells

TWICE, COPIED, SLIPPED = certificate(order=5), certificate("19650308", 7), certificate("19710101", 9)
SLIP = SLIPPED[:9] + "3" + SLIPPED[10:]
HEADS = {"镇街": "town", "村（社区）": "village", "姓名": "name", "残疾人证号": "certificate_no", "手机号码": "mobile"}
PHONE = "199000000{}".format


def one(name: str, number: str, phone: str, **answers: str) -> dict[str, str]:
    """A person of a name, a number and a phone that nobody else has."""
    return adult(name=name, certificate_no=number, mobile=phone, **answers)


SHARED = [one("试同甲", certificate(order=31), PHONE(31)), one("试同乙", certificate(order=33), PHONE(33))]
LISTED = [one("试乡己", certificate(order=41), "12"), one("试外己", certificate(order=43), "13")]
"""In a list of two 镇街; the phones are faults."""
ASTRAY = one("试外庚", certificate(order=51), "14")
"""In a file of the first 镇街's folder, of the second's village."""
HOME = [
    one("试双甲", TWICE, PHONE(11)),
    one("试号乙", COPIED, PHONE(12)),
    one("试似丙", SLIPPED, PHONE(99)),
    one("试乡丁", certificate(order=21), "15"),
]
AWAY = [
    one("试双甲", TWICE, PHONE(61), survey_date="2025-07-09"),
    one("试异戊", COPIED, PHONE(62)),
    one("试似丙", SLIP, PHONE(99)),
    one("试外丁", certificate(order=23), "16"),
]


@dataclass(frozen=True)
class Side:
    """A 镇街 of the night: its village, and what only it may see."""

    town: str
    village: str
    secrets: Sequence[str]


@dataclass(frozen=True)
class Two:
    night: Night
    sides: Sequence[Side]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, design: Design) -> Two:
    """A night on which two 镇街 have everything in common that they can have."""
    defaults, root = load_defaults(), tmp_path_factory.mktemp("towns") / "ws"
    create_workspace(root, defaults.survey(design), few_areas(), defaults.district_code, defaults.district)
    workspace = Workspace.open(root, frozenset(design.questionnaires))
    home, *_, away = workspace.areas.villages
    for village, people, name in ((home, HOME, "甲表.xlsx"), (away, AWAY, "乙表.xlsx")):
        rows = [{**person, "town": village.town, "village": village.name} for person in people]
        content = FormContent(village, {"person": rows})
        path = workspace.inbox / village.town / name
        write_form(path, design, design.questionnaires[EDITION], workspace.settings.survey, content)
        rolls(workspace.inbox / village.town / f"{village.name}名单.xlsx", [(None, one) for one in SHARED])
    rolls(workspace.inbox / "两地.xlsx", [*zip((home, away), LISTED, strict=True)])
    people = [[one["name"], one["certificate_no"][:18]] for one in (*HOME, *AWAY)]
    others = [["姓名", "身份证号码"], *people]
    write_cells(root / "registers" / "minimum-living" / "低保.xlsx", {"名单": table((0, 0), others)})
    rolls(workspace.inbox / home.town / "带错.xlsx", [(home, HOME[3]), (away, ASTRAY)])
    night = nightly(workspace, design, datetime(2025, 11, 1, 2, tzinfo=UTC), Silent())
    strangers = ("甲表", "两地.xlsx", "带错.xlsx", f"{home.name}名单", home.name, *seen(HOME[1], HOME[3], LISTED[0]))
    natives = ("乙表", "两地.xlsx", f"{away.name}名单", away.name, *seen(AWAY[1], AWAY[3], LISTED[1], ASTRAY))
    shared = {COPIED, SLIPPED, SLIP}
    sides = (
        Side(home.town, home.name, [*(s for s in natives if s not in shared), SLIP, PHONE(61)]),
        Side(away.town, away.name, [*(s for s in strangers if s not in shared), SLIPPED, PHONE(11)]),
    )
    return Two(night, sides)


def rolls(path: Path, people: Sequence[tuple[object, Mapping[str, str]]]) -> None:
    """A plain list; people with a village say so in their row."""
    rows = [
        [
            getattr(village, {"town": "town", "village": "name"}[item], "")
            if item in ("town", "village")
            else who[item]
            for item in HEADS.values()
        ]
        for village, who in people
    ]
    write_cells(path, {"名单": table((0, 0), [[*HEADS], *rows])})


def seen(*people: Mapping[str, str]) -> Iterator[str]:
    """By what somebody is known."""
    for person in people:
        yield from (person["name"], person["certificate_no"])


def leaks(folder: Path, side: Side) -> list[tuple[str, str]]:
    """Where something stands that a 镇街 must not see."""
    return [
        (place, secret)
        for handed in ("镇街", "退表")
        for place, secrets in found(folder / "restricted" / handed / side.town, side.secrets).items()
        for secret in secrets
    ]


def test_nothing_of_another_town_is_in_what_a_town_is_handed(two: Two) -> None:
    for side in two.sides:
        assert leaks(two.night.folder, side) == []
        names = {path.name for path in (two.night.folder / "restricted" / "退表" / side.town).iterdir()}
        assert len(names) >= 3, names


@pytest.mark.parametrize("where", ["cell", "hidden", "comment", "title", "csv", "district"])
def test_the_scan_finds_a_leak_wherever_it_is(two: Two, tmp_path: Path, where: str) -> None:
    side = two.sides[0]
    folder = tmp_path / "restricted" / "镇街" / side.town
    folder.mkdir(parents=True)
    secret = side.secrets[-1]
    if where == "district":
        shutil.copy(two.night.folder / "restricted" / "问题清单.xlsx", folder)
    elif where == "csv":
        (folder / "表.csv").write_text(f"号码\n{secret}\n", encoding="utf-8-sig")
    else:
        with xlsxwriter.Workbook(str(folder / "表.xlsx")) as book:
            sheets = book.add_worksheet(), book.add_worksheet()
            sheets[1].hide()
            if where == "title":
                book.set_properties({"title": secret})
            elif where == "comment":
                sheets[0].write_comment("A1", secret)
            else:
                sheets[where == "hidden"].write_string("A1", secret)
    assert leaks(tmp_path, side)


def test_every_town_has_a_list_and_what_is_its_own_stands_in_it(two: Two) -> None:
    folder = two.night.folder / "restricted" / "镇街"
    assert len([*folder.glob("*/*问题清单.xlsx")]) == TOWNS
    home = two.sides[0]
    sheets = sheets_of(folder / home.town / f"{home.town}问题清单.xlsx")
    assert [*sheets] == ["改错进度", "问题清单", "重复登记", "可能重复", "差异", "规范化记录", "未作记录的行"]
    _, _, *levels = sheets["改错进度"]
    assert {row[3] for row in levels} == {home.town}

    faults = rows(sheets["问题清单"])
    assert {row["镇街"] for row in faults} == {home.town}
    assert {"D05", "F30"} <= {row["规则"] for row in faults}
    assert {row["文件"] for row in faults if row["原填内容"] == "12"} == {OTHER_FILE}
    twice = rows(sheets["重复登记"])
    assert {row["依据"] for row in twice} == {"在区内其他镇街也有登记"}
    assert all(not row["相同的项目"] and not row["不同的项目"] and not row["为什么是同一人"] for row in twice)
    perhaps = rows(sheets["可能重复"])
    assert {row["为什么要问"] for row in perhaps} == {"在区内其他镇街可能也有登记，由区里核对"}
    assert all(row["甲的文件"] for row in perhaps)
    assert not any(row[head] for row in perhaps for head in row if head.startswith("乙"))

    (apart,) = sheets_of(folder / home.town / f"{home.town}部门比对.xlsx").values()
    assert {row["镇街"] for row in rows(apart)} == {home.town}


def rows(sheet: list[list[object]]) -> list[dict[str, object]]:
    _, head, *lines = sheet
    return [dict(zip(head, line, strict=True)) for line in lines]


# --- the filter itself ----------------------------------------------------------------------------------------------


def district(records: Sequence[Mapping[str, object]], design: Design, *, released: bool | None = None) -> Batch:
    """A batch after deduplication; the pairs with the column of the district's release."""
    batch = counted(records, design)
    files = sorted({f"{one['at']}.xlsx" for one in records})
    sources = [
        {"file": file, "sha256": file, "bytes": 1, "town": file[:9], "rows_read": 1, "usable": True}
        | {"declared_none": False}
        for file in files
    ]
    pairs = batch.pairs if released is None else batch.pairs.with_columns(released=pl.lit(released))
    return replace(batch, sources=frames.stack(frames.SOURCES, [pl.DataFrame(sources)]), pairs=pairs)


def person(at: str, number: str = TWICE, **answers: object) -> dict[str, object]:
    return record(number, "试双甲", at=at, mobile=PHONE(99), **answers)


def test_an_own_pair_is_shown_in_full(design: Design, areas: AreaFrame) -> None:
    records = [person(HERE), person(NEXT_DOOR), person(NEXT_DOOR, SLIP), person(HERE, SLIPPED)]
    batch = district(records, design)
    own = of_town(batch, HERE[:9], areas)
    assert own.links.equals(batch.links)
    assert own.pairs.equals(batch.pairs)
    assert of_town(batch, ELSEWHERE[:9], areas).links.is_empty()


@pytest.mark.parametrize("released", [None, False, True])
def test_a_release_shows_the_place_and_nothing_of_the_person(
    design: Design, areas: AreaFrame, *, released: bool | None
) -> None:
    batch = district(
        [person(HERE), person(ELSEWHERE), person(NEXT_DOOR, SLIPPED), person(ELSEWHERE, SLIP)],
        design,
        released=released,
    )
    for town, other in ((HERE, ELSEWHERE), (ELSEWHERE, None)):
        own = of_town(batch, town[:9], areas)
        pair = own.pairs.filter(verdict="possible").row(0, named=True)
        places = {name for name in pair if name.startswith("other_") and pair[name] is not None}
        assert places == ({"other_town", "other_village"} if released else set())
        assert [pair[name] for name in ("rule", "reason", "agreed", "differed", "pair", "basis")] == [None] * 6
        mine, *theirs = own.links.rows(named=True)
        assert mine["town"] == town[:9]
        assert mine["reason"] is None
        assert len(theirs) == bool(released)
        for line in theirs:
            shown = {name for name, value in line.items() if value is not None}
            assert shown == {"group", "unit", "town", "village", "across_towns"}
            assert line["village"] == (other or HERE)


def test_a_record_of_no_village_is_of_the_town_that_its_file_came_from(design: Design, areas: AreaFrame) -> None:
    batch = district([person(HERE), person(ELSEWHERE, SLIPPED)], design)
    unplaced = {
        of: frame.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in ("_village", "_town"))
        for of, frame in batch.records.items()
    }
    for town in (HERE, ELSEWHERE):
        own = of_town(replace(batch, records=unplaced), town[:9], areas)
        assert [frame["_file"].to_list() for frame in own.records.values()] == [[f"{town}.xlsx"]]
        nowhere = batch.sources.with_columns(town=pl.lit(None, dtype=pl.String))
        lost = of_town(replace(batch, records=unplaced, sources=nowhere), town[:9], areas)
        assert [frame.height for frame in lost.records.values()] == [0]
