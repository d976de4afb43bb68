"""Files into a batch: true addresses, what is no record, what is said of a file as a whole."""

from pathlib import Path

import pytest

from bishan_survey.intake import read_batch
from bishan_survey.model import AreaFrame, Batch, Design, Survey
from bishan_survey.validation import validate
from tests.people import certificate
from tests.workbooks import submission, table, write_cells

HEADER = ["序号", "姓名", "残疾人证号", "残疾类别", "婚姻状况"]
ROWS = [[1, "试验甲", certificate(order=1), "肢体", "77"], [2, "试验乙", certificate(order=3), "肢体", "已婚"]]


@pytest.fixture
def read(tmp_path: Path, design: Design, survey: Survey, areas: AreaFrame):
    def reading(cells, *, name="璧城街道/大旺社区.xlsx", merged=()) -> Batch:
        path = write_cells(tmp_path / "file.xlsx", {"花名册": cells}, merged)
        return read_batch([submission(path, name)], design, survey, areas)

    return reading


def found(batch: Batch, rule: str) -> list[str | None]:
    return batch.findings.filter(rule=rule)["cell"].to_list()


@pytest.mark.parametrize(("row", "column", "cell"), [(0, 0, "E2"), (2, 1, "F4"), (7, 3, "H9")])
def test_a_finding_names_the_true_cell(read, design, survey, row: int, column: int, cell: str) -> None:
    batch = validate(read(table((row, column), [HEADER, *ROWS])), design, survey)
    assert found(batch, "marital_status.readable") == [cell]


def test_titles_and_merged_cells_do_not_shift_addresses(read, design, survey) -> None:
    cells = {"A1": "大旺社区花名册", "A2": "填报单位：", **table((3, 0), [HEADER, *ROWS])}
    batch = validate(read(cells, merged=["A1:E1", "B3:D3"]), design, survey)
    assert found(batch, "marital_status.readable") == ["E5"]


def test_reordered_columns(read, design, survey) -> None:
    turned = [list(reversed(row)) for row in (HEADER, *ROWS)]
    batch = validate(read(table((0, 0), turned)), design, survey)
    assert found(batch, "marital_status.readable") == ["A2"]


def test_unknown_columns_are_tolerated_and_reported(read) -> None:
    batch = read(table((0, 0), [[*HEADER, "血型"], [*ROWS[0], "A"]]))
    assert found(batch, "F11") == ["F1"]
    assert batch.columns.filter(column="F")["item"].to_list() == [None]


def test_rows_that_are_no_records(read) -> None:
    rows = [
        HEADER,
        ROWS[0],
        [None] * 5,
        ["合 计", None, None, 2, None],
        HEADER,
        [3, None, None, None, None],
        ROWS[1],
        ["填表人：某", None, None, None, None],
    ]
    batch = read(table((0, 0), rows))
    reasons = dict(batch.not_records.select("row", "reason").iter_rows())
    assert reasons == {3: "blank", 4: "total", 5: "header", 6: "unfilled", 8: "remark"}
    assert batch.records["bishan-2025", "person"]["_row"].to_list() == [2, 7]
    assert batch.sources["rows_read"].to_list() == [7]


def test_a_row_that_lacks_only_its_number_is_a_record(read) -> None:
    batch = read(table((0, 0), [HEADER, [1, "试验甲", None, None, None], [2, None, None, "肢体", None]]))
    assert batch.records["bishan-2025", "person"].height == 2


def test_numbers_keep_the_text_that_is_seen(read) -> None:
    rows = [HEADER, [1, "试验甲", 990120198001010016.0, 4, None]]
    record = read(table((0, 0), rows)).records["bishan-2025", "person"].row(0, named=True)
    assert record["certificate_no"] == "9.90120E+17"
    assert record["category"] == "4"
    assert record["marital_status"] is None


def test_a_missing_column_is_told_once(read, design, survey) -> None:
    batch = validate(read(table((0, 0), [HEADER, *ROWS])), design, survey)
    told = batch.findings.filter(rule="hukou.required")
    assert told.height == 0  # nobody is known to have been surveyed, so nobody is known to have to answer
    told = batch.findings.filter(rule="survey_status.required")
    assert told.select("cell", "row", "records").rows() == [(None, None, 2)]


def test_the_village_of_a_row(read, design, survey) -> None:
    header = ["镇街", "村（社区）", *HEADER]
    rows = [["三合镇", "新场村", *ROWS[0]], ["三合镇", "没有村", *ROWS[1]]]
    batch = read(table((0, 0), [header, *rows]), name="全镇.xlsx")
    assert batch.records["bishan-2025", "person"]["_village"].to_list() == ["500120107201", None]


def test_a_village_that_contradicts_its_file(read) -> None:
    header = ["镇街", "村（社区）", *HEADER]
    rows = [["璧城街道", "大旺社区", *ROWS[0]], ["三合镇", "新场村", *ROWS[1]]]
    records = read(table((0, 0), [header, *rows])).records["bishan-2025", "person"]
    assert records["village_matches"].to_list() == [True, False]
    assert records["_village"].unique().to_list() == ["500120001001"]


