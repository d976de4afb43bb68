"""What goes back to a village whose records were corrected by hand: its own answers, the corrections beside them."""

from pathlib import Path

import polars as pl

from bishan_survey.examination import OfficeInput, examine_files
from bishan_survey.forms import return_books, write_returns
from bishan_survey.forms.returned import ReturnSheet
from bishan_survey.model import AreaFrame, Batch, Design, Survey
from tests.corrections.lines import clear, drop, line, night, numbered
from tests.people import certificate
from tests.returns.sending import File, Silent, person
from tests.workbooks import sheets_of, submission

WAS, NOW, BAD = "19900000001", "19900000002", "2"
SENT = File(
    "大旺.xlsx",
    [person(1, education="初种"), person(3, remarks="待查"), person(5), person(7), person(9, education="高种")],
)
LINES = [
    line(1, "手机号码", WAS, NOW),
    line(1, "手机号码", NOW, BAD),
    clear(3, "备注", "待查"),
    drop(5),
    line(99, "手机号码", WAS, NOW),
]


def returned(batch: Batch, design: Design, areas: AreaFrame) -> ReturnSheet:
    (book,) = return_books(batch, design, areas)
    return next(part for part in book.sheets if part.sheet.unit == "person")


def about_corrections(part: ReturnSheet) -> list[tuple[str, str]]:
    own = part.findings.filter(pl.col("rule").str.starts_with("K"))
    return own.sort("position", maintain_order=True).select("cell", "rule").rows()


def test_they_go_back_as_they_were_sent(design: Design, survey: Survey, areas: AreaFrame) -> None:
    plain = returned(night(design, survey, areas, [], SENT), design, areas)
    part = returned(night(design, survey, areas, LINES, SENT), design, areas)
    assert part.rows == plain.rows
    assert part.origins == plain.origins
    assert [row["certificate_no"] for row in part.rows] == [certificate(order=order) for order in (1, 3, 5, 7, 9)]


def test_each_correction_is_told_at_its_cell_and_asks_for_nothing(
    design: Design, survey: Survey, areas: AreaFrame
) -> None:
    part = returned(night(design, survey, areas, LINES, SENT), design, areas)
    columns = [item.name for item in part.sheet.items]
    assert [rule for _, rule in about_corrections(part)] == ["K01", "K01", "K02", "K03"]
    own = part.findings.filter(pl.col("rule").str.starts_with("K"))
    assert set(own["severity"]) == {"note"}
    assert own["position"].sort().to_list() == [0, 0, 1, 2]
    assert set(own["item"]) == {"mobile", "remarks", "certificate_no"} <= set(columns)
    assert f"“{BAD}”" in "".join(own["message"])


def test_sent_back_unchanged_the_corrections_still_hold(
    tmp_path: Path, design: Design, survey: Survey, areas: AreaFrame
) -> None:
    first = night(design, survey, areas, LINES, SENT)
    (one,) = write_returns(tmp_path, first, design, survey, areas, "0")
    back = submission(tmp_path / one.file, "璧城街道/大旺.xlsx")
    again = examine_files([back], design, survey, areas, Silent(), office=OfficeInput(corrections=numbered(LINES)))
    assert again.corrections["outcome"].to_list() == first.corrections["outcome"].to_list()
    told = first.findings.filter(pl.col("records") > 0).select("rule", "value").sort("rule").rows()
    assert again.findings.filter(pl.col("records") > 0).select("rule", "value").sort("rule").rows() == told
    alone = examine_files([back], design, survey, areas, Silent())
    assert alone.verbatim[("bishan-2025", "person")]["mobile"].to_list() == [WAS] * 5


def test_the_workbook_says_what_was_corrected(tmp_path: Path, design: Design, survey: Survey, areas: AreaFrame) -> None:
    (one,) = write_returns(tmp_path, night(design, survey, areas, LINES, SENT), design, survey, areas, "0")
    listed = sheets_of(tmp_path / one.file)["问题清单"]
    told = [row for row in listed if str(row[7]).startswith("K")]
    assert {row[0] for row in told} == {"提示"}
    assert [row[4] for row in told if row[7] == "K01"] == [WAS, WAS]
