"""What changed from one run of a workspace to another: villages, persons, table cells, indicators.

Everything is read from what the runs have published. A run of an older program, or one of which parts are gone, may
lack something: then that part is ``None``, and whoever shows it says so.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from bishan_survey.delivery import RESTRICTED, STATISTICS, TABLES_FILE, read_persons
from bishan_survey.errors import WorkspaceError
from bishan_survey.workspace import RunFolder

_REGISTER, _INDICATORS = "收表台账.csv", "indicators.json"
_VILLAGE = ["代码", "镇街", "村（社区）"]
_RETURN = ["报送情况", "计入的文件收到", "残疾人记录", "计入的文件"]
_STATUSES = ("accepted", "held", "duplicate", "superseded")
_CELL = ["table", "area", "row", "column"]
_INDICATOR = ["indicator", "variant", "area"]


@dataclass(frozen=True, slots=True)
class RunDifference:
    """What changed from one run to another. ``None``: one of them does not have it."""

    old: str
    new: str
    villages: pl.DataFrame | None
    """``village, town, name, change, was, now, records_was, records_now`` of villages whose return has changed;
    ``change`` is ``returned``, ``changed`` or ``gone``."""
    persons: pl.DataFrame | None
    """``person, village, change, was, now`` by the id of a person; ``change`` is ``new``, ``gone`` or ``status``."""
    cells: pl.DataFrame | None
    """``table, area, row, column`` by their codes, ``title, area_name, row_label, column_label, was, now``."""
    indicators: pl.DataFrame | None
    """``indicator, variant, area, title, was, now``; no area: the district."""


def difference(old: RunFolder, new: RunFolder) -> RunDifference:
    """What changed from one run to another."""
    return RunDifference(
        old.id,
        new.id,
        villages=_both(_returns(old.path), _returns(new.path), ["village"], _village_changes),
        persons=_persons(old.path, new.path),
        cells=_cells(old.path, new.path),
        indicators=_both(_indicators(old.path), _indicators(new.path), _INDICATOR, _value_changes),
    )


def _both(old: pl.DataFrame | None, new: pl.DataFrame | None, key: list[str], changes: Any) -> pl.DataFrame | None:
    """The lines of both by their key, as far as they differ; ``None`` if one of them is not there."""
    if old is None or new is None:
        return None
    joined = old.join(new, on=key, how="full", coalesce=True, suffix="_now", maintain_order="right_left")
    changed: pl.DataFrame = changes(joined)
    return changed


def _newest(*names: str) -> Iterator[pl.Expr]:
    """What something is called now, or was called if it is no more."""
    return (pl.coalesce(f"{name}_now", name).alias(name) for name in names)


def _value_changes(joined: pl.DataFrame) -> pl.DataFrame:
    names = [name for name in joined.columns if f"{name}_now" in joined.columns and name != "value"]
    changed = joined.filter(pl.col("value").ne_missing(pl.col("value_now")))
    return (
        changed.with_columns(*_newest(*names))
        .rename({"value": "was", "value_now": "now"})
        .select(*(name for name in joined.columns if not name.endswith("_now") and name != "value"), "was", "now")
    )


def _returns(run: Path) -> pl.DataFrame | None:
    """The register of returns."""
    path = run / STATISTICS / _REGISTER
    try:
        read = pl.read_csv(path.read_bytes(), infer_schema=False)
        return read.select(
            *(pl.col(column).alias(name) for column, name in zip(_VILLAGE, ("village", "town", "name"), strict=True)),
            pl.concat_str(pl.col(_RETURN), separator="|", ignore_nulls=True).alias("state"),
            pl.col("首次收到").is_not_null().alias("came"),
            pl.col("报送情况").alias("status"),
            pl.col("残疾人记录").cast(pl.Int64, strict=False).alias("records"),
        )
    except (FileNotFoundError, pl.exceptions.PolarsError):
        return None


def _village_changes(joined: pl.DataFrame) -> pl.DataFrame:
    came, comes = pl.col("came").fill_null(value=False), pl.col("came_now").fill_null(value=False)
    return joined.filter(pl.col("state").ne_missing(pl.col("state_now"))).select(
        "village",
        *_newest("town", "name"),
        pl.when(~came & comes)
        .then(pl.lit("returned"))
        .when(came & ~comes)
        .then(pl.lit("gone"))
        .otherwise(pl.lit("changed"))
        .alias("change"),
        pl.col("status").alias("was"),
        pl.col("status_now").alias("now"),
        pl.col("records").alias("records_was"),
        pl.col("records_now"),
    )


def _persons(old: Path, new: Path) -> pl.DataFrame | None:
    """Persons by their ids; an id that is merged into another by now is that other's."""
    before, after = _standing(old), _standing(new)
    if before is None or after is None:
        return None
    try:
        memory = read_persons(new / RESTRICTED).select("own", "person").unique()
    except WorkspaceError:
        return None
    now = memory.unique("own", keep="first").rename({"own": "person", "person": "merged"})
    renamed = before.join(now, on="person", how="left").with_columns(pl.coalesce("merged", "person").alias("person"))
    before = _strongest(renamed)
    return _both(before, after, ["person"], _person_changes)


