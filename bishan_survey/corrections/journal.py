"""The lines of a sheet of corrections done one after the other, and what becomes of each."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bishan_survey.corrections.orders import Order
from bishan_survey.corrections.records import Content, Of, Record, Records, Written
from bishan_survey.frames import ADDRESS
from bishan_survey.model import CorrectionAction, CorrectionOutcome, Design, Sheet

_APPLIED, _ALREADY = CorrectionOutcome.APPLIED, CorrectionOutcome.ALREADY
_STALE, _REFUSED = CorrectionOutcome.STALE, CorrectionOutcome.REFUSED
_ACCEPT, _DROP, _REPLACE = CorrectionAction.ACCEPT, CorrectionAction.DROP, CorrectionAction.REPLACE


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a line."""

    outcome: CorrectionOutcome
    remark: str | None = None
    record: Record | None = None
    """The record that is meant, if that is sure."""
    found: str | None = None
    """What stood in the cell when it was the line's turn."""


@dataclass
class Journal:
    """Does orders in their order; each meets what those before it have left."""

    design: Design
    orders: Sequence[Order]
    records: Records
    written: Written
    dropped: dict[Record, int] = field(default_factory=dict)
    """The records that are not to be counted, and the place of the order that says so."""
    _told: list[Told] = field(default_factory=list)
    _changed_by: dict[tuple[Record, str], int] = field(default_factory=dict)
    _accepted: dict[tuple[Record, str], dict[str | None, int]] = field(default_factory=dict)
    """What is accepted of a cell, for one rule or (``None``) for all, and the places of the orders that say so."""

    def settle(self) -> list[Told]:
        """Do every order, and tell what became of it."""
        for place, order in enumerate(self.orders):
            told = Told(_REFUSED, "；".join(order.problems)) if order.problems else self._find_and_do(place, order)
            self._told.append(told)
        return self._told

    def _find_and_do(self, place: int, order: Order) -> Told:
        if not self._known_for_sure(place, order):
            return self._refused("unreadable_id")
        found = self._found(place, order)
        if not found:
            return self._nobody(place, order)
        if len(found) > 1:
            return self._refused("several")
        record = next(iter(found))
        if record in self.dropped:
            return self._of_dropped(order, record)
        if order.action is _DROP:
            self.dropped[record] = place
            return Told(_APPLIED, record=record)
        return self._in_cell(place, order, record)

    # --- whose record ---

    def _forms(self, order: Order) -> list[Of]:
        """The frames in which the order's records may stand."""
        return [of for of in self.records.verbatim if of[1] == order.unit]

    def _found(self, place: int, order: Order) -> set[Record]:
        identities = [self.written.identity(place, of) for of in self._forms(order)]
        return self.records.found(str(order.unit), _village(order), identities)

    def _known_for_sure(self, place: int, order: Order) -> bool:
        """Whether the id tells one person from another.

        A number that a spreadsheet has cut short is the same text for everybody. With it, only the number itself can
        be corrected: whoever wrote the right one beside it has looked it up.
        """
        for of in self._forms(order):
            sheet = self._sheet(of)
            if sheet.key in ADDRESS or self.written.identity(place, of).number is not None:
                continue
            corrected = order.action is _REPLACE and order.item == sheet.key_item
            if not corrected or self.written.renamed(place, of).key is None:
                return False
        return True

    def _nobody(self, place: int, order: Order) -> Told:
        """Nobody has the id: the village may have put it right by itself."""
        for of in self._forms(order):
            if order.action is _DROP and self.written.identity(place, of).key is not None and self._reported(order):
                return Told(_ALREADY, self._remark("gone"))
            if order.action is _REPLACE and order.item == self._sheet(of).key_item:
                found = self.records.found(str(order.unit), _village(order), [self.written.renamed(place, of)])
                return self._renamed(place, found)
        return self._refused("not_found")

    def _reported(self, order: Order) -> bool:
        """Whether the village has any records of the unit: what has not come cannot have been put right."""
        return any(unit == order.unit and village == _village(order) for unit, village, _ in self.records.known)

    def _renamed(self, place: int, found: set[Record]) -> Told:
        """Whether the only record of the corrected number has that very number."""
        if len(found) != 1:
            return self._refused("not_found")
        record = next(iter(found))
        now = self.records.content(record, str(self.orders[place].item))
        if record in self.dropped or not now.means(self.written.new(place, record.of)):
            return self._refused("not_found")
        return Told(_ALREADY, self._remark("in_file"), record, now.text)

    def _of_dropped(self, order: Order, record: Record) -> Told:
        line = self._line(self.dropped[record])
        if order.action is _DROP:
            return Told(_ALREADY, self._remark("by_line", line=line), record)
        return Told(_REFUSED, self._remark("dropped", line=line), record)

    # --- what stands in the cell ---

    def _in_cell(self, place: int, order: Order, record: Record) -> Told:
        item = self._sheet(record.of).by_name.get(str(order.item))
        if item is None:
            label = self.design.variable_labels[str(order.item)]
            return Told(_REFUSED, self._remark("not_in_form", label=label), record)
        now = self.records.content(record, item.name)
        old, after = self.written.old(place, record.of), self._after(place, record)
        if order.action is _REPLACE and after.value is None:
            return Told(_REFUSED, self._remark("unreadable_new", label=item.label), record, now.text)
        if order.action is _REPLACE and after.means(old):
            return Told(_REFUSED, self._remark("same"), record, now.text)
        if now.means(old):
            done = self._accept(place, order, record) if order.action is _ACCEPT else self._change(place, record, after)
            return replace(done, found=now.text)
        return replace(self._otherwise(place, record, now, after), record=record, found=now.text)

    def _after(self, place: int, record: Record) -> Content:
        """What the cell holds once an order is done."""
        match self.orders[place].action:
            case CorrectionAction.REPLACE:
                return self.written.new(place, record.of)
            case CorrectionAction.ACCEPT:
                return self.written.old(place, record.of)
            case _:
                return Content()

    def _change(self, place: int, record: Record, after: Content) -> Told:
        order = self.orders[place]
        cell = record, str(order.item)
        self.records.changed[cell] = after
        self._changed_by[cell] = place
        for earlier in self._accepted.pop(cell, {}).values():
            overtaken = self._remark("overtaken", line=order.line.number)
            self._told[earlier] = replace(self._told[earlier], outcome=_ALREADY, remark=overtaken)
        sheet = self._sheet(record.of)
        if order.item == sheet.key_item and sheet.key not in ADDRESS and after.text is not None:
            self.records.learn(record, _village(order), self.written.renamed(place, record.of))
        return Told(_APPLIED, record=record)

    def _accept(self, place: int, order: Order, record: Record) -> Told:
        accepted = self._accepted.setdefault((record, str(order.item)), {})
        for rule in (None, order.rule):
            if rule in accepted:
                return Told(_ALREADY, self._remark("by_line", line=self._line(accepted[rule])), record)
        accepted[order.rule] = place
        return Told(_APPLIED, record=record)

    def _otherwise(self, place: int, record: Record, now: Content, after: Content) -> Told:
        """The old value is not there: because it has been put right, or because nobody knows."""
        cell = record, str(self.orders[place].item)
        if now.means(after):
            by = self._changed_by.get(cell)
            said = self._remark("in_file") if by is None else self._remark("by_line", line=self._line(by))
            return Told(_ALREADY, said)
        overtaking = self._overtaking(place, cell, now, after)
        if overtaking is not None:
            return Told(_ALREADY, self._remark("overtaken", line=self._line(overtaking)))
        return Told(_STALE, self._remark("changed"))

    def _overtaking(self, place: int, cell: tuple[Record, str], now: Content, after: Content) -> int | None:
        """The later order about the same cell that leads from what this one makes to what stands there now."""
        record, item = cell
        village = self.orders[place].village
        for later in range(place + 1, len(self.orders)):
            order = self.orders[later]
            if order.problems or (order.village, order.item) != (village, item):
                continue
            if self._found(later, order) != {record} or not self.written.old(later, record.of).means(after):
                continue
            made = self._after(later, record)
            if now.means(made) or self._overtaking(later, cell, now, made) is not None:
                return later
        return None

    # --- words ---

    def _sheet(self, of: Of) -> Sheet:
        sheet = self.design.questionnaires[of[0]].sheet(of[1])
        assert sheet is not None  # noqa: S101 - its records were read by it
        return sheet

    def _line(self, place: int) -> int:
        return self.orders[place].line.number

    def _remark(self, name: str, **details: object) -> str:
        return self.design.corrections.remark(name, **details)

    def _refused(self, name: str) -> Told:
        return Told(_REFUSED, self._remark(name))


def _village(order: Order) -> str:
    assert order.village is not None  # noqa: S101 - an order without one has a problem
    return order.village.code
