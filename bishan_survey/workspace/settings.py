"""``survey.toml``: what a workspace says about its round of the survey."""

import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bishan_survey.errors import WorkspaceError
from bishan_survey.model import Survey

SETTINGS_FILE = "survey.toml"
AREA_FILE = "areas.csv"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where on a night's summary warns."""

    held_share: float
    """Share of records held, 0 to 1."""
    missing_villages: int
    """Villages that have sent nothing once the deadline has passed."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All of ``survey.toml``."""

    survey: Survey
    district_code: str
    district: str
    thresholds: Thresholds
    last_year: str | None = None
    """Where last year's workspace is, as written: absolute, or from the workspace's own folder."""
    recipients: tuple[str, ...] = ()
    """Public keys of those whom encrypted files are for."""


_TEMPLATE = """\
# 一轮调查的设置。改完保存即可，下一次运行生效。日期不加引号。

[survey]
title = "{title}"
# 开放的调查表版本：只接收这些版本的表。可以同时开放多个，例如 ["bishan-2025", "cdpf-2022"]
editions = ["{edition}"]
# 年龄按这一天的周岁计算
reference_date = {reference_date}
# 调查的起止日期；period_end 也是报送截止日
period_start = {period_start}
period_end = {period_end}

[area]
# 应报送的村（社区）名单在 {area_file} 中。请用记事本修改：WPS、Excel 会把12位代码存成 5.00E+11
district_code = "{district_code}"
district = "{district}"

[thresholds]
# 暂不计入的记录超过这个比例时，夜间小结给出提醒
held_share = 0.05
# 过了截止日仍未报送的村（社区）超过这个数时，夜间小结给出提醒
missing_villages = 0

# 用 --to 文件.age 取出的，加密给谁（公钥，可以几个），见 docs/how-to/protect-people.md
# [encryption]
# recipients = ["age1…"]
"""


def settings_text(survey: Survey, district_code: str, district: str) -> str:
    """The text of a new ``survey.toml``."""
    return _TEMPLATE.format(
        title=survey.title,
        edition=survey.editions[0],
        reference_date=survey.reference_date,
        period_start=survey.period_start,
        period_end=survey.period_end,
        area_file=AREA_FILE,
        district_code=district_code,
        district=district,
    )


def read_settings(path: Path, known_editions: frozenset[str]) -> Settings:
    """Read ``survey.toml``.

    Raises:
        WorkspaceError: it is missing or something in it is wrong; all problems are told at once.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise WorkspaceError(
            f"{path.parent} 不是工作区：没有 {SETTINGS_FILE}", "请先运行 bishan-survey init 文件夹"
        ) from None
    except UnicodeDecodeError:
        raise WorkspaceError(f"{path.name} 不是 UTF-8 编码", "请用记事本打开，另存为 UTF-8 编码") from None
    except tomllib.TOMLDecodeError as error:
        raise WorkspaceError(f"{path.name} 不是合法的 TOML 文件（{error}）", "请按注释改正后再运行") from None
    return _Checked(raw, known_editions).settings(path.name)


class _Checked:
    """Takes values out of raw settings and remembers what is wrong with them."""

    def __init__(self, raw: dict[str, Any], known_editions: frozenset[str]) -> None:
        self._raw = raw
        self._known_editions = known_editions
        self._problems: list[str] = []

    def settings(self, name: str) -> Settings:
        """The settings, or every problem at once."""
        editions = self._editions()
        dates = {key: self._take("survey", key, date) for key in ("reference_date", "period_start", "period_end")}
        settings = Settings(
            survey=Survey(title=self._take("survey", "title", str), editions=editions, **dates),
            district_code=self._take("area", "district_code", str),
            district=self._take("area", "district", str),
            thresholds=Thresholds(
                held_share=float(self._take("thresholds", "held_share", int | float)),
                missing_villages=self._take("thresholds", "missing_villages", int),
            ),
            last_year=self._take("last_year", "workspace", str) if "last_year" in self._raw else None,
            recipients=tuple(self._recipients()) if "encryption" in self._raw else (),
        )
        if not self._problems and dates["period_start"] > dates["period_end"]:
            self._problems.append("[survey] period_start 晚于 period_end")
        if self._problems:
            raise WorkspaceError(f"{name}：" + "；".join(self._problems), "请按文件中的注释改正后再运行")
        return settings

    def _editions(self) -> tuple[str, ...]:
        editions = self._take("survey", "editions", list)
        unknown = [str(e) for e in editions if str(e) not in self._known_editions]
        if unknown or not editions:
            known = "、".join(sorted(self._known_editions))
            self._problems.append(f"[survey] editions 中没有这些版本：{'、'.join(unknown) or '（空）'}；现有：{known}")
        return tuple(map(str, editions))

    def _recipients(self) -> list[str]:
        keys = self._take("encryption", "recipients", list)
        if wrong := [str(key) for key in keys if not str(key).startswith("age1")]:
            self._problems.append(f"[encryption] recipients 中不是公钥的（应以 age1 开头）：{'、'.join(wrong)}")
        return [str(key) for key in keys]

    def _take(self, section: str, key: str, kind: Any) -> Any:
        part = self._raw.get(section)
        value = part.get(key) if isinstance(part, dict) else None
        if not isinstance(value, kind) or isinstance(value, bool | datetime):
            self._problems.append(f"[{section}] {key} 缺少或类型不对")
            return _STAND_INS.get(kind, 0)
        return value


_STAND_INS: dict[Any, Any] = {str: "", list: [], date: date.min}
