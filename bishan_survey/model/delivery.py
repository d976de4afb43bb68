"""What is handed to other systems: the layouts that they want, their rules, and the lists that they answer with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Encoding(StrEnum):
    """The bytes of a CSV file."""

    UTF_8_SIG = "utf-8-sig"
    """UTF-8 with the mark by which spreadsheet programs know it."""
    UTF_8 = "utf-8"
    GB18030 = "gb18030"
    GBK = "gbk"
    """Lacks rare characters; a name that has one is a fault."""


@dataclass(frozen=True, slots=True)
class DeliveryColumn:
    """A column of a file for another system."""

    header: str
    sql: str
    max_length: int | None = None
    recode: Mapping[str, str] = field(default_factory=dict)
    required: bool = False
    """Whether a value must stand in it."""
    allowed: tuple[str, ...] = ()
    """The values that the system takes; empty: any."""
    separator: str = ""
    """What stands between several values of one cell, each of which must be allowed."""
    pattern: str | None = None
    """Regular expression that a value must match as a whole."""
    form: str = ""
    """The pattern in words, for people."""


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """A line of a statistical report for another system: one cell of a table, for every area."""

    code: str
    label: str
    table: str
    stub: str = ""
    column: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryReceipt:
    """The list that a system gives back after an upload: its headings and its words, each in every known spelling."""

    status: tuple[str, ...] = ()
    """Headings of the column that says whether a record was taken."""
    reason: tuple[str, ...] = ()
    """Headings of the column that says why not."""
    accepted: tuple[str, ...] = ()
    """What stands in the status of a record that was taken."""
    rejected: tuple[str, ...] = ()
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Other headings of the columns that name a record, by the profile's own header."""
    unmarked: str = ""
    """What a record is that is listed without a status column: ``accepted`` or ``rejected``; empty: not decided."""


@dataclass(frozen=True, slots=True)
class DeliveryProfile:
    """The layout that a receiving system wants."""

    id: str
    title: str
    unit: str
    """``person`` or ``village``: a record a line, by `columns`; ``table``: cells of tables, by `lines`."""
    file_name: str
    sheet_name: str
    source: str
    mark: str
    where: str | None = None
    """SQL: which of the records are meant for the system; ``None``: all."""
    columns: tuple[DeliveryColumn, ...] = ()
    lines: tuple[DeliveryLine, ...] = ()
    key: tuple[str, ...] = ()
    """Headers that together name a record, in what is sent and in what comes back."""
    unique: tuple[str, ...] = ()
    """Headers below which no value may stand twice."""
    encoding: Encoding = Encoding.UTF_8_SIG
    """Of CSV files."""
    batch_size: int | None = None
    """Most records that the system takes in one file."""
    batch_name: str = ""
    """Name of each file where there are several, with ``{delivery}``, ``{batch}`` and ``{batches}``; empty: the
    file's name with the batch behind it."""
    receipt: DeliveryReceipt | None = None
    template: Path | None = None
    """The system's own blank workbook, to be filled; ``None``: a plain workbook is written."""
    header_row: int = 1
    """Where the header stands in the blank workbook, as spreadsheet programs count."""
    first_row: int | None = None
    """Where the records begin in it, and what stands there from the start is not delivered; ``None``: right below the
    header, where nothing may stand."""

    @property
    def data_row(self) -> int:
        """The row of the first record in a workbook, as spreadsheet programs count."""
        return self.first_row or self.header_row + 1

    @property
    def is_csv(self) -> bool:
        """Whether its files are CSV, not workbooks."""
        return Path(self.file_name).suffix.lower() == ".csv"

    def file_names(self, batches: int, delivery: int) -> list[str]:
        """Names of the files of a delivery."""
        if batches == 1 and not self.batch_name:
            return [self.file_name]
        name = Path(self.file_name)
        pattern = self.batch_name or f"{name.stem}-{{batch}}{name.suffix}"
        width = len(str(batches))
        return [
            pattern.format(batch=f"{n:0{width}}", batches=batches, delivery=delivery) for n in range(1, batches + 1)
        ]
