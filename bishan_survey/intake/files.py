"""One submitted file: what it is, of which village, and the records in it. Nothing in a file raises."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bishan_survey.intake.areas import AreaIndex
from bishan_survey.intake.cards import is_card
from bishan_survey.intake.compounds import Splitter
from bishan_survey.intake.header_index import HeaderIndex
from bishan_survey.intake.headers import Header, find_header
from bishan_survey.intake.mappings import Approved, approved_for
from bishan_survey.intake.places import Placed, Places
from bishan_survey.intake.remarks import PlacedSheet, Remark, against, moved_columns, of_editions, remarks_on
from bishan_survey.intake.sheets import declares_none, is_blank, next_header, read_records
from bishan_survey.model import (
    GUIDE_SHEET,
    MARK_SHEET,
    OWN_SHEETS,
    RETURN_SHEET,
    Design,
    FormMark,
    Survey,
    Village,
    read_mark,
)
from bishan_survey.reading.grid import Contents, Grid, Refusal
from bishan_survey.reading.incoming import digest_of

_LONGEST_TITLE = 2_000
_PERSONS_NUMBER = re.compile(r"\d{14,}")
_WIDE, _HEADER_AND_ITS_GROUPS = 3, 2
_EXPLANATIONS = tuple(f"　{name}" for name in (GUIDE_SHEET, RETURN_SHEET))
"""How the titles end of the sheets that explain a form of ours."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A file that came in: its name relative to the inbox, and where its bytes lie."""

    name: str
    path: Path
    sha256: str
    size: int
    received: str | None = None
    """When the workspace first met this content (ISO 8601); ``None`` outside a workspace."""
    member: int | None = None
    """Place of the member of the archive at ``path`` that the bytes are of; ``None``: the file itself."""


def submission_of(path: Path, name: str) -> Submission:
    """A file outside a workspace as a submission; one that nobody can read is told by the reader."""
    return Submission(name, path, *digest_of(path))


@dataclass(frozen=True)
class ParsedFile:
    """A file as it was understood."""

    submission: Submission
    town: str | None = None
    """Code of the 镇街: the village's, or that of the folder."""
    placed: Placed = field(default_factory=Placed)
    """Where the file belongs as a whole; no village where its sheets are of several."""
    edition: str | None = None
    """The edition that its own mark names."""
    sheets: tuple[PlacedSheet, ...] = ()
    remarks: tuple[Remark, ...] = ()
    usable: bool = True
    kind: str | None = None
    saved_at: str | None = None
    declared_none: bool = False
    copy_of: str | None = None

    @property
    def village(self) -> Village | None:
        """The village of the file."""
        return self.placed.village

    @property
    def records(self) -> int:
        """Number of its records."""
        return sum(len(sheet.found.rows) for sheet in self.sheets)


