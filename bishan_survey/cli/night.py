"""The command of every night: nightly."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bishan_survey.cli.chinese import ChineseCommand
from bishan_survey.cli.examine import open_workspace, show_findings
from bishan_survey.cli.log import log_unchanged, logged_night
from bishan_survey.cli.options import JsonOption, WorkspaceArgument, flags
from bishan_survey.cli.show import Show, ShownProgress
from bishan_survey.cli.telling import failure_told, told
from bishan_survey.cli.volume import working
from bishan_survey.errors import (
    EXIT_CLEAN,
    EXIT_HARD_FINDINGS,
    UnusableFilesError,
)

if TYPE_CHECKING:
    import polars as pl

    from bishan_survey.nightly import Night
    from bishan_survey.record import Examined
    from bishan_survey.telling.heartbeat import Beat
    from bishan_survey.workspace import Workspace

_FATES = {
    "new": "要改正或核实的当中，新的",
    "open": "要改正或核实的当中，重报后仍在的",
    "reopened": "要改正或核实的当中，改好后又出现的",
    "accepted": "已认可、不再问的",
}


def register(app: typer.Typer) -> None:
    """Add the command of this page."""
    app.command("nightly", cls=ChineseCommand, epilog="例：bishan-survey nightly 2025年调查")(nightly)


@working
def nightly(
    workspace: WorkspaceArgument,
    strict: Annotated[bool, typer.Option("--strict", help="有必须改正的问题时，退出码为1。")] = False,
    if_changed: Annotated[
        bool,
        typer.Option("--if-changed", help="今天运行过以后，收到的表、设置、定义等都没有变的，不再重做。"),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """夜间运行：从收表到发布，一次做完。

    收表、查错、去重、汇总，发布一套完整的新结果；中途出错时保留上一次的结果。
    """
    from datetime import datetime

    from bishan_survey.telling.heartbeat import UNCHANGED, heartbeat
    from bishan_survey.unchanged import unchanged_run

    started, show = datetime.now().astimezone(), Show(as_json)
    with heartbeat(workspace, started) as beat:
        record = unchanged_run(workspace, started, flags()) if if_changed else None
        if record is not None:
            exit_code = _exit_code(record, strict)
            _show_unchanged(show, workspace / "runs" / record["id"], record)
            log_unchanged(workspace, started, record["id"], exit_code)
            beat.ended(UNCHANGED, record["id"], exit_code)
        else:
            exit_code = _whole_night(workspace, show, beat, strict)
    if beat.trouble:
        show.remark(f"提醒：{beat.trouble}")
    raise typer.Exit(exit_code)


def _whole_night(workspace: Path, show: Show, beat: "Beat", strict: bool) -> int:
    """A night from beginning to end; returns the exit code."""
    from bishan_survey.nightly import nightly as run_night
    from bishan_survey.telling.heartbeat import PUBLISHED

    opened, design = open_workspace(workspace)
    with (
        ShownProgress() as shown,
        logged_night(opened.root, beat.started, shown) as progress,
        failure_told(opened, progress.log),
    ):
        night = run_night(opened, design, beat.started, progress)
        exit_code, warnings = _exit_code(night.record, strict), [*_of_the_machine(night), *_warnings(opened, night)]
        progress.ended(night, exit_code, warnings)
    beat.ended(PUBLISHED, night.run_id, exit_code)
    troubles = told(opened, night, exit_code, warnings, progress.log)
    _show_night(show, night, [*warnings, *troubles, *([progress.log.trouble] if progress.log.trouble else [])])
    return exit_code


def _show_unchanged(show: Show, folder: Path, record: dict[str, Any]) -> None:
    """That nothing has changed since the current run, and what it said."""
    show.heading(f"没有变化，结果仍是 {record['id']}")
    show.remark("收到的表、名单、更正、判定、设置、定义和程序都与那一次相同，没有重做。")
    show.pairs([("本次运行的全部文件", folder)])
    about = {"run": record["id"], "folder": str(folder), "unchanged": True}
    show.document("nightly/1", {**{k: v for k, v in record.items() if k not in ("schema", "id")}, **about})


def _exit_code(record: Mapping[str, Any], strict: bool) -> int:
    """How a night ends, by its record."""
    lists = record["departments"]["lists"].values()
    if record["files"]["unusable"] or record["roster"]["unusable"] or any(one["unusable"] for one in lists):
        return UnusableFilesError.exit_code
    return EXIT_HARD_FINDINGS if strict and record["findings"].get("hard") else EXIT_CLEAN


def _show_night(show: Show, night: "Night", warnings: list[str]) -> None:
    """What came in, what was found, what was published."""
    from bishan_survey.delivery import LEDGER_TITLE, SEVERITIES, ledger_pairs
    from bishan_survey.record import coverage_pairs, following, roster_line, since_last_year, summary

    examined = night.examined
    findings = examined.batch.findings
    show.heading("一、报送")
    show.pairs(coverage_pairs(examined.coverage))
    show.pairs([("底册", roster_line(examined.batch.roster, night.results.design))])
    show.heading(f"二、{LEDGER_TITLE}")
    show.pairs(ledger_pairs(examined.ledger))
    show.heading("三、问题")
    show.pairs([(label, findings.filter(severity=weight).height) for weight, label in SEVERITIES.items()])
    unusable = findings.filter((findings["severity"] == "hard") & (findings["records"] == 0))
    show.pairs(_fates(night.followed.lives.findings))
    show.pairs(_over_time(examined))
    show_findings(show, unusable)
    _show_files(show, night)
    for reason in night.refused.values():
        show.remark(f"提醒：没有写出。{reason}")
    for warning in warnings:
        show.remark(f"提醒：{warning}")
    where = {"run": night.run_id, "folder": str(night.folder), "profiles_refused": night.refused}
    fared = following(night.followed, night.results.design)
    show.document("nightly/1", {**where, **summary(examined), **fared, **since_last_year(examined.over_time)})


def _show_files(show: Show, night: "Night") -> None:
    """Where to look."""
    from bishan_survey.delivery import (
        ADJUDICATION_BOOK,
        FINDINGS_BOOK,
        RESTRICTED,
        ROSTER_BOOK,
        STATISTICS,
        STATISTICS_BOOK,
        TOWNS,
    )
    from bishan_survey.nightly import RETURNS
    from bishan_survey.overview import OVERVIEW

    show.heading("四、结果")
    questions = night.examined.batch.questions.height
    book = night.folder / RESTRICTED / ADJUDICATION_BOOK
    asked = [(f"要区里判定的重复登记（{questions}问）", book)] if questions else []
    show.pairs(
        [
            ("报告（用浏览器打开，先看这一页）", night.folder / OVERVIEW),
            ("统计表", night.folder / STATISTICS / STATISTICS_BOOK),
            ("问题清单（含个人信息）", night.folder / RESTRICTED / FINDINGS_BOOK),
            *asked,
            ("各镇街自己的问题清单（含个人信息）", night.folder / RESTRICTED / TOWNS),
            ("底册核对（含个人信息）", night.folder / RESTRICTED / ROSTER_BOOK),
            (f"退给村里改的表（{len(night.returned)}份）", night.folder / RESTRICTED / RETURNS),
            ("本次运行的全部文件", night.folder),
        ]
    )


def _of_the_machine(night: "Night") -> Iterator[str]:
    """What of the machine, and not of the survey, somebody should look at."""
    if night.damaged:
        names = "、".join(night.damaged)
        yield f"缓存 cache/ 中有{len(night.damaged)}个文件已损坏，已重新读取原件，结果不受影响：{names}"
    if night.clock_went_back:
        yield f"电脑的时钟比上一次运行还早，请校准；本次运行的编号接在上一次后面：{night.run_id}"


def _fates(remembered: "pl.DataFrame") -> list[tuple[str, int]]:
    """How many findings of weight have each status; notes ask for nothing, so nobody follows them."""
    from bishan_survey.lifecycle import is_fixed

    weighty = remembered.filter(remembered["severity"] != "note")
    standing = [(label, weighty.filter(status=status).height) for status, label in _FATES.items()]
    return [*standing, ("到现在为止已改好的", weighty.filter(is_fixed()).height)]


def _over_time(examined: "Examined") -> list[tuple[str, object]]:
    """Who is new, gone or elsewhere since last year, and how many answers have changed; nothing if not compared."""
    from bishan_survey.model import Difference, Turnover
    from bishan_survey.record import LAST_YEAR, since_last_year

    told = since_last_year(examined.over_time).get(LAST_YEAR)
    if told is None:
        return []
    persons = told["persons"]
    return [
        ("与上年比较，两年都有的人", persons[Turnover.MATCHED.value]),
        ("其中转到别的村（社区）的", told["moved"]),
        ("新增的人", persons[Turnover.NEW.value]),
        ("减少的人", persons[Turnover.GONE.value]),
        ("与上年不同的答案", told[Difference.CHANGED.value]),
    ]


def _warnings(workspace: "Workspace", night: "Night") -> list[str]:
    """What people should be warned of: suspected rules, thresholds of the workspace, what was not done."""
    from datetime import date

    from bishan_survey.lifecycle import flagged_rules

    examined = night.examined
    thresholds, ledger = workspace.settings.thresholds, examined.ledger
    records = ledger.accepted + ledger.held
    warnings = [*flagged_rules(night.followed.rules, night.results.design.lifecycle).values()]
    if records and ledger.held / records > thresholds.held_share:
        warnings.append(f"暂不计入的记录占{ledger.held / records:.1%}，超过设定的{thresholds.held_share:.1%}")
    late = date.today() > workspace.settings.survey.period_end  # noqa: DTZ011 - the deadline is a local day
    if late and len(examined.coverage.missing) > thresholds.missing_villages:
        warnings.append(f"已过报送截止日，还有{len(examined.coverage.missing)}个村（社区）没有报送")
    if left := workspace.passed_by():
        warnings.append(f"工作区自己的 inbox 里有{left}个文件没有读：收件夹现在是 {workspace.inbox}")
    return [*warnings, *_unread_lists(night), *_not_done(examined), *_not_compared(examined)]


def _unread_lists(night: "Night") -> Iterator[str]:
    """Departments' lists that are not in the figures, or not all of them."""
    for read in night.results.departments.lists if night.results.departments else ():
        if read.unusable:
            yield f"名单“{read.list.title}”有{read.unusable}个文件读不了，原因见 bishan-survey reconcile"


