"""What the tests of return workbooks share: a desk, a village's return workbook, another village's."""

from pathlib import Path

import pytest

from bishan_survey.model import AreaFrame, Batch, Design, Survey
from tests.forms.book import Book
from tests.forms.desk import AT_HOME, NEIGHBOUR, NEXT_DOOR, VILLAGE, Desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, design: Design, survey: Survey, areas: AreaFrame) -> Desk:
    return Desk(tmp_path_factory.mktemp("desk"), design, survey, areas)


@pytest.fixture(scope="module")
def returned(desk: Desk) -> Path:
    """What went back to the village."""
    return desk.returned(VILLAGE, AT_HOME)


@pytest.fixture(scope="module")
def intact(desk: Desk, returned: Path) -> Batch:
    """What is made of it when nothing was changed."""
    return desk.read(returned)


@pytest.fixture
def book(returned: Path) -> Book:
    """The village's return workbook, to be damaged."""
    return Book(returned)


@pytest.fixture(scope="module")
def returned_next_door(desk: Desk) -> Path:
    """What went back to another village, in another 镇街."""
    return desk.returned(NEIGHBOUR, NEXT_DOOR)


@pytest.fixture
def neighbours(returned_next_door: Path) -> Book:
    """The other village's return workbook, to be damaged."""
    return Book(returned_next_door)
