"""The stage of corrections: verbatim records in, the same records as the office has corrected them out.

A line is applied where its old value still stands, and where it is sure whose record is meant. It is told of every
line what became of it, and no line can stop a night. No file is touched: the next night begins from the originals.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import polars as pl

from bishan_survey import frames
from bishan_survey.corrections.journal import Journal, Told
from bishan_survey.corrections.orders import Checking, Order, Understanding, Villages
from bishan_survey.corrections.records import Content, Of, Record, Records, records_of, written
from bishan_survey.corrections.sheet import Line
from bishan_survey.model import Batch, Design, Survey

_DROPPED = "dropped"
"""The reason for which a record that was dropped is none."""
_CELL = [*frames.PLACE, "item"]


def apply_corrections(
    read: Batch, lines: Sequence[Line], design: Design, survey: Survey, villages: Villages, checking: Checking
) -> Batch:
    """Apply a sheet of corrections, line by line.

    Args:
        read: verbatim records that count, after the returns are settled.
        lines: the sheet.
        design: the definitions.
        survey: which editions are open.
        villages: the villages that should report.
        checking: what the stage that checks lends.

    Returns:
        The batch with corrected texts, without the dropped records (they are rows that are no records now), and with
        every line and its outcome in ``corrections``. What was said of texts that are gone is gone too.
    """
    if not lines:
        return read
    understanding = Understanding(design, survey, villages, checking.blamed)
    orders = [understanding.order(line) for line in lines]
    records = records_of(read, orders, design, checking)
    journal = Journal(design, orders, records, written(read, orders, design, checking))
    told = journal.settle()
    gone = _places(records, journal.dropped)
    return replace(
        read,
        records=_corrected(read.records, records.changed, journal.dropped),
        dropped=_dropped(read.records, journal.dropped),
        not_records=frames.stack(frames.NOT_RECORDS, [read.not_records, gone.with_columns(reason=pl.lit(_DROPPED))]),
        findings=read.findings.join(gone, on=[*frames.PLACE], how="anti", maintain_order="left"),
        normalised=_without_void(read.normalised, gone, _changed_cells(records)),
        corrections=_frame(orders, told, records, read.columns, design),
    )


def _corrected(
    verbatim: Mapping[Of, pl.DataFrame], changed: Mapping[tuple[Record, str], Content], dropped: Collection[Record]
) -> dict[Of, pl.DataFrame]:
    """The records with their new texts, the dropped ones left out."""
    texts: dict[tuple[Of, str], dict[int, str | None]] = {}
    for (record, item), content in changed.items():
        texts.setdefault((record.of, item), {})[record.position] = content.text
    records = dict(verbatim)
    for (of, item), cells in texts.items():
        column = records[of][item].clone().scatter([*cells], pl.Series([*cells.values()], dtype=pl.String))
        records[of] = records[of].with_columns(column)
    for of, frame in records.items():
        lost = [record.position for record in dropped if record.of == of]
        if lost:
            records[of] = frame.filter(~pl.int_range(pl.len()).is_in(lost))
    return records


def _dropped(verbatim: Mapping[Of, pl.DataFrame], dropped: Collection[Record]) -> dict[Of, pl.DataFrame]:
    """The dropped records as they were sent."""
    return {
        of: frame.with_row_index("_position")[lost]
        for of, frame in verbatim.items()
        if (lost := sorted(record.position for record in dropped if record.of == of))
    }


def _places(records: Records, dropped: Collection[Record]) -> pl.DataFrame:
    return pl.DataFrame([records.place(record) for record in dropped], schema=frames.PLACE)


def _changed_cells(records: Records) -> pl.DataFrame:
    rows = [records.place(record) | {"item": item} for record, item in records.changed]
    return pl.DataFrame(rows, schema=frames.PLACE | {"item": pl.String()})


def _without_void(normalised: pl.DataFrame, gone: pl.DataFrame, changed: pl.DataFrame) -> pl.DataFrame:
    """What was understood so far, without what is about texts that count no more."""
    standing = normalised.join(gone, on=[*frames.PLACE], how="anti", maintain_order="left")
    return standing.join(changed, on=_CELL, how="anti", maintain_order="left")


def _frame(
    orders: Sequence[Order], told: Sequence[Told], records: Records, columns: pl.DataFrame, design: Design
) -> pl.DataFrame:
    """Every line with what became of it."""
    rows = [_row(order, one, records, design) for order, one in zip(orders, told, strict=True)]
    return frames.stack(frames.CORRECTIONS, [frames.with_cells(_filled(pl.DataFrame(rows, _SCHEMA)), columns)])


_SCHEMA = {name: column.dtype.type for name, column in frames.CORRECTIONS.columns.items() if name != "cell"}


def _filled(frame: pl.DataFrame) -> pl.DataFrame:
    """Where nothing is written, nothing stands."""
    return frame.with_columns(pl.when(pl.col(pl.String) != "").then(pl.col(pl.String)))


def _row(order: Order, told: Told, records: Records, design: Design) -> dict[str, object]:
    line = order.line
    return {
        "line": line.number,
        "id": line.id,
        "place": line.place,
        "item": order.item or line.item,
        "old": line.old,
        "new": line.new,
        "action": order.action.value if order.action else line.action,
        "rule": order.rule or line.rule,
        "reason": line.reason,
        "author": line.author,
        "date": order.day.isoformat() if order.day else line.date,
        "outcome": told.outcome.value,
        "remark": told.remark,
        "unit": order.unit,
        "village": order.village.code if order.village else None,
        "label": design.variable_labels.get(order.item or "", line.item),
        "found": told.found,
    } | (records.place(told.record) if told.record else {})
