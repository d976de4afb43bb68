"""Many files into one batch: verbatim records, side by side, with the address of each."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl
from xlsxwriter.utility import xl_col_to_name

from bishan_survey import frames
from bishan_survey.intake.areas import AreaIndex
from bishan_survey.intake.files import FileReader, ParsedFile, Submission
from bishan_survey.intake.receive import Known, Receiver
from bishan_survey.intake.remarks import PlacedSheet
from bishan_survey.model import AreaFrame, Batch, Design, Questionnaire, Survey, Village
from bishan_survey.processes import at_most
from bishan_survey.reading.pool import open_pool

_NOBODY = Known()


def read_batch(
    submissions: Sequence[Submission],
    design: Design,
    survey: Survey,
    area_frame: AreaFrame,
    each: Callable[[], None] = lambda: None,
    known: Known = _NOBODY,
) -> Batch:
    """Read every file into a batch of verbatim records.

    Args:
        submissions: the files, in the order in which their records shall stand.
        design: the definitions.
        survey: which editions are open.
        area_frame: the villages that should report.
        each: called after each file, for progress.
        known: what is known of the senders: approved headers, passwords.

    Returns:
        A batch whose records are text; files that cannot be used stand in its findings.
    """
    areas = AreaIndex(area_frame, design.layout)
    with open_pool(at_most(len(submissions)), shelf=known.shelf) as pool:
        reader = FileReader(design, survey, areas, known.mappings)
        parsed = Receiver(reader, pool, known.passwords, each).receive(submissions)
    columns = frames.stack(frames.COLUMNS, [_frame(_columns(parsed))])
    return Batch(
        sources=frames.stack(frames.SOURCES, [_frame(map(_source, parsed))]),
        columns=columns,
        records={
            (questionnaire.edition, sheet.unit): _records(parsed, questionnaire, sheet.unit, areas)
            for questionnaire in (design.questionnaires[edition] for edition in survey.editions)
            for sheet in questionnaire.sheets
        },
        findings=frames.stack(frames.FINDINGS, [_findings(parsed, design)]),
        normalised=_taken_apart(parsed, columns),
        not_records=frames.stack(frames.NOT_RECORDS, [_frame(_not_records(parsed))]),
        extras=frames.stack(frames.EXTRAS, [_frame(_extras(parsed))]),
        lacking=frames.empty(frames.FINDINGS),
        corrections=frames.empty(frames.CORRECTIONS),
        pairs=frames.empty(frames.PAIRS),
        changed_numbers=frames.empty(frames.CHANGED_NUMBERS),
        decisions=frames.empty(frames.DECISIONS),
        questions=frames.empty(frames.QUESTIONS),
        links=frames.empty(frames.LINKS),
        returns=frames.empty(frames.RETURNS),
        differences=frames.empty(frames.DIFFERENCES),
    )


def _frame(rows: Iterable[dict[str, object]]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), infer_schema_length=None)


def _source(file: ParsedFile) -> dict[str, object]:
    editions = {sheet.found.header.index.edition for sheet in file.sheets} | ({file.edition} if file.edition else set())
    return {
        "file": file.submission.name,
        "sha256": file.submission.sha256,
        "bytes": file.submission.size,
        "edition": "、".join(sorted(editions)) or None,
        "village": file.village.code if file.village else None,
        "town": file.town,
        "recognised_by": file.placed.by or None,
        "rows_read": sum(len(sheet.found.rows) + len(sheet.found.not_records) for sheet in file.sheets),
        "usable": file.usable,
        "kind": file.kind,
        "received": file.submission.received,
        "saved_at": file.saved_at,
        "copy_of": file.copy_of,
        "declared_none": file.declared_none,
    }


def _columns(parsed: Sequence[ParsedFile]) -> Iterator[dict[str, object]]:
    """What every column of every header was recognised as; a column of several items stands once for each."""
    for file, sheet in _sheets(parsed):
        index = sheet.found.header.index
        place = {
            "file": file.submission.name,
            "sheet": sheet.found.sheet,
            "edition": index.edition,
            "unit": index.unit,
        }
        for match in sheet.found.header.matches:
            held = {name for name, column in sheet.found.shared.items() if column == match.column}
            for item in (*match.items, *sorted(held - set(match.items))) or (None,):
                yield {
                    **place,
                    "column": xl_col_to_name(match.column),
                    "header": match.text,
                    "item": item,
                    "how": match.how.value,
                    "score": match.score,
                    "like": match.like or None,
                }


def _not_records(parsed: Sequence[ParsedFile]) -> Iterator[dict[str, object]]:
    for file, sheet in _sheets(parsed):
        for row, reason in sheet.found.not_records:
            yield {"file": file.submission.name, "sheet": sheet.found.sheet, "row": row, "reason": reason}


def _extras(parsed: Sequence[ParsedFile]) -> Iterator[dict[str, object]]:
    for file, sheet in _sheets(parsed):
        headers = {match.column: match.text for match in sheet.found.header.matches}
        for row, column, value in sheet.found.unread:
            place = {"file": file.submission.name, "sheet": sheet.found.sheet, "row": row}
            yield {**place, "column": xl_col_to_name(column), "header": headers.get(column, ""), "value": value}


def _taken_apart(parsed: Sequence[ParsedFile], columns: pl.DataFrame) -> pl.DataFrame:
    """Cells that held several items, as what was understood though not written as asked."""
    rows = [
        {"file": file.submission.name, "sheet": sheet.found.sheet, "row": part.row, "item": part.item}
        | {"original": part.original, "value": part.value}
        for file, sheet in _sheets(parsed)
        for part in sheet.found.taken
    ]
    if not rows:
        return frames.empty(frames.NORMALISED)
    return frames.stack(frames.NORMALISED, [frames.with_cells(pl.DataFrame(rows), columns)])


def _sheets(parsed: Sequence[ParsedFile]) -> Iterator[tuple[ParsedFile, PlacedSheet]]:
    for file in parsed:
        for sheet in file.sheets:
            yield file, sheet


def _records(parsed: Sequence[ParsedFile], form: Questionnaire, unit: str, areas: AreaIndex) -> pl.DataFrame:
    """All records of a unit of an edition, as text; an empty cell, or a missing column, is null."""
    sheet = form.sheet(unit)
    assert sheet is not None  # noqa: S101 - asked for the sheets that it has
    columns: dict[str, list[object]] = {name: [] for name in frames.ADDRESS}
    placing: list[_Placing] = []
    texts: dict[str, list[str | None]] = {item.name: [] for item in sheet.items}
    for file, table in _sheets(parsed):
        found = table.found
        if (found.header.index.edition, found.header.index.unit) != (form.edition, unit):
            continue
        count = len(found.rows)
        placed = list(_placed(table, file.town, areas))
        placing += placed
        columns["_file"] += [file.submission.name] * count
        columns["_sheet"] += [found.sheet] * count
        columns["_row"] += found.rows
        columns["_village"] += [one.village.code if one.village else None for one in placed]
        columns["_town"] += [one.village.town_code if one.village else None for one in placed]
        for name, column in texts.items():
            column.extend(found.texts.get(name) or [None] * count)
    return pl.DataFrame(columns, schema=frames.ADDRESS).with_columns(
        pl.col("_village").is_not_null().alias("village_known"),
        pl.Series("village_recognised", [one.recognised for one in placing], dtype=pl.Boolean),
        pl.Series("village_matches", [one.matches for one in placing], dtype=pl.Boolean),
        *(_blank_as_null(pl.Series(name, values, dtype=pl.String)) for name, values in texts.items()),
    )


def _blank_as_null(texts: pl.Series) -> pl.Expr:
    """Cells in which nothing can be seen (blanks, invisible characters, a lone apostrophe) are empty."""
    seen = pl.lit(texts).str.contains(r"[^\s\p{Cf}\p{Cc}'’‘`]")
    return pl.when(seen).then(pl.lit(texts)).alias(texts.name)


@dataclass(frozen=True, slots=True)
class _Placing:
    """Where a record is placed, and what the village written in its row has to do with it."""

    village: Village | None
    recognised: bool | None
    """Whether the written village is one of the frame; ``None`` if none is written."""
    matches: bool | None
    """Whether it is the one of the file; ``None`` if that cannot be told."""


def _placed(table: PlacedSheet, home: str | None, areas: AreaIndex) -> Iterator[_Placing]:
    """Place each record: the sheet's own village counts before the one written in the row.

    A row that names no 镇街 is taken to be of the one whose folder the file lies in (``home``).
    """
    found = table.found
    count = len(found.rows)
    towns = found.texts.get("town") or [""] * count
    names = found.texts.get("village") or [""] * count
    known: dict[tuple[str, str, Village | None, bool], _Placing] = {}
    for town, name, of in zip(towns, names, table.villages, strict=True):
        said = (town, name, *of)
        if said not in known:
            known[said] = _placing(*said, home, areas)
        yield known[said]


def _placing(
    town: str, name: str, village: Village | None, astray: bool, home: str | None, areas: AreaIndex
) -> _Placing:
    """Place a record; one below a title that contradicts is nobody's unless it says itself whose it is."""
    if not name.strip():
        return _Placing(None if astray else village, None, None)
    said = _written_village(town, name, village.town_code if village else home, areas)
    return _Placing(village or said, said is not None, said == village if village and said else None)


def _written_village(town: str, name: str, home: str | None, areas: AreaIndex) -> Village | None:
    """The village that a row names; none if the town that it names is not in the frame."""
    if not town.strip():
        return areas.village(name, home)
    code = areas.town_code(town)
    return areas.village(name, code) if code else None


def _findings(parsed: list[ParsedFile], design: Design) -> pl.DataFrame:
    """What is to be said of files as a whole."""
    rows = []
    for file in parsed:
        for remark in file.remarks:
            notice = design.notices[remark.notice]
            column = None if remark.column is None else xl_col_to_name(remark.column)
            details = {"column": column or "", **remark.details}
            rows.append(
                {
                    "rule": notice.id,
                    "severity": notice.severity.value,
                    "town": file.town,
                    "village": file.village.code if file.village else None,
                    "file": file.submission.name,
                    "sheet": remark.sheet,
                    "row": remark.row,
                    "cell": f"{column}{remark.row}" if column else None,
                    "value": remark.value,
                    "message": notice.message.format(**details),
                    "action": notice.action.format(**details),
                    "records": 0,
                }
            )
    return pl.DataFrame(rows, infer_schema_length=None)
