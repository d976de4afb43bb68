"""The hidden sheet behind the drop-downs: answers and their spellings, the villages, and what formulas look up.

Code lists stand in two columns each: what a cell may say, and the code that it means. The answers as the drop-down
shows them come first; below them stand the other spellings, for conditions only.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from bishan_survey.model import CODES_SHEET, CodeList, Design, Questionnaire, Village

NOTHING = " "
"""The only choice where nothing is to be filled in: intake takes a blank for an empty cell."""
TOWNS, TOWN_OF_VILLAGE, VILLAGES = "镇街名单", "村所属镇街", "村名单"
"""Defined names of the columns of the villages."""
_FIRST = 2
"""Row of the first cell below the heading, as Excel counts."""
_DIGITS = 17


@dataclass(frozen=True, slots=True)
class Column:
    """A heading and the cells below it."""

    heading: str
    cells: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class HiddenLists:
    """What stands on the hidden sheet of every form of an edition."""

    columns: tuple[Column, ...]
    lengths: Mapping[str, int]
    """Number of answers of each code list; its columns bear its id as their heading."""

    @classmethod
    def of(cls, design: Design, form: Questionnaire) -> "HiddenLists":
        """The lists that a questionnaire's items choose from, and the weights of identity numbers."""
        ids = sorted({item.codes for sheet in form.sheets for item in sheet.items if item.codes})
        columns = [
            Column("nothing", (NOTHING,)),
            Column("places", tuple(range(1, _DIGITS + 1))),
            # ISO 7064 MOD 11-2, as GB 11643 has it.
            Column("weights", tuple(2 ** (_DIGITS + 1 - place) % 11 for place in range(1, _DIGITS + 1))),
        ]
        for name in ids:
            spellings = _spellings(design.code_lists[name])
            columns += [Column(name, tuple(spellings)), Column(f"{name} =", tuple(spellings.values()))]
        return cls(tuple(columns), {name: len(design.code_lists[name].codes) for name in ids})

    def choices(self, codes: str) -> str:
        """Range of the answers of a code list as the drop-down shows them."""
        return self._range(codes, self.lengths[codes])

    def codes(self, codes: str) -> str:
        """Range of the codes of a code list."""
        return self._range(f"{codes} =", self.lengths[codes])

    def spellings(self, codes: str) -> str:
        """Range of all spellings of a code list, with the codes beside them."""
        first, last = self._letter(codes), self._letter(f"{codes} =")
        return f"'{CODES_SHEET}'!${first}${_FIRST}:${last}${_FIRST + len(self._column(codes).cells) - 1}"

    def whole(self, heading: str) -> str:
        """Range of a column that is no code list."""
        return self._range(heading, len(self._column(heading).cells))

    def _range(self, heading: str, count: int) -> str:
        return _range(self._letter(heading), count)

    def _letter(self, heading: str) -> str:
        return str(xl_col_to_name([column.heading for column in self.columns].index(heading)))

    def _column(self, heading: str) -> Column:
        return next(column for column in self.columns if column.heading == heading)


@dataclass(frozen=True, slots=True)
class Areas:
    """The villages that a form lets people choose from, the villages of a town together."""

    towns: tuple[str, ...]
    town_of_village: tuple[str, ...]
    villages: tuple[str, ...]

    @classmethod
    def of(cls, villages: Sequence[Village]) -> "Areas":
        """Villages by town, in the order given; towns of one name are one to who chooses by name."""
        towns = tuple(dict.fromkeys(village.town for village in villages))
        ordered = sorted(villages, key=lambda village: towns.index(village.town))
        return cls(towns, tuple(v.town for v in ordered), tuple(v.name for v in ordered))

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of the hidden sheet; none where a form is for no village."""
        cells = ((TOWNS, self.towns), (TOWN_OF_VILLAGE, self.town_of_village), (VILLAGES, self.villages))
        return tuple(Column(heading, texts) for heading, texts in cells if texts)

    def names(self, left: int) -> dict[str, str]:
        """Defined names of the columns where they stand to the right of others."""
        return {
            column.heading: _range(xl_col_to_name(place), len(column.cells))
            for place, column in enumerate(self.columns, left)
        }


def write_lists(sheet: Worksheet, lists: HiddenLists, areas: Areas) -> dict[str, str]:
    """Write the hidden sheet.

    Returns:
        The names to define for the villages.
    """
    for place, column in enumerate((*lists.columns, *areas.columns)):
        sheet.write_string(0, place, column.heading)
        for row, cell in enumerate(column.cells, 1):
            if isinstance(cell, int):
                sheet.write_number(row, place, cell)
            else:
                sheet.write_string(row, place, cell)
    sheet.very_hidden()
    return areas.names(len(lists.columns))


def _range(letter: str, count: int) -> str:
    return f"'{CODES_SHEET}'!${letter}${_FIRST}:${letter}${_FIRST + count - 1}"


def _spellings(codes: CodeList) -> dict[str, str]:
    """Code by spelling, what the drop-down shows first. Excel does not tell cases apart when it looks up."""
    shown = [(f"{code.code} {code.label}", code.code) for code in codes.codes]
    others = [(text, code.code) for code in codes.codes for text in (code.code, code.label)]
    aliases = [(alias, code.code) for code in codes.codes for alias in code.aliases]
    return _first_of_each([*shown, *others, *aliases])


def _first_of_each(spellings: Iterable[tuple[str, str]]) -> dict[str, str]:
    seen: dict[str, tuple[str, str]] = {}
    for text, code in spellings:
        seen.setdefault(text.casefold(), (text, code))
    return dict(seen.values())
