"""What ``ingest`` says of villages that have sent again, or nothing of use."""

import json
import shutil
from pathlib import Path

import pytest

from bishan_survey.design import load_defaults
from bishan_survey.forms import FormContent, write_form
from bishan_survey.model import Design, Survey
from tests.areas import of_few_areas
from tests.conftest import EDITION
from tests.program import run
from tests.returns.sending import OTHER_VILLAGE, VILLAGE, person


@pytest.fixture
def workspace(tmp_path: Path, design: Design, survey: Survey) -> Path:
    """A village that sends twice, and once more under another name; one whose form is empty; the others silent."""
    folder = tmp_path / "ws"
    assert run("init", folder).returncode == 0
    of_few_areas(folder)
    areas = load_defaults().areas()
    sendings = (("甲.xlsx", VILLAGE, (1, 3)), ("空.xlsx", OTHER_VILLAGE, ()), ("乙.xlsx", VILLAGE, (1, 5)))
    for name, code, orders in sendings:
        village = areas.by_code[code]
        path = folder / "inbox" / village.town / name
        people = {"person": [person(order) for order in orders]}
        write_form(path, design, design.questionnaires[EDITION], survey, FormContent(village, people))
        if name == "甲.xlsx":
            run("ingest", folder)
    shutil.copy(path, path.with_name("乙（改名）.xlsx"))
    return folder


def test_ingest_shows_who_needs_attention(workspace: Path) -> None:
    shown = run("ingest", workspace).stdout
    assert "已报送：1" in shown
    assert "其中报的是空表：1" in shown
    assert "其中与别的文件内容相同：1" in shown
    (village,) = [line for line in shown.splitlines() if "被代替的文件：璧城街道/甲.xlsx" in line]
    assert "计入的文件：璧城街道/乙" in village
    assert "（报的是空表）" in shown


def test_ingest_as_json_gives_the_whole_register(workspace: Path) -> None:
    told = json.loads(run("ingest", workspace, "--json").stdout)
    assert told["rows"]["superseded"] == 2
    assert told["files"] | {"copies": 1, "superseded": 1} == told["files"]
    assert told["villages"]["empty"] == [OTHER_VILLAGE]
    register = {row["village"]: row for row in told["returns"]}
    assert len(register) == told["villages"]["expected"]
    assert register[VILLAGE]["superseded"] == "璧城街道/甲.xlsx"
    assert register[VILLAGE]["records"] == 2
