"""Departments' lists beside the survey: every row has one fate, nobody is guessed, and both sides are told."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import given

from bishan_survey.delivery import INDICATOR_BOOK, RECONCILED_BOOK, by_town, indicator_lines
from bishan_survey.delivery.reconciled import list_problems, persons_apart, rows_apart
from bishan_survey.delivery.years import years_of
from bishan_survey.departments import beside_lists
from bishan_survey.design import lint, load_design
from bishan_survey.errors import DefinitionError
from bishan_survey.intake import submission_of
from bishan_survey.model import AreaFrame, Departments, Design, RowStatus, Survey
from bishan_survey.workspace import Workspace
from tests.laws import tried
from tests.people import certificate, identity
from tests.program import run
from tests.registers.lists import FAR
from tests.returns.sending import File, night, person
from tests.returns.test_nights import District
from tests.workbooks import sheets_of, table, write_cells

PENSION = "resident-pension"
_PEOPLE = [person(1), person(3, resident_pension="2"), person(5), person(7, name="试验同名", resident_pension="2")]


class Office:
    """What lists say of one small survey."""

    def __init__(self, design: Design, survey: Survey, areas: AreaFrame, folder: Path) -> None:
        self.parts, self.folder = (design, survey, areas), folder
        there = {"town": "三合镇", "village": "平安社区居民委员会"}
        self.batch = night(*self.parts, File("一.xlsx", _PEOPLE), File("二.xlsx", [person(101, **there)], FAR))

    def beside(self, *lists: tuple[str, str]) -> Departments:
        """Lists as CSV, each with its id."""
        files: dict[str, list] = {}
        for place, (name, text) in enumerate(lists):
            path = self.folder / f"{place}.csv"
            path.write_text(text, encoding="utf-8")
            files.setdefault(name, []).append(submission_of(path, path.name))
        return beside_lists(self.batch, files, *self.parts)


@pytest.fixture(scope="module")
def office(design, survey, areas, tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(design, survey, areas, tmp_path_factory.mktemp("名单"))


def fates(told: Departments) -> list[str]:
    (check,) = told.checks
    return check.rows["status"].to_list()


def listed(*rows: str, header: str = "残疾人证号,姓名,参保状态") -> tuple[str, str]:
    return PENSION, "\n".join([header, *rows]) + "\n"


def test_every_row_has_its_fate(office: Office) -> None:
    """Full width, a certificate's number, lost digits, a second row, a stopped one, a stranger, a broken number."""
    wide = identity(order=1).translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789X"})
    told = office.beside(
        listed(
            f"{wide},试验甲,",
            f"{certificate(order=3)},试验丙,正常",
            f"{identity(order=1)},试验甲,",
            f"{identity(order=5)},试验戊,停保",
            f"{identity(order=55)},外人,",
            "9.90120198001010E+17,试验丙,",
            f"{identity(order=7)[:-1]}{'1' if identity(order=7)[-1] != '1' else '2'},试验庚,",
            ",没有号码,",
            "合计,,",
        )
    )
    assert fates(told) == [
        *("matched", "matched", "repeated", "not_counted", "unsurveyed", "unreadable", "unreadable", "unreadable")
    ]
    problems = list_problems(told)
    assert problems["单元格"].to_list() == ["A7", "A8", "A9"]
    assert problems["问题"].to_list() == ["号码看不懂或有错", "号码看不懂或有错", "没有号码"]
    assert not problems["问题"].str.contains("99").any()
    apart = persons_apart(told, office.parts[2]).select("情况", "姓名").rows()
    assert sorted(apart) == [
        ("名单里有，调查说没有", "试验丙"),
        ("调查说有，名单里没有", "试验乙"),
        ("调查说有，名单里没有", "试验戊"),
    ]
    towns = by_town(told, office.parts[2])
    assert towns.rows() == [
        ("城乡居民基本养老保险", "璧山区", 1, 2, 1, 1, 0),
        ("城乡居民基本养老保险", "璧城街道", 1, 1, 1, 1, 0),
        ("城乡居民基本养老保险", "三合镇", 0, 1, 0, 0, 0),
    ]
    assert "名单“城乡居民基本养老保险”有3行的号码不能用" in told.indicators.remarks["I06"]


