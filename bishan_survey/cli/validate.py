"""The command that checks files, whole folders or a workspace, and writes what goes back to villages."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bishan_survey.cli.chinese import ChineseCommand
from bishan_survey.cli.examine import examined_workspace, show_findings
from bishan_survey.cli.frame import Frame, frame_of
from bishan_survey.cli.options import (
    EditionOption,
    JsonOption,
    ToOption,
    YearOption,
    finished,
    finished_folder,
    new_folder,
    output_path,
    outside_inboxes,
)
from bishan_survey.cli.show import Show, ShownProgress
from bishan_survey.cli.unmask import UnmaskOption, must_have_reason, on_record, shown_to
from bishan_survey.cli.volume import working
from bishan_survey.errors import EXIT_CLEAN, EXIT_HARD_FINDINGS, UnusableFilesError, UsageError

if TYPE_CHECKING:
    from bishan_survey.intake import Submission
    from bishan_survey.model import AreaFrame, Batch, Survey


def register(app: typer.Typer) -> None:
    """Add the command of this page."""
    app.command("validate", cls=ChineseCommand, epilog="例：bishan-survey validate 大旺社区.xlsx --to 问题清单.xlsx")(
        validate
    )


@working
def validate(
    paths: Annotated[
        list[Path], typer.Argument(metavar="文件或工作区…", help="表格文件、装有表格的文件夹，或一个工作区。")
    ],
    to: ToOption = None,
    back: Annotated[
        Path | None,
        typer.Option("--return", metavar="文件夹", help="为有问题的每个文件写一份退表：问题标在格子上，改完可再报。"),
    ] = None,
    edition: EditionOption = None,
    year: YearOption = None,
    workspace: Annotated[
        Path | None,
        typer.Option(
            "--workspace",
            metavar="工作区",
            help="按这个工作区的日期、版本、村（社区）名单、认定的表头、密码和更正单；不改动工作区。",
        ),
    ] = None,
    unmask: UnmaskOption = None,
    as_json: JsonOption = False,
) -> None:
    """查错：哪个单元格有什么问题、怎么改。

    可以查单个文件、一个文件夹或整个工作区。查文件、文件夹时加 --workspace，才与这个工作区的夜间运行查得一样。
    有必须改正的问题时退出码为1。屏幕上不显示个人信息；加 --to 得到完整的问题清单，加 --return 得到退给村里改的表。
    查工作区（或加了 --workspace）的，加 --unmask 理由，原填内容也显示在屏幕上，并记入操作记录。
    """
    from bishan_survey.delivery import SEVERITIES, write_findings

    must_have_reason(unmask)
    to = output_path(to, ".xlsx")
    if back is not None:
        outside_inboxes(back)
        new_folder(back)
    batch, frame = _validated(paths, edition, year, workspace)
    if back is not None and frame.workspace is not None:
        outside_inboxes(back, frame.workspace.inbox)
    show, unmasked = _shown_to(frame, unmask, batch, as_json=as_json)
    areas, survey = frame.areas, frame.survey
    findings = batch.findings
    hard = findings.filter(severity="hard").height
    show.heading(f"查了{batch.sources.height}个文件，发现{findings.height}处")
    show.pairs([(label, findings.filter(severity=weight).height) for weight, label in SEVERITIES.items()])
    show_findings(show, findings, values=unmasked)
    if to is not None:
        with finished(to) as beside:
            write_findings(beside, batch, areas, survey)
            _taken_out(frame, paths, "--to", findings.height)
        show.remark(f"问题清单已写到 {to}（含个人信息，请妥善保管）")
    if back is not None:
        with finished_folder(back, private=True) as beside:
            count = _hand_back(beside, batch, areas, survey)
            _taken_out(frame, paths, "--return", count)
        show.remark(f"退表{count}份已写到 {back}（含个人信息，请只发给有关的镇街和村）")
    show.document("validate/1", _findings_document(batch, unmasked=unmasked))
    if not batch.sources["usable"].all():
        raise typer.Exit(UnusableFilesError.exit_code)
    raise typer.Exit(EXIT_HARD_FINDINGS if hard else EXIT_CLEAN)


def _shown_to(frame: Frame, reason: str | None, batch: "Batch", *, as_json: bool) -> tuple[Show, bool]:
    """What is shown with, and whether what people wrote may be seen; that is put on record in the workspace."""
    if reason is None:
        return Show(as_json), False
    if frame.workspace is None:
        raise UsageError("--unmask 要记入操作记录，而这里没有工作区", "请加 --workspace 工作区，或用 --to 另存问题清单")
    asked = {"files": batch.sources.height, "findings": batch.findings.height}
    return shown_to(frame.workspace.root, reason, "validate", asked, as_json=as_json)


def _taken_out(frame: Frame, paths: list[Path], how: str, count: int) -> None:
    """Put on record what is written of a workspace's own files; who checks files has them already."""
    if frame.workspace is not None and frame.workspace.root in paths:
        on_record(frame.workspace.root, f"validate {how}", {"count": count})


