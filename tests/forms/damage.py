"""What people do to a return workbook: each damage is a function of the workbook."""

from collections.abc import Callable, Sequence

from bishan_survey.forms import FIRST_ROW
from bishan_survey.model import MARK_SHEET
from tests.forms.book import Book, Rows, Value

PEOPLE, RESOURCES = "持证残疾人", "村（社区）服务资源"
GROUPS, HEADER = FIRST_ROW - 2, FIRST_ROW - 1
"""Rows of the header, counted from 0."""
Damage = Callable[[Book], object]


def column(rows: Rows, heading: str) -> int:
    """Position of the column with a heading, its number and remarks left away."""
    return [str(text).split("\n")[0].split()[-1] for text in rows[HEADER]].index(heading)


def people(change: Callable[[Rows], object]) -> Damage:
    """A change to the sheet of people."""
    return lambda book: book.change(PEOPLE, change)


def both(*damages: Damage) -> Damage:
    """One damage after the other."""
    return lambda book: [damage(book) for damage in damages]


def renamed(old: str, new: str) -> Damage:
    """A sheet is called something else."""
    return lambda book: book.rename(old, new)


def pasted(heading: str, values: Sequence[Value]) -> Damage:
    """Values pasted into a column, from its first answer on."""

    def change(rows: Rows) -> None:
        for row, value in zip(rows[FIRST_ROW:], values, strict=False):
            row[column(rows, heading)] = value

    return people(change)


def headed(**headings: str | None) -> Damage:
    """Other words in the header."""

    def change(rows: Rows) -> None:
        for old, new in headings.items():
            rows[HEADER][column(rows, old)] = new

    return people(change)


def without_column(heading: str) -> Damage:
    """A column is deleted."""

    def change(rows: Rows) -> None:
        place = column(rows, heading)
        for row in rows:
            del row[place]

    return people(change)


def with_column(heading: str | None) -> Damage:
    """A column of the village's own in the middle."""

    def change(rows: Rows) -> None:
        for number, row in enumerate(rows):
            row.insert(9, heading if number == HEADER else "某人" if number > HEADER else None)

    return people(change)


def exchanged(one: str, other: str, last: int | None = None) -> Damage:
    """Two columns change places: with all that stands in them, or down to some row."""

    def change(rows: Rows) -> None:
        here, there = column(rows, one), column(rows, other)
        for row in rows[HEADER:last]:
            row[here], row[there] = row[there], row[here]

    return people(change)


def cut(first: int, last: int | None) -> Damage:
    """Rows are deleted, and those below move up."""
    return people(lambda rows: rows.__delitem__(slice(first, last)))


def put_in(at: int, new: Callable[[Rows], Rows]) -> Damage:
    """Rows are inserted, and those below move down."""

    def change(rows: Rows) -> None:
        rows[at:at] = new(rows)

    return people(change)


def cleared(row: int, first: int = 0) -> Damage:
    """What stands in a row is deleted, from some column on; the row stays."""
    return people(lambda rows: rows[row].__delitem__(slice(first, None)))


def moved(first: int, last: int, to: int) -> Damage:
    """Rows are cut out, and put in where a row stands then."""

    def change(rows: Rows) -> None:
        taken = rows[first:last]
        del rows[first:last]
        rows[to:to] = taken

    return people(change)


def marked(**said: Value) -> Damage:
    """Other words on the hidden sheet by which the form says what it is."""

    def change(rows: Rows) -> None:
        for row in rows:
            row[1] = said.get(str(row[0]), row[1])

    return lambda book: book.change(MARK_SHEET, change)


def unguarded(book: Book) -> None:
    """Everything that checks and protects is gone, as after pasting whole columns."""
    for name in (PEOPLE, RESOURCES):
        book.strip(name, "sheetProtection", "dataValidations", "conditionalFormatting", "legacyDrawing")


def all_renamed(book: Book) -> None:
    """No sheet has its name any more."""
    for number, name in enumerate(book.names, 1):
        book.rename(name, f"Sheet{number}")


def emptied(book: Book) -> None:
    """All rows of all sheets to fill are deleted."""
    for name in (PEOPLE, RESOURCES):
        book.write(name, book.rows(name)[:FIRST_ROW])
