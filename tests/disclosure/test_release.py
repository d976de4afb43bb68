"""Making tables public: what is written where, what is remembered, what is refused."""

import csv
import json
import os
import re
import shutil
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from typer.testing import CliRunner

from bishan_survey.cli.app import app
from bishan_survey.design import load_design
from bishan_survey.errors import WorkspaceError
from bishan_survey.model import Design
from bishan_survey.nightly import nightly
from bishan_survey.release import Edition, prepare, release
from bishan_survey.workspace import Workspace, current_run
from tests.conftest import ROOT
from tests.disclosure.attacker import Attacker
from tests.returns.sending import Silent
from tests.workbooks import sheets_of

_TABLES = {"T10", "T11", "T18", "T60"}
_CATEGORIES = {"合计", "视力", "听力", "言语", "肢体", "智力", "精神", "多重", "未填报"}


@pytest.fixture(scope="module")
def few() -> Design:
    """The definitions with few public tables, so that it does not take long."""
    design = load_design()
    notes = {"T60": ("另见表T61、表T10。",)}
    return replace(
        design,
        shells=tuple(replace(s, public=s.id in _TABLES, notes=notes.get(s.id, s.notes)) for s in design.shells),
    )


@pytest.fixture(scope="module")
def after_a_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small workspace after a night."""
    folder = tmp_path_factory.mktemp("release") / "workspace"
    shutil.copytree(ROOT / "sample_data" / "workspace", folder)
    nightly(opened(folder), load_design(), datetime.now().astimezone(), Silent())
    return folder


@pytest.fixture
def workspace(after_a_night: Path, tmp_path: Path) -> Workspace:
    """A copy of its own."""
    return opened(Path(shutil.copytree(after_a_night, tmp_path / "workspace")))


def opened(folder: Path) -> Workspace:
    return Workspace.open(folder, frozenset(load_design().questionnaires))


def publish(workspace: Workspace, edition: Edition, folder: Path) -> Path:
    folder.mkdir()
    return release(workspace, edition, folder)


def set_disclosure(workspace: Workspace, written: str) -> None:
    path = workspace.root / "survey.toml"
    others = path.read_text(encoding="utf-8").split("[disclosure]")[0]
    path.write_text(f"{others}\n[disclosure]\n{written}\n", encoding="utf-8")


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_public_edition_tells_no_small_count(workspace: Workspace, few: Design, tmp_path: Path) -> None:
    publish(workspace, prepare(workspace, few, False), tmp_path / "public")
    internal = rows(current_run(workspace).path / "statistics" / "tables" / "T10.csv")
    by_area = {row[0]: row for row in internal}
    public = rows(tmp_path / "public" / "tables" / "T10.csv")
    pairs = [pair for row in public for pair in zip(by_area[row[0]], row, strict=True)]
    assert {told for counted, told in pairs if counted in {"1", "2", "3", "4"}} == {"×"}
    assert all(told in (counted, "×") for counted, told in pairs)
    assert not [row for row in public[1:] if len(row[0]) == 12]  # no villages
    assert Attacker(tmp_path / "public", ROOT / "templates").unknown


def test_the_workbook_says_what_it_is(workspace: Workspace, few: Design, tmp_path: Path) -> None:
    publish(workspace, prepare(workspace, few, False), tmp_path / "public")
    book = sheets_of(tmp_path / "public" / "统计表（公开版）.xlsx")
    texts = {name: " ".join(str(cell) for row in sheet for cell in row) for name, sheet in book.items()}
    assert "公开版" in texts["封面"]
    assert "×" in texts["说明"]
    assert "×" in texts["T10"]
    assert "收表台账" not in book
    assert "应报送的村（社区） 10 已报送 9" in texts["说明"]
    assert "调查表 bishan-2025" in texts["说明"]
    assert re.search(r"数据截至（最后一份文件收到的日期） \d{4}-\d\d-\d\d", texts["说明"])
    assert "各镇街按残疾类别分的持证残疾人" in texts["目录"], "no villages, neither in the table nor in its title"
    assert texts["T10"].startswith("表T10  各镇街按残疾类别分的持证残疾人")
    assert "另见表T61（没有公布）、表T10。" in texts["T60"]
    internal = sheets_of(current_run(workspace).path / "statistics" / "统计表.xlsx")
    assert "内部" in " ".join(str(cell) for row in internal["封面"] for cell in row)


def test_links_lead_somewhere_and_pages_print(workspace: Workspace, few: Design, tmp_path: Path) -> None:
    publish(workspace, prepare(workspace, few, False), tmp_path / "public")
    with ZipFile(tmp_path / "public" / "统计表（公开版）.xlsx") as file:
        whole = file.read("xl/workbook.xml").decode()
        sheets = [file.read(name).decode() for name in file.namelist() if name.startswith("xl/worksheets/sheet")]
    names = set(re.findall(r'<sheet name="([^"]+)"', whole))
    links = re.findall(r"""<hyperlink [^>]*location="'?([^'!"]+)'?!A1\"""", "".join(sheets))
    assert names >= _TABLES
    assert set(links) >= {"目录", *_TABLES}
    assert set(links) <= names
    assert not [sheet for sheet in sheets if "<mergeCell" in sheet]
    repeated = set(re.findall(r"""Print_Titles"[^>]*>'?([^'!]+)'?!""", whole))
    assert repeated >= {"目录", *_TABLES}