def test_old_and_shared_numbers_need_the_name(office: Office) -> None:
    old = identity(order=1)[:6] + identity(order=1)[8:17]
    assert fates(office.beside(listed(f"{old},试验甲,", f"{old},别人,"))) == ["matched", "unclear"]
    number = identity(order=3)
    assert fates(office.beside(listed(f"{number},别人,", f"{number},试验丙,"))) == ["unclear", "matched"]
    assert fates(office.beside(listed(f"{number},别人,"))) == ["matched"]
    told = office.beside(listed(f"{number},别人,"))
    assert rows_apart(told, office.parts[2])["情况"].to_list() == ["号码对上，姓名不同"]


def test_another_district_and_two_numbers(office: Office) -> None:
    header = "残疾人证号,身份证号,所属镇街"
    told = office.beside(
        listed(
            f"{certificate(order=1)},{identity(order=1)},璧城街道",
            f"{certificate(order=3)},{identity(order=5)},璧城街道",
            f",{identity(order=55)},外县的镇",
            f",{identity(order=57)},三合镇",
            header=header,
        )
    )
    assert fates(told) == ["matched", "unreadable", "outside", "unsurveyed"]
    assert list_problems(told)["问题"].to_list() == ["一行有几个不同的号码"]


def test_lists_that_cannot_be_read(office: Office) -> None:
    nothing = office.beside((PENSION, "名字,电话\n试验甲,1\n"))
    assert (nothing.lists[0].unusable, nothing.checks) == (1, ())
    assert list_problems(nothing)["问题"].to_list() == ["没有找到号码列（残疾人证号、身份证号）"]
    assert nothing.indicators.gone["I06"] == "survey"
    twice = office.beside((PENSION, "身份证号,身份证,姓名\n1,2,3\n"))
    assert "不知该读哪一列" in list_problems(twice)["问题"][0]
    lacking = office.beside(("training", f"身份证号,姓名\n{identity(order=1)},试验甲\n"))
    assert list_problems(lacking)["问题"].to_list() == ["缺少列：培训日期"]
    partly = office.beside((PENSION, "甲,乙\n1,2\n"), listed(f"{identity(order=1)},试验甲,"))
    assert partly.indicators.gone["I06"] == "list"
    assert "有1个文件读不了" in partly.indicators.remarks["I06"]


def test_a_workbook_with_a_title_and_two_sheets(office: Office, tmp_path: Path) -> None:
    rows = [["2025年参保人员名单"], ["序号", "姓名", "公民身份号码"], [1, "试验甲", identity(order=1)], ["合计", 1]]
    path = write_cells(tmp_path / "参保.xlsx", {"名单": table((0, 0), rows), "说明": table((0, 0), [["填表说明"]])})
    told = beside_lists(office.batch, {PENSION: [submission_of(path, path.name)]}, *office.parts)
    assert fates(told) == ["matched"]
    assert told.checks[0].rows["cell"].to_list() == ["C3"]
    assert list_problems(told).select("工作表", "问题").rows() == [("说明", "没有找到号码列（残疾人证号、身份证号）")]


def test_a_household_is_known_by_its_head_too(office: Office) -> None:
    head = identity("19500101", 5)
    told = office.beside(("home-adaptation", f"户主身份证号,姓名\n{head},户主\n{identity('19400101', 5)},别家\n"))
    assert fates(told) == ["matched", "unsurveyed"]
    answers = told.checks[0].answers.filter("listed")
    assert answers["name"].to_list() == ["试验戊"]


_ROW = st.tuples(st.sampled_from([1, 3, 5, 7, 55, 101]), st.sampled_from(["", "试验甲", "别人"]), st.booleans())


