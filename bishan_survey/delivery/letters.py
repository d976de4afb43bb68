"""The night in one screen of text, for the district and for each 镇街: its own counts and what to do; nobody's data.

The numbers are those of the league table, by which progress is told everywhere.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import polars as pl

from bishan_survey.delivery.life import STAGES, named_areas
from bishan_survey.delivery.returns import STATUSES
from bishan_survey.model import AreaFrame
from bishan_survey.private import create_private
from bishan_survey.widths import display_width

LETTER = "小结.txt"
_SILENT = tuple(status for status in STATUSES if status not in ("reported", "declared_none"))
_COUNTS = {"records": "记录", "hard_open": "必须改正，未改", "soft_open": "请核实，未核实", "fixed": "已改好"}
_DONE = "都报了，没有要改的，谢谢。"
_NAMED = 10
"""How many villages that have sent nothing are named; one screen has no room for more."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What the district, or a 镇街, is told of a night."""

    area: str
    """Code of whom it is for."""
    title: str
    counts: dict[str, int]
    """``villages``, ``reported`` and the counts of the league table."""
    to_do: tuple[str, ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """Of the district each 镇街, of a 镇街 each village."""

    @property
    def urgent(self) -> bool:
        """Whether villages have sent nothing, or something must be corrected."""
        return self.counts["reported"] < self.counts["villages"] or self.counts["hard_open"] > 0

    def pairs(self) -> list[tuple[str, str]]:
        """The counts in words."""
        sent = f"{self.counts['reported']}，应报送{self.counts['villages']}"
        return [("已报送的村（社区）", sent), *((label, f"{self.counts[name]}") for name, label in _COUNTS.items())]


def letters_of(league: pl.DataFrame, areas: AreaFrame, title: str) -> list[Letter]:
    """The district's letter, and then one for each 镇街, of the league table.

    Args:
        league: after a night.
        areas: the villages that should report.
        title: of the survey.
    """
    named = named_areas(league, areas)
    villages = named.filter(pl.col("level") == "village", pl.col("area").is_not_null())
    villages = villages.with_columns(reported=~pl.col("status").is_in(_SILENT))
    sent = villages.group_by(area="town").agg(pl.sum("reported"))
    towns = named.filter(level="town").join(sent, on="area", how="left").with_columns(pl.col("reported").fill_null(0))
    return [
        _district(named.filter(level="district").row(0, named=True), towns, areas, title),
        *(_town(code, towns.filter(area=code), villages.filter(town=code), areas, title) for code in areas.towns),
    ]


def _district(whole: dict[str, Any], towns: pl.DataFrame, areas: AreaFrame, title: str) -> Letter:
    counts = _counts(whole | {"reported": towns["reported"].sum()})
    late = towns.filter(pl.col("reported") < pl.col("villages"))
    silent = [f"{name}{missing}" for name, missing in late.select("area_name", _missing()).iter_rows()]
    to_do = (*_reminder(counts, silent), *_to_do(counts))
    rows = towns.select("area_name", "reported", "villages", *_COUNTS).rows()
    head = ("镇街", "已报送", "应报送", *_COUNTS.values())
    return Letter(areas.district_code, f"{title}：{areas.district}", counts, to_do, head, _texts(rows))


def _town(code: str, own: pl.DataFrame, villages: pl.DataFrame, areas: AreaFrame, title: str) -> Letter:
    counts = _counts(own.row(0, named=True))
    to_do = (*_reminder(counts, villages.filter(~pl.col("reported"))["area_name"].to_list()), *_to_do(counts))
    stage = pl.col("status").replace_strict(STAGES, return_dtype=pl.String)
    rows = villages.select("area_name", stage, *_COUNTS).rows()
    head = ("村（社区）", "进度", *_COUNTS.values())
    return Letter(code, f"{title}：{areas.towns[code]}", counts, to_do, head, _texts(rows))


def _missing() -> pl.Expr:
    return (pl.col("villages") - pl.col("reported")).alias("missing")


def _counts(row: dict[str, Any]) -> dict[str, int]:
    return {name: row[name] for name in ("villages", "reported", *_COUNTS)}


def _texts(rows: Iterable[Sequence[object]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(str(value) for value in row) for row in rows)


def _reminder(counts: dict[str, int], silent: Sequence[str]) -> Iterator[str]:
    """Whom to remind of sending."""
    missing = counts["villages"] - counts["reported"]
    if missing:
        more = "等" if len(silent) > _NAMED else ""
        yield f"催报：还有{missing}个村（社区）没有报送或报的表用不了：{'、'.join(silent[:_NAMED])}{more}"


def _to_do(counts: dict[str, int]) -> Iterator[str]:
    """What to do about what was found."""
    if counts["hard_open"]:
        yield f"改正：{counts['hard_open']}处必须改正，请照退表改好，重新报送"
    if counts["soft_open"]:
        yield f"核实：{counts['soft_open']}处请核实，属实的写明原因，不属实的改正"
    if counts["villages"] == counts["reported"] and not counts["hard_open"] and not counts["soft_open"]:
        yield _DONE


def as_text(letter: Letter) -> str:
    """A letter as plain text; its columns stand below each other where every character has its usual width."""
    table = (letter.head, *letter.rows)
    widths = [max(display_width(row[n]) for row in table) for n in range(len(letter.head))]
    lines = [
        "  ".join(_padded(text, width, n == 0) for n, (text, width) in enumerate(zip(row, widths, strict=True)))
        for row in table
    ]
    counts = [f"{what}：{count}" for what, count in letter.pairs()]
    to_do = [f"{number}. {what}" for number, what in enumerate(letter.to_do, 1)]
    return "\n".join([letter.title, "", *counts, "", "请做：", *to_do, "", *(line.rstrip() for line in lines), ""])


def _padded(text: str, width: int, left: bool) -> str:
    blank = " " * (width - display_width(text))
    return text + blank if left else blank + text


def as_html(letter: Letter) -> str:
    """A letter as a page that mail programs show and read aloud: headings, lists, tables with headers; no colours."""
    counts = "".join(
        f'<tr><th scope="row">{escape(what)}</th><td>{escape(count)}</td></tr>' for what, count in letter.pairs()
    )
    to_do = "".join(f"<li>{escape(what)}</li>" for what in letter.to_do)
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in letter.head)
    rows = "".join(
        f'<tr><th scope="row">{escape(first)}</th>' + "".join(f"<td>{escape(text)}</td>" for text in others) + "</tr>"
        for first, *others in letter.rows
    )
    title = escape(letter.title)
    return (
        f'<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title></head><body>\n'
        f"<h1>{title}</h1>\n<h2>请做</h2>\n<ol>{to_do}</ol>\n"
        f'<h2>小计</h2>\n<table border="1" cellpadding="4"><caption>小计</caption><tbody>{counts}</tbody></table>\n'
        f'<h2>明细</h2>\n<table border="1" cellpadding="4"><caption>{escape(letter.head[0])}明细</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>\n</body></html>\n"
    )


def write_letter(path: Path, letter: Letter) -> None:
    """Write a letter as a text file that Notepad opens with the right characters."""
    create_private(path).write_text(as_text(letter), encoding="utf-8-sig", newline="\r\n")
