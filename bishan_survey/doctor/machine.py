"""What a machine must have: Python, libraries, a processor that polars runs on, room to speak Chinese, the right time.

Only the standard library and ``packaging`` are imported, so that this says what is wrong where nothing else runs.
"""

import locale
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import Requirement

from bishan_survey import __version__
from bishan_survey.clock import BEIJING, machine_zone
from bishan_survey.doctor.diagnosis import Check, Diagnosis, State, shortened

PROCESSOR = "处理器"
_PACKAGE = "bishan-survey"
_OLDEST = (3, 11)
_SECONDS = 120
_ILLEGAL = {-4, 132, 0xC000001D}
"""Exit codes of a process that met an instruction unknown to its processor: by signal, by shell, on Windows."""
_MISSING = re.compile(r"features were not detected:\s*(.+)")
_OLD_PROCESSOR = "请加装兼容旧处理器的 polars-runtime-compat（与 polars 同一版本），见运维手册“旧电脑”"
_WINDOWS_FONTS = ("msyh.ttc", "msyh.ttf", "simsun.ttc", "simhei.ttf", "deng.ttf")


def machine_checks() -> list[Check]:
    """All that is looked at without a workspace and without the definitions."""
    return [
        ("Python", python),
        ("部件", libraries),
        (PROCESSOR, processor),
        ("语言与编码", encoding),
        ("时区", time_zone),
        ("中文字体", fonts),
        ("LibreOffice", office),
    ]


def python() -> Diagnosis:
    """Whether this Python is new enough."""
    found = f"{platform.python_version()}，{platform.system()} {platform.machine()}；bishan-survey {__version__}"
    if sys.version_info >= _OLDEST:
        return Diagnosis("Python", State.GOOD, found)
    return Diagnosis("Python", State.BAD, found, "请安装 Python 3.11 或更新的版本，再重新安装本程序")


def libraries() -> Diagnosis:
    """Whether the libraries are there, in the versions that the program asks for."""
    try:
        wanted = [Requirement(line) for line in requires(_PACKAGE) or ()]
    except PackageNotFoundError:
        return Diagnosis("部件", State.NOTICE, "程序没有安装，是直接从文件夹运行的", "请按运维手册安装")
    needed = [one for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})]
    return library_versions(needed)


def library_versions(wanted: Sequence[Requirement]) -> Diagnosis:
    """What is there of these, and what is not as it should be."""
    there = {one.name: _version(one.name) for one in wanted}
    wrong = [
        f"{one.name} 要 {one.specifier}，现在{there[one.name] or '没有'}"
        for one in wanted
        if not one.specifier.contains(there[one.name] or "0", prereleases=True) or not there[one.name]
    ]
    if wrong:
        return Diagnosis("部件", State.BAD, "；".join(wrong), "请按运维手册重新安装程序")
    return Diagnosis("部件", State.GOOD, "、".join(f"{name} {found}" for name, found in there.items()))


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def processor() -> Diagnosis:
    """Whether polars, and with it the program, runs on this processor: tried in another process, which it may kill."""
    tried = subprocess.run(
        [sys.executable, "-P", "-c", "import polars; polars.DataFrame({'a': [1]}).sum(); import bishan_survey.nightly"],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        capture_output=True,
        text=True,
        errors="replace",
        timeout=_SECONDS,
        check=False,
    )
    return polars_on(tried.returncode, tried.stderr)


def polars_on(code: int, said: str) -> Diagnosis:
    """What it means that a process which loaded the program ended with this code and said this."""
    if code in _ILLEGAL:
        return Diagnosis(PROCESSOR, State.BAD, "polars 在这台电脑的处理器上不能运行（非法指令）", _OLD_PROCESSOR)
    if code:
        last = said.strip().splitlines()[-1:] or [f"退出码 {code}"]
        return Diagnosis(PROCESSOR, State.BAD, f"程序不能运行：{last[0]}", "请按运维手册重新安装程序")
    if missing := _MISSING.search(said):
        return Diagnosis(PROCESSOR, State.NOTICE, f"处理器缺少 {missing[1]}，polars 可能中途退出", _OLD_PROCESSOR)
    return Diagnosis(PROCESSOR, State.GOOD, f"程序可以运行；{os.cpu_count()} 个核")


def encoding() -> Diagnosis:
    """Whether Chinese file names and Chinese words on the screen come out right."""
    names, words = sys.getfilesystemencoding(), locale.getencoding()
    found = f"文件名用 {names}，终端用 {words}" + (f"，LANG={os.environ['LANG']}" if os.environ.get("LANG") else "")
    if os.name == "nt" or (_is_utf8(names) and _is_utf8(words)):
        return Diagnosis("语言与编码", State.GOOD, found)
    advice = "请设 LANG=C.UTF-8（或 zh_CN.UTF-8），否则中文文件名、屏幕上的中文可能是乱码"
    return Diagnosis("语言与编码", State.NOTICE, found, advice)


def _is_utf8(name: str) -> bool:
    return name.lower().replace("-", "") == "utf8"


def time_zone() -> Diagnosis:
    """Whether the clock shows the time of Beijing, by which deadlines count."""
    zone = machine_zone()
    if zone.is_beijing:
        return Diagnosis("时区", State.GOOD, zone.said())
    unset = "" if zone.name else "，没有设置过时区"
    advice = f"请把系统时区设为 {BEIJING}（timedatectl set-timezone {BEIJING}），否则收到日期和截止日差几个小时"
    return Diagnosis("时区", State.NOTICE, f"{zone.said()}{unset}，不是北京时间", advice)


def fonts() -> Diagnosis:
    """Whether there is a font with Chinese characters to look at workbooks with."""
    families = _chinese_fonts()
    if families is None:
        return Diagnosis("中文字体", State.GOOD, "没有 fc-list，不查；只影响在本机上看表")
    if families:
        return Diagnosis("中文字体", State.GOOD, shortened(families, 3))
    advice = "只影响在本机上看表、打印；请安装，例如 Debian、Ubuntu 的 fonts-noto-cjk"
    return Diagnosis("中文字体", State.NOTICE, "没有中文字体", advice)


def _chinese_fonts() -> list[str] | None:
    """Names of Chinese fonts; ``None`` where nothing tells."""
    if os.name == "nt":
        folder = Path(os.environ.get("WINDIR", r"C:\Windows")) / "Fonts"
        return [name for name in _WINDOWS_FONTS if (folder / name).is_file()]
    if not (program := shutil.which("fc-list")):
        return None
    listed = _output([program, ":lang=zh", "family"])
    return sorted({line.partition(",")[0].strip() for line in listed.splitlines() if line.strip()})


def office() -> Diagnosis:
    """Whether LibreOffice is there, and which; nothing of the program needs it."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if not program:
        return Diagnosis("LibreOffice", State.GOOD, "没有装；程序不用它，只是看表、打印时要有一个表格软件")
    return Diagnosis("LibreOffice", State.GOOD, _output([program, "--version"]).strip() or "已装")


def _output(words: Sequence[str]) -> str:
    """What a program prints; nothing if it does not answer."""
    try:
        done = subprocess.run(  # noqa: S603 - found on the path by its fixed name
            words, capture_output=True, text=True, errors="replace", timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout
