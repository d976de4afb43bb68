"""What a command goes by: a workspace's editions, dates and areas, or those that the definitions give by default."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bishan_survey.cli.options import overrides
from bishan_survey.errors import UsageError

if TYPE_CHECKING:
    from bishan_survey.model import AreaFrame, Design, Survey
    from bishan_survey.workspace import Workspace


@dataclass(frozen=True)
class Frame:
    """The definitions, the round of the survey and its villages."""

    design: "Design"
    survey: "Survey"
    areas: "AreaFrame"
    workspace: "Workspace | None" = None
    """The workspace that they are of."""


def frame_of(edition: str | None, year: int | None, folder: Path | None) -> Frame:
    """The frame of a workspace, or one by default.

    Raises:
        UsageError: an edition or a year is named beside the workspace, which has its own.
    """
    from bishan_survey.design import load_defaults, load_design
    from bishan_survey.workspace import Workspace

    design = load_design()
    if folder is None:
        defaults = load_defaults()
        return Frame(design, defaults.survey(design, edition, year), defaults.areas())
    if edition or year:
        raise UsageError("写了 --workspace，版本和年份就按工作区的 survey.toml", "请去掉 --edition 和 --year")
    opened = Workspace.open(folder, frozenset(design.questionnaires), overrides())
    return Frame(design, opened.settings.survey, opened.areas, opened)
