"""The records that lines may be about: whose they are, and what stands in them now, correction upon correction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from bishan_survey.corrections.orders import Checking, Order
from bishan_survey.frames import ADDRESS
from bishan_survey.handwritten import folded
from bishan_survey.model import Batch, Design, Sheet

Of = tuple[str, str]
"""Edition and unit."""
_ID, _OLD, _NEW = range(3)
_WORDS = 3


@dataclass(frozen=True, slots=True)
class Content:
    """What stands in a cell: its text, and the value that it is read as; nothing where it is empty."""

    text: str | None = None
    value: object = None

    def means(self, other: "Content") -> bool:
        """Whether two contents are one and the same: equal values, or texts that look alike."""
        if self.text is None or other.text is None:
            return self.text is other.text
        return (self.value is not None and self.value == other.value) or folded(self.text) == folded(other.text)


@dataclass(frozen=True, slots=True)
class Record:
    """A record: edition and unit, and its position in the frame of them."""

    of: Of
    position: int


@dataclass(frozen=True, slots=True)
class Identity:
    """By what a record can be known: its number as it was read, the key made of it, or else its bare text."""

    number: object
    key: object
    text: str

    @property
    def marks(self) -> frozenset[tuple[str, object]]:
        """Each way of being known; two that share one are the same."""
        text = self.text if self.number is None and self.text else None
        known = (("number", self.number), ("key", self.key), ("text", text))
        return frozenset((kind, value) for kind, value in known if value is not None)


@dataclass
class Written:
    """The words of the orders themselves, read as the records are."""

    typed: Mapping[Of, pl.DataFrame]
    design: Design
    orders: Sequence[Order]

    def old(self, place: int, of: Of) -> Content:
        """The old value that an order names."""
        return self._content(place, of, _OLD)

    def new(self, place: int, of: Of) -> Content:
        """The value that an order asks for."""
        return self._content(place, of, _NEW)

    def identity(self, place: int, of: Of) -> Identity:
        """Whom an order is about."""
        return self._identity(place, of, _ID)

    def renamed(self, place: int, of: Of) -> Identity:
        """Who a record is once its number has been corrected."""
        return self._identity(place, of, _NEW)

    def _content(self, place: int, of: Of, which: int) -> Content:
        order = self.orders[place]
        text = order.line.old if which == _OLD else order.line.new
        row = self.typed[of].row(place * _WORDS + which, named=True)
        return Content(text, row[str(order.item)]) if folded(text) else Content()

    def _identity(self, place: int, of: Of, which: int) -> Identity:
        line = self.orders[place].line
        row = self.typed[of].row(place * _WORDS + which, named=True)
        return _identity(row, _sheet(self.design, of), line.new if which == _NEW else line.id)


def written(read: Batch, orders: Sequence[Order], design: Design, checking: Checking) -> Written:
    """Read the words of orders: three made-up records for each, with its id, its old and its new value."""
    records = {of: _words_of(orders, _sheet(design, of)) for of in read.records}
    return Written(checking.typed(replace(read, records=records)).records, design, orders)


def _words_of(orders: Sequence[Order], sheet: Sheet) -> pl.DataFrame:
    rows: list[dict[str, str | None]] = []
    for order in orders:
        line, village = order.line, order.village.code if order.village else None
        for item, text in ((sheet.key_item, line.id), (order.item, line.old), (order.item, line.new)):
            rows.append({"_village": village} | ({item: text} if item in sheet.by_name and folded(text) else {}))
    return pl.DataFrame(rows, schema=ADDRESS | dict.fromkeys(sheet.by_name, pl.String()))


def _identity(row: Mapping[str, object], sheet: Sheet, text: str | None) -> Identity:
    return Identity(None if sheet.key in ADDRESS else row[sheet.key_item], row[sheet.key], folded(text or ""))


def _sheet(design: Design, of: Of) -> Sheet:
    sheet = design.questionnaires[of[0]].sheet(of[1])
    assert sheet is not None  # noqa: S101 - intake read it by this sheet
    return sheet


@dataclass
class Records:
    """The records of the villages that orders are about, as they stand after the orders so far."""

    verbatim: Mapping[Of, pl.DataFrame]
    typed: Mapping[Of, pl.DataFrame]
    rows: Mapping[Of, Mapping[int, int]]
    """By the position of a verbatim record, the row of the typed one."""
    known: dict[tuple[str, str, tuple[str, object]], set[Record]] = field(default_factory=dict)
    """Records by unit, village and each way of being known."""
    changed: dict[tuple[Record, str], Content] = field(default_factory=dict)
    """What orders have put into cells."""

    def learn(self, record: Record, village: str, identity: Identity) -> None:
        """A record can be known by this from now on."""
        for mark in identity.marks:
            self.known.setdefault((record.of[1], village, mark), set()).add(record)

    def found(self, unit: str, village: str, identities: Iterable[Identity]) -> set[Record]:
        """All records of a unit in a village that may be meant; editions may read an id differently."""
        marks = {mark for identity in identities for mark in identity.marks}
        return set().union(*(self.known.get((unit, village, mark), set()) for mark in marks))

    def content(self, record: Record, item: str) -> Content:
        """What stands in a cell now."""
        if (record, item) in self.changed:
            return self.changed[record, item]
        text = self.verbatim[record.of][item][record.position]
        typed = self.typed[record.of].row(self.rows[record.of][record.position], named=True)
        return Content(text, typed[item]) if text is not None else Content()

    def place(self, record: Record) -> dict[str, object]:
        """File, sheet and row of a record."""
        row = self.verbatim[record.of].row(record.position, named=True)
        return {"file": row["_file"], "sheet": row["_sheet"], "row": row["_row"]}


def records_of(read: Batch, orders: Sequence[Order], design: Design, checking: Checking) -> Records:
    """The records of the villages that orders are about."""
    villages = {order.village.code for order in orders if order.village}
    placed = {
        of: frame.with_row_index("_position").filter(pl.col("_village").is_in(villages))
        for of, frame in read.records.items()
    }
    concerned = {of: frame.drop("_position") for of, frame in placed.items()}
    typed = checking.typed(replace(read, records=concerned)).records
    positions = {of: frame["_position"].to_list() for of, frame in placed.items()}
    rows = {of: {position: row for row, position in enumerate(every)} for of, every in positions.items()}
    records = Records(read.records, typed, rows)
    for of, frame in typed.items():
        sheet = _sheet(design, of)
        texts = concerned[of][sheet.key_item]
        wanted = frame.select(sorted({"_village", sheet.key, sheet.key_item}))
        for position, text, row in zip(positions[of], texts, wanted.iter_rows(named=True), strict=True):
            records.learn(Record(of, position), row["_village"], _identity(row, sheet, text))
    return records