class FileReader:
    """Understands files of one survey: knows its open editions, its area frame and what people have approved."""

    def __init__(self, design: Design, survey: Survey, areas: AreaIndex, mappings: Sequence[Approved] = ()) -> None:
        self._layout = design.layout
        self._areas = areas
        self._mappings = mappings
        self._editions = survey.editions
        self._year = survey.reference_date.year
        sheets = [
            (design.questionnaires[e], sheet) for e in survey.editions for sheet in design.questionnaires[e].sheets
        ]
        self._indexes = [HeaderIndex.of(form, sheet, design.layout, design.compounds) for form, sheet in sheets]
        self._splitters = {
            (form.edition, sheet.unit): [
                Splitter(compound, sheet, design.code_lists)
                for compound in design.compounds
                if set(compound.items) <= sheet.by_name.keys()
            ]
            for form, sheet in sheets
        }

    def understand(self, submission: Submission, read: Contents | Refusal) -> ParsedFile:
        """Understand a file; one that cannot be used comes back unusable, with the reason."""
        if isinstance(read, Refusal):
            places = Places(submission.name, None, self._areas)
            refused = Remark(read.notice, details=read.details)
            return _placed_file(ParsedFile(submission, remarks=(refused,), usable=False), places)
        grids = {grid.name: grid for grid in read.grids}
        mark = read_mark(grids[MARK_SHEET].rows) if MARK_SHEET in grids else None
        places = Places(submission.name, mark, self._areas)
        parsed = ParsedFile(submission, kind=read.kind, saved_at=read.saved_at, edition=mark.edition if mark else None)
        if mark and mark.edition not in self._editions:
            closed = Remark("F06", details={"edition": mark.edition})
            return _placed_file(replace(parsed, remarks=(closed,), usable=False), places)
        return self._understand(_placed_file(parsed, places), read.grids, mark, places)

    def _understand(
        self, parsed: ParsedFile, grids: Sequence[Grid], mark: FormMark | None, places: Places
    ) -> ParsedFile:
        passed_over = OWN_SHEETS if mark else OWN_SHEETS - {GUIDE_SHEET, RETURN_SHEET}
        sheets: list[PlacedSheet] = []
        remarks: list[Remark] = [*self._of_mark(mark), *self._of_year(mark)]
        asked = [grid for grid in grids if grid.name not in passed_over and not all(map(is_blank, grid.rows))]
        for grid in asked:
            table = self._table(grid, mark, parsed, places)
            sheets += [table] if table else []
            remarks += self._of_sheet(grid, table, mark)
        remarks += self._lacking(mark, sheets)
        parsed = _placed_as(replace(parsed, sheets=tuple(sheets)))
        remarks += [*of_editions(sheets), *self._of_town(parsed, places)]
        return self._concluded(parsed, [grid for grid in asked if not _explains(grid)], remarks)

    def _table(self, grid: Grid, mark: FormMark | None, parsed: ParsedFile, places: Places) -> PlacedSheet | None:
        """The table on a sheet, and where it belongs; ``None`` where there is no header, or a card."""
        candidates = self._candidates(mark, parsed)
        header = find_header(grid, candidates, self._layout)
        if header is None or is_card(grid, header, candidates, self._layout):
            return None
        placed = places.of_sheet(grid.name, _title(grid, header))
        if placed.village != parsed.village and self._mappings:
            # What people have approved for a village counts where a title alone tells that the sheet is the village's.
            header = find_header(grid, self._candidates(mark, replace(parsed, placed=placed)), self._layout) or header
        below = next_header(grid, header, self._layout)
        whole = grid if below is None else replace(grid, rows=grid.rows[:below])
        splitters = self._splitters[header.index.edition, header.index.unit]
        found = read_records(whole, header, self._layout, splitters)
        return PlacedSheet(found, placed, tuple(places.of_sections(placed, found.sections)), below)

    def _of_sheet(self, grid: Grid, table: PlacedSheet | None, mark: FormMark | None) -> Iterator[Remark]:
        """What is to be said of a sheet: that it is not read, or what is odd about its table."""
        indexes = self._indexes_for(mark)
        if table:
            yield from remarks_on(table, grid)
            yield from moved_columns(table.found) if mark else ()
        elif _explains(grid):
            return
        elif is_card(grid, find_header(grid, indexes, self._layout), indexes, self._layout):
            yield Remark("F17", sheet=grid.name)
        else:
            people = sum(map(_bears_a_number, grid.rows))
            yield Remark("F40", grid.name, details={"rows": str(people)}) if people else Remark("F07", grid.name)

    def _candidates(self, mark: FormMark | None, parsed: ParsedFile) -> list[HeaderIndex]:
        approved = approved_for(self._mappings, parsed.village, parsed.town)
        return [index.approving(approved) for index in self._indexes_for(mark)]

    def _indexes_for(self, mark: FormMark | None) -> list[HeaderIndex]:
        """The sheets that may be met: those of the edition that a form of ours names, or all."""
        return [index for index in self._indexes if mark is None or index.edition == mark.edition]

    def _of_mark(self, mark: FormMark | None) -> Iterator[Remark]:
        if mark and mark.village and mark.village not in self._areas.frame.by_code:
            yield Remark("F08", details={"code": mark.village})

    def _of_year(self, mark: FormMark | None) -> Iterator[Remark]:
        """A form of another year's survey: its checks, and what was filled in beforehand, are old."""
        now = str(self._year)
        if mark and mark.year not in ("", now):
            yield Remark("F38", details={"year": mark.year, "now": now})

    def _lacking(self, mark: FormMark | None, sheets: Sequence[PlacedSheet]) -> Iterator[Remark]:
        """In a form of ours, a sheet that is not there, or not to be recognised: nobody in it would be missed."""
        found = {sheet.found.header.index.unit for sheet in sheets}
        for index in self._indexes_for(mark):
            if mark and found and index.unit not in found:
                yield Remark("F37", details={"name": index.sheet.name})

    def _of_town(self, parsed: ParsedFile, places: Places) -> Iterator[Remark]:
        """The folder is of another 镇街 than the village."""
        village = parsed.village
        if village and places.town and places.town != village.town_code:
            yield against(parsed.placed, "folder", self._areas.frame.towns[places.town])

    def _concluded(self, parsed: ParsedFile, grids: Sequence[Grid], remarks: list[Remark]) -> ParsedFile:
        """Say what a file without records is: a zero return, an empty form, or of no use."""
        if parsed.records:
            return replace(parsed, remarks=tuple(remarks))
        if self._declares_none(parsed.submission.name, grids) and not any(map(_holds_people, grids)):
            remarks = [r for r in remarks if r.notice != "F07"]
            return replace(parsed, remarks=(*remarks, Remark("F29")), declared_none=True)
        if parsed.sheets:
            return replace(parsed, remarks=(*remarks, Remark("F10")))
        cards = [remark for remark in remarks if remark.notice == "F17"]
        return replace(parsed, remarks=tuple(cards) or (Remark("F05"),), usable=False)

    def _declares_none(self, name: str, grids: Sequence[Grid]) -> bool:
        """Whether a file without records says that there is nobody to be surveyed."""
        texts = [name, *(text for grid in grids for row in grid.rows for text in row if text)]
        return any(declares_none(text, self._layout) for text in texts)