def _not_done(examined: "Examined") -> Iterator[str]:
    """Lines of handwritten sheets that somebody has to look at."""
    from bishan_survey.delivery import FINDINGS_BOOK

    lines = examined.batch.corrections["outcome"].to_list()
    stale, refused = lines.count("stale"), lines.count("refused")
    if stale or refused:
        yield f"更正单有{stale}行原值已不在、{refused}行不能照办，都没有改，见{FINDINGS_BOOK}的“更正”一页"
    refused = examined.batch.changed_numbers.filter(outcome="refused").height
    if refused:
        yield f"换号表有{refused}行不能照办，见{FINDINGS_BOOK}的“换号”一页"
    lines = examined.batch.decisions["outcome"].to_list()
    stale, refused = lines.count("stale"), lines.count("refused")
    if stale or refused:
        yield f"判定单有{stale}行判定以后内容又变了、{refused}行不能照办，都没有照办，见{FINDINGS_BOOK}的“判定”一页"


def _not_compared(examined: "Examined") -> Iterator[str]:
    """What of last year's data could not be compared, so that people may seem new who are not."""
    import polars as pl

    from bishan_survey.delivery import LAST_YEAR_BOOK

    over_time = examined.over_time
    if over_time is None:
        return
    unusable = over_time.problems.filter(pl.col("records") == 0)["file"].n_unique()
    if unusable:
        yield f"上年的文件有{unusable}个读不了，其中的人没有比较，见{LAST_YEAR_BOOK}的“上年表的问题”一页"
    others = over_time.problems.filter(pl.col("records") > 0).height
    if others:
        yield f"上年的表有{others}处证号或村（社区）认不出，见{LAST_YEAR_BOOK}的“上年表的问题”一页"
    if not over_time.books_known:
        yield "上年的结果是旧版程序得出的，没有记下选项代码的含义；代码表改过的项目，比较时可能有误"