def test_titles_of_public_tables_can_be_cut_to_the_areas_that_they_have() -> None:
    public = [shell for shell in load_design().shells if shell.public and not shell.stub]
    begins = {"village": "各镇街、村（社区）", "town": "各镇街", "district": ""}
    assert public
    assert all(shell.title.startswith(begins[shell.areas[-1]]) for shell in public)


def test_reasons_stay_in_the_office(workspace: Workspace, few: Design, tmp_path: Path) -> None:
    kept = publish(workspace, prepare(workspace, few, False), tmp_path / "public")
    assert kept.parent == workspace.root / "released"
    assert (kept / "抑制清单.xlsx").is_file()
    assert not [name for name in contents(tmp_path / "public") if "抑制" in name or "指标" in name]
    header, *listed = rows(kept / "抑制清单.csv")
    assert listed
    assert all(row[header.index("原因")] for row in listed)
    places = {tuple(row[header.index(name)] for name in ("表号", "行", "列")) for row in listed}
    assert {place for place in places if place[0] == "T10"} <= {("T10", "", label) for label in _CATEGORIES}
    stubs = {place[1] for place in places if place[0] == "T18"}
    assert stubs
    assert not any(stub.isdigit() or not stub for stub in stubs), "rows are called by their labels"
    if os.name == "posix":
        for path in (workspace.root / "released", kept, *kept.iterdir(), current_run(workspace).path / "statistics"):
            assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path


def test_the_same_numbers_can_be_published_again_and_give_the_same_bytes(
    workspace: Workspace, few: Design, tmp_path: Path
) -> None:
    publish(workspace, prepare(workspace, few, False), tmp_path / "first")
    publish(workspace, prepare(workspace, few, False), tmp_path / "second")
    assert contents(tmp_path / "first") == contents(tmp_path / "second")
    assert len(list((workspace.root / "released").iterdir())) == 2


def test_what_was_told_stays_told_when_the_threshold_rises(workspace: Workspace, few: Design, tmp_path: Path) -> None:
    publish(workspace, prepare(workspace, few, False), tmp_path / "first")
    policy = replace(prepare(workspace, few, False).policy, threshold=30)
    stricter = replace(workspace, settings=replace(workspace.settings, disclosure=policy))
    publish(stricter, prepare(stricter, few, False), tmp_path / "second")
    for table in ("T10", "T11", "T18"):
        later = {row[0] + row[1] + row[2]: row for row in rows(tmp_path / "second" / "tables" / f"{table}.csv")}
        for row in rows(tmp_path / "first" / "tables" / f"{table}.csv"):
            told = later.get(row[0] + row[1] + row[2], row)
            assert all(after == before for before, after in zip(row, told, strict=True) if before != "×")


def test_a_table_that_is_public_no_more_still_binds(workspace: Workspace, few: Design, tmp_path: Path) -> None:
    publish(workspace, prepare(workspace, few, False), tmp_path / "first")
    fewer = replace(few, shells=tuple(replace(s, public=s.id == "T11") for s in few.shells))
    edition = prepare(workspace, fewer, False)
    assert [grid.table.shell.id for grid in edition.publication.grids] == ["T11"]
    without = replace(few, shells=tuple(s for s in few.shells if s.id != "T10"))
    with pytest.raises(WorkspaceError, match="没有了（T10）"):
        prepare(workspace, without, False)


