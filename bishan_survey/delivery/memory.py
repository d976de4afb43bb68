"""What one night leaves to the next: for people as CSV, for the program as Parquet, which cannot be cut short
unnoticed. What is gone or damaged stops the night: nothing that is remembered is begun anew in silence."""

from pathlib import Path

import pandera.polars as pa
import polars as pl

from bishan_survey import frames
from bishan_survey.delivery.private import write_private_csv
from bishan_survey.errors import WorkspaceError
from bishan_survey.private import create_private

_PERSONS, _INDICATORS = "persons", "indicators"
_PERSONS_ADVICE = (
    "它记着每个人的编号。请从备份中恢复这次运行的文件夹；恢复不了的，删去 runs/current.txt 再运行 nightly，"
    "但编号要从头编起，与以前给出的对不上，请先把用过旧编号的地方停下来"
)


def write_memory(folder: Path, name: str, frame: pl.DataFrame) -> None:
    """Write what is remembered."""
    frame.write_parquet(create_private(folder / f"{name}.parquet"))
    write_private_csv(folder / f"{name}.csv", frame)


def read_memory(folder: Path, name: str, contract: pa.DataFrameSchema, advice: str) -> pl.DataFrame:
    """What a published run remembers, from its restricted folder.

    Raises:
        WorkspaceError: it is gone or damaged.
    """
    path = folder / f"{name}.parquet"
    try:
        return contract.validate(pl.read_parquet(path.read_bytes()))
    except FileNotFoundError:
        raise WorkspaceError(f"当前结果中没有 {path.name}", advice) from None
    except (pl.exceptions.PolarsError, pa.errors.SchemaError):
        raise WorkspaceError(f"当前结果中的 {path.name} 已损坏", advice) from None


def write_persons(folder: Path, persons: pl.DataFrame) -> None:
    """Write who is who."""
    write_memory(folder, _PERSONS, persons)


def read_persons(folder: Path) -> pl.DataFrame:
    """Who is who, from a published run's restricted folder.

    Raises:
        WorkspaceError: it is gone or damaged.
    """
    return read_memory(folder, _PERSONS, frames.PERSONS, _PERSONS_ADVICE)


def write_indicator_records(folder: Path, records: pl.DataFrame) -> None:
    """Write which records make up the indicators."""
    records.write_parquet(create_private(folder / f"{_INDICATORS}.parquet"))


def read_indicator_records(folder: Path) -> pl.DataFrame:
    """Which records make up the indicators, from a published run's restricted folder.

    Raises:
        WorkspaceError: it is gone or damaged, or the run is of an older program.
    """
    return read_memory(folder, _INDICATORS, frames.INDICATOR_RECORDS, "请重新运行 bishan-survey nightly")
