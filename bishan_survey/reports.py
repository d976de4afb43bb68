"""A statistical report that is handed to another system: lines from the published tables, which they add up with."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from bishan_survey import __version__
from bishan_survey.consolidation import LEVELS
from bishan_survey.delivery import (
    published_tables,
    report_frame,
    write_delivered,
    write_manifest,
    write_report_csv,
    write_report_xlsx,
)
from bishan_survey.errors import InternalError, UsageError
from bishan_survey.model import DeliveryLine, DeliveryProfile, Design, Survey
from bishan_survey.private import create_private, make_private_folder
from bishan_survey.workspace import RunFolder, Workspace, current_run


@dataclass(frozen=True)
class Report:
    """A report before it is written."""

    profile: DeliveryProfile
    number: int
    """Of the delivery."""
    run: RunFolder
    design_digest: str
    lines: pl.DataFrame
    """A line for each area and each figure, as they are written."""
    missing: tuple[DeliveryLine, ...]
    """Figures whose tables the run has not filled."""

    @property
    def totals(self) -> dict[str, float]:
        """The district's figures, by the code of the line."""
        return dict(_sums(self.lines).select("指标代码", "district").iter_rows())


def plan_report(workspace: Workspace, design: Design, profile: DeliveryProfile) -> Report:
    """What a report would hold; nothing is written.

    Raises:
        InternalError: a figure of the district is not the sum of those of its 镇街.
    """
    run = current_run(workspace)
    tables = published_tables(run.path)
    lines = report_frame(profile, tables)
    apart = _sums(lines).filter(pl.col("district") != pl.col("towns"))
    if not apart.is_empty():
        raise InternalError(f"{profile.title}中各镇街之和不等于全区：{'、'.join(apart['指标代码'])}")
    number = _next_number(workspace.deliveries / profile.id)
    missing = tuple(line for line in profile.lines if line.table not in tables)
    return Report(profile, number, run, design.digest, lines, missing)


def _sums(lines: pl.DataFrame) -> pl.DataFrame:
    whole = pl.col("区划代码").str.len_chars() == LEVELS["district"]
    amount = pl.col("数量")
    return lines.group_by("指标代码", maintain_order=True).agg(
        district=amount.filter(whole).sum(), towns=amount.filter(~whole).sum()
    )


def _next_number(folder: Path) -> int:
    numbers = [int(path.name) for path in folder.iterdir() if path.name.isdigit()] if folder.is_dir() else []
    return max(numbers, default=0) + 1


def write_report(report: Report, folder: Path, survey: Survey, now: datetime) -> dict[str, Any]:
    """Write the file of a report and its manifest; figures whose tables are not filled are left out.

    Returns:
        The manifest: to be remembered (:func:`remember_report`) once the file is where people find it.

    Raises:
        UsageError: the encoding of the profile lacks a character that stands in it.
    """
    profile = report.profile
    (name,) = profile.file_names(1, report.number)
    create_private(folder / name)
    if profile.is_csv:
        try:
            write_report_csv(folder / name, report.lines, profile.encoding.value)
        except UnicodeEncodeError as error:
            lacking = error.object[error.start : error.end]
            advice = "请把上报格式的 encoding 改成 gb18030"
            raise UsageError(f"{profile.encoding.value} 写不了“{lacking}”", advice) from None
    else:
        write_report_xlsx(folder / name, report.lines, profile.sheet_name, survey)
    left_out = len(report.missing)
    about = {
        "profile": profile.id,
        "title": profile.title,
        "delivery": report.number,
        "delivered": now.isoformat(timespec="seconds"),
        "run": report.run.id,
        "program": __version__,
        "design": report.design_digest,
        "encoding": profile.encoding.value if profile.is_csv else None,
        "counts": {"figures": len(profile.lines), "left_out": left_out, "delivered": len(profile.lines) - left_out},
        "totals": report.totals,
        "rows": {name: report.lines.height},
    }
    return write_manifest(folder, about)


def remember_report(workspace: Workspace, report: Report, manifest: dict[str, Any]) -> None:
    """Write down in the workspace what was delivered."""
    folder = workspace.deliveries / report.profile.id
    make_private_folder(folder)
    write_delivered(folder, report.number, None, manifest)