def _hand_back(folder: Path, batch: "Batch", areas: "AreaFrame", survey: "Survey") -> int:
    """Write the workbooks that go back to villages; how many there are."""
    from bishan_survey import __version__
    from bishan_survey.design import load_design
    from bishan_survey.forms import write_returns

    return len(write_returns(folder, batch, load_design(), survey, areas, __version__))


def _validated(paths: list[Path], edition: str | None, year: int | None, folder: Path | None) -> "tuple[Batch, Frame]":
    from bishan_survey.design import load_design

    must_be_there(paths)
    if any((path / "survey.toml").is_file() for path in paths):
        if len(paths) > 1 or edition or year or folder:
            raise UsageError("工作区要单独写，版本、年份和名单都按它自己的", "请分开运行；查整个工作区不用 --workspace")
        examined, workspace = examined_workspace(paths[0])
        return examined.batch, Frame(load_design(), workspace.settings.survey, workspace.areas, workspace)
    frame = frame_of(edition, year, folder)
    return _checked(paths, frame), frame


def _checked(paths: list[Path], frame: Frame) -> "Batch":
    """The files after the stages, with all that their workspace knows if they have one; it is only read."""
    from bishan_survey.examination import NOTHING_ADDED, examine_files
    from bishan_survey.office import known_of, office_input

    workspace = frame.workspace
    # Nothing is written into a workspace that lends its settings, a cache neither.
    known = replace(known_of(workspace, frame.design), shelf=None) if workspace else None
    office = office_input(workspace, frame.design) if workspace else NOTHING_ADDED
    submissions = submissions_at(paths, workspace.inbox if workspace else None)
    with ShownProgress() as progress:
        return examine_files(submissions, frame.design, frame.survey, frame.areas, progress, known, office)


def must_be_there(paths: list[Path]) -> None:
    """Refuse paths that lead nowhere.

    Raises:
        UsageError: some of them do; all of them are named.
    """
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise UsageError(f"找不到：{'、'.join(missing)}", "请核对路径和文件名")


def submissions_at(paths: list[Path], inbox: Path | None = None) -> "list[Submission]":
    """The files at some paths; those in folders by their path below the folder's own name.

    Args:
        paths: files and folders.
        inbox: a workspace's; what lies in it is named as a night names it, since its folders tell the 镇街.
    """
    from bishan_survey.intake import submission_of
    from bishan_survey.reading.incoming import is_dropping

    named = {path.resolve(): path.name for path in paths if path.is_file()}
    for folder in (path for path in paths if path.is_dir()):
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            if not is_dropping(path.relative_to(folder).as_posix()):
                named.setdefault(path.resolve(), path.relative_to(folder.parent).as_posix())
    if not named:
        where = "、".join(map(str, paths))
        raise UsageError(f"{where} 中没有表格文件", "请核对是不是这个文件夹，里面有没有表格")
    if inbox is not None:
        received = {path for path in named if path.is_relative_to(inbox.resolve())}
        named |= {path: path.relative_to(inbox.resolve()).as_posix() for path in received}
    return [submission_of(path, name) for path, name in named.items()]


def _findings_document(batch: "Batch", *, unmasked: bool) -> dict[str, object]:
    """Findings for machines: addresses, rules and words, but no person's value unless these may be seen."""
    return {
        "files": batch.sources.height,
        "counts": dict(batch.findings.group_by("severity").len().sort("severity").iter_rows()),
        "findings": batch.findings.drop([] if unmasked else ["value"]).to_dicts(),
    }