def _person_changes(joined: pl.DataFrame) -> pl.DataFrame:
    was, now = pl.col("status"), pl.col("status_now")
    changed = joined.filter(was.ne_missing(now)).select(
        "person",
        *_newest("village"),
        pl.when(was.is_null())
        .then(pl.lit("new"))
        .when(now.is_null())
        .then(pl.lit("gone"))
        .otherwise(pl.lit("status"))
        .alias("change"),
        was.alias("was"),
        now.alias("now"),
    )
    return changed.sort("change", "village", "person")


def _standing(run: Path) -> pl.DataFrame | None:
    """How every person stands in a run: by the record that counts, if there is one."""
    try:
        parts = [
            pl.read_parquet(path.read_bytes(), columns=["_person", "_village", "_status"])
            for path in sorted((run / RESTRICTED).glob("person-*.parquet"))
        ]
    except pl.exceptions.PolarsError:
        return None
    if not parts:
        return None
    named = pl.concat(parts).rename({"_person": "person", "_village": "village", "_status": "status"})
    return _strongest(named.drop_nulls("person"))


def _strongest(records: pl.DataFrame) -> pl.DataFrame:
    """One line for each person: accepted before held, and so on."""
    rank = pl.col("status").replace_strict({status: n for n, status in enumerate(_STATUSES)}, default=len(_STATUSES))
    ordered = records.sort(rank, "village", maintain_order=True)
    return ordered.unique("person", keep="first", maintain_order=True).select("person", "village", "status")


def _cells(old: Path, new: Path) -> pl.DataFrame | None:
    """Numbers of tables; most nights most tables are what they were, and need not be looked through."""
    before, after = _tables(old), _tables(new)
    if before is None or after is None:
        return None
    changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return _both(_numbers(before, changed), _numbers(after, changed), _CELL, _value_changes)


def _tables(run: Path) -> dict[str, dict[str, Any]] | None:
    told = _json(run / STATISTICS / TABLES_FILE)
    return None if told is None else {table["id"]: table for table in told["tables"]}


def _numbers(tables: Mapping[str, dict[str, Any]], wanted: Sequence[str]) -> pl.DataFrame:
    """Every number of some tables."""
    lines = [
        (name, row["area"], row.get("code", ""), column["key"], table["title"], row["area_name"],
         row.get("label", ""), column["label"], value)
        for name in wanted if (table := tables.get(name))
        for row in table["rows"]
        for column, value in zip(table["columns"], row["values"], strict=True)
    ]  # fmt: skip
    names = [*_CELL, "title", "area_name", "row_label", "column_label"]
    schema = {name: pl.String() for name in names} | {"value": pl.Float64()}
    return pl.DataFrame(lines, schema=schema, orient="row").unique(_CELL, keep="first", maintain_order=True)


def _indicators(run: Path) -> pl.DataFrame | None:
    """Every figure of every indicator."""
    told = _json(run / STATISTICS / _INDICATORS)
    if told is None:
        return None
    lines = [
        (one["id"], one["variant"], figure["town"] or "", one["title"], figure["value"])
        for one in told["indicators"]
        for figure in one["figures"]
    ]
    schema = {name: pl.String() for name in (*_INDICATOR, "title")} | {"value": pl.Float64()}
    return pl.DataFrame(lines, schema=schema, orient="row").unique(_INDICATOR, keep="first", maintain_order=True)


def _json(path: Path) -> dict[str, Any] | None:
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return told
