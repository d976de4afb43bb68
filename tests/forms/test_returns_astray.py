"""Return workbooks of an older edition, of a village that is not known, of several villages at once.

What :meth:`Desk.read` asserts holds in every case: no row is lost in silence, nobody counts in another village.
"""

from dataclasses import replace

import pytest

from bishan_survey.forms import FIRST_ROW
from bishan_survey.model import RETURN_SHEET, Batch
from tests.conftest import EDITION
from tests.forms.book import Book, Rows
from tests.forms.damage import GROUPS, HEADER, PEOPLE, Damage, marked
from tests.forms.desk import AT_HOME, NEIGHBOUR, NEXT_DOOR, SENT_AS, VILLAGE, Desk, answers, notices, statuses, told
from tests.workbooks import submission

OLDER = "cdpf-2022"

EDITIONS: dict[str, tuple[Damage, str]] = {
    "closed": (marked(edition=OLDER), OLDER),
    "unknown": (marked(edition="bishan-1999"), "bishan-1999"),
    "none": (marked(edition=""), ""),
}


@pytest.mark.parametrize(("damage", "edition"), EDITIONS.values(), ids=EDITIONS.keys())
def test_a_mark_of_an_edition_that_is_not_open_is_refused(damage: Damage, edition: str, desk: Desk, book: Book) -> None:
    damage(book)
    (finding,) = desk.reread(book).findings.rows(named=True)
    assert (finding["rule"], finding["severity"], finding["village"]) == ("F06", "hard", VILLAGE)
    assert f"“{edition}”" in finding["message"]


def test_what_went_back_in_an_older_edition_is_read_while_it_is_open_and_then_refused(desk: Desk) -> None:
    survey = replace(desk.survey, editions=(OLDER, EDITION))
    then = replace(desk, survey=survey, folder=desk.folder / "then")
    then.folder.mkdir()
    path = then.returned(VILLAGE, AT_HOME, OLDER)
    batch = then.examine(submission(path, SENT_AS))
    assert batch.verbatim[OLDER, "person"]["name"].to_list() == [name for _, name, _ in AT_HOME]
    refused = desk.read(path)
    assert notices(refused) == ["F06"]
    assert refused.sources["usable"].to_list() == [False]


def test_a_mark_that_contradicts_the_sheets_is_told_and_holds_everybody(desk: Desk, book: Book) -> None:
    marked(village=NEIGHBOUR)(book)
    batch = desk.reread(book)
    assert notices(batch) == ["F09", "F09", "F09"]  # each sheet by its title, the file by its folder
    assert batch.findings.filter(rule="P021")["cell"].to_list() == ["B5", "B6", "B7", "B8"]
    assert set(statuses(batch).values()) == {"held"}


def test_a_title_that_contradicts_the_mark_is_told(desk: Desk, book: Book, intact: Batch) -> None:
    book.change(PEOPLE, lambda rows: rows[1].__setitem__(0, "填报单位：三合镇平安社区"))
    batch = desk.reread(book)
    assert (answers(batch), told(batch), notices(batch)) == (answers(intact), told(intact), ["F09"])


def test_sheets_of_two_villages_in_a_new_workbook_are_each_of_its_own(desk: Desk, book: Book, neighbours: Book) -> None:
    book.copy_in(neighbours, PEOPLE, "Sheet2")
    book.copy_in(neighbours, RETURN_SHEET, "Sheet3")
    book.arrange([RETURN_SHEET, PEOPLE, "Sheet2", "Sheet3"])
    batch = desk.reread(book, "汇总.xlsx")
    assert notices(batch) == []
    villages = batch.verbatim[EDITION, "person"].select("_sheet", "_village").unique(maintain_order=True).rows()
    assert villages == [(PEOPLE, VILLAGE), ("Sheet2", NEIGHBOUR)]
    assert statuses(batch) == dict.fromkeys(("试验甲", "试验丁", "试验庚"), "accepted") | dict.fromkeys(
        ("试验丙", "试验戊", "试验己"), "held"
    )


