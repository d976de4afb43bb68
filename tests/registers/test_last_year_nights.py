"""Nights of a workspace that knows last year's round, from files or from last year's workspace."""

import json
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from bishan_survey.errors import WorkspaceError
from bishan_survey.forms import FormContent, write_form
from bishan_survey.model import AreaFrame, Design, Survey
from bishan_survey.nightly import Night, nightly
from bishan_survey.workspace import Workspace, create_workspace
from tests.conftest import EDITION
from tests.people import certificate
from tests.program import run
from tests.returns.sending import VILLAGE, Silent, person
from tests.workbooks import sheets_of, table, write_cells

_NIGHT = datetime(2025, 11, 1, 2, tzinfo=UTC)
_BEFORE = [person(1, education="5"), person(3), person(5, survey_status="1", remarks="去世"), person(7)]
_NOW = [person(1, education="2"), person(3, education="4"), person(9)]


class District:
    """A workspace of the tests' four villages, and its nights."""

    def __init__(self, root: Path, design: Design, survey: Survey, areas: AreaFrame) -> None:
        rows = [
            {"code": v.code, "name": v.name, "town_code": v.town_code, "town_name": v.town, "former_names": ""}
            for v in areas.villages
        ]
        create_workspace(root, survey, rows, areas.district_code, areas.district)
        self.root, self._design = root, design

    def send(self, *people: Mapping[str, str]) -> None:
        """A village's form, filled in."""
        workspace = self.opened()
        village = workspace.areas.by_code[VILLAGE]
        path = workspace.inbox / village.town / "大旺社区.xlsx"
        form = self._design.questionnaires[EDITION]
        write_form(path, self._design, form, workspace.settings.survey, FormContent(village, {"person": people}))

    def opened(self) -> Workspace:
        """The workspace as its settings are now."""
        return Workspace.open(self.root, frozenset(self._design.questionnaires))

    def night(self) -> Night:
        """A night."""
        return nightly(self.opened(), self._design, _NIGHT, Silent())

    def says(self, text: str) -> None:
        """Add to the settings."""
        path = self.root / "survey.toml"
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")

    @property
    def last_years_files(self) -> Path:
        """Where last year's files are put."""
        return self.root / "registers" / "last-year"


@pytest.fixture
def before(tmp_path: Path, design: Design, survey: Survey, areas: AreaFrame) -> District:
    """Last year's district, with a night."""
    made = District(tmp_path / "2024年调查", design, survey, areas)
    made.send(*_BEFORE)
    made.night()
    return made


@pytest.fixture
def now(tmp_path: Path, design: Design, survey: Survey, areas: AreaFrame) -> District:
    """This year's district, before its night."""
    made = District(tmp_path / "2025年调查", design, survey, areas)
    made.send(*_NOW)
    return made


def told(night: Night) -> dict[str, object]:
    record = json.loads((night.folder / "run.json").read_text(encoding="utf-8"))
    return record.get("last_year", {})


def y_rules(night: Night) -> list[tuple[str, str]]:
    found = pl.read_csv(night.folder / "restricted" / "findings.csv", infer_schema=False)
    return found.filter(pl.col("rule").str.starts_with("Y")).select("rule", "status").rows()


def test_without_last_year_nothing_is_compared(now: District) -> None:
    night = now.night()
    assert told(night) == {}
    assert not (night.folder / "statistics" / "上年变动.csv").exists()
    shown = run("changes", now.root)
    assert shown.returncode == 4
    assert "[last_year]" in shown.stderr


def test_last_years_workspace_and_its_files_give_the_same(before: District, now: District, tmp_path: Path) -> None:
    other = tmp_path / "用文件"
    shutil.copytree(now.root, other)
    now.says('\n[last_year]\nworkspace = "../2024年调查"\n')
    night = now.night()
    persons = {"matched": 2, "new": 1, "gone": 1, "left": 1}
    assert {name: count for name, count in told(night)["persons"].items() if count} == persons
    assert (told(night)["changed"], told(night)["code_books_known"]) == (2, True)
    assert y_rules(night) == [("Y01", "new")]

    shutil.copytree(before.root / "inbox", other / "registers" / "last-year")
    by_files = nightly(
        Workspace.open(other, frozenset({EDITION, "cdpf-2022", "cdpf-2018"})), now._design, _NIGHT, Silent()
    )
    assert told(by_files) == told(night)
    for name in ("statistics/上年变动.csv", "restricted/last-year-persons.csv", "restricted/last-year-changes.csv"):
        listed = (by_files.folder / name).read_bytes().replace(b"registers/last-year/", b"")
        assert listed == (night.folder / name).read_bytes()


