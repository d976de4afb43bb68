"""The sheet as a file: any format, its heading anywhere, every row a line; what is unclear is said before a night."""

import csv
import io
import re
import zipfile
from datetime import date
from pathlib import Path

import pytest

from bishan_survey.corrections import read_lines, write_blank
from bishan_survey.errors import WorkspaceError
from bishan_survey.model import CorrectionAction, Design, Survey, WordKind
from tests.corrections.lines import HEADINGS, accept, line, numbered, texts, write_sheet
from tests.workbooks import sheets_of, table, write_cells

LINES = numbered([line(1, old="19900000001", new="19900000002"), accept(3, "手机号码", "")])


def as_csv(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def test_lines_of_a_workbook(tmp_path: Path, design: Design) -> None:
    assert read_lines(write_sheet(tmp_path / "corrections.xlsx", LINES), design) == LINES


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_lines_of_a_csv_of_any_encoding(tmp_path: Path, design: Design, encoding: str) -> None:
    path = tmp_path / "corrections.csv"
    path.write_bytes(as_csv([list(HEADINGS), *map(texts, LINES)]).encode(encoding))
    assert read_lines(path, design) == LINES


def test_the_heading_may_stand_below_a_title_and_in_any_order(tmp_path: Path, design: Design) -> None:
    order = [*reversed(range(len(HEADINGS)))]
    rows = [["2025年调查更正单"], [], [HEADINGS[n] for n in order], [], [texts(LINES[0])[n] for n in order], [" "]]
    path = write_cells(tmp_path / "corrections.xlsx", {"说明": {"A1": "操作"}, "更正": table((0, 1), rows)})
    (read,) = read_lines(path, design)
    assert read.number == 5
    assert texts(read) == texts(LINES[0])


def test_headings_are_known_by_several_names_and_other_columns_are_passed_over(tmp_path: Path, design: Design) -> None:
    english = ["id", "place", "item", "action", "old", "new", "rule", "reason", "author", "date", "备注"]
    path = tmp_path / "corrections.csv"
    path.write_text(as_csv([english, [*texts(LINES[0]), "x"]]), encoding="utf-8")
    assert texts(read_lines(path, design)[0]) == texts(LINES[0])


def test_dates_and_numbers_come_as_people_see_them(tmp_path: Path, design: Design) -> None:
    row = texts(LINES[0])
    cells = table((0, 0), [HEADINGS, [*row[:-1], date(2025, 10, 15)]]) | {"E2": 60000}
    (read,) = read_lines(write_cells(tmp_path / "corrections.xlsx", {"更正单": cells}), design)
    assert (read.date, read.old) == ("2025-10-15", "60000")


def unreadable(path: Path) -> None:
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))


def an_archive(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("corrections.csv", "a,b\n")


def without_heading(path: Path) -> None:
    write_cells(path, {"表": table((0, 0), [["甲", "乙"], ["1", "2"]])})


def without_columns(path: Path) -> None:
    write_cells(path, {"表": table((0, 0), [["编号", "项目", "操作", "原值", "新值", "理由"], ["1"]])})


def with_a_column_twice(path: Path) -> None:
    write_cells(path, {"表": table((0, 0), [[*HEADINGS, "原值"], ["1"]])})


def with_two_sheets(path: Path) -> None:
    write_cells(path, {name: table((0, 0), [HEADINGS]) for name in ("甲", "乙")})


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (unreadable, "读不了"),
        (an_archive, "压缩包"),
        (without_heading, "没有找到列名"),
        (without_columns, "村（社区）、规则、更正人、日期"),
        (with_a_column_twice, "原值"),
        (with_two_sheets, "2个工作表"),
    ],
)
def test_a_sheet_that_cannot_be_read_says_why_and_what_to_do(tmp_path: Path, design: Design, damage, said: str) -> None:
    path = tmp_path / "corrections.xlsx"
    damage(path)
    with pytest.raises(WorkspaceError) as raised:
        read_lines(path, design)
    assert said in raised.value.message
    assert raised.value.advice


def test_the_blank_sheet_is_read_and_has_no_line(tmp_path: Path, design: Design, survey: Survey) -> None:
    first, second = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    for path in (first, second):
        write_blank(path, design, survey)
    assert first.read_bytes() == second.read_bytes()
    assert read_lines(first, design) == []
    sheets = sheets_of(first)
    assert tuple(sheets["更正单"][0]) == HEADINGS
    explained = "\n".join(str(cell) for row in sheets["说明"] for cell in row)
    words = design.corrections
    assert all(word.help in explained for word in words.of(WordKind.COLUMN).values())
    assert all(words.of(WordKind.ACTION)[action].text in explained for action in CorrectionAction)


def test_the_blank_sheet_offers_the_actions_and_keeps_long_numbers(
    tmp_path: Path, design: Design, survey: Survey
) -> None:
    path = tmp_path / "a.xlsx"
    write_blank(path, design, survey)
    with zipfile.ZipFile(path) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        styles = book.read("xl/styles.xml").decode()
    actions = ",".join(design.corrections.texts(WordKind.ACTION).values())
    assert f'<formula1>"{actions}"</formula1>' in sheet.replace("&quot;", '"')
    assert 'formatCode="@"' in styles
    columns = re.findall(r'<col min="(\d+)" max="(\d+)" [^>]*style="1"', sheet)
    assert sum(int(last) - int(first) + 1 for first, last in columns) == len(HEADINGS)
    assert path.stat().st_mode & 0o077 == 0
