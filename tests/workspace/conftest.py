"""A new workspace to try things in."""

from pathlib import Path

import pytest

from bishan_survey.design import load_defaults
from bishan_survey.model import Design
from bishan_survey.workspace import Workspace, create_workspace


@pytest.fixture
def workspace(tmp_path: Path, design: Design) -> Workspace:
    """A workspace of the whole district, with nothing in it."""
    defaults = load_defaults()
    root = tmp_path / "工作区"
    create_workspace(root, defaults.survey(design), defaults.area_rows(), defaults.district_code, defaults.district)
    return Workspace.open(root, frozenset(design.questionnaires))
