"""Many files into one batch: verbatim records, side by side, with the address of each."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import polars as pl
from xlsxwriter.utility import xl_col_to_name

from bishan_survey import frames
from bishan_survey.intake.areas import AreaIndex
from bishan_survey.intake.files import FileReader, ParsedFile, Submission
from bishan_survey.intake.sheets import SheetRecords
from bishan_survey.model import AreaFrame, Batch, Design, Questionnaire, Survey, Village

THREADS = 2
"""The spreadsheet reader lets other threads run; more than two gain nothing beside the work in Python."""


def read_batch(
    submissions: Sequence[Submission],
    design: Design,
    survey: Survey,
    area_frame: AreaFrame,
    each: Callable[[], None] = lambda: None,
) -> Batch:
    """Read every file into a batch of verbatim records.

    Args:
        submissions: the files, in the order in which their records shall stand.
        design: the definitions.
        survey: which editions are open.
        area_frame: the villages that should report.
        each: called after each file, for progress.

    Returns:
        A batch whose records are text; files that cannot be used stand in its findings.
    """
    areas = AreaIndex(area_frame, design.layout.village_suffixes)
    reader = FileReader(design, survey, areas)
    parsed: list[ParsedFile] = []
    with ThreadPoolExecutor(THREADS) as pool:
        for file in pool.map(reader.read, submissions):
            parsed.append(file)
            each()
    return Batch(
        sources=frames.stack(
            frames.SOURCES, [pl.DataFrame([_source(f) for f in parsed], infer_schema_length=None)] if parsed else []
        ),
        columns=frames.stack(frames.COLUMNS, [pl.DataFrame(list(_columns(parsed)), infer_schema_length=None)]),
        records={
            (questionnaire.edition, sheet.unit): _records(parsed, questionnaire, sheet.unit, areas)
            for questionnaire in (design.questionnaires[edition] for edition in survey.editions)
            for sheet in questionnaire.sheets
        },
        findings=frames.stack(frames.FINDINGS, [_findings(parsed, design)]),
        normalised=frames.empty(frames.NORMALISED),
        not_records=frames.stack(
            frames.NOT_RECORDS, [pl.DataFrame(list(_not_records(parsed)), infer_schema_length=None)]
        ),
        links=frames.empty(frames.LINKS),
    )


def _source(file: ParsedFile) -> dict[str, object]:
    editions = {sheet.header.index.edition for sheet in file.sheets}
    return {
        "file": file.submission.name,
        "sha256": file.submission.sha256,
        "bytes": file.submission.size,
        "edition": "、".join(sorted(editions)) or None,
        "village": file.village.code if file.village else None,
        "town": file.town,
        "recognised_by": file.recognised_by or None,
        "rows_read": sum(len(sheet.rows) + len(sheet.not_records) for sheet in file.sheets),
        "usable": file.usable,
    }


def _columns(parsed: list[ParsedFile]) -> Iterator[dict[str, object]]:
    for file, sheet in _sheets(parsed):
        header = sheet.header
        placed = {**header.items, **dict.fromkeys((*header.extra, *header.repeated))}
        for place, item in sorted(placed.items()):
            yield {
                "file": file.submission.name,
                "sheet": sheet.sheet,
                "edition": header.index.edition,
                "unit": header.index.unit,
                "column": xl_col_to_name(place),
                "header": header.extra.get(place) or header.repeated.get(place) or item,
                "item": item,
            }


def _not_records(parsed: list[ParsedFile]) -> Iterator[dict[str, object]]:
    for file, sheet in _sheets(parsed):
        for row, reason in sheet.not_records:
            yield {"file": file.submission.name, "sheet": sheet.sheet, "row": row, "reason": reason}


def _sheets(parsed: list[ParsedFile]) -> Iterator[tuple[ParsedFile, SheetRecords]]:
    for file in parsed:
        for sheet in file.sheets:
            yield file, sheet


def _records(parsed: list[ParsedFile], form: Questionnaire, unit: str, areas: AreaIndex) -> pl.DataFrame:
    """All records of a unit of an edition, as text; an empty cell, or a missing column, is null."""
    sheet = form.sheet(unit)
    assert sheet is not None  # noqa: S101 - asked for the sheets that it has
    columns: dict[str, list[object]] = {name: [] for name in frames.ADDRESS}
    placing: list[_Placing] = []
    texts: dict[str, list[str | None]] = {item.name: [] for item in sheet.items}
    for file, found in _sheets(parsed):
        if (found.header.index.edition, found.header.index.unit) != (form.edition, unit):
            continue
        count = len(found.rows)
        placed = list(_placed(file.village, found, areas))
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
    seen = pl.lit(texts).str.contains(r"[^\s\p{Cf}'’‘`]")
    return pl.when(seen).then(pl.lit(texts)).alias(texts.name)


@dataclass(frozen=True, slots=True)
class _Placing:
    """Where a record is placed, and what the village written in its row has to do with it."""

    village: Village | None
    recognised: bool | None
    """Whether the written village is one of the frame; ``None`` if none is written."""
    matches: bool | None
    """Whether it is the one of the file; ``None`` if that cannot be told."""


def _placed(village: Village | None, found: SheetRecords, areas: AreaIndex) -> Iterator[_Placing]:
    """Place each record: a file's own village counts before the one written in the row."""
    count = len(found.rows)
    towns = found.texts.get("town", [""] * count)
    names = found.texts.get("village", [""] * count)
    known: dict[tuple[str, str], _Placing] = {}
    for pair in zip(towns, names, strict=True):
        if pair not in known:
            known[pair] = _placing(*pair, village, areas)
        yield known[pair]


def _placing(town: str, name: str, village: Village | None, areas: AreaIndex) -> _Placing:
    if not name.strip():
        return _Placing(village, None, None)
    said = _written_village(town, name, village, areas)
    return _Placing(village or said, said is not None, said == village if village and said else None)


def _written_village(town: str, name: str, village: Village | None, areas: AreaIndex) -> Village | None:
    """The village that a row names; none if the town that it names is not in the frame."""
    if not town.strip():
        return areas.village(name, village.town_code if village else None)
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
