"""Folders as one encrypted file: what goes in comes out; what is wrong is told, and nothing is left lying about."""

import shutil
import subprocess
import sys
from pathlib import Path

import pyrage
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bishan_survey.cli.app import app
from bishan_survey.encryption import decrypt_folder, encrypt_folder, new_key, read_recipients
from bishan_survey.errors import BusyError, UsageError, WorkspaceError
from bishan_survey.workspace import Workspace, check_audit
from tests.people import certificate

SECRET = certificate()
_names = st.text(st.characters(exclude_characters="/\\:\0", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60)
_trees = st.dictionaries(
    _names.filter(lambda name: not name.startswith(".") and not name.endswith((".", " "))),
    st.binary(max_size=1000) | st.integers(65_000, 200_000).map(bytes),
    max_size=6,
)


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, str]:
    """A key's file, and its public half."""
    path = tmp_path / "区残联.key"
    return path, new_key(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "数据"
    (made / "镇街" / "三合镇").mkdir(parents=True)
    (made / "镇街" / "三合镇" / "名单.csv").write_text(SECRET, encoding="utf-8")
    (made / "大.bin").write_bytes(bytes(range(256)) * 1000)
    (made / "空").touch()
    (made / "空文件夹").mkdir()
    return made


def tree(folder: Path) -> dict[str, bytes]:
    """Every file and its content, and every folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else b"/"
        for path in sorted(folder.rglob("*"))
    }


def encrypted(folder: Path, keys: tuple[Path, str], name: str = "数据.age") -> Path:
    to = folder.parent / name
    encrypt_folder(folder, to, read_recipients([keys[1]]), lambda _: True)
    return to


def run(*words: object) -> None:
    app([*map(str, words)], standalone_mode=False)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=_trees)
def test_what_goes_in_comes_out(tmp_path: Path, content: dict[str, bytes]) -> None:
    key, made, back, to = (tmp_path / name for name in ("k", "made", "back", "to.age"))
    for left in (made, back):
        shutil.rmtree(left, ignore_errors=True)
        left.mkdir()
    to.unlink(missing_ok=True)
    public = key.read_text(encoding="utf-8").split()[3] if key.exists() else new_key(key)
    for name, data in content.items():
        if len(name.encode()) < 250:
            (made / name).write_bytes(data)
    count = encrypt_folder(made, to, read_recipients([public]), lambda _: True)
    assert decrypt_folder(to, key, back) == count == len(tree(made))
    assert tree(back) == tree(made)


def test_the_file_hides_everything_and_is_its_owners_alone(folder: Path, keys, tmp_path: Path) -> None:
    to = encrypted(folder, keys)
    assert SECRET.encode() not in to.read_bytes()
    assert "名单".encode() not in to.read_bytes()
    run("decrypt", to, "--key", keys[0], "--to", tmp_path / "恢复")
    assert tree(tmp_path / "恢复") == tree(folder)
    if sys.platform != "win32":
        assert {path.stat().st_mode & 0o777 for path in (to, keys[0])} == {0o600}
        back = [path.stat().st_mode & 0o077 for path in (tmp_path / "恢复", *(tmp_path / "恢复").rglob("*"))]
        assert {*back} == {0}


@pytest.mark.skipif(shutil.which("tar") is None, reason="tar is not installed")
def test_other_programs_can_open_it(folder: Path, keys, tmp_path: Path) -> None:
    """As the tools age and tar do, in a hundred years without us."""
    identity = pyrage.x25519.Identity.from_str(keys[0].read_text(encoding="utf-8").splitlines()[-1])
    plain = tmp_path / "a.tar"
    plain.write_bytes(pyrage.decrypt(encrypted(folder, keys).read_bytes(), [identity]))
    (tmp_path / "b").mkdir()
    subprocess.run(["tar", "-xf", str(plain), "-C", str(tmp_path / "b")], check=True)
    assert tree(tmp_path / "b") == tree(folder)


def left_over(tmp_path: Path) -> set[str]:
    return {path.name for path in tmp_path.iterdir()} - {"数据", "数据.age", "区残联.key", "别人.key", "坏.age"}


@pytest.mark.parametrize("keep", [0, 10, 100, 170, 300, 65_800, 131_400, -1])
def test_a_file_that_is_cut_gives_nothing(folder: Path, keys, tmp_path: Path, keep: int) -> None:
    content = encrypted(folder, keys).read_bytes()[:keep]
    (tmp_path / "坏.age").write_bytes(content)
    with pytest.raises(WorkspaceError) as error:
        run("decrypt", tmp_path / "坏.age", "--key", keys[0], "--to", tmp_path / "恢复")
    assert error.value.advice
    assert left_over(tmp_path) == set()


@pytest.mark.parametrize("place", [5, 60, 150, 250, 70_000, -1])
def test_a_changed_byte_gives_nothing(folder: Path, keys, tmp_path: Path, place: int) -> None:
    content = bytearray(encrypted(folder, keys).read_bytes())
    content[place] ^= 1
    (tmp_path / "坏.age").write_bytes(content)
    with pytest.raises(WorkspaceError):
        run("decrypt", tmp_path / "坏.age", "--key", keys[0], "--to", tmp_path / "恢复")
    assert left_over(tmp_path) == set()


def test_another_key_opens_nothing(folder: Path, keys, tmp_path: Path) -> None:
    new_key(tmp_path / "别人.key")
    with pytest.raises(WorkspaceError, match="不是加密给这把钥匙的"):
        run("decrypt", encrypted(folder, keys), "--key", tmp_path / "别人.key", "--to", tmp_path / "恢复")
    for wrong in (b"hello", b"AGE-SECRET-KEY-1ABC", b"\xff"):
        (tmp_path / "别人.key").write_bytes(wrong)
        with pytest.raises(UsageError, match="没有钥匙"):
            run("decrypt", tmp_path / "数据.age", "--key", tmp_path / "别人.key", "--to", tmp_path / "恢复")
    assert left_over(tmp_path) == set()


@pytest.mark.parametrize("name", ["../外.txt", "/外.txt", "链接"])
def test_nothing_is_written_outside_the_folder(keys, tmp_path: Path, name: str) -> None:
    import io
    import tarfile

    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as tar:
        entry = tarfile.TarInfo(name)
        entry.type = tarfile.SYMTYPE if name == "链接" else tarfile.REGTYPE
        tar.addfile(entry)
    (tmp_path / "坏.age").write_bytes(pyrage.encrypt(content.getvalue(), read_recipients([keys[1]])))
    with pytest.raises(WorkspaceError, match="不该有的"):
        run("decrypt", tmp_path / "坏.age", "--key", keys[0], "--to", tmp_path / "恢复")
    assert left_over(tmp_path) == set()


def test_what_goes_wrong_on_the_way_is_told_as_it_was(folder: Path, keys, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(Path, "stat", _growing(Path.stat))
    with pytest.raises(WorkspaceError, match="在打包时变了"):
        run("encrypt", folder, "--to", tmp_path / "数据.age", "--for", keys[1])
    monkeypatch.undo()
    assert not (tmp_path / "数据.age").exists()
    assert left_over(tmp_path) == set()


def _growing(stat):
    """A file that has one byte more when it is asked than when it is read."""

    def asked(self: Path, **words: bool):
        told = stat(self, **words)
        return type(told)([*told[:6], told[6] + 1, *told[7:]]) if self.name == "大.bin" else told

    return asked


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--to", "a.zip"], "应以 .age 结尾"),
        (["--to", "a.age"], "没有写加密给谁"),
        (["--to", "a.age", "--for", "age1abc", "--for", "xyz"], "这不是公钥：age1abc、xyz"),
        (["--to", "数据/a.age", "--for", "KEY"], "在要加密的文件夹里"),
        (["--to", "区残联.key", "--for", "KEY"], "应以 .age 结尾"),
    ],
)
def test_wrong_words_are_told(folder: Path, keys, tmp_path: Path, words: list[str], said: str, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=said):
        run("encrypt", "数据", *(keys[1] if word == "KEY" else word for word in words))
    assert left_over(tmp_path) == set()


def test_without_the_extra_it_says_what_to_install(folder: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "pyrage", None)
    for words in (
        ["keys", "new", tmp_path / "a.key"],
        ["encrypt", folder, "--to", tmp_path / "a.age", "--for", "age1"],
    ):
        with pytest.raises(UsageError, match="pyrage"):
            run(*words)
    assert left_over(tmp_path) == set()


def test_a_key_is_never_overwritten(keys) -> None:
    before = keys[0].read_bytes()
    with pytest.raises(UsageError, match="已存在"):
        run("keys", "new", keys[0])
    assert keys[0].read_bytes() == before


# --- workspaces -----------------------------------------------------------------------------------------------------


@pytest.fixture
def workspace(tmp_path: Path, keys, design) -> Workspace:
    """A workspace that names whom to encrypt for."""
    root = tmp_path / "数据"
    run("init", root)
    settings = root / "survey.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(f'{text}\n[encryption]\nrecipients = ["{keys[1]}"]\n', encoding="utf-8")
    return Workspace.open(root, frozenset(design.questionnaires))


def test_a_backup_of_a_workspace(workspace: Workspace, keys, tmp_path: Path) -> None:
    (workspace.inbox / "表.csv").write_text(SECRET, encoding="utf-8")
    with workspace.locked(), pytest.raises(BusyError):
        run("encrypt", workspace.root, "--to", tmp_path / "数据.age")
    run("encrypt", workspace.root, "--to", tmp_path / "数据.age")
    (act,) = check_audit(workspace.root).acts
    assert (act["command"], act["asked"]["folder"]) == ("encrypt", ".")
    run("decrypt", tmp_path / "数据.age", "--key", keys[0], "--to", tmp_path / "恢复")
    back = tree(tmp_path / "恢复")
    assert back.keys() >= {"survey.toml", "areas.csv", "inbox/表.csv"}
    assert not any("lock" in name for name in back)


def test_recipients_that_are_none_are_told_with_the_settings(workspace: Workspace, design) -> None:
    settings = workspace.root / "survey.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace('["age1', '[7, "rsa1'), encoding="utf-8")
    with pytest.raises(WorkspaceError, match="recipients 应是公钥"):
        Workspace.open(workspace.root, frozenset(design.questionnaires))
