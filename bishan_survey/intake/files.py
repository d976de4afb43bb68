"""One submitted file: what it is, of which village, and the records in it. Nothing in a file raises."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

from bishan_survey.intake.areas import AreaIndex
from bishan_survey.intake.cards import is_card
from bishan_survey.intake.compounds import Splitter
from bishan_survey.intake.headers import HeaderIndex, How, find_header
from bishan_survey.intake.mappings import Approved, approved_for
from bishan_survey.intake.places import WHERE, Placed, Places
from bishan_survey.intake.sheets import SheetRecords, is_blank, read_records
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


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to be said about a file as a whole, by the id of its notice."""

    notice: str
    sheet: str | None = None
    row: int | None = None
    column: int | None = None
    value: str | None = None
    """What stands in the cell: for the findings alone, since people write anything into headers."""
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlacedSheet:
    """A worksheet with records, and where it belongs."""

    found: SheetRecords
    placed: Placed


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
        indexes = self._candidates(mark, parsed)
        sheets: list[PlacedSheet] = []
        remarks: list[Remark] = [*self._of_mark(mark), *self._of_year(mark)]
        asked = [grid for grid in grids if grid.name not in passed_over and not all(map(is_blank, grid.rows))]
        for grid in asked:
            header = find_header(grid, indexes, self._layout)
            if header is None and _explains(grid):
                continue
            if is_card(grid, header, indexes, self._layout):
                remarks.append(Remark("F17", sheet=grid.name))
                continue
            if header is None:
                remarks.append(Remark("F07", sheet=grid.name))
                continue
            splitters = self._splitters[header.index.edition, header.index.unit]
            found = read_records(grid, header, self._layout, splitters)
            placed = places.of_sheet(grid.name, _title(grid, found))
            sheets.append(PlacedSheet(found, placed))
            remarks += [*_remarks(found, placed, grid), *(_moved_columns(found) if mark else ())]
        remarks += self._lacking(mark, sheets)
        parsed = _placed_as(replace(parsed, sheets=tuple(sheets)))
        remarks += [*_of_editions(sheets), *self._of_town(parsed, places)]
        return self._concluded(parsed, [grid for grid in asked if not _explains(grid)], remarks)

    def _candidates(self, mark: FormMark | None, parsed: ParsedFile) -> list[HeaderIndex]:
        approved = approved_for(self._mappings, parsed.village, parsed.town)
        return [index.approving(approved) for index in self._indexes if mark is None or index.edition == mark.edition]

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
        for index in self._indexes:
            if mark and found and index.edition == mark.edition and index.unit not in found:
                yield Remark("F37", details={"name": index.sheet.name})

    def _of_town(self, parsed: ParsedFile, places: Places) -> Iterator[Remark]:
        """The folder is of another 镇街 than the village."""
        village = parsed.village
        if village and places.town and places.town != village.town_code:
            yield _against(parsed.placed, "folder", self._areas.frame.towns[places.town])

    def _concluded(self, parsed: ParsedFile, grids: Sequence[Grid], remarks: list[Remark]) -> ParsedFile:
        """Say what a file without records is: a zero return, an empty form, or of no use."""
        if parsed.records:
            return replace(parsed, remarks=tuple(remarks))
        if self._declares_none(parsed.submission.name, grids):
            remarks = [r for r in remarks if r.notice != "F07"]
            return replace(parsed, remarks=(*remarks, Remark("F29")), declared_none=True)
        if parsed.sheets:
            return replace(parsed, remarks=(*remarks, Remark("F10")))
        cards = [remark for remark in remarks if remark.notice == "F17"]
        return replace(parsed, remarks=tuple(cards) or (Remark("F05"),), usable=False)

    def _declares_none(self, name: str, grids: Sequence[Grid]) -> bool:
        """Whether a file without records says that there is nobody to be surveyed."""
        texts = [name, *(text for grid in grids for row in grid.rows for text in row if text)]
        return any(word in "".join(text.split()) for text in texts for word in self._layout.zero_words)


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


def _title(grid: Grid, found: SheetRecords) -> str:
    """What stands above the header, as far as a title may go; records that stand there are none."""
    rows = (row for n, row in enumerate(grid.rows[: found.header.first], 1) if n not in found.above)
    texts = (text for row in rows for text in row if text.strip())
    return " ".join(texts)[:_LONGEST_TITLE]


def _remarks(found: SheetRecords, placed: Placed, grid: Grid) -> Iterator[Remark]:
    """What is to be said of a sheet and its columns."""
    yield from _column_remarks(found)
    if grid.hidden and found.rows:
        yield Remark("F14", grid.name, details={"records": str(len(found.rows))})
    rows, columns = (len(set(hidden)) for hidden in (grid.hidden_rows, grid.hidden_columns))
    if (rows or columns) and found.rows:
        yield Remark("F20", grid.name, details={"rows": str(rows), "columns": str(columns)})
    if placed.against and placed.village and found.rows:
        yield replace(_against(placed, placed.against.where, placed.against.village.name), sheet=grid.name)
    if placed.former and placed.village and found.rows:
        yield Remark("F21", grid.name, details={"former": placed.former, "village": placed.village.name})
    for item, rows in found.filled_down.items():
        column = next(place for place, name in found.header.items.items() if name == item)
        yield Remark("F33", grid.name, found.header.row + 1, column, details={"rows": str(rows)})
    if found.above:
        details = {"header": str(found.header.row + 1), "rows": str(len(found.above))}
        yield Remark("F36", grid.name, found.above[0], details=details)


def _against(placed: Placed, where: str, name: str) -> Remark:
    """A sign that says something else than the one that counts."""
    assert placed.village is not None  # noqa: S101 - asked only where a sign counts
    details = {"first_where": WHERE[placed.by], "first": placed.village.name, "second_where": WHERE[where]}
    return Remark("F09", details={**details, "second": name})


_OF_COLUMNS = {How.UNKNOWN: "F11", How.REPEATED: "F12", How.SIMILAR: "F15", How.UNSURE: "F16"}


def _column_remarks(found: SheetRecords) -> Iterator[Remark]:
    """Columns that the questionnaire does not know, that name an item twice, or that are only like one."""
    header = found.header
    for match in header.matches:
        if match.how not in _OF_COLUMNS:
            continue
        label = header.index.sheet.by_name[match.like].label if match.like else ""
        details = {"label": label, "score": f"{match.score:.0f}"}
        text = " ".join(match.text.split())
        yield Remark(_OF_COLUMNS[match.how], found.sheet, header.row + 1, match.column, text, details)
    for column in found.headless:
        yield Remark("F13", found.sheet, header.row + 1, column)


def _moved_columns(found: SheetRecords) -> Iterator[Remark]:
    """In a form of ours: the first column that stands before one on whose right it belongs.

    Columns may have been moved, and are read rightly; or two headers were exchanged, and nobody else can tell.
    """
    items = found.header.index.sheet.by_name
    order = {name: place for place, name in enumerate(items)}
    for (column, name), (_, following) in pairwise(sorted(found.header.items.items())):
        if order[name] > order[following]:
            details = {"label": items[name].label, "following": items[following].label}
            yield Remark("F35", found.sheet, found.header.row + 1, column, details=details)
            return


def _of_editions(sheets: Sequence[PlacedSheet]) -> Iterator[Remark]:
    """Sheets of different editions in one file."""
    editions = {sheet.found.sheet: sheet.found.header.index.edition for sheet in sheets if sheet.found.rows}
    first = next(iter(editions.values()), "")
    for name, edition in editions.items():
        if edition != first:
            yield Remark("F32", name, details={"edition": edition, "other": first})
