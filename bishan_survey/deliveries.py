"""What is handed to another system: the records of the current run by a profile, what was handed over before, and what
became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from bishan_survey import __version__, frames
from bishan_survey.delivery import (
    REJECTED,
    RESTRICTED,
    Matched,
    PastDelivery,
    Prepared,
    key_of,
    last_standing,
    matched,
    meant_for,
    missing_variables,
    next_number,
    prepared,
    read_counted,
    read_past,
    read_persons,
    receipt_sheet,
    whereabouts,
    write_answers,
    write_batches,
    write_delivered,
    write_manifest,
)
from bishan_survey.design import problems_of, widest_sheet
from bishan_survey.errors import DefinitionError, InternalError, UsageError, WorkspaceError
from bishan_survey.handwritten import read_sheets
from bishan_survey.hashes import hashed, joined
from bishan_survey.model import PERSON, DeliveryProfile, Design
from bishan_survey.private import make_private_folder
from bishan_survey.workspace import RunFolder, Workspace, current_run, read_record

_UNITS = ("person", "village")


@dataclass(frozen=True)
class Wanted:
    """Which of the records that count a delivery is to hold; all, if nothing is said."""

    rejected: bool = False
    """Those that the system has rejected."""
    changed: bool = False
    """Those that it was never sent, or that say something else now."""


@dataclass(frozen=True)
class Delivery:
    """A delivery before it is written."""

    profile: DeliveryProfile
    number: int
    run: RunFolder
    design_digest: str
    records: pl.DataFrame
    """Those that are to be delivered, with ``key, who, number, digest`` before their variables."""
    made: Prepared
    """The same as the profile wants them, and what is wrong with them."""
    counted: int
    """Records that count in the run."""
    meant: int
    """Those of them that are meant for the system."""
    gone: pl.DataFrame
    """Those whose last delivery was rejected and that do not count any more (``past.last_standing``)."""

    @property
    def faulty(self) -> int:
        """How many of the records have faults."""
        return len(self.made.faulty)

    def places(self) -> pl.DataFrame:
        """The faults, each with the file, the sheet and the row of its record."""
        stood = self.records.select(file="_file", sheet="_sheet", row="_row", town="_town", village="_village")
        return pl.concat([stood[self.made.faults["line"]], self.made.faults], how="horizontal")


def sound_profile(design: Design, name: str) -> DeliveryProfile:
    """A sound profile, by its id.

    Raises:
        UsageError: there is none.
        DefinitionError: something is wrong with it.
    """
    profile = design.profiles.get(name)
    if profile is None:
        raise UsageError(f"没有上报格式 {name}", f"现有：{'、'.join(design.profiles)}")
    if problems := [*problems_of(design, profile)]:
        raise DefinitionError(problems)
    return profile


def profile_of(design: Design, name: str) -> DeliveryProfile:
    """A sound profile that can be delivered by, by its id.

    Raises:
        UsageError: there is none, or it is one of records that cannot be told apart.
        DefinitionError: something is wrong with it.
    """
    profile = sound_profile(design, name)
    if not profile.key and not profile.lines:
        raise UsageError(f"上报格式 {name} 没有写 key：凭哪几列认出是谁", "请在 templates/delivery 的这个格式里补上")
    return profile


def plan(workspace: Workspace, design: Design, profile: DeliveryProfile, wanted: Wanted) -> Delivery:
    """What a delivery would hold, and what is wrong with it; nothing is written.

    Raises:
        WorkspaceError: there are no such records, or what is remembered of earlier deliveries is damaged.
    """
    run = current_run(workspace)
    counted = _counted(run, profile)
    meant = meant_for(profile, counted)
    past = read_past(workspace.deliveries / profile.id)
    persons = read_persons(run.path / RESTRICTED)
    made = prepared(profile, meant)
    present = _present(meant, made, profile, design)
    told = whereabouts(past, present.select("key", "who", "digest"), persons)
    chosen = _chosen(told, wanted).arg_true().cast(pl.Int64)
    last = last_standing(past, persons)
    return Delivery(
        profile=profile,
        number=next_number(past),
        run=run,
        design_digest=design.digest,
        records=pl.concat([present[chosen], meant[chosen]], how="horizontal"),
        made=_only(made, chosen),
        counted=counted.height,
        meant=meant.height,
        gone=_gone(last.filter(outcome=REJECTED), present),
    )


def _counted(run: RunFolder, profile: DeliveryProfile) -> pl.DataFrame:
    """The records of a profile's unit; all units together are what the run says that it counted."""
    by_unit = {unit: read_counted(run.path, unit) for unit in _UNITS}
    counted = by_unit[profile.unit]
    if counted is None or missing_variables(profile, counted):
        raise WorkspaceError(f"当前结果 {run.id} 中没有{profile.title}要的项目", "请核对上报格式与开放的调查表版本")
    published = read_record(run)["rows"]["accepted"]
    found = sum(frame.height for frame in by_unit.values() if frame is not None)
    if found != published:
        raise InternalError(f"当前结果 {run.id} 计入{published}条，记录却有{found}条")
    return counted


def _present(meant: pl.DataFrame, made: Prepared, profile: DeliveryProfile, design: Design) -> pl.DataFrame:
    """``key, who, number, digest`` of the records."""
    nobody = pl.lit(None, dtype=pl.String)
    sheet = widest_sheet(design, profile.unit)
    is_person = profile.unit == PERSON
    who = (frames.PERSON if is_person else "_village") if not is_person or frames.PERSON in meant.columns else None
    number = sheet.key if sheet and is_person and sheet.key in meant.columns else None
    return pl.concat(
        [
            made.rows.select(key_of(profile)),
            meant.select(who=pl.col(who) if who else nobody, number=pl.col(number) if number else nobody),
            hashed(made.rows.select(joined(*made.rows.columns)).to_series()).alias("digest").to_frame(),
        ],
        how="horizontal",
    )