def test_what_a_night_publishes(before: District, now: District) -> None:
    now.says('\n[last_year]\nworkspace = "../2024年调查"\n')
    night = now.night()
    sheets = sheets_of(night.folder / "restricted" / "与上年比较.xlsx")
    (_, head, *lines) = sheets["变动明细"]
    shown = {(line[head.index("上年")], line[head.index("今年")]) for line in lines}
    assert shown == {("5 大专", "2 小学"), ("3 初中", "4 高中（中专）")}
    assert all(str(line[head.index("单元格")]).isalnum() for line in lines)
    (_, head, *lines) = sheets["新增与减少的人"]
    assert sorted(line[head.index("情况")] for line in lines) == ["上年已去世或迁出", "减少", "新增"]
    (_, head, *lines) = sheets["小结"]
    education = next(line for line in lines if line[0] == "受教育程度")
    assert education[: len(head)] == ["受教育程度", "璧山区", 2.0, 2.0, 100.0, 0.0, 0.0, 0.0]
    (_, head, whole, town) = sheets["各镇街的人"]
    assert whole[1:] == town[1:]

    public = "".join(
        path.read_text(encoding="utf-8-sig")
        for path in (night.folder / "statistics").glob("*")
        if path.suffix in (".csv", ".json")
    )
    for someone in (*_BEFORE, *_NOW):
        assert someone["certificate_no"][:18] not in public
        assert someone["name"] not in public
    rules = pl.read_csv(night.folder / "statistics" / "规则统计.csv", infer_schema=False)
    assert rules.filter(pl.col("规则") == "Y01")["不通过的记录"].to_list() == ["1"]
    assert not any("{" in text for text in rules["问题"])
    returned = sheets_of(night.folder / "restricted" / "退表" / "璧城街道" / f"{VILLAGE}大旺社区居民委员会.xlsx")
    assert "受教育程度比上年低，上年填的是“5 大专”" in str(returned["问题清单"])


def test_the_command_shows_items_and_towns(before: District, now: District) -> None:
    now.says('\n[last_year]\nworkspace = "../2024年调查"\n')
    now.night()
    shown = run("changes", now.root)
    assert shown.returncode == 0, shown.stderr
    first = next(line for line in shown.stdout.splitlines() if "项目：" in line)
    assert first == "  项目：受教育程度；可比：2；变了：2；%：100.0"
    assert "  新增：1" in shown.stdout
    by_town = json.loads(run("changes", now.root, "--item", "education", "--json").stdout)
    assert [(row["area_name"], row["changed"]) for row in by_town["items"]] == [("璧山区", 2), ("璧城街道", 2)]
    of_town = json.loads(run("changes", now.root, "--town", "璧城街道", "--json").stdout)
    assert of_town["items"][0]["label"] == "受教育程度"
    assert run("changes", now.root, "--item", "没有这一项").returncode == 2
    everything = shown.stdout + shown.stderr + json.dumps(by_town)
    assert certificate(order=1)[:18] not in everything
    assert "试验甲" not in everything


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ('workspace = "../没有"', "不存在"),
        ('workspace = "."', "就是本工作区"),
        ('workspace = "../2024年调查/inbox"', "上年的工作区"),
        ("workspace = 2024", "[last_year] workspace"),
    ],
)
def test_a_path_that_leads_nowhere_is_told(before: District, now: District, setting: str, said: str) -> None:
    now.says(f"\n[last_year]\n{setting}\n")
    with pytest.raises(WorkspaceError) as caught:
        now.night()
    assert said in caught.value.message
    assert caught.value.advice


