"""Nights of a workspace with a roster, read from real files of several layouts, and what is written of it."""

import json
from pathlib import Path

import polars as pl
import pytest

from bishan_survey.delivery import ROSTER_BOOK, ROSTER_PROGRESS
from bishan_survey.forms import RETURNS_LIST
from bishan_survey.nightly import Night
from bishan_survey.workspace import RECORD
from tests.areas import TOWNS, few_areas
from tests.people import certificate, identity
from tests.program import run
from tests.registers.lists import FAR, HERE
from tests.returns.sending import person
from tests.returns.test_nights import District
from tests.workbooks import sheets_of, table, write_cells

_SENT = [person(1), person(3), person(5), person(101)]


@pytest.fixture
def district(tmp_path: Path, design) -> District:
    made = District(tmp_path / "工作区", design)
    made.send("大旺社区.xlsx", _SENT)
    return made


def put(district: District, name: str, content: str | bytes = "") -> Path:
    path = district.workspace.root / "registers" / "roster" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def csv_of(*rows: tuple[str, str, str]) -> str:
    return "\n".join(["村（社区）代码,姓名,残疾人证号", *(",".join(row) for row in rows)]) + "\n"


def read(night: Night, name: str) -> pl.DataFrame:
    return pl.read_csv(night.folder / name, infer_schema=False)


def recorded(night: Night) -> dict:
    return json.loads((night.folder / RECORD).read_text(encoding="utf-8"))["roster"]


def test_rosters_in_several_layouts(district: District) -> None:
    """One file for several villages as CSV; one of a village with a title, a running number and a total."""
    put(district, "全区.csv", csv_of((HERE, "试验甲", certificate(order=1)), (HERE, "试验丙", certificate(order=3))))
    rows = [
        ["大旺社区持证残疾人底册", None, None, None],
        ["序号", "姓名", "身份证号码", "残疾证号"],
        [1, "试验戊", identity(order=5), certificate(order=5)],
        [2, "试验庚", identity(order=7), certificate(order=7)],
        ["合计", 2, None, None],
    ]
    path = put(district, f"璧城街道/{HERE}大旺社区.xlsx")
    write_cells(path, {"底册": table((0, 0), rows)})
    put(district, "别村.csv", csv_of((FAR, "试验壬", certificate(order=9))))
    night = district.night()
    checked = read(night, "restricted/roster.csv").select("status", "name", "cell")
    assert sorted(map(tuple, checked.fill_null("").rows())) == [
        ("extra", "试验乙", ""),
        ("found", "试验丙", "C3"),
        ("found", "试验戊", "D3"),
        ("found", "试验甲", "C2"),
        ("missing", "试验庚", "D4"),
        ("silent", "试验壬", "C2"),
    ]
    summary = recorded(night)
    assert (summary["files"], summary["unusable"]) == (3, 0)
    # Two files about one village both count, and the office is told.
    about = read(night, "restricted/findings.csv").filter(pl.col("file").str.starts_with("registers/roster/"))
    assert about.select("rule", "severity").unique().rows() == [("F25", "soft")]
    assert summary["counts"]["listed"] == 5
    assert summary["rates"]["visited"] == [3, 5]


