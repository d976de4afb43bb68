"""``survey.toml``: what a workspace says about its round of the survey."""

import tomllib
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bishan_survey.errors import WorkspaceError
from bishan_survey.model import DisclosurePolicy, Survey

SETTINGS_FILE = "survey.toml"
AREA_FILE = "areas.csv"
_SUPPRESS, _NOTHING = "suppress", "none"
_LEVELS = ("district", "town", "village")


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
    disclosure: DisclosurePolicy | None = field(default_factory=DisclosurePolicy)
    """What the public edition must not tell; none: nothing is made public."""
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

[disclosure]
# 公开版（release）怎样保护个人信息："suppress" 抑制小数；"none" 不出公开版
method = "suppress"
# 小于这个数的人数、户数（0除外）不公布
threshold = 5
# 不足这么多人的一组全都一样时，也不公布
group = 10
# 从全部公开的数推算一个不公布的小数，可能的值至少要相差这么多
width = 2
# 公布到哪一级："district" 全区，"town" 镇街，"village" 村（社区）
level = "town"

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
            disclosure=self._disclosure(),
            last_year=self._take("last_year", "workspace", str) if "last_year" in self._raw else None,
            recipients=tuple(self._recipients()) if "encryption" in self._raw else (),
        )
        if not self._problems and dates["period_start"] > dates["period_end"]:
            self._problems.append("[survey] period_start 晚于 period_end")
        if self._problems:
            raise WorkspaceError(f"{name}：" + "；".join(self._problems), "请按文件中的注释改正后再运行")
        return settings

    def _disclosure(self) -> DisclosurePolicy | None:
        """What the public edition must not tell. For what the section does not say the usual holds."""
        said, usual = self._raw.get("disclosure", {}), asdict(DisclosurePolicy())
        if not isinstance(said, dict):
            self._problems.append("disclosure 应是一节 [disclosure]")
            return None
        for key in said.keys() - usual.keys() - {"method"}:
            self._problems.append(f"[disclosure] 没有 {key} 这一项；可以写 method、{'、'.join(usual)}")
        policy = usual | {key: value for key, value in said.items() if key in usual}
        for key, least in (("threshold", 2), ("group", 0), ("width", 1)):
            if not isinstance(policy[key], int) or isinstance(policy[key], bool) or policy[key] < least:
                self._problems.append(f"[disclosure] {key} 应是不小于{least}的整数")
        if policy["level"] not in _LEVELS:
            self._problems.append(f"[disclosure] level 应是 {'、'.join(_LEVELS)} 中的一个")
        method = said.get("method", _SUPPRESS)
        if method not in (_SUPPRESS, _NOTHING):
            self._problems.append(f'[disclosure] method 应是 "{_SUPPRESS}" 或 "{_NOTHING}"')
        return None if method == _NOTHING else DisclosurePolicy(**policy)

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
