"""Where everything stands: which village sends what kind of sheet, and the cell of every answer in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random

import polars as pl
from xlsxwriter.utility import xl_cell_to_rowcol, xl_col_to_name

from bishan_survey.forms import FIRST_ROW
from bishan_survey.intake.header_index import HeaderIndex
from bishan_survey.model import AreaFrame, Design, Questionnaire, Sheet, Village
from bishan_survey.synthesis.people import short_name
from bishan_survey.synthesis.recipe import ExtraColumn, Layout, Recipe


@dataclass(frozen=True)
class Workbook:
    """One village's workbook."""

    village: Village
    layout: Layout
    file: str
    """Path below the inbox."""
    words: Mapping[str, str]
    """What the texts of the layout may name."""
    sheet: Sheet
    columns: tuple[str | ExtraColumn, ...]
    """Items and further columns, from the left."""
    headers: tuple[str, ...]
    positions: tuple[int, ...]
    """The persons in it, by their position among all records."""

    @property
    def name(self) -> str:
        """Name of the sheet of persons."""
        return self.sheet.name if self.layout.form else self.layout.sheet_name.format(**self.words)

    @property
    def origin(self) -> tuple[int, int]:
        """Row and column of the first header, from 0."""
        row, column = xl_cell_to_rowcol(self.layout.origin)
        return (FIRST_ROW - 1, 0) if self.layout.form else (row, column)

    @cached_property
    def rows(self) -> dict[int, int]:
        """Row of each person, from 0."""
        every = self.layout.blank_every
        first = self.origin[0] + 1
        return {p: first + n + (n // every if every else 0) for n, p in enumerate(self.positions)}

    @property
    def end(self) -> int:
        """Row after the last person's, from 0."""
        return max(self.rows.values(), default=self.origin[0]) + 1

    @cached_property
    def columns_by_name(self) -> dict[str, str]:
        """Letter of each column, by item or by the header of a further column."""
        names = (c.header if isinstance(c, ExtraColumn) else c for c in self.columns)
        return {name: xl_col_to_name(place) for place, name in enumerate(names, self.origin[1])}

    def header_cell(self, header: str) -> str:
        """Address of the header of a further column."""
        return f"{self.columns_by_name[header]}{self.origin[0] + 1}"


def layouts_of(area_frame: AreaFrame, recipe: Recipe, rng: Random) -> dict[str, Layout]:
    """How each village's sheet looks, by its code: every plain layout where it is wanted, else our own form."""
    codes = [village.code for village in area_frame.villages]
    wanted = [layout for layout in recipe.plain for _ in range(layout.villages)][: len(codes) // 2]
    weights = [layout.villages for layout in recipe.forms]
    chosen = {code: rng.choices(recipe.forms, weights)[0] for code in codes}
    return chosen | dict(zip(rng.sample(codes, len(wanted)), wanted, strict=True))


class Binder:
    """Puts the records of each village into its workbook."""

    def __init__(self, design: Design, form: Questionnaire, reporters: Mapping[str, str]) -> None:
        self._sheet = next(sheet for sheet in form.sheets if sheet.unit == "person")
        self._index = HeaderIndex.of(form, self._sheet, design.layout)
        self._suffixes = design.layout.village_suffixes
        self._reporters = reporters

    def bind(self, villages: Sequence[Village], layouts: Mapping[str, Layout], homes: pl.Series) -> Iterator[Workbook]:
        """A workbook for each village; `homes` tells for each record the village in whose sheet it stands."""
        members: dict[str, list[int]] = {village.code: [] for village in villages}
        for position, code in enumerate(homes):
            members[code].append(position)
        for village in villages:
            yield self._workbook(village, layouts[village.code], tuple(members[village.code]))

    def words(self, village: Village, count: int) -> dict[str, str]:
        """What the texts of a layout may name."""
        return {
            "town": village.town,
            "village": short_name(village.name, self._suffixes),
            "code": village.code,
            "reporter": self._reporters.get(village.code, ""),
            "count": str(count),
        }

    def _workbook(self, village: Village, layout: Layout, positions: tuple[int, ...]) -> Workbook:
        words = self.words(village, len(positions))
        columns = self._columns(layout)
        return Workbook(
            village=village,
            layout=layout,
            file=f"{village.town}/{layout.file_name.format(**words)}",
            words=words,
            sheet=self._sheet,
            columns=columns,
            headers=tuple(self._header(layout, column) for column in columns),
            positions=positions,
        )

    def _columns(self, layout: Layout) -> tuple[str | ExtraColumn, ...]:
        others = [name for name in self._sheet.by_name if name not in layout.first]
        return (*layout.first, *others, *layout.extra)

    def _header(self, layout: Layout, column: str | ExtraColumn) -> str:
        """The header of a column: as the layout says, an alias that is sure, or the label."""
        if isinstance(column, ExtraColumn):
            return column.header
        item = self._sheet.by_name[column]
        said = [layout.headers[column]] if column in layout.headers else []
        aliases = item.aliases if layout.aliases else ()
        sure = (header for header in (*said, *aliases) if self._index.item(header) == column)
        return next(sure, item.label)