def test_what_is_written(district: District) -> None:
    put(
        district,
        "底册.csv",
        csv_of(
            (HERE, "试验甲", certificate(order=1)), (HERE, "试验庚", certificate(order=7)), (HERE, "试验坏", "99012")
        ),
    )
    night = district.night()
    book = sheets_of(night.folder / "restricted" / ROSTER_BOOK)
    assert [*book] == ["小结", "入户率和完成率", "未调查到", "在别村", "底册以外", "证件到期", "对不上"]
    rates = {line[4]: line[5:] for line in book["入户率和完成率"][2:6]}
    percent, numerator, denominator, definition = rates["入户率（不含不能调查的）"]
    assert (percent, numerator, denominator) == (33.3, 1, 3)
    assert "除去不能调查的人" in definition
    assert [row[2] for row in book["未调查到"][2:]] == ["试验庚"]
    assert len(book["底册以外"]) == 2 + 3
    assert [row[2] for row in book["对不上"][2:]] == ["试验坏"]
    public = (night.folder / "statistics" / f"{ROSTER_PROGRESS}.csv").read_text(encoding="utf-8-sig")
    assert public.count("\n") == 1 + 1 + TOWNS + len(few_areas())
    assert "试验" not in public
    assert identity(order=7) not in public
    village = read(night, f"statistics/{ROSTER_PROGRESS}.csv").filter(代码=HERE).row(0, named=True)
    assert village["入户率（全部应调查的人）：分子"] == "1"
    assert village["入户率（全部应调查的人）：分母"] == "3"
    assert [village[head] for head in village if head.startswith("入户率（全部应调查的人）（%）")] == ["33.3"]
    # The village is told at its own file, and gets a workbook back for those who are in no roster.
    findings = read(night, "restricted/findings.csv").filter(pl.col("rule").str.starts_with("R"))
    assert findings.filter(rule="R01")["file"].to_list() == ["璧城街道/大旺社区.xlsx"]
    assert findings.filter(rule="R02").height == 3
    assert read(night, f"restricted/退表/{RETURNS_LIST}")["代码"].to_list() == [HERE]


def test_equal_rosters_give_equal_bytes(district: District, tmp_path: Path, design) -> None:
    lines = [(HERE, "试验甲", certificate(order=1)), (HERE, "试验庚", certificate(order=7))]
    put(district, "底册.csv", csv_of(*lines))
    again = District(tmp_path / "又一个", design)
    again.send("大旺社区.xlsx", _SENT)
    put(again, "底册.csv", csv_of(*lines))
    names = ("restricted/" + ROSTER_BOOK, "restricted/roster.csv", f"statistics/{ROSTER_PROGRESS}.csv")
    first, second = district.night(), again.night()
    assert [(first.folder / name).read_bytes() for name in names] == [
        (second.folder / name).read_bytes() for name in names
    ]


def test_without_a_roster_it_says_so(district: District) -> None:
    night = district.night()
    assert read(night, f"statistics/{ROSTER_PROGRESS}.csv").rows() == [("没有底册，算不了",)]
    summary = recorded(night)
    assert (summary["files"], summary["counts"], summary["rates"]) == (0, {}, {})


def test_a_bad_roster_does_not_stop_the_night(district: District) -> None:
    put(district, "坏的.xlsx", b"PK no workbook")
    put(district, "没有表头.csv", "试验甲,无\n试验丙,无\n")
    put(
        district,
        "底册.csv",
        csv_of(
            (HERE, "试验甲", certificate(order=1)),
            (HERE, "试验甲", certificate(order=1)),
            ("500120999999", "试验丙", certificate(order=3)),
            (HERE, "试验戊", "990120"),
        ),
    )
    night = district.night()
    told = read(night, "restricted/findings.csv").filter(pl.col("file").str.starts_with("registers/roster/"))
    places = {(row["file"].rpartition("/")[2], row["cell"]) for row in told.iter_rows(named=True)}
    assert {("坏的.xlsx", None), ("没有表头.csv", None), ("底册.csv", "C3"), ("底册.csv", "C5")} <= places
    assert any(file == "底册.csv" and cell == "A4" for file, cell in places)
    assert set(told["village"]) == {None}
    assert recorded(night)["unusable"] == 2
    assert recorded(night)["counts"]["listed"] == 3


def test_the_command(district: District) -> None:
    put(district, "底册.csv", csv_of((HERE, "试验甲", certificate(order=1)), (HERE, "试验庚", certificate(order=7))))

    shown = run("roster", district.workspace.root, "--town", "璧城街道")
    assert shown.returncode == 0, shown.stderr
    assert "入户率（全部应调查的人）：50.0%（1÷2；入户调查和见面调查的人 ÷ 底册上的全部人" in shown.stdout
    assert "试验" not in shown.stdout + shown.stderr
    assert identity(order=1)[:14] not in shown.stdout + shown.stderr
    put(district, "坏的.xlsx", b"PK no workbook")
    document = run("roster", district.workspace.root, "--json")
    assert document.returncode == 5
    content = json.loads(document.stdout)
    assert content["schema"] == "bishan-survey/roster/1"
    assert content["roster"]["rows"] == {"extra": 3, "found": 1, "missing": 1}
    assert len(content["areas"]) == TOWNS
