"""What goes back to whom: each village's records as they were sent, and where their findings stand in our form."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from xlsxwriter.utility import xl_col_to_name

from bishan_survey import frames
from bishan_survey.forms.form import FIRST_ROW
from bishan_survey.model import (
    AreaFrame,
    Batch,
    CorrectionAction,
    CorrectionOutcome,
    Design,
    Questionnaire,
    Severity,
    Sheet,
    Village,
)
from bishan_survey.towns import OTHER_FILE, sight_of

_ASKING = (Severity.HARD.value, Severity.SOFT.value)
"""A file goes back for the sake of these; what is only for information goes with them."""
_BOOK = ["_file", "_village", "_edition"]
_PLACE = {"file": "_file", "sheet": "_sheet", "row": "_row"}
Of = tuple[str, str]
"""Edition and unit."""
_TOLD = {CorrectionAction.REPLACE.value: "K01", CorrectionAction.CLEAR.value: "K02", CorrectionAction.DROP.value: "K03"}
"""The notice by which a village is told of each kind of correction by hand."""
_CHANGING = (CorrectionAction.REPLACE.value, CorrectionAction.CLEAR.value)
_AREA = ("town", "village")
"""Items that a form for a village has filled in beforehand."""


@dataclass(frozen=True, slots=True)
class ExtraColumn:
    """A column of the village's own that the questionnaire does not know."""

    header: str
    cells: Mapping[int, str]
    """Text by position of the record."""


@dataclass(frozen=True)
class ReturnSheet:
    """One sheet of a return workbook."""

    sheet: Sheet
    rows: Sequence[Mapping[str, str]]
    """Texts by variable, as they were sent."""
    origins: Sequence[tuple[str, int]]
    """Sheet and row of the village's own file at which each record stood."""
    extras: Sequence[ExtraColumn]
    findings: pl.DataFrame
    """Findings about its records: their ``position`` and, in our form, ``cell``."""


@dataclass(frozen=True)
class ReturnBook:
    """One village's records of one file, to be corrected and sent again."""

    file: str
    called: str
    """What the file is called in the workbook: another 镇街's is not named."""
    village: Village | None
    form: Questionnaire
    sheets: Sequence[ReturnSheet]
    about_file: pl.DataFrame
    """Findings about the file, its sheets and columns; that our form takes its place answers most of them."""

    def count(self, severity: Severity) -> int:
        """How many findings about records weigh so much."""
        return sum(sheet.findings.filter(severity=severity.value).height for sheet in self.sheets)


def return_books(batch: Batch, design: Design, areas: AreaFrame) -> Iterator[ReturnBook]:
    """A workbook for each file (village and edition in it) in which something is to be corrected or confirmed.

    Args:
        batch: after validation and deduplication. Its records go back as the village has sent them: what the office
            has corrected by hand is told beside them, since a correction may be taken back.
        design: for the forms.
        areas: the villages, in whose order the workbooks come; what belongs to no village comes last.
    """
    records = {of: _placed(frame, of[0], areas) for of, frame in _as_sent(batch).items()}
    told = {of: _told(batch, frame, design, of) for of, frame in records.items()}
    wanted = pl.concat([frame.filter(pl.col("severity").is_in(_ASKING)).select(_BOOK) for frame in told.values()])
    parts = {of: _by_book(frame) for of, frame in records.items()}
    findings = {of: _by_book(frame) for of, frame in told.items()}
    extras = {of: _by_book(_extras(batch.extras, frame)) for of, frame in records.items()}
    about = _about_files(batch, areas)
    for file, village, edition in sorted(wanted.unique().rows(), key=_order):
        key = (file, village, edition)
        form = design.questionnaires[edition]
        place = areas.by_code.get(village or "")
        told_of = about[place.town_code if place else None]
        sheets = [
            _sheet(sheet, told_of.named(parts[of][key]), findings[of].get(key, told[of].clear()), extras[of].get(key))
            for sheet in form.sheets
            if key in parts[of := (edition, sheet.unit)]
        ]
        called = file if told_of.own(file) else OTHER_FILE
        yield ReturnBook(file, called, place, form, sheets, told_of.findings.get((file,), batch.findings.clear()))


