"""The installation package for offices without internet, without its wheels: texts, hashes, what is refused.

That it can be installed and runs is tried by ``make bundle-check``, which takes minutes.
"""

import hashlib
import importlib.util
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import ROOT


def module(name: str) -> ModuleType:
    """A script of the folder ``bundle/``."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "bundle" / f"{name}.py")
    assert spec and spec.loader
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


install, make = module("install"), module("make")
_NAMES = {"windows-amd64": "install.cmd", "linux-x86_64": "install.sh", "linux-aarch64": "install.sh"}


@pytest.fixture(scope="module", params=sorted(_NAMES))
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package with stand-ins for wheels."""
    made: Path = tmp_path_factory.mktemp("bundle") / f"bishan-survey-0.1.0-{request.param}"
    (made / "wheels").mkdir(parents=True)
    (made / "wheels" / "bishan_survey-0.1.0-py3-none-any.whl").write_bytes(b"ours")
    make.add_texts(made, make.PLATFORMS[request.param])
    return made


def test_every_file_is_in_the_sums_and_agrees_with_them(folder: Path) -> None:
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    sums = {name: digest for digest, name in (line.split("  ") for line in lines)}
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    assert sums.keys() == files.keys() - {"SHA256SUMS"}
    assert all(hashlib.sha256(files[name].read_bytes()).hexdigest() == digest for name, digest in sums.items())
    install.check_files(folder)


def test_it_holds_the_installer_of_its_platform_and_the_manual(folder: Path) -> None:
    names = {path.name for path in folder.iterdir()}
    launcher = _NAMES[folder.name.removeprefix("bishan-survey-0.1.0-")]
    wanted = {"install.py", launcher, "run.lock", "bishan-survey.lock", "安装说明.txt", "need-python.txt", "文档"}
    assert wanted <= names
    assert not {"install.cmd", "install.sh"} - {launcher} & names
    assert (folder / "文档" / "docs" / "operations.md").is_file()


def test_texts_are_as_windows_reads_them(folder: Path) -> None:
    manual = (folder / "安装说明.txt").read_bytes()
    assert manual.startswith(b"\xef\xbb\xbf")
    assert manual.count(b"\n") == manual.count(b"\r\n") > 10
    for name in ("install.cmd", "need-python.txt"):
        if (folder / "install.cmd").exists():
            content = (folder / name).read_bytes()
            assert content.count(b"\n") == content.count(b"\r\n") > 3
            assert not content.startswith(b"\xef\xbb\xbf")


def test_the_windows_launcher_is_the_same_in_every_code_page() -> None:
    content = (ROOT / "bundle" / "install.cmd").read_bytes()
    assert content.isascii()
    assert content.index(b"chcp 65001") < content.index(b"type ")
    shell = (ROOT / "bundle" / "install.sh").read_bytes()
    assert shell.startswith(b"#!/bin/sh\n")
    assert b"\r" not in shell


def test_only_what_a_platform_needs_is_asked_for_and_always_by_hash() -> None:
    lock = (ROOT / "requirements" / "run.lock").read_text(encoding="utf-8")
    wanted = {name: list(make.requirements_for(lock, platform)) for name, platform in make.PLATFORMS.items()}
    names = {name: {line.split("==")[0] for line in lines} for name, lines in wanted.items()}
    assert names["windows-amd64"] - names["linux-x86_64"] == {"colorama", "psutil"}
    assert names["linux-x86_64"] == names["linux-aarch64"] >= {"polars", "polars-runtime-32", "pandera", "typer"}
    assert all("--hash=sha256:" in line and ";" not in line for lines in wanted.values() for line in lines)


def test_the_build_for_old_processors_is_of_the_same_version() -> None:
    def polars(name: str) -> set[str]:
        lines = (ROOT / "requirements" / name).read_text(encoding="utf-8").splitlines()
        return {line.split("==")[1].split()[0] for line in lines if line.startswith("polars")}

    assert len(polars("old-cpu.lock") | polars("run.lock")) == 1


def test_no_address_of_an_index_stands_in_what_is_packed(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_file():
            assert b"://" not in path.read_bytes(), path.name


def test_equal_folders_are_packed_into_equal_bytes(folder: Path, tmp_path: Path) -> None:
    other = shutil.copytree(folder, tmp_path / folder.name)
    for n, one in enumerate((folder, other)):
        make.write_zip(one, tmp_path / f"{n}.zip")
    assert (tmp_path / "0.zip").read_bytes() == (tmp_path / "1.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "0.zip") as packed:
        assert {name.split("/")[0] for name in packed.namelist()} == {folder.name}
        for entry in packed.infolist():
            assert (entry.external_attr >> 16) & 0o111 == (0o111 if entry.filename.endswith(".sh") else 0)


def test_a_damaged_package_is_refused_before_anything_is_installed(folder: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(folder, tmp_path / folder.name)
    (broken / "run.lock").write_text("", encoding="utf-8")
    command = [sys.executable, str(broken / "install.py"), str(tmp_path / "there")]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 1
    assert "run.lock" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "there").exists()


@pytest.mark.parametrize(("version", "largest"), [((3, 10), sys.maxsize), ((3, 99), sys.maxsize), ((3, 11), 2**31 - 1)])
def test_a_python_without_wheels_is_refused(version: tuple[int, int], largest: int) -> None:
    with pytest.raises(install.StopError):
        install.check_python(version, largest)


def test_a_folder_with_something_else_in_it_is_refused(tmp_path: Path) -> None:
    install.check_target(tmp_path / "new")
    install.check_target(tmp_path)
    (tmp_path / "pyvenv.cfg").write_text("version = 3.2.1\n", encoding="utf-8")
    with pytest.raises(install.StopError, match="另一个版本"):
        install.check_target(tmp_path)
    (tmp_path / "pyvenv.cfg").rename(tmp_path / "mine.txt")
    with pytest.raises(install.StopError, match="别的东西"):
        install.check_target(tmp_path)


def test_the_shell_launcher_says_what_is_needed_where_there_is_no_python(tmp_path: Path) -> None:
    if not (shell := shutil.which("sh")):
        pytest.skip("there is no sh")
    for tool in ("dirname", "cat"):
        (tmp_path / tool).symlink_to(str(shutil.which(tool)))
    command = [shell, str(ROOT / "bundle" / "install.sh")]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env={"PATH": str(tmp_path)})
    assert done.returncode == 1
    assert "Python 3.11" in done.stderr
