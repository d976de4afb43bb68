"""All files of a run, written into its folder: ``statistics`` names nobody, ``restricted`` has people's data.

Both are their owner's alone: the small counts of the statistics tell who somebody is, too. What anybody may have is
made by ``release`` alone.
"""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from bishan_survey import frames
from bishan_survey.delivery.adjudication import changed_numbers_sheet, decisions_sheet, write_adjudication
from bishan_survey.delivery.code_books import write_code_books
from bishan_survey.delivery.corrections import corrections_sheet
from bishan_survey.delivery.findings import write_findings
from bishan_survey.delivery.grid import SYMBOL, TableGrid, Value, lay_out
from bishan_survey.delivery.indicators import write_indicators
from bishan_survey.delivery.last_year import write_last_year, write_last_year_statistics
from bishan_survey.delivery.letters import LETTER, letters_of, write_letter
from bishan_survey.delivery.life import league_sheet, write_follow_up, write_lives
from bishan_survey.delivery.memory import write_indicator_records, write_persons
from bishan_survey.delivery.private import read_private_csv, write_private_csv
from bishan_survey.delivery.profiles import missing_variables, write_profile_csv
from bishan_survey.delivery.reconciled import write_reconciled, write_reconciled_towns
from bishan_survey.delivery.report import STATISTICS, TABLES_FILE, published_tables, report_frame, write_report_csv
from bishan_survey.delivery.returns import REGISTER
from bishan_survey.delivery.roster import ROSTER_BOOK, ROSTER_PROGRESS, progress_by_roster, write_roster_book
from bishan_survey.delivery.statistics import Publication, write_statistics
from bishan_survey.delivery.towns import write_towns
from bishan_survey.errors import DefinitionError
from bishan_survey.frames import accepted
from bishan_survey.model import (
    AreaFrame,
    Batch,
    CorrectionAction,
    CorrectionOutcome,
    Departments,
    Design,
    FollowUp,
    OverTime,
    Survey,
    Table,
    Verdict,
)
from bishan_survey.private import create_private, make_private, make_private_folder

RESTRICTED = "restricted"
STATISTICS_BOOK, FINDINGS_BOOK, ADJUDICATION_BOOK = "统计表.xlsx", "问题清单.xlsx", "重复判定单.xlsx"
PUBLIC_BOOK = "统计表（公开版）.xlsx"
TOWNS = "镇街"
TABLES_SCHEMA = "bishan-survey/tables/1"
FINDINGS_SCHEMA = "bishan-survey/findings/1"


@dataclass(frozen=True)
class Results:
    """What a run has to publish."""

    survey: Survey
    areas: AreaFrame
    design: Design
    batch: Batch
    publication: Publication
    over_time: OverTime | None = None
    """Last year's round beside this one, where there is one."""
    departments: Departments | None = None
    """Departments' lists beside this round, and the indicators."""
    earlier: Sequence[dict[str, Any]] = ()
    """The indicators of earlier years, as last year's workspace published them."""


def grids_of(tables: Sequence[Table], design: Design, areas: AreaFrame) -> list[TableGrid]:
    """Tables laid out for every output."""
    return [lay_out(table, areas, design.variable_labels.get(table.shell.stub or "", "")) for table in tables]


