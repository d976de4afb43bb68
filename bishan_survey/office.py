"""What a workspace's office has settled by hand, and what it knows of those who send files."""

from collections.abc import Sequence
from dataclasses import replace

from bishan_survey.corrections import Line, read_lines
from bishan_survey.delivery import ADJUDICATION_BOOK
from bishan_survey.examination import OfficeInput
from bishan_survey.handwritten import HandwrittenLine, SheetKind, read_sheets
from bishan_survey.intake import AreaIndex, Known, read_mappings
from bishan_survey.model import Design
from bishan_survey.workspace import Workspace


def office_input(workspace: Workspace, design: Design) -> OfficeInput:
    """What a workspace's office has settled by hand; read before all else, so that what is amiss is told at once.

    Raises:
        WorkspaceError: some of it cannot be read.
    """
    return OfficeInput(
        corrections=lines_of(workspace, design),
        changed_numbers=changed_numbers_of(workspace, design),
        decisions=decisions_of(workspace, design),
    )


def lines_of(workspace: Workspace, design: Design) -> Sequence[Line]:
    """The lines of a workspace's sheet of corrections; none if it has no sheet.

    Raises:
        WorkspaceError: the sheet cannot be read: what the office has decided must not be left out.
    """
    sheet = workspace.corrections()
    return read_lines(sheet, design, workspace.passwords()) if sheet else ()


def changed_numbers_of(workspace: Workspace, design: Design) -> Sequence[HandwrittenLine]:
    """The lines of a workspace's table of changed identity numbers; none if it has none.

    Raises:
        WorkspaceError: the table cannot be read.
    """
    table = workspace.changed_numbers()
    return read_sheets([table] if table else [], changed_number_table(design), design.notices, workspace.passwords())


def changed_number_table(design: Design) -> SheetKind:
    """Which of the handwritten sheets the table of changed numbers is."""
    return SheetKind("换号表", design.changed_numbers, "可以用 bishan-survey numbers new 做一张空白的")


def decisions_of(workspace: Workspace, design: Design) -> Sequence[HandwrittenLine]:
    """The lines of a workspace's sheets of decisions.

    Raises:
        WorkspaceError: a sheet cannot be read: what the district has decided must not be left out.
    """
    kind = SheetKind("判定单", design.decisions, f"请从最近一晚的结果里取“{ADJUDICATION_BOOK}”来填")
    return read_sheets(workspace.decisions(), kind, design.notices, workspace.passwords())


def known_of(workspace: Workspace, design: Design) -> Known:
    """What a workspace knows of those who send files."""
    if not workspace.mappings.is_file():
        return senders_of(workspace)
    index = AreaIndex(workspace.areas, design.layout)
    path, survey = workspace.mappings, workspace.settings.survey
    mappings = read_mappings(path.read_bytes(), path.name, design, survey, index)
    return replace(senders_of(workspace), mappings=tuple(mappings))


def senders_of(workspace: Workspace) -> Known:
    """What a workspace knows of all senders: passwords, and what was read of their files before."""
    return Known(passwords=workspace.passwords(), shelf=workspace.cache)