@tried(8)
@given(st.lists(st.tuples(_ROW, st.sampled_from(["", "停保", "正常"])), max_size=12), st.randoms())
def test_no_row_is_lost_and_their_order_does_not_matter(office: Office, drawn: list, random) -> None:
    rows = [
        f"{identity(order=order) if whole else identity(order=order)[:9]},{name},{state}"
        for (order, name, whole), state in drawn
    ]
    told = office.beside(listed(*rows))
    random.shuffle(rows)
    again = office.beside(listed(*rows))
    first, second = (set(t.checks[0].answers.filter("listed")["name"]) for t in (told, again))
    assert first == second
    assert Counter(fates(told)) == Counter(fates(again))
    assert len(fates(told)) == len(rows)
    assert set(fates(told)) <= {status.value for status in RowStatus}


def test_a_malformed_indicator_is_refused_before_data(design: Design, root: Path) -> None:
    def said(**changes: object) -> str:
        indicators = tuple(replace(one, **changes) if one.id == "I06" else one for one in design.indicators)
        return "；".join(lint(replace(design, indicators=indicators)))

    own = next(one for one in design.indicators if one.id == "I06")
    way = own.ways[1]
    assert "I06：survey：numerator" in said(ways=(replace(way, numerator="resident_pensoin = '1'"),))
    assert "I06：survey：denominator" in said(ways=(replace(way, denominator="age +"),))
    assert "I06：survey：unit" in said(ways=(replace(way, unit="villages"),))
    assert "I06：reached" in said(reached="value = '高'")
    assert "I06：way" in said(ways=())
    with TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in ("templates", "validators"):
            _copied(root / name, copy / name)
        file = copy / "templates" / "indicators" / "plan-2025.toml"
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace('measure = "share"', 'mesure = "share"', 1), encoding="utf-8")
        with pytest.raises(DefinitionError) as refused:
            load_design(copy)
    told = str(refused.value.problems)
    assert "templates/indicators/plan-2025.toml：I03：mesure：不认识这个键" in told
    assert "measure：缺少这个键" in told


def _copied(source: Path, target: Path) -> None:
    for path in source.rglob("*"):
        if path.is_file():
            to = target / path.relative_to(source)
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(path.read_bytes())


def test_definitions_are_compared_over_the_years(office: Office) -> None:
    design, survey, areas = office.parts
    by_survey, by_list = office.beside(), office.beside(listed(f"{identity(order=1)},试验甲,"))
    before = replace(survey, reference_date=survey.reference_date.replace(year=2024), title="上年")
    years = years_of(by_list, years_of(by_survey, [], design, before), design, survey)
    assert [year["year"] for year in years] == [2024, 2025]
    prints = [[year["indicators"][name]["fingerprint"] for year in years] for name in ("I06", "I07")]
    assert prints[0][0] != prints[0][1]
    assert prints[1][0] == prints[1][1]
    lines = indicator_lines(by_list, design, areas)
    assert lines.filter(序号=9, 级别="全区")["口径"].to_list() == ["有需求的口径", "全体的口径"]


