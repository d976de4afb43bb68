"""A workspace of four villages, whose night takes no longer than it must."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from bishan_survey.forms import FormContent, write_form
from bishan_survey.model import AreaFrame, Design, Survey
from bishan_survey.nightly import Night, nightly
from bishan_survey.overview import OVERVIEW
from bishan_survey.workspace import RECORD, Workspace, create_workspace
from tests.conftest import EDITION
from tests.returns.sending import VILLAGE, Silent

STARTED = datetime(2025, 11, 1, 2, tzinfo=UTC)
_SURVEY = Survey("测试调查", (EDITION,), date(2025, 6, 30), date(2025, 6, 1), date(2025, 11, 30))


class Tiny:
    """A workspace and what its villages send."""

    def __init__(self, root: Path, design: Design, areas: AreaFrame) -> None:
        self.root, self.design = root, design
        rows = [
            {"code": v.code, "name": v.name, "town_code": v.town_code, "town_name": v.town, "former_names": ""}
            for v in areas.villages
        ]
        create_workspace(root, _SURVEY, rows, areas.district_code, areas.district)
        self.workspace = Workspace.open(root, frozenset(design.questionnaires))

    def send(self, name: str, people: Sequence[dict[str, str]], code: str = VILLAGE) -> Path:
        """A village's form, filled in."""
        village = self.workspace.areas.by_code[code]
        path = self.workspace.inbox / village.town / name
        form = self.design.questionnaires[EDITION]
        write_form(path, self.design, form, _SURVEY, FormContent(village, {"person": people}))
        return path

    def night(self, started: datetime = STARTED) -> Night:
        """A night; those of one day differ in nothing but what came in."""
        opened = Workspace.open(self.root, frozenset(self.design.questionnaires))
        return nightly(opened, self.design, started, Silent())


def bytes_of(folder: Path) -> dict[str, bytes]:
    """All files of a run but its record, which alone bears its id and time."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.name not in (RECORD, OVERVIEW))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def few_tables(design: Design) -> Design:
    """The definitions with few tables, no indicators and no deliveries, for nights that are about persons."""
    return replace(design, shells=design.shells[:2], profiles={}, indicators=(), lists=())


def small(design: Design) -> Design:
    """The definitions with few rules and tables, for nights that are about something else."""
    return replace(few_tables(design), rules=design.rules[:20])
