"""Make what an office without internet installs the program from: a zip in ``dist/`` for each platform.

Each holds wheels of the very versions and hashes of ``requirements/``, our own wheel, an installer, the documents and
the hash of every file. Equal checkouts give equal bytes. ``python bundle/make.py [platform …]``; all if none is named.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from install import LOCKS, OLD_CPU, PYTHONS, SUMS
from packaging.markers import Marker

ROOT = Path(__file__).resolve().parent.parent
_HERE, _LOCKS = ROOT / "bundle", ROOT / "requirements"
_DATE = (2025, 1, 1, 0, 0, 0)
_DOCUMENTS = ("README.md", "CHANGELOG.md", "GLOSSARY.md", "LICENSE")
_BOM, _CRLF = {"安装说明.txt"}, {"安装说明.txt", "install.cmd"}
"""Texts that Windows' own programs read: with a mark of UTF-8, with Windows' ends of lines."""


@dataclass(frozen=True)
class Platform:
    """What a bundle is for."""

    tags: tuple[str, ...]
    """pip's names of it."""
    markers: Mapping[str, str]
    """What a requirement may ask about it; pip would answer for the machine that it runs on."""
    launcher: str
    old_processors: bool
    """Whether there are machines of this kind that need the other build of polars."""


_LINUX = {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"}
_WINDOWS = {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"}
PLATFORMS = {
    "windows-amd64": Platform(("win_amd64",), _WINDOWS, "install.cmd", True),
    "linux-x86_64": Platform(("manylinux_2_28_x86_64", "manylinux2014_x86_64"), _LINUX, "install.sh", True),
    "linux-aarch64": Platform(("manylinux_2_28_aarch64", "manylinux2014_aarch64"), _LINUX, "install.sh", False),
}


def requirements_for(lock: str, platform: Platform) -> Iterator[str]:
    """The requirements of a lock that hold on a platform, hashes and all, without their conditions."""
    for entry in lock.replace("\\\n", " ").splitlines():
        wanted, _, hashes = entry.partition(" --hash=")
        name, _, marker = (part.strip() for part in wanted.partition(";"))
        if name and (not marker or Marker(marker).evaluate(dict(platform.markers))):
            yield f"{name} --hash={hashes}"


def fetch_wheels(platform: Platform, folder: Path) -> None:
    """Download the wheels of a platform for every Python, each checked against its hash."""
    names = [LOCKS[0], *([OLD_CPU] if platform.old_processors else [])]
    wanted = folder.parent / "wanted.txt"
    for name in names:
        lines = requirements_for((_LOCKS / name).read_text(encoding="utf-8"), platform)
        wanted.write_text("\n".join(lines), encoding="utf-8")
        for major, minor in PYTHONS:
            tags = [word for tag in platform.tags for word in ("--platform", tag)]
            options = ["-q", "--no-deps", "--require-hashes", "--only-binary=:all:", *tags]
            options += ["--python-version", f"{major}.{minor}", "-r", str(wanted), "-d", str(folder)]
            subprocess.run([sys.executable, "-m", "pip", "download", *options], check=True)
    wanted.unlink()


def build_our_wheel(folder: Path) -> None:
    """Our own wheel, beside the others."""
    build = [sys.executable, "-m", "build", "-q", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True)


def our_lock(wheels: Path) -> str:
    """The requirement of our own wheel, by its hash."""
    (wheel,) = wheels.glob("bishan_survey-*.whl")
    return f"bishan-survey=={wheel.name.split('-')[1]} --hash=sha256:{_digest(wheel.read_bytes())}\n"


def add_texts(folder: Path, platform: Platform) -> None:
    """The installer, locks and documents, and the hash of every file; the wheels must be there already."""
    for name in ("install.py", platform.launcher, "need-python.txt", "安装说明.txt"):
        (folder / name).write_bytes(_as_read(name, platform))
    for name in (LOCKS[0], *([OLD_CPU] if platform.old_processors else [])):
        shutil.copyfile(_LOCKS / name, folder / name)
    (folder / LOCKS[1]).write_text(our_lock(folder / "wheels"), encoding="utf-8", newline="\n")
    documents = [ROOT / name for name in _DOCUMENTS]
    documents += [path for path in (ROOT / "docs").rglob("*") if path.suffix in (".md", ".png")]
    for path in documents:
        copy = folder / "文档" / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    sums = [f"{_digest(path.read_bytes())}  {path.relative_to(folder).as_posix()}\n" for path in _files(folder)]
    (folder / SUMS).write_text("".join(sums), encoding="utf-8", newline="\n")


def _as_read(name: str, platform: Platform) -> bytes:
    """A text of this folder as the platform's own programs want it."""
    text = (_HERE / name).read_text(encoding="utf-8")
    if name in _CRLF or platform.launcher == "install.cmd":
        text = text.replace("\n", "\r\n")
    return text.encode("utf-8-sig" if name in _BOM else "utf-8")


def write_zip(folder: Path, path: Path) -> None:
    """Pack a folder; equal folders give equal bytes."""
    with zipfile.ZipFile(path, "w") as packed:
        for file in _files(folder):
            entry = zipfile.ZipInfo(f"{folder.name}/{file.relative_to(folder).as_posix()}", _DATE)
            entry.compress_type = zipfile.ZIP_STORED if file.suffix == ".whl" else zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100755 if file.suffix == ".sh" else 0o100644) << 16
            packed.writestr(entry, file.read_bytes())


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def bundle(name: str, dist: Path) -> Path:
    """Make the bundle of a platform.

    Returns:
        The zip.
    """
    platform = PLATFORMS[name]
    with tempfile.TemporaryDirectory() as place:
        wheels = Path(place) / "wheels"
        wheels.mkdir()
        build_our_wheel(wheels)
        fetch_wheels(platform, wheels)
        version = our_lock(wheels).partition("==")[2].split()[0]
        folder = Path(place) / f"bishan-survey-{version}-{name}"
        folder.mkdir()
        wheels.rename(folder / "wheels")
        add_texts(folder, platform)
        dist.mkdir(exist_ok=True)
        made = dist / f"{folder.name}.zip"
        write_zip(folder, made)
    return made


def main(names: Iterable[str]) -> None:
    """Make those that are named, or all."""
    for name in names or PLATFORMS:
        made = bundle(name, ROOT / "dist")
        print(f"{made}  {made.stat().st_size / 2**20:.0f} MiB  sha256 {_digest(made.read_bytes())}")


if __name__ == "__main__":
    main(sys.argv[1:])
