"""Every key of ``survey.toml``: its type, its default, what it means. Reading, checking, the comments of a new file,
``config show`` and the reference page are all made of this table."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

PREFIX = "BISHAN_SURVEY_"
"""What the names of environment variables that stand for settings begin with."""


SUPPRESS = "suppress"
"""The method by which a public edition is made."""
NO_MAIL, SMTP, SENDMAIL = "none", "smtp", "sendmail"
"""By which way mail goes out."""
STARTTLS, TLS, NO_TLS = "starttls", "tls", "none"
"""How the way to a mail server is kept secret."""
_ADDRESS = re.compile(r"[^\s@<>,;\"]+@[A-Za-z0-9.-]+", re.ASCII)


class Kind(Enum):
    """What a value may be; the words are for people."""

    TEXT = "文本"
    TEXTS = "文本的列表"
    DATE = "日期"
    SHARE = "0到1的数"
    INTEGER = "整数"
    PUBLIC_KEYS = "公钥的列表（每个以 age1 开头）"
    ADDRESS = "邮箱"
    ADDRESSES = "邮箱的列表"
    URL = "https 网址（本机的可以是 http）"


class Need(Enum):
    """Whether a key must be given."""

    REQUIRED = "必填"
    OPTIONAL = "可以不写"


@dataclass(frozen=True, slots=True)
class Key:
    """One setting."""

    section: str
    name: str
    kind: Kind
    about: str
    """What it means, for the comment in the file and the reference page."""
    default: Any = Need.REQUIRED
    """Its value if nobody says any; or that it must be given, or may be left out."""
    example: Any = None
    """What stands behind the comment mark in a new file, if it may be left out."""
    least: int = 1
    """Of an integer: the least that it may be."""
    choices: tuple[str, ...] = ()
    """Of a text: what it may be; anything if there are none."""

    @property
    def asked(self) -> str:
        """What its value should be, in words."""
        if self.kind is Kind.INTEGER:
            return f"不小于{self.least}的整数"
        return f"{'、'.join(self.choices)} 中的一个" if self.choices else self.kind.value

    @property
    def id(self) -> str:
        """Its name with its section: ``survey.title``."""
        return f"{self.section}.{self.name}"

    @property
    def environment(self) -> str:
        """The environment variable that overrides the file."""
        return f"{PREFIX}{self.section}_{self.name}".upper()


KEYS = (
    Key("survey", "title", Kind.TEXT, "调查名称，印在统计表封面"),
    Key(
        "survey",
        "editions",
        Kind.TEXTS,
        '开放的调查表版本：只接收这些版本的表（F06）。可以同时开放多个，例如 ["bishan-2025", "cdpf-2022"]',
    ),
    Key("survey", "reference_date", Kind.DATE, "年龄按这一天的周岁计算"),
    Key("survey", "period_start", Kind.DATE, "调查从哪一天起"),
    Key("survey", "period_end", Kind.DATE, "调查到哪一天止，也是报送截止日"),
    Key("area", "district_code", Kind.TEXT, "区的6位代码"),
    Key(
        "area",
        "district",
        Kind.TEXT,
        "区的名称。应报送的村（社区）名单在 areas.csv 中，请用记事本修改：WPS、Excel 会把12位代码存成 5.00E+11",
    ),
    Key("folders", "inbox", Kind.TEXT, "收件夹在别处的（网络盘等）写路径，可相对本工作区", Need.OPTIONAL, "../收件夹"),
    Key("thresholds", "held_share", Kind.SHARE, "暂不计入的记录超过这个比例时，夜间小结给出提醒", 0.05),
    Key(
        "thresholds",
        "missing_villages",
        Kind.INTEGER,
        "过了截止日仍未报送的村（社区）超过这个数时，夜间小结给出提醒",
        0,
        least=0,
    ),
    Key(
        "disclosure",
        "method",
        Kind.TEXT,
        "公开版（release）怎样保护个人信息：suppress 抑制小数，none 不出公开版",
        SUPPRESS,
        choices=(SUPPRESS, "none"),
    ),
    Key("disclosure", "threshold", Kind.INTEGER, "小于这个数的人数、户数（0除外）不公布", 5, least=2),
    Key("disclosure", "group", Kind.INTEGER, "不足这么多人的一组全都一样时，也不公布", 10, least=0),
    Key("disclosure", "width", Kind.INTEGER, "从全部公开的数推算一个不公布的小数，可能的值至少要相差这么多", 2),
    Key(
        "disclosure",
        "level",
        Kind.TEXT,
        "公布到哪一级：district 全区，town 镇街，village 村（社区）",
        "town",
        choices=("district", "town", "village"),
    ),
    Key(
        "last_year",
        "workspace",
        Kind.TEXT,
        "上年的工作区，可以是相对于本工作区的路径。不能与 registers/last-year/ 里的文件同时用",
        Need.OPTIONAL,
        "../2024年调查",
    ),
    Key("retention", "runs", Kind.INTEGER, "purge 保留最近多少次的结果", Need.OPTIONAL, 60),
    Key(
        "retention",
        "days",
        Kind.INTEGER,
        "purge 保留最近多少天的结果；与 runs 都写了的，两样都超过才删，都不写的不删",
        Need.OPTIONAL,
        365,
    ),
    Key("retention", "restricted_runs", Kind.INTEGER, "其中含个人信息的部分，保留最近多少次", Need.OPTIONAL, 14),
    Key("retention", "restricted_days", Kind.INTEGER, "其中含个人信息的部分，保留最近多少天", Need.OPTIONAL, 30),
    Key(
        "retention",
        "originals_days",
        Kind.INTEGER,
        "当前结果不再用的原件（archive/），收到满多少天就可以删；不写的一直留着",
        Need.OPTIONAL,
        730,
    ),
    Key(
        "encryption",
        "recipients",
        Kind.PUBLIC_KEYS,
        "用 --to 文件.age 取出的，加密给谁（公钥，可以几个），见 docs/how-to/protect-people.md",
        Need.OPTIONAL,
        ["age1…"],
    ),
    Key(
        "notify",
        "when",
        Kind.TEXT,
        "运行以后什么时候告诉人：always 每次，changes 小结与上一次不同时，problems 有要办的事时",
        "problems",
        choices=("always", "changes", "problems"),
    ),
    Key(
        "notify",
        "mail",
        Kind.TEXT,
        "怎样发邮件：none 不发，smtp 经邮件服务器，sendmail 经本机的 sendmail。镇街的邮箱写在 recipients.csv，"
        "见 docs/how-to/run-every-night.md",
        NO_MAIL,
        choices=(NO_MAIL, SMTP, SENDMAIL),
    ),
    Key("notify", "mail_from", Kind.ADDRESS, "发件邮箱", Need.OPTIONAL, "survey@example.org"),
    Key("notify", "mail_to", Kind.ADDRESSES, "区里谁收小结", Need.OPTIONAL, ["office@example.org"]),
    Key("notify", "sendmail", Kind.TEXT, "本机的 sendmail 在哪里", "/usr/sbin/sendmail"),
    Key("notify", "smtp_host", Kind.TEXT, "邮件服务器", Need.OPTIONAL, "smtp.example.org"),
    Key("notify", "smtp_port", Kind.INTEGER, "邮件服务器的端口", 587),
    Key(
        "notify",
        "smtp_security",
        Kind.TEXT,
        "与邮件服务器怎样加密：starttls（多用端口587），tls（多用端口465），none 不加密（只用于本机）",
        STARTTLS,
        choices=(STARTTLS, TLS, NO_TLS),
    ),
    Key(
        "notify",
        "smtp_user",
        Kind.TEXT,
        "邮件服务器的用户名。密码不写在这里：写在环境变量 BISHAN_SURVEY_SMTP_PASSWORD 或下面的文件里",
        Need.OPTIONAL,
        "survey@example.org",
    ),
    Key(
        "notify",
        "smtp_password_file",
        Kind.TEXT,
        "只有一行密码的文件，可以是相对于本工作区的路径；别的账户能读的不用",
        Need.OPTIONAL,
        "smtp-password.txt",
    ),
    Key(
        "notify",
        "webhook",
        Kind.URL,
        "把各镇街的个数（JSON，没有任何人的数据）发到这个地址",
        Need.OPTIONAL,
        "https://example.org/survey",
    ),
    Key(
        "notify",
        "metrics",
        Kind.TEXT,
        "给 Prometheus（node_exporter 的 textfile）的指标写到这个文件，以 .prom 结尾；可以是相对于本工作区的路径",
        Need.OPTIONAL,
        "/var/lib/node_exporter/bishan.prom",
    ),
)
BY_ID = {key.id: key for key in KEYS}
SECTIONS = tuple(dict.fromkeys(key.section for key in KEYS))


def fits(key: Key, value: Any) -> bool:
    """Whether a value of a TOML file is what a key asks for."""
    if isinstance(value, bool | datetime) or not _FITS[key.kind](value):
        return False
    return (key.kind is not Kind.INTEGER or value >= key.least) and (not key.choices or value in key.choices)


def is_address(text: object) -> bool:
    """Whether a text is a mail address that can stand in a message as it is."""
    return isinstance(text, str) and text.isascii() and _ADDRESS.fullmatch(text) is not None


def _is_safe_url(text: object) -> bool:
    """Whether what is sent to an address can be read by nobody on the way."""
    if not isinstance(text, str):
        return False
    try:
        url = urlsplit(text)
    except ValueError:
        return False
    here = url.hostname in ("localhost", "127.0.0.1", "::1")
    return bool(url.hostname) and (url.scheme == "https" or (url.scheme == "http" and here))


_FITS: dict[Kind, Callable[[Any], bool]] = {
    Kind.TEXT: lambda v: isinstance(v, str) and bool(v.strip()),
    Kind.TEXTS: lambda v: isinstance(v, list) and all(isinstance(one, str) for one in v),
    Kind.DATE: lambda v: isinstance(v, date),
    Kind.SHARE: lambda v: isinstance(v, int | float) and 0 <= v <= 1,
    Kind.INTEGER: lambda v: isinstance(v, int),
    Kind.PUBLIC_KEYS: lambda v: (
        isinstance(v, list) and all(isinstance(one, str) and one.startswith("age1") for one in v)
    ),
    Kind.ADDRESS: is_address,
    Kind.ADDRESSES: lambda v: isinstance(v, list) and all(map(is_address, v)),
    Kind.URL: _is_safe_url,
}


def from_text(key: Key, text: str) -> Any:
    """What a text of the environment or the command line says; ``None`` if it is no such value."""
    try:
        return _FROM_TEXT[key.kind](text.strip())
    except ValueError:
        return None


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


_FROM_TEXT: dict[Kind, Callable[[str], Any]] = {
    Kind.TEXT: str,
    Kind.TEXTS: _parts,
    Kind.PUBLIC_KEYS: _parts,
    Kind.ADDRESS: str,
    Kind.ADDRESSES: _parts,
    Kind.URL: str,
    Kind.DATE: date.fromisoformat,
    Kind.SHARE: float,
    Kind.INTEGER: int,
}


def as_toml(value: Any) -> str:
    """A value as it is written in ``survey.toml``."""
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)


def settings_text(values: dict[str, Any]) -> str:
    """The text of a new ``survey.toml``: values by the ids of their keys, every other key at its default."""
    lines = [
        "# 一轮调查的设置。改完保存即可，下一次运行生效。日期不加引号。",
        "# 每一项也可以用环境变量或 --set 临时改，见 bishan-survey config show。",
    ]
    for section in SECTIONS:
        keys = [key for key in KEYS if key.section == section]
        optional = all(key.default is Need.OPTIONAL for key in keys)
        lines += ["", f"{'# ' if optional else ''}[{section}]"]
        for key in keys:
            lines += [f"# {key.about}", _line(key, values.get(key.id, key.default))]
    return "\n".join(lines) + "\n"


def _line(key: Key, value: Any) -> str:
    if value is Need.OPTIONAL:
        return f"# {key.name} = {as_toml(key.example)}"
    return f"{key.name} = {as_toml(value)}"
