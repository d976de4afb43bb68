"""What was delivered before, and what the receiving system has said of it: a folder for each delivery, added to only.

What stands there is never changed: an answer that comes later is written beside the earlier one, and counts instead of
it. A file that is gone or damaged stops the command; nothing that was delivered is forgotten in silence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandera.polars as pa
import polars as pl

from bishan_survey import frames
from bishan_survey.delivery.batches import save_manifest
from bishan_survey.errors import WorkspaceError
from bishan_survey.private import create_private, make_private_folder

WAITING, ACCEPTED, REJECTED = "waiting", "accepted", "rejected"
_ROWS, _ANSWERS = "delivered.parquet", "answers-{:04}.parquet"
_DIGITS = 4
_ADVICE = "它记着上报过哪些人。请从备份中恢复；恢复不了的，移走 {folder}，就当这一次没有报过"


@dataclass(frozen=True)
class PastDelivery:
    """A delivery that was made."""

    number: int
    folder: Path
    delivered: pl.DataFrame
    """``frames.DELIVERED``."""
    answers: tuple[pl.DataFrame, ...]
    """``frames.ANSWERED``, the earliest first."""

    def standing(self) -> pl.DataFrame:
        """Every record delivered, with the latest ``outcome`` and ``reason`` of it, and the ``delivery``."""
        said = frames.stack(frames.ANSWERED, [*self.answers]).unique("key", keep="last", maintain_order=True)
        return self.delivered.join(
            said.select("key", "outcome", "reason"), on="key", how="left", maintain_order="left"
        ).with_columns(pl.col("outcome").fill_null(WAITING), delivery=pl.lit(self.number, dtype=pl.Int64))


def read_past(folder: Path) -> list[PastDelivery]:
    """The deliveries of a profile, the earliest first; none if its folder is not there.

    Raises:
        WorkspaceError: one is incomplete or damaged.
    """
    if not folder.is_dir():
        return []
    return [_read(path) for path in sorted(folder.iterdir()) if path.is_dir() and path.name.isdigit()]


def _read(folder: Path) -> PastDelivery:
    answers = tuple(_frame(path, frames.ANSWERED) for path in sorted(folder.glob(_ANSWERS.replace("{:04}", "*"))))
    return PastDelivery(int(folder.name), folder, _frame(folder / _ROWS, frames.DELIVERED), answers)


def _frame(path: Path, contract: pa.DataFrameSchema) -> pl.DataFrame:
    try:
        return contract.validate(pl.read_parquet(path.read_bytes()))
    except (FileNotFoundError, pl.exceptions.PolarsError, pa.errors.SchemaError):
        place = "/".join(path.parts[-4:])
        raise WorkspaceError(f"{place} 不在或已损坏", _ADVICE.format(folder=path.parent.name)) from None


def next_number(past: Sequence[PastDelivery]) -> int:
    """The number of the delivery after these."""
    return past[-1].number + 1 if past else 1


def write_delivered(folder: Path, number: int, delivered: pl.DataFrame | None, manifest: Mapping[str, Any]) -> None:
    """Remember a delivery: in full or not at all.

    Args:
        folder: of the profile; it must be there.
        number: of the delivery.
        delivered: ``frames.DELIVERED``; ``None`` of a report, which has no records.
        manifest: as it lies beside the files.
    """
    beside = folder / f".{number:0{_DIGITS}}-writing"
    for left in beside.glob("*"):
        left.unlink()
    make_private_folder(beside)
    if delivered is not None:
        frames.DELIVERED.validate(delivered).write_parquet(create_private(beside / _ROWS))
    save_manifest(beside, manifest)
    beside.rename(folder / f"{number:0{_DIGITS}}")


def write_answers(past: PastDelivery, answers: pl.DataFrame) -> None:
    """Remember what a system has said of a delivery; what it has said already is not written again."""
    if answers.is_empty() or (past.answers and past.answers[-1].equals(answers)):
        return
    path = past.folder / _ANSWERS.format(len(past.answers) + 1)
    beside = path.with_name(f".{path.name}-writing")
    beside.unlink(missing_ok=True)
    frames.ANSWERED.validate(answers).write_parquet(create_private(beside))
    beside.replace(path)


def whereabouts(past: Sequence[PastDelivery], present: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    """What has become of the records that are there now, as they were delivered last.

    A person is followed by the id, which stays when the number is changed or the record moves; a record that has no id,
    then or now, by what the system knows it by.

    Args:
        past: the deliveries of a profile.
        present: ``key, who, digest`` of every record, in order.
        persons: who is who now (``frames.PERSONS``).

    Returns:
        ``outcome`` (null: never delivered) and ``differs`` (other values now) for each of the present records.
    """
    last = last_standing(past, persons)
    named = last.drop_nulls("now").select("key", "digest", "outcome", who="now")
    unnamed = last.select("key", "now", "digest", "outcome").unique("key", keep="last", maintain_order=True)
    lines = present.with_row_index("place")
    same = lines.join(named, on=["who", "key"], how="inner", suffix="_then").unique("place", keep="last")
    moved = lines.join(named, on="who", how="inner", suffix="_then").unique("place", keep="last")
    keyed = lines.join(unnamed, on="key", how="inner", suffix="_then").filter(
        pl.col("who").is_null() | pl.col("now").is_null()
    )
    told = pl.concat([part.select("place", "outcome", "digest_then") for part in (same, moved, keyed)])
    found = told.unique("place", keep="first", maintain_order=True)
    return lines.join(found, on="place", how="left", maintain_order="left").select(
        "outcome", differs=(pl.col("digest") != pl.col("digest_then")).fill_null(value=False)
    )


def last_standing(past: Sequence[PastDelivery], persons: pl.DataFrame) -> pl.DataFrame:
    """The lines of everybody's last delivery, with ``now``: whose they are, as far as is known today."""
    lines = pl.concat([_NOBODY, *(one.standing() for one in past)], how="diagonal")
    today = persons.select(number="key", today="person")
    told = lines.join(today, on="number", how="left", maintain_order="left").with_columns(
        now=pl.coalesce("today", "who")
    )
    latest = pl.col("delivery") == pl.col("delivery").max().over(pl.coalesce("now", "key"))
    return told.filter(latest).drop("today")


_NOBODY = frames.empty(frames.DELIVERED).with_columns(
    outcome=pl.lit(None, dtype=pl.String), reason=pl.lit(None, dtype=pl.String), delivery=pl.lit(None, dtype=pl.Int64)
)
