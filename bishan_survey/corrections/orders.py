"""What each line asks for, understood by the definitions and the area frame alone; what is unclear is refused."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Protocol

from bishan_survey.corrections.sheet import Line
from bishan_survey.frames import ADDRESS
from bishan_survey.handwritten import day_of, folded, meant, squeezed
from bishan_survey.model import (
    AreaFrame,
    Batch,
    CorrectionAction,
    Design,
    Sheet,
    Survey,
    Village,
    WordKind,
)

_PLACING = frozenset({"town", "village"})
"""Items that intake has placed the record by: another text in them would not move it."""
_ALWAYS = ("id", "place", "action", "reason", "author", "date")
_ALSO: Mapping[CorrectionAction, tuple[str, ...]] = {
    CorrectionAction.REPLACE: ("item", "new"),
    CorrectionAction.CLEAR: ("item", "old"),
    CorrectionAction.ACCEPT: ("item",),
    CorrectionAction.DROP: (),
}
_NEVER: Mapping[CorrectionAction, tuple[str, ...]] = {
    CorrectionAction.REPLACE: ("rule",),
    CorrectionAction.CLEAR: ("new", "rule"),
    CorrectionAction.ACCEPT: ("new",),
    CorrectionAction.DROP: ("item", "old", "new", "rule"),
}


class Villages(Protocol):
    """Looks villages up as intake does."""

    @property
    def frame(self) -> AreaFrame:
        """All villages."""

    def village(self, text: str, town: str | None) -> Village | None:
        """The village that a text names, by code, or by a name that is unique within the 镇街."""


@dataclass(frozen=True)
class Checking:
    """What the stage that checks lends to this one: stages do not import each other."""

    typed: Callable[[Batch], Batch]
    """Types every record of a batch."""
    blamed: Callable[[str, str], Mapping[str, str]]
    """Edition and unit to: by the id of each check, the item that it blames."""


@dataclass(frozen=True, slots=True)
class Order:
    """A line, understood as far as can be without looking at records."""

    line: Line
    action: CorrectionAction | None = None
    unit: str | None = None
    village: Village | None = None
    item: str | None = None
    rule: str | None = None
    day: dt.date | None = None
    problems: tuple[str, ...] = ()
    """Why it is refused, in words; empty: it can be looked for."""


class Understanding:
    """Turns lines into orders.

    Args:
        design: the definitions.
        survey: whose open editions have the items.
        villages: the villages.
        blamed: the items that checks blame.
    """

    def __init__(
        self, design: Design, survey: Survey, villages: Villages, blamed: Callable[[str, str], Mapping[str, str]]
    ) -> None:
        self._words = design.corrections
        self._villages = villages
        self._blamed = cache(blamed)
        self._forms = [design.questionnaires[edition] for edition in survey.editions]

    def order(self, line: Line) -> Order:
        """What a line asks for, or everything that keeps it from being done."""
        action = self._action(line.action)
        village = self._village(line.place)
        unit, item = self._unit_and_item(line, action)
        rule = self._rule(unit, item, line.rule)
        day = day_of(line.date)
        problems = [
            *self._missing(line, action),
            *self._superfluous(line, action),
            *self._unknown("unknown_place", line.place, village),
            *self._unknown("unknown_date", line.date, day),
            *self._unknown("unknown_rule", line.rule if item and action is CorrectionAction.ACCEPT else "", rule),
        ]
        if action not in (None, CorrectionAction.DROP):
            problems += self._unknown("unknown_item", line.item, item)
        if item in _PLACING and action in (CorrectionAction.REPLACE, CorrectionAction.CLEAR):
            problems.append(self._words.remark("places", label=line.item))
        if action is CorrectionAction.DROP and unit is None:
            problems.append(self._words.remark("not_found"))
        if village and self._at(line.id) not in (None, village):
            problems.append(self._words.remark("other_place"))
        return Order(line, action, unit, village, item, rule, day, tuple(problems))

    def _unknown(self, name: str, written: str, found: object) -> Iterator[str]:
        """What to say of words that mean nothing; that they are missing is said elsewhere."""
        if written and found is None:
            yield self._words.remark(name)

    def _missing(self, line: Line, action: CorrectionAction | None) -> Iterator[str]:
        wanted = (*_ALWAYS, *(_ALSO[action] if action else ()))
        lacking = [name for name in wanted if not folded(getattr(line, name))]
        if lacking:
            yield self._words.remark("lacking", columns=self._columns(lacking))
        if line.action and action is None:
            yield self._words.remark("unknown_action", actions="、".join(self._actions.values()))

    def _superfluous(self, line: Line, action: CorrectionAction | None) -> Iterator[str]:
        said = [name for name in (_NEVER[action] if action else ()) if folded(getattr(line, name))]
        if action and said:
            text = self._actions[action]
            yield self._words.remark("superfluous", action=text, columns=self._columns(said))

    def _columns(self, names: Sequence[str]) -> str:
        texts = self._words.texts(WordKind.COLUMN)
        return "、".join(texts[name] for name in names)

    @cached_property
    def _actions(self) -> dict[str, str]:
        return self._words.texts(WordKind.ACTION)

    def _action(self, text: str) -> CorrectionAction | None:
        found = meant(text, self._words.of(WordKind.ACTION).values())
        return CorrectionAction(found) if found else None

    def _village(self, text: str) -> Village | None:
        """The village of a text: its code, a name that the district has once, or a 镇街 and a name in it."""
        plain = "".join(folded(text).split())
        found = self._villages.village(plain, None) if plain else None
        if found:
            return found
        for code, town in self._villages.frame.towns.items():
            if plain.startswith(town) and plain != town:
                return self._villages.village(plain.removeprefix(town), code)
        return None

    def _at(self, text: str) -> Village | None:
        """The village whose code an id is."""
        return self._villages.frame.by_code.get(folded(text))

    def _unit_and_item(self, line: Line, action: CorrectionAction | None) -> tuple[str | None, str | None]:
        """What the id is of, and which of its items is meant; nothing where that is not one thing alone."""
        by_place = self._at(line.id) is not None
        sheets = [sheet for form in self._forms for sheet in form.sheets if (sheet.key in ADDRESS) is by_place]
        named = {found for sheet in sheets for found in _named(sheet, line.item)}
        if len(named) == 1:
            return next(iter(named))
        units = {sheet.unit for sheet in sheets}
        return (units.pop() if len(units) == 1 and action is CorrectionAction.DROP else None), None

    def _rule(self, unit: str | None, item: str | None, text: str) -> str | None:
        """The check of that id that blames the item in one of the open editions."""
        if not text or unit is None:
            return None
        blamed = (pair for form in self._forms for pair in self._blamed(form.edition, unit).items())
        return next((rule for rule, at in blamed if at == item and squeezed(rule) == squeezed(text)), None)


def _named(sheet: Sheet, text: str) -> Iterator[tuple[str, str]]:
    """Unit and variable of each item that a text names."""
    for item in sheet.items:
        if squeezed(text) in (squeezed(item.name), squeezed(item.label)):
            yield sheet.unit, item.name
