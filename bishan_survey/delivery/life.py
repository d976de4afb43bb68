"""How findings fare, for people and for the next night: the league table (改错进度), the rules' statistics, and what is
remembered of every finding."""

import json
from pathlib import Path
from typing import Any

import polars as pl

from bishan_survey import frames
from bishan_survey.delivery.findings import SEVERITIES
from bishan_survey.delivery.lists import ListSheet, town_name
from bishan_survey.delivery.memory import read_memory, write_memory
from bishan_survey.delivery.report import STATISTICS
from bishan_survey.delivery.returns import STATUSES
from bishan_survey.errors import WorkspaceError
from bishan_survey.model import AreaFrame, FollowUp, Lives

LEAGUE, RULE_STATISTICS = "改错进度", "规则统计"
PROGRESS_FILE, FOLLOW_UP_SCHEMA = "progress.json", "bishan-survey/follow-up/1"
STAGES = STATUSES | {"finished": "没有必改的", "waiting": "等待改正", "again": "改后仍有"}
_LEVELS = {"district": "全区", "town": "镇街", "village": "村（社区）"}
_LIFE, _ROUNDS = "findings-life", "rounds"
_ADVICE = (
    "它记着每个问题是哪天发现、改过几次的。请从备份中恢复这次运行的文件夹；恢复不了的，"
    "删去 runs/current.txt 再运行 nightly，所有的问题就从头记起"
)


def league_sheet(league: pl.DataFrame, areas: AreaFrame) -> ListSheet:
    """The league table with names instead of codes. It names no person."""
    frame = named_areas(league, areas).select(
        pl.col("level").replace_strict(_LEVELS, return_dtype=pl.String).alias("级别"),
        pl.col("area").alias("代码"),
        pl.col("area_name").alias("地区"),
        town_name(areas).alias("镇街"),
        pl.col("records").alias("记录"),
        pl.col("faulty").alias("有必须改正问题的记录"),
        pl.col("error_rate").round(1).alias("错误率（%）"),
        pl.col("hard_open").alias("必须改正，未改"),
        pl.col("soft_open").alias("请核实，未核实"),
        pl.col("fixed").alias("已改好"),
        pl.col("reopened").alias("未改的当中重现的"),
        pl.col("accepted").alias("已认可"),
        pl.col("rounds").round(1).alias("报送次数"),
        pl.col("days_median").alias("未改天数（中位）"),
        pl.col("days_oldest").alias("未改天数（最长）"),
        pl.col("villages").alias("应报送的村（社区）"),
        pl.col("finished").alias("其中没有必须改正的"),
        pl.col("status").replace_strict(STAGES, return_dtype=pl.String).alias("进度"),
    )
    return ListSheet(LEAGUE, (11, 15, 26, 12, 9, 12, 9, 10, 10, 9, 10, 9, 9, 10, 10, 11, 11, 22), frame)


def named_areas(league: pl.DataFrame, areas: AreaFrame) -> pl.DataFrame:
    """The league table with the name of each area as ``area_name``."""
    villages = {code: village.name for code, village in areas.by_code.items()}
    names = {areas.district_code: areas.district} | areas.towns | villages
    unplaced = pl.col("level").replace_strict(_LEVELS, return_dtype=pl.String)
    known = pl.col("area").replace_strict(names, default=None, return_dtype=pl.String)
    return league.with_columns(area_name=known.fill_null(pl.format("（不知是哪个{}）", unplaced)))


def write_follow_up(folder: Path, followed: FollowUp, areas: AreaFrame) -> None:
    """League table and rules' statistics; they name no person."""
    league_sheet(followed.league, areas).frame.write_csv(folder / f"{LEAGUE}.csv", include_bom=True)
    _rules_for_people(followed.rules).write_csv(folder / f"{RULE_STATISTICS}.csv", include_bom=True)
    document = {
        "schema": FOLLOW_UP_SCHEMA,
        "league": named_areas(followed.league, areas).to_dicts(),
        "rules": followed.rules.to_dicts(),
    }
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    (folder / PROGRESS_FILE).write_text(text, encoding="utf-8", newline="\n")


def _rules_for_people(rules: pl.DataFrame) -> pl.DataFrame:
    told = pl.when("flagged").then(pl.lit("先查规则")).when(pl.col("failed") == 0).then(pl.lit("从未不通过"))
    return rules.select(
        pl.col("rule").alias("规则"),
        pl.col("severity").replace_strict(SEVERITIES, return_dtype=pl.String).alias("程度"),
        pl.col("label").alias("项目"),
        pl.col("message").alias("问题"),
        pl.col("applied").alias("有答案的记录"),
        pl.col("failed").alias("不通过的记录"),
        (100 * pl.col("share")).round(1).alias("不通过的比例（%）"),
        pl.col("towns").alias("有不通过的镇街"),
        pl.col("towns_over").alias("比例过高的镇街"),
        told.alias("说明"),
    )


def write_lives(folder: Path, lives: Lives) -> None:
    """What is remembered of findings."""
    for name, frame in ((_LIFE, lives.findings), (_ROUNDS, lives.rounds)):
        write_memory(folder, name, frame)


def read_lives(folder: Path) -> Lives:
    """What a published run remembers of findings, from its restricted folder.

    Raises:
        WorkspaceError: it is gone or damaged. It is never begun anew in silence: every finding would be new again.
    """
    return Lives(read_memory(folder, _LIFE, frames.LIFE, _ADVICE), read_memory(folder, _ROUNDS, frames.ROUNDS, _ADVICE))


def read_progress(run: Path) -> dict[str, Any]:
    """League table and rules' statistics of a published run.

    Raises:
        WorkspaceError: the run has none, or they are damaged.
    """
    path = run / STATISTICS / PROGRESS_FILE
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise WorkspaceError(f"当前结果 {run.name} 中没有改错进度", "请重新运行 bishan-survey nightly") from None
    except ValueError:
        raise WorkspaceError(f"当前结果 {run.name} 中的 {PROGRESS_FILE} 已损坏", "请重新运行 nightly") from None
    return document
