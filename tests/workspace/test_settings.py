"""Where settings come from, and what is said of those that nobody knows."""

import json
from datetime import date
from pathlib import Path

import pytest

from bishan_survey.errors import WorkspaceError
from bishan_survey.workspace import KEYS, Overrides, Workspace, read_values
from tests.conftest import EDITION
from tests.program import Ran, run

_EDITIONS = frozenset({EDITION})


def add(workspace: Workspace, text: str) -> Path:
    """Add to the settings."""
    path = workspace.root / "survey.toml"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    return path


def sources(path: Path, said: Overrides) -> dict[str, tuple[object, str]]:
    """Every value and where it is from."""
    return {one.key.id: (one.value, one.source.value) for one in read_values(path, _EDITIONS, said)}


def test_the_strongest_source_wins(workspace: Workspace) -> None:
    path = add(workspace, '\n[last_year]\nworkspace = "上年"\n')
    environment = {"BISHAN_SURVEY_SURVEY_TITLE": "名称", "BISHAN_SURVEY_THRESHOLDS_HELD_SHARE": "0.5", "HOME": "x"}
    found = sources(path, Overrides({"thresholds.held_share": "0.25"}, environment))
    assert found["last_year.workspace"] == ("上年", "file")
    assert found["survey.title"] == ("名称", "environment")
    assert found["thresholds.held_share"] == (0.25, "flag")
    assert found["encryption.recipients"] == (None, "default")
    assert list(found) == [key.id for key in KEYS]


def test_texts_of_the_environment_become_values(workspace: Workspace) -> None:
    said = {
        "BISHAN_SURVEY_SURVEY_REFERENCE_DATE": "2024-02-29",
        "BISHAN_SURVEY_SURVEY_EDITIONS": f" {EDITION} ",
        "BISHAN_SURVEY_THRESHOLDS_HELD_SHARE": "0.25",
    }
    settings = Workspace.open(workspace.root, _EDITIONS, Overrides(environment=said)).settings
    assert settings.survey.reference_date == date(2024, 2, 29)
    assert settings.survey.editions == (EDITION,)
    assert settings.thresholds.held_share == 0.25


def test_what_may_be_left_out_has_its_default(workspace: Workspace) -> None:
    path = workspace.root / "survey.toml"
    kept = path.read_text(encoding="utf-8").replace("held_share = 0.05", "").replace("missing_villages = 0", "")
    path.write_text(kept, encoding="utf-8")
    thresholds = Workspace.open(workspace.root, _EDITIONS).settings.thresholds
    assert (thresholds.held_share, thresholds.missing_villages) == (0.05, 0)


def test_a_new_file_can_be_uncommented(workspace: Workspace) -> None:
    path = workspace.root / "survey.toml"
    lines = path.read_text(encoding="utf-8").splitlines()
    known = ("# [", *(f"# {key.name} = " for key in KEYS))
    path.write_text("\n".join(line[2:] if line.startswith(known) else line for line in lines), encoding="utf-8")
    assert all(value is not None for value, _ in sources(path, Overrides()).values())


def test_everything_that_is_wrong_is_told_at_once(workspace: Workspace) -> None:
    path = add(
        workspace,
        '\n[encryption]\nrecipient = 3\nrecipients = ["AGE-SECRET-KEY-1"]\n[encrypton]\n[last_year]\nworkspace = ""\n',
    )
    said = Overrides(
        {"survey.titel": "x", "thresholds.held_share": "much"},
        {
            "BISHAN_SURVEY_AREA_DISTRIKT": "x",
            "BISHAN_SURVEY_OTHER": "x",
            "BISHAN_SURVEY_SURVEY_PERIOD_END": "2024-02-30",
        },
    )
    with pytest.raises(WorkspaceError) as caught:
        read_values(path, _EDITIONS, said)
    for told in (
        "不认识 [encryption] recipient，是不是 recipients",
        "不认识 [encrypton]，是不是 encryption",
        "[encryption] recipients 应是公钥的列表",
        "[last_year] workspace 应是文本",
        "不认识 --set survey.titel，是不是 survey.title",
        "--set thresholds.held_share 应是0到1的数",
        "不认识环境变量 BISHAN_SURVEY_AREA_DISTRIKT，是不是 BISHAN_SURVEY_AREA_DISTRICT",
        "环境变量 BISHAN_SURVEY_SURVEY_PERIOD_END 应是日期",
    ):
        assert told in caught.value.message
    assert "BISHAN_SURVEY_OTHER" not in caught.value.message
    assert "SECRET" not in caught.value.message


def test_the_commands_show_and_check(workspace: Workspace) -> None:
    def config(*more: object) -> Ran:
        words = ("--set", "thresholds.held_share=0.1", "config", *more)
        return run(*words, BISHAN_SURVEY_SURVEY_TITLE="另一个名称")

    shown = json.loads(config("show", workspace.root, "--json").stdout)["settings"]
    by_id = {one["id"]: one for one in shown}
    assert by_id["thresholds.held_share"]["source"] == "flag"
    assert by_id["survey.title"]["value"] == "另一个名称"
    assert "来自：环境变量" in config("show", workspace.root).stdout
    assert config("check", workspace.root).returncode == 0
    add(workspace, "\n[surwey]\n")
    wrong = config("check", workspace.root)
    assert wrong.returncode == 4
    assert "不认识 [surwey]，是不是 survey" in wrong.stderr