def _holds_people(grid: Grid) -> bool:
    """Whether there may be people on a sheet, though none was read: a number, or more than one row of several cells."""
    wide = [row for row in grid.rows if sum(bool(text.strip()) for text in row) >= _WIDE]
    return any(map(_bears_a_number, grid.rows)) or len(wide) > _HEADER_AND_ITS_GROUPS


def _placed_file(parsed: ParsedFile, places: Places) -> ParsedFile:
    """Where a file belongs by what can be told without its sheets."""
    placed = places.of_file()
    town = placed.village.town_code if placed.village else places.town
    return replace(parsed, placed=placed, town=town)


def _placed_as(parsed: ParsedFile) -> ParsedFile:
    """Where a file belongs after its sheets were read: a village only if they are all of it."""
    placed = [sheet.placed for sheet in parsed.sheets if sheet.found.rows] or [s.placed for s in parsed.sheets]
    if not placed:
        return parsed
    villages = {one.village for one in placed}
    together = placed[0] if len(villages) == 1 else Placed()
    town = together.village.town_code if together.village else parsed.town
    return replace(parsed, placed=together, town=town)


def _explains(grid: Grid) -> bool:
    """Whether a sheet only explains a form of ours, whatever it is called now, and whether or not the mark is left."""
    return grid.rows[0][0].strip().endswith(_EXPLANATIONS)


def _title(grid: Grid, header: Header) -> str:
    """What stands above the header, as far as a title may go; records that stand there are none."""
    rows = (row for row in grid.rows[: header.first] if not _bears_a_number(row))
    texts = (text for row in rows for text in row if text.strip())
    return " ".join(texts)[:_LONGEST_TITLE]


def _bears_a_number(row: Sequence[str]) -> bool:
    """Whether a row holds somebody's number: nothing else is so long."""
    return any(_PERSONS_NUMBER.search(text) for text in row)
