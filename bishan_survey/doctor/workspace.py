"""Whether a workspace is sound: what people have set, what the program keeps, and what it runs on.

Each check takes the folder alone, so that a wrong setting hides nothing of what else is wrong. Nothing is changed.
"""

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path

from bishan_survey.delivery import RESTRICTED, STATISTICS
from bishan_survey.design import load_design
from bishan_survey.doctor.diagnosis import Check, Diagnosis, State, shortened
from bishan_survey.errors import BusyError, SurveyError
from bishan_survey.files import files_below
from bishan_survey.model import AreaFrame, Survey
from bishan_survey.nightly import remembered, remembered_persons
from bishan_survey.reading.incoming import digest_of
from bishan_survey.workspace import SETTINGS_FILE, Settings, Thresholds, Workspace, check_audit, current_run, last_run
from bishan_survey.workspace.folder import ARCHIVE, DECISIONS, DELIVERIES, REGISTERS, RELEASED, RUNS
from bishan_survey.workspace.receipts import RECEIPTS_FILE, read_receipts
from bishan_survey.workspace.settings import read_settings

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_MEGABYTE = 2**20
_LEAST, _AMPLE = 200 * _MEGABYTE, 2048 * _MEGABYTE
"""Room on the disk below which no night should begin, and from which on nobody needs to look."""
_NIGHTS_LEAST, _NIGHTS_AMPLE = 2, 30
"""The same, counted in nights as large as the last."""
_UNFINISHED = (f"{RUNS}/.building-*", f"{RUNS}/.writing-*", f"{ARCHIVE}/.writing-*", ".writing-*")
"""What a run that was killed may leave: never taken for a result, cleared away by the next."""
_RESTORE = "请从备份中恢复，见运维手册“备份与恢复”"


def workspace_checks(root: Path, *, quick: bool = False) -> list[Check]:
    """All that is looked at of a workspace.

    Args:
        root: its folder.
        quick: whether originals are not hashed again.
    """
    if not any((root / name).exists() for name in (SETTINGS_FILE, RUNS, ARCHIVE)):
        return [("工作区", partial(_none, root))]
    checks: list[tuple[str, Callable[[Path], Diagnosis]]] = [
        ("设置", settings),
        ("村（社区）名单", areas),
        ("收件夹", inbox),
        ("磁盘", disk),
        ("权限", permissions),
        ("锁", lock),
        ("当前结果", current),
        ("残留", leftovers),
        ("收件时间", receipts),
        ("操作记录", audit),
        ("原件", originals),
    ]
    return [(what, partial(check, root)) for what, check in checks if not (quick and check is originals)]


def _none(root: Path) -> Diagnosis:
    return Diagnosis("工作区", State.BAD, f"{root} 不是工作区", "请核对路径，或先运行 bishan-survey init 文件夹")


def settings(root: Path) -> Diagnosis:
    """Whether ``survey.toml`` can be read, and what it opens."""
    found = read_settings(root / SETTINGS_FILE, _editions())
    survey = found.survey
    return Diagnosis("设置", State.GOOD, f"{survey.title}；版本 {'、'.join(survey.editions)}；截止 {survey.period_end}")


def inbox(root: Path) -> Diagnosis:
    """Whether the inbox is there, also one elsewhere, and nothing lies in one that nobody reads."""
    found = _sound_settings(root)
    if found is None:
        return _not_looked_at("收件夹")
    workspace = replace(_bare(root), settings=found)
    if not workspace.inbox.is_dir():
        return Diagnosis("收件夹", State.BAD, f"没有 {workspace.inbox}", "请连上网络盘，建立它，或改正 folders.inbox")
    if left := workspace.passed_by():
        advice = f"请移到 {workspace.inbox}"
        return Diagnosis("收件夹", State.NOTICE, f"工作区自己的 inbox 里有{left}个文件，没有人读", advice)
    return Diagnosis("收件夹", State.GOOD, f"{workspace.inbox}：{len(files_below(workspace.inbox)):,}个文件")


def areas(root: Path) -> Diagnosis:
    """Whether the list of villages can be read."""
    if _sound_settings(root) is None:
        return _not_looked_at("村（社区）名单")
    frame = Workspace.open(root, _editions()).areas
    return Diagnosis("村（社区）名单", State.GOOD, f"{len(frame.towns)}个镇街，{len(frame.villages)}个村（社区）")


def _sound_settings(root: Path) -> Settings | None:
    """The settings, if nothing is wrong with them."""
    try:
        return read_settings(root / SETTINGS_FILE, _editions())
    except SurveyError:
        return None


@cache
def _editions() -> frozenset[str]:
    """The editions that are defined; reading all definitions takes a while."""
    return frozenset(load_design().questionnaires)


def _not_looked_at(what: str) -> Diagnosis:
    return Diagnosis(what, State.NOTICE, "没有查：设置有错", "改好 survey.toml 以后再查")


def disk(root: Path) -> Diagnosis:
    """Whether there is room for the nights to come."""
    free = shutil.disk_usage(root).free
    run = _last(root)
    night = _size(run) if run else 0
    found = f"剩余 {_said(free)}" + (f"；上一次的结果占 {_said(night)}" if night else "")
    if free < max(_LEAST, _NIGHTS_LEAST * night):
        return Diagnosis("磁盘", State.BAD, found, "快满了，夜间运行可能写不下；请用 purge 删去旧的结果")
    if free < max(_AMPLE, _NIGHTS_AMPLE * night):
        return Diagnosis("磁盘", State.NOTICE, found, "不多了；请用 bishan-survey purge 删去旧的结果")
    return Diagnosis("磁盘", State.GOOD, found)