def test_nights_and_commands(tmp_path: Path, design: Design) -> None:
    """Last year's workspace and this year's; what is written names nobody but where it must."""
    last = District(tmp_path / "上年", design)
    toml = last.workspace.root / "survey.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace("2025-", "2024-"), encoding="utf-8")
    last.workspace = Workspace.open(last.workspace.root, frozenset(design.questionnaires))
    last.send("大旺社区.xlsx", [answers | {"survey_date": "2024-07-01"} for answers in _PEOPLE])
    last.night()
    this = District(tmp_path / "今年", design)
    this.send("大旺社区.xlsx", _PEOPLE)
    toml = this.workspace.root / "survey.toml"
    toml.write_text(toml.read_text(encoding="utf-8") + '\n[last_year]\nworkspace = "../上年"\n', encoding="utf-8")
    this.workspace = Workspace.open(this.workspace.root, frozenset(design.questionnaires))
    folder = this.workspace.root / "registers" / PENSION
    folder.mkdir(parents=True)
    (folder / "社保.csv").write_text(listed(f"{identity(order=3)},试验丙,", "123,坏,")[1], encoding="utf-8")
    published = this.night().folder
    document = json.loads((published / "statistics" / "indicators.json").read_text(encoding="utf-8"))
    assert [year["year"] for year in document["years"]] == [2024, 2025]
    book = sheets_of(published / "statistics" / INDICATOR_BOOK)
    assert [*book] == ["指标（内部）", "定义", "各镇街（内部）", "部门名单", "历年", "历年的图", "历年的定义"]
    lines = [row for row in book["历年"][2:] if row[0] != ""]
    changed = {row[1]: row[-1] for row in lines}
    assert changed["残疾人城乡居民基本养老保险参保率"] == "2025年起口径有变，与以前不可比"
    assert changed["残疾人城乡居民基本医疗保险参保率"] == ""
    assert changed["残疾人家庭人均收入年均增长"] == "2024年、2025年不可计算"
    public = "".join(
        (published / "statistics" / name).read_text(encoding="utf-8-sig")
        for name in ("指标.csv", "历年指标.csv", "indicators.json")
    )
    assert "※口径有变，与以前不可比" in public
    assert document["breaks"]["I06"] == [2025]
    assert "试验" not in public
    assert identity(order=3)[:14] not in public
    record = json.loads((published / "run.json").read_text(encoding="utf-8"))["departments"]
    assert record["lists"][PENSION]["rows"] == record["lists"][PENSION]["matched"] + 1 == 2
    assert record["indicators"]["I06"]["numerator"] == 1
    assert "I01" in record["not_computed"]
    page = (published / "报告.html").read_text(encoding="utf-8")
    assert page.count("<svg") == len([row for row in lines if "" not in row[3:5]])
    assert [*sheets_of(published / "restricted" / RECONCILED_BOOK)][2:4] == ["说法不同的人", "名单里对不上的行"]
    (own,) = sheets_of(published / "restricted" / "镇街" / "璧城街道" / f"璧城街道{RECONCILED_BOOK}").values()
    (others,) = sheets_of(published / "restricted" / "镇街" / "三合镇" / f"三合镇{RECONCILED_BOOK}").values()
    assert len(others) == 2
    told = pl.read_csv(published / "restricted" / "reconciled.csv", infer_schema=False)
    assert [row[own[1].index("姓名")] for row in own[2:]] == told.filter(镇街="璧城街道")["姓名"].to_list()
    assert told.filter(情况="名单里有，调查说没有")["姓名"].to_list() == ["试验丙"]
    for command, wanted in (
        ("indicators", "残疾人城乡居民基本养老保险参保率"),
        ("reconcile", "名单里有，调查说没有：1"),
    ):
        done = run(command, this.workspace.root)
        assert done.returncode == 0, done.stderr
        assert wanted in done.stdout
        assert "试验" not in done.stdout + done.stderr
        assert identity(order=3)[:14] not in done.stdout + done.stderr


def test_a_list_that_cannot_be_read_is_told_by_the_exit_code(tmp_path: Path, design: Design) -> None:
    district = District(tmp_path / "工作区", design)
    folder = district.workspace.root / "registers" / PENSION
    folder.mkdir(parents=True)
    (folder / "社保.xlsx").write_bytes(b"PK no workbook")
    night = run("nightly", district.workspace.root)
    assert night.returncode == run("nightly", district.workspace.root, "--if-changed").returncode == 5
    assert "有1个文件读不了" in night.stderr
    (table,) = district.workspace.root.glob("runs/*/statistics/指标.csv")
    (line,) = [
        line for line in table.read_text(encoding="utf-8-sig").splitlines() if "养老保险" in line and "全区" in line
    ]
    assert "都读不了，没有用上" in line
