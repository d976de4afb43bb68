"""What the tests of several commands share."""

from pathlib import Path

import pytest

from bishan_survey.cli.app import app
from bishan_survey.design import load_defaults, load_design
from bishan_survey.forms import FormContent, write_form
from tests.conftest import EDITION
from tests.corrections.lines import line, write_sheet
from tests.people import adult, certificate

PEOPLE = (
    {"certificate_no": certificate(order=1, kind="44")},
    {"certificate_no": certificate(order=3, kind="43"), "grade": "3", "training_received": "1", "training_times": "3"},
    {"certificate_no": certificate(order=5, kind="44"), "training_received": "1", "training_times": "2"},
)


@pytest.fixture(scope="session")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace after a night: a household of three people in one village; one answer is corrected by hand."""
    design, defaults = load_design(), load_defaults()
    folder = tmp_path_factory.mktemp("explain") / "ws"
    app(["init", str(folder)], standalone_mode=False)
    village = next(iter(defaults.areas().villages))
    place = {"town": village.town, "village": village.name}
    content = {"person": [adult(**place, **one) for one in PEOPLE]}
    path = folder / "inbox" / village.town / "表.xlsx"
    survey = defaults.survey(design)
    write_form(path, design, design.questionnaires[EDITION], survey, FormContent(village, content))
    write_sheet(folder / "corrections.xlsx", [line(5, "受教育程度", "初中", "小学")])
    app(["nightly", str(folder)], standalone_mode=False)
    return folder
