"""``deliver`` of a statistical report: figures instead of records."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from bishan_survey.cli.show import Show
from bishan_survey.errors import EXIT_CLEAN, EXIT_HARD_FINDINGS

if TYPE_CHECKING:
    from bishan_survey.model import DeliveryProfile, Design
    from bishan_survey.reports import Report
    from bishan_survey.workspace import Workspace


def deliver_report(
    workspace: "Workspace",
    design: "Design",
    profile: "DeliveryProfile",
    to: Path | None,
    target: AbstractContextManager[Path] | None,
    show: Show,
    *,
    skip: bool,
) -> NoReturn:
    """Check a report, write its file and its manifest, and remember that it was delivered.

    Args:
        workspace: whose current run it is made of.
        design: the definitions.
        profile: the layout.
        to: where it is to be, for people to be told.
        target: the folder to write in; ``None``: nothing is written.
        show: where it is shown.
        skip: whether figures that the run has not may be left out.
    """
    from datetime import datetime

    from bishan_survey.reports import plan_report, remember_report, write_report

    manifest = None
    with workspace.locked():
        report = plan_report(workspace, design, profile)
        if target is not None and not report.lines.is_empty() and (skip or not report.missing):
            with target as beside:
                manifest = write_report(report, beside, workspace.settings.survey, datetime.now().astimezone())
            remember_report(workspace, report, manifest)
    _show(show, report, manifest, to, checked=target is None)
    raise typer.Exit(EXIT_HARD_FINDINGS if report.missing else EXIT_CLEAN)


def _show(show: Show, report: "Report", manifest: dict[str, Any] | None, to: Path | None, *, checked: bool) -> None:
    profile, missing = report.profile, report.missing
    said = "检查有问题" if missing else "检查过了，没有问题"
    if not checked:
        said = f"第{report.number}次上报" if manifest else "有问题，没有写"
    show.heading(f"{profile.title}：{said}")
    show.pairs([("指标", len(profile.lines)), ("其中没有数的", len(missing)), ("报表的行", report.lines.height)])
    if missing:
        show.heading("没有数的指标")
        why = "当前结果没有编制这张表：开放的调查表版本没有它要的项目，或夜间运行以后加的"
        show.table(("指标代码", "指标名称", "表", "为什么"), [(o.code, o.label.strip(), o.table, why) for o in missing])
    if manifest:
        show.heading(f"文件在 {to}")
        show.table(("文件", "行数"), [(file["name"], file["rows"]) for file in manifest["files"]])
        show.remark("各镇街之和都等于全区。按镇街的数可能很小，请只交给该收的单位。")
    elif missing and not checked:
        show.remark("什么也没有写。要先报有数的，加 --skip-faulty。")
    told = {"profile": profile.id, "figures": len(profile.lines), "missing": [line.code for line in missing]}
    show.document("deliver/1", {**told, "manifest": manifest, "folder": str(to) if manifest else None})
