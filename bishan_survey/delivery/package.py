"""The consolidated records as a Frictionless Data Package: CSV and Parquet, and a descriptor made from the definitions.

It carries people's data. Text that spreadsheet programs would run as a formula has an apostrophe before it in the CSV,
which people open; the Parquet file, which programs read, holds every value as it is.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from bishan_survey.delivery.codebook import Entry, entries_of
from bishan_survey.delivery.preflight import LIVE
from bishan_survey.delivery.private import as_text
from bishan_survey.frames import PERSON
from bishan_survey.model import Design, Survey, ValueType
from bishan_survey.private import create_private
from bishan_survey.reading.incoming import digest_of

DESCRIPTOR = "datapackage.json"
_PLACE = {
    PERSON: ("person_id", "人的编号"),
    "_town": ("town_code", "镇街代码"),
    "_village": ("village_code", "村（社区）代码"),
    "_file": ("source_file", "文件"),
    "_sheet": ("source_sheet", "工作表"),
    "_row": ("source_row", "行"),
}
_TYPES = {
    ValueType.INTEGER: "integer",
    ValueType.DECIMAL: "number",
    ValueType.DATE: "date",
    ValueType.BOOLEAN: "boolean",
}


def write_package(
    folder: Path, records: Mapping[str, pl.DataFrame], design: Design, survey: Survey, run: Mapping[str, Any]
) -> dict[str, Any]:
    """Write the records of each unit and their descriptor.

    Args:
        folder: where to.
        records: by unit.
        design: the definitions.
        survey: the round of the survey.
        run: what is on record of the run (``id, started, program, design``).

    Returns:
        The descriptor.
    """
    resources = [_resource(folder, unit, frame, design) for unit, frame in records.items()]
    descriptor = {
        "profile": "tabular-data-package",
        "name": "bishan-survey",
        "title": survey.title,
        "version": str(run["id"]),
        "created": run["started"],
        "description": f"含个人信息，请妥善保管。程序 {run['program']}，定义 {run['design']}",
        "resources": resources,
    }
    text = json.dumps(descriptor, ensure_ascii=False, indent=1) + "\n"
    create_private(folder / DESCRIPTOR).write_text(text, encoding="utf-8", newline="\n")
    return descriptor


def _resource(folder: Path, unit: str, records: pl.DataFrame, design: Design) -> dict[str, Any]:
    """Write the records of a unit; returns what the descriptor says of them."""
    entries = [entry for entry in entries_of(design, unit) if entry.name in records.columns]
    placed = {name: told for name, told in _PLACE.items() if name in records.columns}
    frame = records.select(
        *(pl.col(name).alias(new) for name, (new, _) in placed.items()), *(entry.name for entry in entries)
    )
    frame.write_parquet(create_private(folder / f"{unit}.parquet"))
    path = create_private(folder / f"{unit}.csv")
    harmless = as_text(frame).with_columns(
        _harmless(name) for name, kind in as_text(frame).schema.items() if kind == pl.String
    )
    harmless.write_csv(path, include_bom=True)
    fields = [
        {"name": new, "type": "integer" if new == "source_row" else "string", "title": label}
        for new, label in placed.values()
    ]
    return {
        "profile": "tabular-data-resource",
        "name": unit,
        "path": path.name,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": path.stat().st_size,
        "hash": f"sha256:{digest_of(path)[0]}",
        "schema": {"fields": [*fields, *(_field(entry, design) for entry in entries)], "missingValues": [""]},
    }


def _harmless(name: str) -> pl.Expr:
    """A text with an apostrophe before it where it would be run as a formula."""
    text = pl.col(name)
    return pl.when(text.str.contains(LIVE)).then(pl.format("'{}", text)).otherwise(text).alias(name)


def _field(entry: Entry, design: Design) -> dict[str, Any]:
    """What the descriptor says of a variable; several codes are one text, joined by commas."""
    field: dict[str, Any] = {"name": entry.name, "title": entry.label}
    field["type"] = "string" if entry.multiple else _TYPES.get(entry.type, "string")
    if entry.codes:
        labels = design.code_lists[entry.codes].labels
        field["description"] = "；".join(f"{code} {label}" for code, label in labels.items())
        if not entry.multiple:
            field["constraints"] = {"enum": [*labels]}
    if entry.type is ValueType.BOOLEAN:
        field |= {"trueValues": ["true"], "falseValues": ["false"]}
    return field
