"""Return workbooks: sent back unchanged they give the same findings at the same cells, corrected they give none."""

from pathlib import Path

import polars as pl
import pytest

from bishan_survey.examination import examine_files
from bishan_survey.forms import RETURNS_LIST, FormContent, return_books, write_form, write_returns
from bishan_survey.intake import Submission
from bishan_survey.model import AreaFrame, Batch, Design, Severity, Survey
from bishan_survey.synthesis import write_sample
from tests.people import adult, certificate
from tests.returns.sending import Silent
from tests.workbooks import sheets_of, submission, table, write_cells

PLACE = ["village", "sheet", "cell", "rule", "severity", "value"]


def examined(files: list[Submission], design: Design, survey: Survey, areas: AreaFrame) -> Batch:
    return examine_files(files, design, survey, areas, Silent())


def below(folder: Path) -> list[Submission]:
    return [submission(path, path.relative_to(folder).as_posix()) for path in sorted(folder.rglob("*.xlsx"))]


def about_records(findings: pl.DataFrame) -> list[tuple]:
    return findings.filter(pl.col("records") > 0).select(PLACE).sort(PLACE).rows()


@pytest.fixture(scope="module")
def district(tmp_path_factory, design: Design, survey: Survey, areas: AreaFrame) -> tuple[Batch, Path, Path]:
    """Four villages with every kind of seeded fault, and what goes back to them."""
    inbox, returns = tmp_path_factory.mktemp("inbox"), tmp_path_factory.mktemp("returns")
    key = tmp_path_factory.mktemp("key")
    write_sample(inbox, key, design, survey, areas, roster=key / "roster.csv", persons=900, seed=5)
    batch = examined(below(inbox), design, survey, areas)
    write_returns(returns, batch, design, survey, areas, "0")
    return batch, inbox, returns


def test_sent_back_unchanged_they_give_the_same_findings(district, design, survey, areas) -> None:
    batch, _, returns = district
    books = list(return_books(batch, design, areas))
    told = pl.concat(
        [
            part.findings.with_columns(sheet=pl.lit(part.sheet.name), village=pl.lit(book.village.code))
            for book in books
            for part in book.sheets
        ]
    )
    again = examined(below(returns), design, survey, areas)
    assert len(set(told["rule"])) > 40
    assert about_records(again.findings) == about_records(told)


def test_every_finding_goes_back_with_its_file(district, design, areas) -> None:
    batch, _, _ = district
    asked = pl.concat([batch.findings.filter(pl.col("row").is_not_null()), batch.lacking])
    asked = asked.filter(pl.col("severity").is_in(["hard", "soft"]), ~pl.col("item").is_in(["town", "village"]))
    books = list(return_books(batch, design, areas))
    assert sum(book.count(Severity.HARD) + book.count(Severity.SOFT) for book in books) == asked.height


def test_every_record_and_every_own_column_goes_back(district, design, survey, areas) -> None:
    batch, _, returns = district
    again = examined(below(returns), design, survey, areas)
    for of, sent in batch.verbatim.items():
        names = [name for name in sent.columns if not name.startswith("_") and name not in ("town", "village")]
        names = [name for name in names if sent.schema[name] == pl.String]
        back = again.verbatim[of].select("_village", *names)
        written = sent.join(batch.findings.select(_file="file").unique(), on="_file", how="semi")
        gone_back = written.select("_village", *names)
        lost = gone_back.join(back, on=back.columns, how="anti", nulls_equal=True)
        assert lost.is_empty()
    kept = batch.extras.select("value").unique()
    assert kept.join(again.extras.select("value").unique(), on="value", how="anti").is_empty()


def test_two_runs_give_the_same_bytes_and_an_earlier_one_saves_the_work(district, tmp_path, design, survey, areas):
    batch, _, returns = district
    write_returns(tmp_path / "anew", batch, design, survey, areas, "0")
    for before in (None, returns):
        again = tmp_path / str(before is None)
        write_returns(again, batch, design, survey, areas, "0", before)
        files = {path.relative_to(again): path.read_bytes() for path in again.rglob("*") if path.is_file()}
        assert files == {path.relative_to(returns): path.read_bytes() for path in returns.rglob("*") if path.is_file()}


def test_corrected_they_give_none(tmp_path, design, survey, areas) -> None:
    village = areas.villages[0]
    rows = [adult(), adult(certificate_no=certificate(order=3), education="初种")]
    path = tmp_path / "大旺社区.xlsx"
    write_form(path, design, design.questionnaires["bishan-2025"], survey, FormContent(village, {"person": rows}))
    write_returns(
        tmp_path / "退表", examined([submission(path, path.name)], design, survey, areas), design, survey, areas, "0"
    )
    (returned,) = below(tmp_path / "退表")
    sheets = sheets_of(returned.path)
    people = sheets["持证残疾人"]
    column = next(n for n, head in enumerate(people[3]) if "受教育程度" in str(head))
    assert people[5][column] == "初种"
    people[5][column] = "3 初中"
    cells = {name: table((0, 0), cells) for name, cells in sheets.items()}
    corrected = write_cells(tmp_path / "改好.xlsx", cells)
    batch = examined([submission(corrected, "大旺社区.xlsx")], design, survey, areas)
    assert batch.findings.is_empty()
    assert batch.records["bishan-2025", "person"].height == 2


def test_a_foreign_layout_comes_back_in_our_form(tmp_path, design, survey, areas) -> None:
    head = ["姓名", "残疾人证号", "网格员", "", "婚姻状况"]
    cells = {"B2": "大旺社区残疾人花名册"} | table((3, 1), [head, ["试验甲", certificate(), "张三", "备忘", "已婚了"]])
    path = write_cells(tmp_path / "璧城街道" / "大旺社区.xlsx", {"Sheet1": cells})
    first = examined([submission(path, "璧城街道/大旺社区.xlsx")], design, survey, areas)
    done = write_returns(tmp_path / "退表", first, design, survey, areas, "0")
    assert [(one.code, one.source) for one in done] == [("500120001001", "璧城街道/大旺社区.xlsx")]
    again = examined(below(tmp_path / "退表"), design, survey, areas)
    (record,) = again.verbatim["bishan-2025", "person"].rows(named=True)
    assert (record["name"], record["marital_status"], record["town"]) == ("试验甲", "已婚了", "璧城街道")
    assert set(again.extras["value"]) == {"张三", "备忘"}
    assert "F15" not in set(again.findings["rule"])


def test_a_clean_file_does_not_go_back(tmp_path, design, survey, areas) -> None:
    path = tmp_path / "大旺社区.xlsx"
    content = FormContent(areas.villages[0], {"person": [adult()]})
    write_form(path, design, design.questionnaires["bishan-2025"], survey, content)
    done = write_returns(
        tmp_path / "退表", examined([submission(path, path.name)], design, survey, areas), design, survey, areas, "0"
    )
    assert done == []
    assert (tmp_path / "退表" / RETURNS_LIST).is_file()


def test_the_first_sheet_lists_and_links_every_finding(district, design, areas) -> None:
    batch, _, returns = district
    for book, line in zip(return_books(batch, design, areas), _listed(returns), strict=True):
        rows = sheets_of(returns / line["文件"])["问题清单"]
        links = [row[1] for row in rows if row[0] in ("必须改正", "请核实", "提示") and "!" in str(row[1])]
        told = [f"{part.sheet.name}!{cell}" for part in book.sheets for cell in part.findings["cell"]]
        assert sorted(links) == sorted(told)


def _listed(returns: Path) -> list[dict[str, str]]:
    return pl.read_csv(returns / RETURNS_LIST, infer_schema=False).to_dicts()