@dataclass(frozen=True)
class _Files:
    """The files that somebody may be told of."""

    names: frozenset[str] | None
    """``None``: all, where nobody knows who the records' village is."""
    findings: Mapping[tuple[object, ...], pl.DataFrame]
    """What there is to say of each as a whole."""

    def own(self, file: str) -> bool:
        return self.names is None or file in self.names

    def named(self, records: pl.DataFrame) -> pl.DataFrame:
        """The records of a file, without the names of its sheets if it is another's."""
        return records if self.own(records["_file"][0]) else records.with_columns(_sheet=pl.lit(""))


def _about_files(batch: Batch, areas: AreaFrame) -> Mapping[str | None, _Files]:
    """By 镇街, what its villages may be told of files; of another 镇街's nothing."""
    about = batch.findings.filter(records=0)
    told: dict[str | None, _Files] = {None: _Files(None, about.partition_by("file", as_dict=True))}
    for town in areas.towns:
        sight = sight_of(batch, town, areas)
        own = sight.told(about.filter(sight.own()))
        told[town] = _Files(frozenset(sight.files), own.partition_by("file", as_dict=True))
    return told


def _order(key: tuple[str, str | None, str]) -> tuple[bool, str, str, str]:
    file, village, edition = key
    return (village is None, village or "", file, edition)


def _by_book(frame: pl.DataFrame) -> dict[tuple[object, ...], pl.DataFrame]:
    return frame.partition_by(_BOOK, as_dict=True, maintain_order=True)


def _placed(frame: pl.DataFrame, edition: str, areas: AreaFrame) -> pl.DataFrame:
    """Verbatim records with the position that each has in its workbook, the known village's name filled in."""
    words = {"town": {v.code: v.town for v in areas.villages}, "village": {v.code: v.name for v in areas.villages}}
    named = [
        pl.coalesce(name, pl.col("_village").replace_strict(words[name], default=None, return_dtype=pl.String))
        for name in _AREA
        if name in frame.columns
    ]
    position = pl.int_range(pl.len()).over("_file", "_village", mapping_strategy="group_to_rows")
    return frame.with_columns(*named, _edition=pl.lit(edition), position=position)


def _told(batch: Batch, records: pl.DataFrame, design: Design, of: tuple[str, str]) -> pl.DataFrame:
    """Every finding about a record of this form, at its cell in the form."""
    edition, unit = of
    sheet = design.questionnaires[edition].sheet(unit)
    assert sheet is not None  # noqa: S101 - intake read it by this sheet
    places = records.select(*_BOOK, "_sheet", "_row", "position")
    by_hand = _corrections(batch.corrections.filter(unit=unit), design, sheet)
    about = pl.concat([batch.findings.filter(unit=unit), batch.lacking.filter(unit=unit), by_hand])
    told = about.filter(pl.col("row").is_not_null() & pl.col("item").is_in(list(sheet.by_name))).join(
        places.with_columns(**_PLACE), on=[*_PLACE], how="inner"
    )
    filled_in = pl.col("item").is_in(_AREA) & pl.col("value").is_null() & pl.col("_village").is_not_null()
    letters = {name: xl_col_to_name(column) for column, name in enumerate(sheet.by_name)}
    return told.filter(~filled_in).with_columns(
        cell=pl.col("item").replace_strict(letters, return_dtype=pl.String)
        + (pl.col("position") + FIRST_ROW + 1).cast(pl.String)
    )


def _as_sent(batch: Batch) -> dict[Of, pl.DataFrame]:
    """The records that were checked, without what was corrected by hand and with those that were dropped."""
    applied = batch.corrections.filter(outcome=CorrectionOutcome.APPLIED.value)
    if applied.is_empty():
        return dict(batch.verbatim)
    return {
        of: _uncorrected(_with_dropped(frame, batch.dropped.get(of)), applied.filter(unit=of[1]))
        for of, frame in batch.verbatim.items()
    }