def _last(root: Path) -> Path | None:
    """The current run, if it can be told."""
    try:
        run = last_run(_bare(root))
    except SurveyError:
        return None
    return run.path if run else None


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _said(size: int) -> str:
    return f"{size / 2**30:.1f} GiB" if size >= 2**30 else f"{size / _MEGABYTE:.0f} MiB"


def permissions(root: Path) -> Diagnosis:
    """Whether the program can write, and whether people's data is closed to other accounts."""
    if not os.access(root, os.W_OK):
        return Diagnosis("权限", State.BAD, f"不能在 {root} 里写文件", "请用建立工作区的账户运行，或改文件夹的权限")
    if os.name == "nt":
        found = "可以写；在 Windows 上不查文件夹的权限"
        return Diagnosis("权限", State.GOOD, found, "请自己核对：只有有关人员能打开工作区")
    open_ = [path for path in _private(root) if path.stat().st_mode & _OTHERS]
    if open_:
        names = shortened(path.relative_to(root).as_posix() for path in open_)
        return Diagnosis("权限", State.BAD, f"别的账户能打开：{names}", "请运行 chmod -R go= 加上这些文件夹")
    return Diagnosis("权限", State.GOOD, "可以写；有个人信息的文件夹只有本人能打开")


def _private(root: Path) -> Iterator[Path]:
    """Folders of people's data that nobody else has to do with, as far as they are there; an inbox may be opened."""
    folders = [root / name for name in (ARCHIVE, DECISIONS, DELIVERIES, REGISTERS, RELEASED)]
    folders += [folder for name in (RESTRICTED, STATISTICS) for folder in sorted((root / RUNS).glob(f"*/{name}"))]
    return (folder for folder in folders if folder.is_dir())


def lock(root: Path) -> Diagnosis:
    """Whether a night is running."""
    try:
        with _bare(root).locked():
            return Diagnosis("锁", State.GOOD, "没有别的运行")
    except BusyError as busy:
        return Diagnosis("锁", State.NOTICE, busy.message, "请等它结束；不该有的，请看是谁开着。程序结束后锁自己放开")


def current(root: Path) -> Diagnosis:
    """Whether the current run is there, with all that the next night goes on from."""
    workspace = _bare(root)
    if last_run(workspace) is None:
        return Diagnosis("当前结果", State.NOTICE, "还没有结果", "请先运行 bishan-survey nightly")
    remembered(workspace)
    persons = remembered_persons(workspace)
    return Diagnosis("当前结果", State.GOOD, f"{current_run(workspace).id}；记得{persons.height:,}个编号")


def leftovers(root: Path) -> Diagnosis:
    """What interrupted runs have left behind."""
    left = sorted(path.relative_to(root).as_posix() for pattern in _UNFINISHED for path in root.glob(pattern))
    if left and lock(root).state == State.GOOD:
        return Diagnosis("残留", State.NOTICE, f"中断的运行留下了 {shortened(left)}", "下次夜间运行时清除，不影响结果")
    return Diagnosis("残留", State.GOOD, "没有中断的运行留下的东西")


def receipts(root: Path) -> Diagnosis:
    """Whether it can be read when each original came, and whether the originals are all there."""
    known = read_receipts(root / ARCHIVE / RECEIPTS_FILE)
    there = {path.stem for path in _archived(root)}
    gone = [receipt.name for receipt in known.values() if receipt.sha256 not in there]
    if gone:
        found = f"收到过的原件不见了：{shortened(gone)}"
        return Diagnosis("收件时间", State.BAD, found, _RESTORE + "；收件夹里还有的，下次运行时重新存档")
    now = datetime.now().astimezone()
    ahead = [receipt.name for receipt in known.values() if datetime.fromisoformat(receipt.received).astimezone() > now]
    if ahead:
        found = f"收到的时间比现在还晚：{shortened(ahead)}"
        return Diagnosis("收件时间", State.NOTICE, found, "电脑的时钟可能调过，请核对日期和时间")
    return Diagnosis("收件时间", State.GOOD, f"{len(known):,}份原件，都有存档")


def audit(root: Path) -> Diagnosis:
    """Whether the audit file is as it was written."""
    checked = check_audit(root)
    if checked.problems:
        advice = "请运行 bishan-survey audit check 看全部，查清是谁改的"
        return Diagnosis("操作记录", State.BAD, "；".join(checked.problems[:3]), advice)
    return Diagnosis("操作记录", State.GOOD, f"{checked.head.lines:,}行，没有被改过")


def originals(root: Path) -> Diagnosis:
    """Whether every archived file still is what was received: its content hashes to its name."""
    paths = _archived(root)
    damaged = [path.name for path in paths if digest_of(path)[0] != path.stem]
    if damaged:
        found = f"内容与名字（哈希）不符：{shortened(damaged)}"
        return Diagnosis("原件", State.BAD, found, _RESTORE + "；收件夹里还有的，下次运行时重新存档")
    return Diagnosis("原件", State.GOOD, f"{len(paths):,}份，内容与哈希相符")


def _archived(root: Path) -> list[Path]:
    return sorted(path for path in (root / ARCHIVE).glob("??/*") if path.is_file())


def _bare(root: Path) -> Workspace:
    """The folder as a workspace whatever its settings say, for what does not depend on them."""
    survey = Survey("", (), date.min, date.min, date.min)
    return Workspace(root, Settings(survey, "", "", Thresholds(0, 0)), AreaFrame("", "", ()))
