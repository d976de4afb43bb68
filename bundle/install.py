"""Installs the program from the folder that this file lies in, without any internet.

Started by install.sh and install.cmd. Only what every Python 3.7 understands stands here, so that an older Python can
be told in words.
"""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
import sys
from pathlib import Path

PYTHONS = ((3, 11), (3, 12), (3, 13), (3, 14))
"""For which there are wheels."""
SUMS = "SHA256SUMS"
LOCKS = ("run.lock", "bishan-survey.lock")
"""What is installed, from where else and our own."""
OLD_CPU = "old-cpu.lock"
FOR_OLD_CPU = "--old-cpu"
_HERE = Path(__file__).resolve().parent
_WINDOWS = os.name == "nt"


class StopError(Exception):
    """Something that a person can mend; the installation ends."""


def main(words: list[str]) -> None:
    """Install into the folder that is named, or the usual one; ``--old-cpu`` asks for the other build of polars."""
    places = [word for word in words if word != FOR_OLD_CPU]
    _say(f"安装包：{_HERE.name}")
    check_python(sys.version_info[:2], sys.maxsize)
    check_files(_HERE)
    target = Path(places[0] if places else default_target()).expanduser().absolute()
    check_target(target)
    _say(f"安装到：{target}")
    if not _run([sys.executable, "-m", "venv", str(target)]):
        raise StopError("建不了虚拟环境。Debian、Ubuntu 请先装 python3-venv；也请核对磁盘空间和权限")
    python = target / ("Scripts/python.exe" if _WINDOWS else "bin/python")
    _install(python, LOCKS)
    _install(python, LOCKS[1:], "--force-reinstall", "--no-deps")  # definitions change while the version stays
    if FOR_OLD_CPU in words or not polars_is_well(python):
        _say("装兼容旧处理器的 polars……")
        _install(python, (OLD_CPU,))
    command = python.with_name("bishan-survey.exe" if _WINDOWS else "bishan-survey")
    _run([str(command), "doctor"])
    _say(f"\n装好了。以后运行：{command}")


def default_target() -> str:
    """Where the program goes if nobody says otherwise: one place for all versions, so that schedules stay valid."""
    return (os.environ.get("LOCALAPPDATA", "~") if _WINDOWS else "~") + "/bishan-survey"


def check_python(version: tuple[int, ...], largest: int) -> None:
    """Refuse a Python that there are no wheels for."""
    if tuple(version) not in PYTHONS:
        known = "、".join(f"{major}.{minor}" for major, minor in PYTHONS)
        raise StopError(f"这个 Python 是 {'.'.join(map(str, version))}，要 {known} 当中的一个")
    if largest < 2**32:
        raise StopError("这个 Python 是32位的，要64位的")


def check_files(folder: Path) -> None:
    """Refuse an installation package that is damaged, incomplete or changed."""
    lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    wrong = [name for digest, name in (line.split("  ", 1) for line in lines) if _digest(folder / name) != digest]
    if wrong:
        raise StopError(f"安装包不完整或被改过：{'、'.join(wrong[:5])}。请重新复制、重新解压")


def check_target(target: Path) -> None:
    """Refuse a folder with something else in it, or with another Python's installation."""
    known = target / "pyvenv.cfg"
    if not target.exists() or not any(target.iterdir()):
        return
    if not known.is_file():
        raise StopError(f"{target} 里有别的东西。请换一个文件夹，写在命令后面")
    wanted = ".".join(map(str, sys.version_info[:2]))
    if f"version = {wanted}." not in known.read_text(encoding="utf-8"):
        raise StopError(f"{target} 里装的是用另一个版本的 Python 装的。请先把这个文件夹改名，再安装")


def polars_is_well(python: Path) -> bool:
    """Whether polars runs on this processor, and misses nothing."""
    tried = subprocess.run([str(python), "-c", "import polars"], capture_output=True, text=True, errors="replace")
    return tried.returncode == 0 and "CPU features" not in tried.stderr


def _install(python: Path, locks: tuple[str, ...], *more: str) -> None:
    if not (_HERE / locks[0]).is_file():
        raise StopError("这个安装包里没有给旧处理器用的部件")
    options = ["--isolated", "--no-index", "--find-links", str(_HERE / "wheels"), "--require-hashes", "-q"]
    options += ["--disable-pip-version-check", "--no-warn-script-location", *more]
    files = [word for lock in locks for word in ("-r", str(_HERE / lock))]
    if not _run([str(python), "-m", "pip", "install", *options, *files]):
        raise StopError(
            f"没有装好。这个安装包是 {_HERE.name}，本机是 {platform.system()} {platform.machine()}，请核对；"
            "程序正在运行的，先停下再装"
        )


def _run(command: list[str]) -> bool:
    """Run, with no index that anybody has configured; whether it went well."""
    environment = {**os.environ, "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1"}
    return subprocess.run(command, env=environment).returncode == 0


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    for _stream in (sys.stdout, sys.stderr):
        if hasattr(_stream, "reconfigure"):
            _stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        main(sys.argv[1:])
    except StopError as _stop:
        print(f"没有安装：{_stop}", file=sys.stderr)
        sys.exit(1)
