"""A statistical report in another system's layout: cells of the published tables, line by line, for every area."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
from xlsxwriter import Workbook

from bishan_survey.model import DeliveryLine, DeliveryProfile, Survey

STATISTICS, TABLES_FILE = "statistics", "tables.json"
_AREAS = ("district", "town")
_COLUMNS = {
    "区划代码": pl.String,
    "区划名称": pl.String,
    "指标代码": pl.String,
    "指标名称": pl.String,
    "计量单位": pl.String,
    "数量": pl.Float64,
}


def published_tables(run: Path) -> dict[str, dict[str, Any]]:
    """The tables that a run has published, by their ids, from its folder."""
    text = (run / STATISTICS / TABLES_FILE).read_text(encoding="utf-8")
    return {table["id"]: table for table in json.loads(text)["tables"]}


def report_frame(profile: DeliveryProfile, tables: Mapping[str, dict[str, Any]]) -> pl.DataFrame:
    """The report that a profile asks for, from published tables.

    Lines of tables that the run has not filled are left out.
    """
    rows = [row for line in profile.lines if line.table in tables for row in _line(line, tables[line.table])]
    frame = pl.DataFrame(rows, schema=_COLUMNS, orient="row").sort("区划代码", maintain_order=True)
    whole = (frame["数量"] == frame["数量"].round(0)).all()
    return frame.with_columns(pl.col("数量").cast(pl.Int64)) if whole else frame


def _line(line: DeliveryLine, table: dict[str, Any]) -> Iterator[tuple[object, ...]]:
    keys = [column["key"] for column in table["columns"]]
    place = keys.index(line.column or keys[0])
    for row in table["rows"]:
        if row["level"] in _AREAS and row.get("code", "") == line.stub:
            value = float(row["values"][place])
            yield row["area"], row["area_name"], line.code, line.label, table["measure"], value


def write_report_csv(path: Path, frame: pl.DataFrame, encoding: str = "utf-8-sig") -> None:
    """Write a report as CSV.

    Raises:
        UnicodeEncodeError: the encoding lacks a character.
    """
    path.write_bytes(frame.write_csv().encode(encoding))


def write_report_xlsx(path: Path, frame: pl.DataFrame, sheet_name: str, survey: Survey) -> None:
    """Write a report as a workbook."""
    with Workbook(str(path), {"in_memory": True, "strings_to_formulas": False}) as workbook:
        workbook.set_properties({"created": datetime.combine(survey.reference_date, datetime.min.time())})
        sheet = workbook.add_worksheet(sheet_name)
        sheet.set_column(0, len(_COLUMNS) - 1, 18)
        for row, values in enumerate([tuple(frame.columns), *frame.iter_rows()]):
            sheet.write_row(row, 0, values)
        sheet.freeze_panes(1, 0)