def _chosen(told: pl.DataFrame, wanted: Wanted) -> pl.Series:
    everybody = pl.lit(value=not (wanted.rejected or wanted.changed))
    rejected = (pl.col("outcome") == REJECTED).fill_null(value=False) & wanted.rejected
    changed = (pl.col("outcome").is_null() | pl.col("differs")) & wanted.changed
    return told.select(pl.when(rejected | changed).then(statement=True).otherwise(everybody)).to_series()


def _only(made: Prepared, chosen: pl.Series) -> Prepared:
    """Some of the lines, and what is wrong with these."""
    places = pl.DataFrame({"line": chosen}).with_row_index("now")
    faults = made.faults.join(places, on="line", how="inner", maintain_order="left")
    return Prepared(made.rows[chosen], faults.with_columns(line=pl.col("now").cast(pl.Int64)).drop("now"))


def _gone(rejected: pl.DataFrame, present: pl.DataFrame) -> pl.DataFrame:
    here = rejected.join(present.drop_nulls("who"), left_on="now", right_on="who", how="anti")
    return here.join(present, on="key", how="anti")


@dataclass(frozen=True)
class Written:
    """A delivery that was written."""

    manifest: Mapping[str, Any]
    delivered: pl.DataFrame
    """``frames.DELIVERED``."""


def write(workspace: Workspace, delivery: Delivery, folder: Path, now: datetime) -> Written:
    """Write the files of a delivery and its manifest; records with faults are left out.

    Args:
        workspace: whose settings say of which day the files are.
        delivery: what to write; at least one of its records must be without fault.
        folder: where to.
        now: when.

    Returns:
        What was written: to be remembered (:func:`remember`) once the files are where people find them.
    """
    whole = pl.Series(range(delivery.records.height), dtype=pl.Int64)
    good = whole.filter(~whole.is_in(delivery.made.faulty.implode()))
    records, rows = delivery.records[good], delivery.made.rows[good]
    places = write_batches(folder, delivery.profile, rows, workspace.settings.survey, delivery.number)
    place = records.select("key", "who", "number", "digest", file="_file", sheet="_sheet", row="_row")
    delivered = frames.stack(frames.DELIVERED, [pl.concat([place, places], how="horizontal")])
    return Written(write_manifest(folder, _manifest(delivery, records, delivered, now)), delivered)


def _manifest(delivery: Delivery, records: pl.DataFrame, delivered: pl.DataFrame, now: datetime) -> dict[str, Any]:
    towns = records.group_by("_town").len().sort("_town", nulls_last=True)
    return {
        "profile": delivery.profile.id,
        "title": delivery.profile.title,
        "delivery": delivery.number,
        "delivered": now.isoformat(timespec="seconds"),
        "run": delivery.run.id,
        "program": __version__,
        "design": delivery.design_digest,
        "encoding": delivery.profile.encoding.value if delivery.profile.is_csv else None,
        "counts": {
            "counted": delivery.counted,
            "not_meant": delivery.counted - delivery.meant,
            "not_wanted": delivery.meant - delivery.records.height,
            "left_out": delivery.faulty,
            "delivered": records.height,
        },
        "towns": {town or "": count for town, count in towns.iter_rows()},
        "rows": dict(delivered.group_by("name", maintain_order=True).len().iter_rows()),
    }


def remember(workspace: Workspace, delivery: Delivery, written: Written) -> None:
    """Write down in the workspace what was delivered."""
    folder = workspace.deliveries / delivery.profile.id
    make_private_folder(folder)
    write_delivered(folder, delivery.number, written.delivered, written.manifest)


def past_deliveries(workspace: Workspace, profile: DeliveryProfile) -> list[PastDelivery]:
    """What was delivered by a profile, the earliest first."""
    return read_past(workspace.deliveries / profile.id)


def take_answers(
    workspace: Workspace,
    design: Design,
    profile: DeliveryProfile,
    paths: Sequence[Path],
    number: int | None,
    *,
    rest_accepted: bool,
) -> tuple[PastDelivery, Matched]:
    """Read the lists that a system has given back for a delivery, and remember what they say.

    Args:
        workspace: where the delivery is remembered.
        design: the definitions.
        profile: by which it was made.
        paths: the lists.
        number: of the delivery; ``None``: the last.
        rest_accepted: whether all was taken that is on none of them.

    Returns:
        The delivery as it stands now, and what the lists say.

    Raises:
        UsageError: there is no such delivery, or the profile knows nothing of what comes back.
        WorkspaceError: a list cannot be read, or it is not clear where its heading is.
    """
    if profile.receipt is None:
        raise UsageError(f"上报格式 {profile.id} 没有写 [receipt]：回执是什么样的", "请在 templates/delivery 里补上")
    past = past_deliveries(workspace, profile)
    meant = [one for one in past if number in (None, one.number)]
    if not meant:
        known = f"报过的有：{'、'.join(str(one.number) for one in past)}" if past else "请先运行 bishan-survey deliver"
        raise UsageError(f"{profile.title}没有第{number}次上报" if past else f"{profile.title}还没有上报过", known)
    kind = receipt_sheet(profile, profile.receipt)
    lines = read_sheets(paths, kind, design.notices, workspace.passwords())
    told = matched(lines, meant[-1], profile, profile.receipt, rest_accepted=rest_accepted)
    write_answers(meant[-1], told.answers)
    return replace(meant[-1], answers=(*meant[-1].answers, told.answers)), told