@pytest.mark.parametrize(
    ("name", "content", "notice"),
    [("a.xlsx", b"PK\x03\x04", "F01"), ("b.xlsx", b"x", "F05"), ("a.docx", b"x", "F04"), ("a.pdf", b"", "F34")],
)
def test_a_file_that_cannot_be_used_stops_nothing(
    tmp_path: Path, design: Design, survey: Survey, areas: AreaFrame, name: str, content: bytes, notice: str
) -> None:
    bad = tmp_path / name
    bad.write_bytes(content)
    good = write_cells(tmp_path / "good.xlsx", {"表": table((0, 0), [HEADER, *ROWS])})
    batch = read_batch([submission(bad, name), submission(good, "璧城街道/大旺社区.xlsx")], design, survey, areas)
    assert batch.sources["usable"].to_list() == [False, True]
    assert batch.findings["rule"].to_list() == [notice]
    assert batch.records["bishan-2025", "person"].height == 2


def test_a_sheet_without_header(read) -> None:
    batch = read({"A1": "会议通知", "A2": "请准时参加"})
    assert batch.findings["rule"].to_list() == ["F05"]


def test_nothing_at_all(design: Design, survey: Survey, areas: AreaFrame) -> None:
    batch = validate(read_batch([], design, survey, areas), design, survey)
    assert batch.sources.is_empty()
    assert batch.findings.is_empty()


def test_a_record_is_kept_whatever_its_first_cell_says(read) -> None:
    batch = read(table((0, 0), [HEADER, ["合计", *ROWS[0][1:]], ["合计：", "6人", 2, None, None]]))
    assert batch.records["bishan-2025", "person"]["_row"].to_list() == [2]
    assert batch.not_records["reason"].to_list() == ["total"]


def test_a_column_without_header_is_told(read) -> None:
    batch = read({**table((0, 0), [HEADER, *ROWS]), "H3": "有内容"})
    assert found(batch, "F13") == ["H1"]


def test_a_header_is_not_shown_in_a_message(read) -> None:
    """People write anything into a header row, names and numbers too."""
    batch = read(table((0, 0), [[*HEADER, certificate()], [*ROWS[0], "A"]]))
    (finding,) = batch.findings.filter(rule="F11").to_dicts()
    assert certificate() not in finding["message"] + finding["action"]
    assert finding["value"] == certificate()


def test_people_on_a_sheet_without_header_are_told(tmp_path, design, survey, areas) -> None:
    sheets = {"表": table((0, 0), [HEADER, *ROWS]), "表2": table((0, 0), ROWS)}
    path = write_cells(tmp_path / "a.xlsx", sheets)
    batch = read_batch([submission(path, "璧城街道/大旺社区.xlsx")], design, survey, areas)
    assert batch.findings.filter(rule="F40").select("severity", "sheet").rows() == [("hard", "表2")]


def test_a_hidden_sheet_is_read_and_told(tmp_path, design, survey, areas) -> None:
    import xlsxwriter

    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for name, row in (("表", ROWS[0]), ("旧表", ROWS[1])):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, HEADER)
            sheet.write_row(1, 0, row)
        sheet.hide()
    batch = read_batch([submission(path, "璧城街道/大旺社区.xlsx")], design, survey, areas)
    assert batch.findings.filter(rule="F14")["sheet"].to_list() == ["旧表"]
    assert batch.records["bishan-2025", "person"].height == 2


@pytest.mark.parametrize(
    ("town", "village", "rule"),
    [
        ("三合镇", "新场村", "P021"),
        ("璧城街道", "平安村", "P021"),
        ("璧城街道", "没有村", "P022"),
        ("龙水镇", "大旺社区", "P022"),
        ("璧城街道", "大旺社区", None),
        (None, "大旺社区居委会", None),
    ],
)
def test_the_village_of_a_row_is_checked_against_its_file(read, design, survey, town, village, rule) -> None:
    header = ["镇街", "村（社区）", *HEADER]
    batch = validate(read(table((0, 0), [header, [town, village, *ROWS[0]]])), design, survey)
    told = {found for found in batch.findings["rule"] if found in ("P020", "P021", "P022")}
    assert told == ({rule} if rule else set())


@pytest.mark.parametrize(("town", "village"), [("三合镇", "没有村"), ("龙水镇", "大旺社区"), ("大足区", "新场村")])
def test_a_record_of_no_known_village_is_held(read, design, survey, town: str, village: str) -> None:
    header = ["镇街", "村（社区）", *HEADER]
    cells = table((0, 0), [header, [town, village, *ROWS[0]]])
    batch = validate(read(cells, name="全区.xlsx"), design, survey)
    assert found(batch, "P020") == ["B2"]
    assert batch.records["bishan-2025", "person"]["_status"].to_list() == ["held"]


def test_many_files_of_no_village_are_no_trouble(tmp_path, design, survey, areas) -> None:
    bad = tmp_path / "a.jpg"
    bad.write_bytes(b"x")
    good = write_cells(tmp_path / "good.xlsx", {"表": table((0, 0), [HEADER, *ROWS])})
    files = [submission(bad, f"照片/{n}.jpg") for n in range(150)] + [submission(good, "璧城街道/大旺社区.xlsx")]
    assert read_batch(files, design, survey, areas).sources.height == 151


@pytest.mark.parametrize("text", ["\u200b", "'", " \u3000", "\ufeff"])
def test_what_cannot_be_seen_is_no_answer(read, text: str) -> None:
    record = read(table((0, 0), [HEADER, [1, text, *ROWS[0][2:]]])).records["bishan-2025", "person"].row(0, named=True)
    assert record["name"] is None