def test_a_sheet_alone_in_a_workbook_of_nothing_else_is_its_villages(desk: Desk, book: Book, intact: Batch) -> None:
    book.arrange([PEOPLE])
    book.rename(PEOPLE, "Sheet1")
    batch = desk.reread(book, "新建工作表.xlsx")
    assert (answers(batch), notices(batch)) == (answers(intact), [])
    assert batch.sources.select("village", "recognised_by").rows() == [(VILLAGE, "title")]


@pytest.mark.parametrize("first", [0, GROUPS, HEADER, FIRST_ROW])
def test_people_of_another_village_pasted_below_are_told_row_by_row(
    first: int, desk: Desk, book: Book, neighbours: Book, intact: Batch
) -> None:
    book.change(PEOPLE, lambda rows: rows.extend(neighbours.rows(PEOPLE)[first:]))
    batch = desk.reread(book)
    assert len(answers(batch)) == len(AT_HOME) + len(NEXT_DOOR)
    strangers = batch.findings.filter(rule="P021").select("severity", "row").rows()
    top = FIRST_ROW + len(AT_HOME) + FIRST_ROW - first
    assert strangers == [("hard", top + 1), ("hard", top + 2)]
    assert statuses(batch) | dict.fromkeys(("试验己", "试验庚"), "held") == statuses(batch)
    assert notices(batch) == (["F42"] if first == 0 else [])


def test_another_villages_sheet_in_a_marked_workbook_is_told(desk: Desk, book: Book, neighbours: Book) -> None:
    book.copy_in(neighbours, PEOPLE, "持证残疾人 (2)")
    batch = desk.reread(book)
    assert batch.findings.filter(records=0).select("rule", "sheet").rows() == [("F09", "持证残疾人 (2)")]
    assert statuses(batch) | dict.fromkeys(("试验己", "试验庚"), "held") == statuses(batch)


def test_a_new_row_without_a_village_never_counts_in_the_markings_village(
    desk: Desk, book: Book, neighbours: Book
) -> None:
    """Somebody was added to a neighbour's sheet, and it was copied here: the mark alone must not place them."""

    def add(rows: Rows) -> None:
        rows[-1][:2] = [None, None]

    neighbours.change(PEOPLE, add)
    book.copy_in(neighbours, PEOPLE, "持证残疾人 (2)")
    batch = desk.reread(book)
    assert statuses(batch)["试验庚"] == "held"
    assert batch.findings.filter(rule="village.required").height == 1


def test_the_village_picked_row_by_row_where_none_was_known(desk: Desk) -> None:
    path = desk.returned(None, [*AT_HOME, *NEXT_DOOR])
    assert path.parent.name == "认不出村（社区）的"
    name = path.relative_to(path.parent.parent).as_posix()
    unknown = desk.read(path, name)
    assert unknown.findings.filter(rule="P020").height == len(AT_HOME) + len(NEXT_DOOR)
    book = Book(path)

    def pick(rows: Rows) -> None:
        for row in rows[FIRST_ROW:]:
            row[:2] = ["三合镇", "平安社区居民委员会"] if row[5] in ("试验己", "试验庚") else ["璧城街道", "大旺社区"]
        rows[FIRST_ROW][:2] = ["三合镇", "大旺社区"]  # there is none in that 镇街

    book.change(PEOPLE, pick)
    batch = desk.reread(book, name)
    villages = dict(batch.verbatim[EDITION, "person"].select("name", "_village").rows())
    assert villages == {"试验甲": None} | dict.fromkeys(("试验丙", "试验丁", "试验戊"), VILLAGE) | dict.fromkeys(
        ("试验己", "试验庚"), NEIGHBOUR
    )
    assert batch.findings.filter(rule="P020").select("cell", "value").rows() == [("B5", "大旺社区")]
    assert [name for name, status in statuses(batch).items() if status == "accepted"] == ["试验丁", "试验庚"]

    first = desk.examine(
        submission(desk.form(None, [*AT_HOME, *NEXT_DOOR]), "上报/汇总.xlsx"),
        submission(desk.folder / "damaged.xlsx", name),
    )
    counted = first.records[EDITION, "person"].filter(_status="accepted").select("name", "_file").rows()
    assert counted == [("试验丁", name), ("试验庚", name)]
