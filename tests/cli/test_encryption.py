"""What is handed over can be encrypted on its way out; nothing unencrypted stays behind."""

import json
import shutil
from pathlib import Path

import pytest

from bishan_survey.cli.app import app
from bishan_survey.encryption import new_key
from bishan_survey.errors import UsageError, WorkspaceError
from bishan_survey.workspace import AUDIT_FILE
from tests.cli.conftest import PEOPLE
from tests.scanning import found

NUMBER = PEOPLE[0]["certificate_no"][:18]


def run(*words: object) -> None:
    app([*map(str, words)], standalone_mode=False)


@pytest.fixture
def workspace(counted: Path, tmp_path: Path) -> Path:
    """A workspace after a night, with somebody to encrypt for."""
    root = tmp_path / "工作区"
    shutil.copytree(counted, root)
    public = new_key(tmp_path / "k.key")
    with (root / "survey.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'\n[encryption]\nrecipients = ["{public}"]\n')
    return root


@pytest.mark.parametrize(
    ("words", "file"),
    [(["package"], "person.csv"), (["deliver", "--profile", "system-person"], "manifest.json")],
    ids=["package", "deliver"],
)
def test_it_goes_out_as_one_file_and_comes_back_whole(
    workspace: Path, tmp_path: Path, words: list[str], file: str
) -> None:
    to, taken = tmp_path / "出" / "上报.age", tmp_path / "出"
    taken.mkdir()
    command, *rest = words
    run(command, workspace, *rest, "--to", to)
    assert [path.name for path in taken.iterdir()] == ["上报.age"]
    assert found(taken, [NUMBER]) == {}
    run("decrypt", to, "--key", tmp_path / "k.key", "--to", tmp_path / "回")
    assert (tmp_path / "回" / file).is_file()
    assert found(tmp_path / "回", [NUMBER])
    with pytest.raises(UsageError):
        run(command, workspace, *rest, "--to", to)


def test_whatever_goes_wrong_leaves_nothing_unencrypted(workspace: Path, tmp_path: Path) -> None:
    taken = tmp_path / "出"
    taken.mkdir()
    (workspace / AUDIT_FILE).unlink(missing_ok=True)
    (workspace / AUDIT_FILE).mkdir()
    with pytest.raises(WorkspaceError):
        run("package", workspace, "--to", taken / "包.age")
    assert [*taken.iterdir()] == []
    settings = workspace / "survey.toml"
    settings.write_text(settings.read_text(encoding="utf-8").split("\n[encryption]")[0], encoding="utf-8")
    with pytest.raises(UsageError, match="没有写加密给谁"):
        run("deliver", workspace, "--profile", "system-person", "--to", taken / "报.age")
    assert [*taken.iterdir()] == []


def test_the_commands_tell_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").touch()
    run("keys", "new", tmp_path / "k", "--json")
    public = json.loads(capsys.readouterr().out)["public"]
    run("encrypt", tmp_path / "a", "--to", tmp_path / "a.age", "--for", public, "--json")
    assert json.loads(capsys.readouterr().out)["files"] == 1
    run("decrypt", tmp_path / "a.age", "--key", tmp_path / "k", "--to", tmp_path / "c", "--json")
    assert json.loads(capsys.readouterr().out)["schema"] == "bishan-survey/decrypt/1"