def test_two_sources_are_refused(before: District, now: District) -> None:
    now.says('\n[last_year]\nworkspace = "../2024年调查"\n')
    shutil.copytree(before.root / "inbox", now.last_years_files)
    with pytest.raises(WorkspaceError, match="两个来源"):
        now.night()


def test_a_workspace_without_results_is_told(tmp_path, now, design, survey, areas) -> None:
    District(tmp_path / "2024年调查", design, survey, areas)
    now.says('\n[last_year]\nworkspace = "../2024年调查"\n')
    with pytest.raises(WorkspaceError, match="还没有结果"):
        now.night()


def test_damaged_results_of_last_year_are_told(before: District, now: District) -> None:
    now.says('\n[last_year]\nworkspace = "../2024年调查"\n')
    (parquet,) = before.root.glob(f"runs/*/restricted/person-{EDITION}.parquet")
    parquet.write_bytes(parquet.read_bytes()[:100])
    with pytest.raises(WorkspaceError, match="已损坏"):
        now.night()
    parquet.unlink()
    with pytest.raises(WorkspaceError, match="没有人的记录"):
        now.night()


def test_results_of_an_older_program_are_compared_by_codes_and_that_is_said(before: District, now: District) -> None:
    now.says('\n[last_year]\nworkspace = "../2024年调查"\n')
    (books,) = before.root.glob("runs/*/statistics/code-books.csv")
    books.unlink()
    assert told(now.night())["code_books_known"] is False
    shown = run("nightly", now.root)
    assert shown.returncode == 0
    assert "旧版程序" in shown.stderr


def test_bad_files_of_last_year_are_told_and_the_night_goes_on(now: District) -> None:
    folder = now.last_years_files
    head = ["村（社区）代码", "姓名", "残疾人证号", "文化程度"]
    people = [
        [VILLAGE, "试验甲", certificate(order=1), "大专"],
        [VILLAGE, "试验甲", certificate(order=1), "大专"],
        ["500120999001", "试验丙", certificate(order=3), "初中"],
        [VILLAGE, "试验丁", certificate(order=7).replace("1980", "1981"), "初中"],
    ]
    write_cells(folder / "名册.xlsx", {"名册": table((0, 0), [head, *people])})
    write_cells(folder / "没有表头.xlsx", {"表": {"B2": "通知", "B3": "请各村尽快报送"}})
    (folder / "坏.xlsx").write_bytes(b"PK\x03\x04 nothing")
    night = now.night()
    persons = {name: count for name, count in told(night)["persons"].items() if count}
    assert persons == {"matched": 2, "new": 1, "unnumbered": 1}
    assert y_rules(night) == [("Y01", "new")]
    (_, head_of, *lines) = sheets_of(night.folder / "restricted" / "与上年比较.xlsx")["上年表的问题"]
    files = {line[head_of.index("文件")] for line in lines}
    assert files == {f"registers/last-year/{name}.xlsx" for name in ("名册", "没有表头", "坏")}
    shown = run("nightly", now.root)
    assert shown.returncode == 0, shown.stderr
    assert "上年的文件有2个读不了" in shown.stderr
    assert "与上年比较，两年都有的人：2" in shown.stdout
    assert certificate(order=1)[:18] not in shown.stdout + shown.stderr


def test_nothing_but_bad_files_makes_nobody_new(now: District) -> None:
    now.last_years_files.mkdir(parents=True)
    (now.last_years_files / "坏.xlsx").write_bytes(b"PK\x03\x04 nothing")
    persons = told(now.night())["persons"]
    assert {name: count for name, count in persons.items() if count} == {"unlisted": 3}


def test_villages_that_were_renumbered_are_known_by_their_names(before: District, now: District) -> None:
    frame = before.root / "areas.csv"
    frame.write_text(frame.read_text(encoding="utf-8-sig").replace("500120001001", "500120001009"), encoding="utf-8")
    (parquet,) = before.root.glob(f"runs/*/restricted/person-{EDITION}.parquet")
    older = pl.read_parquet(parquet.read_bytes()).with_columns(_village=pl.lit("500120001009"))
    older.write_parquet(parquet)
    now.says('\n[last_year]\nworkspace = "../2024年调查"\n')
    night = now.night()
    assert told(night)["moved"] == 0
    assert told(night)["persons"]["new"] == 1