def publish(folder: Path, results: Results, followed: FollowUp, persons: pl.DataFrame) -> dict[str, str]:
    """Write everything. Equal results give equal bytes.

    Args:
        folder: the run's, empty.
        results: what the night gave.
        followed: how findings have fared since the nights before.
        persons: who is who.

    Returns:
        Delivery profiles that could not be written, and why: one answer that does not fit into another system's
        layout must not keep the district from its statistics.
    """
    statistics, restricted = folder / STATISTICS, folder / RESTRICTED
    (statistics / "tables").mkdir(parents=True)
    make_private_folder(restricted)
    write_statistics(statistics / STATISTICS_BOOK, results.publication)
    write_tables(statistics, results.publication.grids)
    if results.publication.register is not None:
        results.publication.register.frame.write_csv(statistics / f"{REGISTER}.csv", include_bom=True)
    tables = published_tables(folder)
    for profile in results.design.profiles.values():
        if profile.lines:
            write_report_csv(statistics / f"{Path(profile.file_name).stem}.csv", report_frame(profile, tables))
    write_follow_up(statistics, followed, results.areas)
    write_code_books(statistics, results.design)
    _write_roster(statistics, restricted, results)
    _write_restricted(restricted, results, followed)
    write_persons(restricted, persons)
    if results.over_time is not None:
        write_last_year_statistics(statistics, results.over_time, results.areas)
        write_last_year(restricted, results.over_time, results.areas, results.survey)
    if results.departments is not None:
        departments, design, areas = results.departments, results.design, results.areas
        write_indicators(statistics, departments, results.earlier, design, areas, results.survey)
        write_indicator_records(restricted, departments.indicators.records)
        write_reconciled(restricted, departments, areas, results.survey)
        write_reconciled_towns(restricted / TOWNS, departments, results.batch, areas, results.survey)
    _write_letters(folder, results, followed)
    make_private(statistics)
    return _write_profiles(restricted, results)


def _write_letters(folder: Path, results: Results, followed: FollowUp) -> None:
    """The night in one screen, for the district and for each 镇街."""
    district, *towns = letters_of(followed.league, results.areas, results.survey.title)
    write_letter(folder / STATISTICS / LETTER, district)
    for letter in towns:
        write_letter(folder / RESTRICTED / TOWNS / results.areas.towns[letter.area] / LETTER, letter)


def write_public(folder: Path, publication: Publication) -> None:
    """Write the public edition: equal publications give equal bytes."""
    write_statistics(folder / PUBLIC_BOOK, publication)
    (folder / "tables").mkdir()
    write_tables(folder, publication.grids)


def write_tables(folder: Path, grids: Sequence[TableGrid]) -> None:
    """Write tables as CSV and JSON."""
    for grid in grids:
        _write_grid(folder / "tables" / f"{grid.table.shell.id}.csv", grid)
    text = _json(TABLES_SCHEMA, "tables", [_grid_json(grid) for grid in grids])
    (folder / TABLES_FILE).write_text(text, encoding="utf-8", newline="\n")


def _json(schema: str, name: str, items: Sequence[dict[str, Any]]) -> str:
    """A document with a list, an item a line: indented, a long one takes ten times as long to write and to read."""
    lines = ",\n".join(json.dumps(item, ensure_ascii=False) for item in items)
    return f'{{"schema": {json.dumps(schema)}, {json.dumps(name)}: [\n{lines}\n]}}\n'


