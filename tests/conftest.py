"""What the tests share: the shipped definitions, one survey, a district of four villages in two towns."""

import os
from datetime import date
from pathlib import Path

import hypothesis
import pytest

from bishan_survey.design import load_design
from bishan_survey.model import AreaFrame, Design, Survey, Village

ROOT = Path(__file__).resolve().parent.parent
EDITION = "bishan-2025"

# What CI says of a change must depend on the change alone; by hand, and in `make fuzz`, other examples come each time.
hypothesis.settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("ci")


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def design() -> Design:
    """The shipped definitions."""
    return load_design()


@pytest.fixture(scope="session")
def survey() -> Survey:
    """A survey with ages at the end of June 2025."""
    return Survey("测试调查", (EDITION,), date(2025, 6, 30), date(2025, 6, 1), date(2025, 11, 30))


@pytest.fixture(scope="session")
def areas() -> AreaFrame:
    """Four villages in two towns; one is renamed, one name occurs in both towns."""
    return AreaFrame(
        "500120",
        "璧山区",
        (
            Village("500120001001", "大旺社区居民委员会", "500120001", "璧城街道"),
            Village("500120001201", "平安村村民委员会", "500120001", "璧城街道"),
            Village("500120107001", "平安社区居民委员会", "500120107", "三合镇"),
            Village("500120107201", "新场村村民委员会", "500120107", "三合镇"),
        ),
        (("500120107", "旧场村民委员会", "500120107201"),),
    )