def _with_dropped(frame: pl.DataFrame, dropped: pl.DataFrame | None) -> pl.DataFrame:
    """Records and those that were dropped, where they stood."""
    if dropped is None:
        return frame
    places = set(dropped["_position"])
    left = [place for place in range(frame.height + len(places)) if place not in places]
    numbered = frame.with_columns(_position=pl.Series(left, dtype=dropped.schema["_position"]))
    return pl.concat([numbered, dropped], how="diagonal").sort("_position").drop("_position")


def _uncorrected(frame: pl.DataFrame, applied: pl.DataFrame) -> pl.DataFrame:
    """Records with the texts that stood in the cells before the first correction of each."""
    changed = applied.filter(pl.col("action").is_in(_CHANGING)).unique(
        [*_PLACE, "item"], keep="first", maintain_order=True
    )
    for (item,), cells in changed.partition_by("item", as_dict=True).items():
        name = str(item)
        before = cells.select(*(pl.col(here).alias(there) for here, there in _PLACE.items()), before="found", was=True)
        known = frame.join(before, on=[*_PLACE.values()], how="left", nulls_equal=True, maintain_order="left")
        text = pl.when(pl.col("was")).then("before").otherwise(name)
        frame = known.with_columns(text.alias(name)).drop("before", "was")
    return frame


def _corrections(corrections: pl.DataFrame, design: Design, sheet: Sheet) -> pl.DataFrame:
    """What was corrected by hand, as it is told to the village: nothing that it has to do."""
    applied = corrections.filter(pl.col("action").is_in([*_TOLD]), outcome=CorrectionOutcome.APPLIED.value)
    notices = [design.notices[_TOLD[action]] for action in applied["action"]]
    words = applied.select(pl.col("new", "reason").fill_null("")).rows(named=True)
    told = applied.select(
        "village",
        *frames.PLACE,
        "cell",
        "unit",
        "label",
        item=pl.when(pl.col("action") == CorrectionAction.DROP.value).then(pl.lit(sheet.key_item)).otherwise("item"),
        rule=pl.Series([notice.id for notice in notices], dtype=pl.String),
        severity=pl.Series([notice.severity.value for notice in notices], dtype=pl.String),
        message=pl.Series([n.message.format(**w) for n, w in zip(notices, words, strict=True)], dtype=pl.String),
        action=pl.Series([notice.action for notice in notices], dtype=pl.String),
        records=pl.lit(1, dtype=pl.Int64),
    )
    labels = {item.name: item.label for item in sheet.items}
    named = told.with_columns(label=pl.col("item").replace_strict(labels, default=None, return_dtype=pl.String))
    return frames.stack(frames.FINDINGS, [named])


def _extras(extras: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """What stood in columns that are not read, by the position of the record."""
    places = records.select(*_BOOK, "_sheet", "_row", "position")
    return extras.join(places.with_columns(**_PLACE), on=[*_PLACE], how="inner", maintain_order="left")


def _sheet(sheet: Sheet, records: pl.DataFrame, findings: pl.DataFrame, extras: pl.DataFrame | None) -> ReturnSheet:
    return ReturnSheet(
        sheet=sheet,
        rows=[{name: text for name, text in row.items() if text} for row in _texts(records, sheet)],
        origins=records.select("_sheet", "_row").rows(),
        extras=[] if extras is None else list(_extra_columns(extras)),
        findings=findings.sort("position", "item", "rule"),
    )


def _texts(records: pl.DataFrame, sheet: Sheet) -> list[dict[str, str | None]]:
    return records.select(list(sheet.by_name)).rows(named=True)


def _extra_columns(extras: pl.DataFrame) -> Iterator[ExtraColumn]:
    """The village's own columns, in its order; one without a header says where it stood."""
    for (_, column, header), cells in extras.group_by("sheet", "column", "header", maintain_order=True):
        name = str(header).strip() or f"（原表{column}列，没有表头）"
        yield ExtraColumn(name, dict(cells.select("position", "value").iter_rows()))