def _write_grid(path: Path, grid: TableGrid) -> None:
    """A table as CSV, with the mark by which spreadsheet programs know UTF-8."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["地区代码", *grid.row_labels, *grid.column_labels])
        writer.writerows(
            [row.area, row.area_name, *([row.stub.label] if row.stub else []), *_shown(row.values)] for row in grid.rows
        )


def _shown(values: Sequence[Value]) -> list[float | str]:
    return [SYMBOL if value is None else value for value in values]


def _grid_json(grid: TableGrid) -> dict[str, Any]:
    shell = grid.table.shell
    return {
        "id": shell.id,
        "title": shell.title,
        "universe": shell.universe,
        "measure": shell.measure,
        "columns": [{"key": key, "label": label} for key, label in grid.table.head],
        "rows": [
            {
                "level": row.level,
                "area": row.area,
                "area_name": row.area_name,
                **({"code": row.stub.code, "label": row.stub.label} if row.stub else {}),
                "values": row.values,
            }
            for row in grid.rows
        ],
    }


def _write_restricted(folder: Path, results: Results, followed: FollowUp) -> None:
    findings = results.batch.findings.hstack(followed.tonight)
    batch, areas, design = replace(results.batch, findings=findings), results.areas, results.design
    by_hand = (
        corrections_sheet(batch.corrections, areas, design.corrections),
        decisions_sheet(batch.decisions, areas, design.decisions),
        changed_numbers_sheet(batch.changed_numbers, design.changed_numbers),
    )
    league = league_sheet(followed.league, areas)
    write_findings(folder / FINDINGS_BOOK, batch, areas, results.survey, *by_hand, league=league)
    write_towns(folder / TOWNS, batch, areas, results.survey, followed.league)
    if not batch.questions.is_empty():
        write_adjudication(folder / ADJUDICATION_BOOK, batch.questions, design, areas, results.survey)
    write_lives(folder, followed.lives)
    for name, frame in (
        ("findings", findings),
        ("links", batch.links),
        ("pairs", batch.pairs.filter(verdict=Verdict.POSSIBLE.value)),
        ("questions", batch.questions),
        ("decisions", batch.decisions),
        ("changed_numbers", batch.changed_numbers),
        ("differences", batch.differences),
        ("corrections", batch.corrections),
        ("normalised", batch.normalised),
        ("not_records", batch.not_records),
        ("columns", batch.columns),
        ("sources", batch.sources),
    ):
        write_private_csv(folder / f"{name}.csv", frame)
    text = _json(FINDINGS_SCHEMA, "findings", findings.to_dicts())
    create_private(folder / "findings.json").write_text(text, encoding="utf-8", newline="\n")
    for (edition, unit), frame in batch.records.items():
        frame.write_parquet(create_private(folder / f"{unit}-{edition}.parquet"))
        write_private_csv(folder / f"{unit}-{edition}.csv", frame)


def _write_roster(statistics: Path, restricted: Path, results: Results) -> None:
    """How far the survey has come by the roster, and whom it concerns."""
    check, design, areas = results.batch.roster, results.design, results.areas
    assert check is not None  # noqa: S101 - the stages end with it
    progress_by_roster(check, design, areas).write_csv(statistics / f"{ROSTER_PROGRESS}.csv", include_bom=True)
    write_roster_book(restricted / ROSTER_BOOK, check, design, areas, results.survey)
    write_private_csv(restricted / "roster.csv", check.rows)
    write_private_csv(restricted / "certificates.csv", check.certificates)


def _write_profiles(folder: Path, results: Results) -> dict[str, str]:
    """Files of persons and villages for other systems; those that cannot be written, with the reason."""
    refused: dict[str, str] = {}
    for profile in results.design.profiles.values():
        records = None if profile.lines else counted(results.batch, profile.unit)
        if records is None or missing_variables(profile, records):
            continue
        try:
            write_profile_csv(folder / f"{Path(profile.file_name).stem}.csv", profile, records)
        except DefinitionError as error:
            refused[profile.id] = error.message
    return refused


def counted(batch: Batch, unit: str) -> pl.DataFrame | None:
    """The accepted records of a unit over all editions, in order of village and place."""
    return _accepted([frame for (_, this), frame in batch.records.items() if this == unit])


def read_counted(run: Path, unit: str) -> pl.DataFrame | None:
    """The accepted records of a unit, from the folder of a published run."""
    return _accepted([pl.read_parquet(path) for path in sorted((run / RESTRICTED).glob(f"{unit}-*.parquet"))])


def read_findings(run: Path) -> pl.DataFrame:
    """The findings of a published run, from its folder."""
    return read_private_csv(run / RESTRICTED / "findings.csv", frames.FINDINGS)


def read_columns(run: Path) -> pl.DataFrame:
    """Which column of which sheet held which item, from the folder of a published run."""
    return read_private_csv(run / RESTRICTED / "columns.csv", frames.COLUMNS)


def read_corrected(run: Path) -> pl.DataFrame:
    """What people have changed by hand in the records of a published run, from its folder."""
    told = read_private_csv(run / RESTRICTED / "corrections.csv", frames.CORRECTIONS)
    changing = [CorrectionAction.REPLACE.value, CorrectionAction.CLEAR.value]
    return told.filter(pl.col("action").is_in(changing), outcome=CorrectionOutcome.APPLIED.value)


def _accepted(parts: list[pl.DataFrame]) -> pl.DataFrame | None:
    if not parts:
        return None
    return accepted(parts).sort("_village", "_file", "_sheet", "_row")