def test_changed_numbers_are_not_published_beside_the_old_ones(
    workspace: Workspace, few: Design, tmp_path: Path
) -> None:
    kept = publish(workspace, prepare(workspace, few, False), tmp_path / "first")
    told = kept / "told.csv"
    lines = told.read_text(encoding="utf-8-sig").splitlines()
    place = next(
        n for n, line in enumerate(lines) if line.startswith("T11") and line[-2:] == ".0" and ",0.0" not in line
    )
    lines[place] = lines[place].rsplit(",", 1)[0] + ",1000.0"
    told.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(WorkspaceError, match="有1个变了"):
        prepare(workspace, few, False)
    publish(workspace, prepare(workspace, few, True), tmp_path / "second")
    prepare(workspace, few, False)  # the first edition binds no more


@pytest.mark.parametrize("name", ["told.csv", "edition.json"])
def test_a_damaged_memory_is_told(workspace: Workspace, few: Design, tmp_path: Path, name: str) -> None:
    kept = publish(workspace, prepare(workspace, few, False), tmp_path / "first")
    (kept / name).write_text("坏了", encoding="utf-8")
    with pytest.raises(WorkspaceError, match="released/001-"):
        prepare(workspace, few, False)


def _tables_altered(run: Path) -> None:
    path = run / "statistics" / "tables.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["tables"][0]["rows"][0]["values"][0] += 1
    path.write_text(json.dumps(document), encoding="utf-8")


def _tables_gone(run: Path) -> None:
    (run / "statistics" / "tables.json").unlink()


def _records_broken(run: Path) -> None:
    next((run / "restricted").glob("person-*.parquet")).write_bytes(b"PAR1")


@pytest.mark.parametrize("harm", [_tables_altered, _tables_gone, _records_broken])
def test_a_damaged_run_is_not_published(workspace: Workspace, harm: Callable[[Path], None]) -> None:
    harm(current_run(workspace).path)
    design = load_design()
    only_first = replace(design, shells=tuple(replace(s, public=s.id == "T01") for s in design.shells))
    with pytest.raises(WorkspaceError, match="当前结果"):
        prepare(workspace, only_first, False)


def test_definitions_changed_since_the_night_are_told(workspace: Workspace, few: Design) -> None:
    with pytest.raises(WorkspaceError, match="改动以前"):
        prepare(workspace, replace(few, digest="0"), False)


def test_nothing_public_is_told(workspace: Workspace, few: Design) -> None:
    none = replace(few, shells=tuple(replace(s, public=False) for s in few.shells))
    with pytest.raises(WorkspaceError, match="没有一张表"):
        prepare(workspace, none, False)


class TestCommand:
    """As a person runs it."""

    def run(self, *words: object) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["release", *map(str, words)])
        if done.exception and not isinstance(done.exception, SystemExit):
            return getattr(done.exception, "exit_code", 70), str(done.exception)
        return done.exit_code, done.output

    def test_check_writes_nothing(self, workspace: Workspace) -> None:
        set_disclosure(workspace, 'level = "district"')
        before = set(workspace.root.rglob("*"))
        code, said = self.run(workspace.root, "--check")
        assert code == 0
        assert "其中不公布" in said
        assert set(workspace.root.rglob("*")) - before <= {workspace.root / ".lock"}

    def test_it_must_be_told_where_to(self, workspace: Workspace) -> None:
        assert self.run(workspace.root)[0] == 2

    def test_it_writes_into_no_folder_that_has_something(self, workspace: Workspace, tmp_path: Path) -> None:
        (tmp_path / "full").mkdir()
        (tmp_path / "full" / "a.txt").touch()
        assert self.run(workspace.root, "--to", tmp_path / "full")[0] == 2

    def test_nor_into_the_workspace(self, workspace: Workspace) -> None:
        code, said = self.run(workspace.root, "--to", workspace.root / "公开版")
        assert (code, "不外传" in said) == (2, True)

    def test_without_a_night_there_is_nothing_to_publish(self, workspace: Workspace) -> None:
        shutil.rmtree(workspace.root / "runs")
        (workspace.root / "runs").mkdir()
        assert self.run(workspace.root, "--check")[0] == 4

    @pytest.mark.parametrize(
        ("written", "said"),
        [
            ('method = "none"', "不出公开版"),
            ('method = "round"', "method"),
            ("threshold = 1", "threshold"),
            ("threshold = true", "threshold"),
            ("width = 0", "width"),
            ('group = "十"', "group"),
            ('level = "province"', "level"),
            ("level = 3", "level"),
            ("treshold = 5", "treshold"),
        ],
    )
    def test_settings_that_are_wrong_are_refused_by_name(self, workspace: Workspace, written: str, said: str) -> None:
        set_disclosure(workspace, written)
        code, told = self.run(workspace.root, "--check")
        assert code == 4
        assert said in told
        assert "survey.toml" in told
