"""The text by which an operating system runs the night on its own: cron, systemd, Windows' task scheduler.

Nothing is installed here; people read what is made and put it in place themselves.
"""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from xml.sax.saxutils import escape

from bishan_survey.clock import BEIJING
from bishan_survey.errors import UnusableFilesError, UsageError

NAME = "bishan-nightly"
_PATH = "/usr/local/bin:/usr/bin:/bin"
_ENVIRONMENT = {"PATH": _PATH, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": BEIJING}
_LONGEST = 990
"""Bytes of a command that every cron takes."""
_MAIL = re.compile(r"[\w.+-]+(@[\w.-]+)?")
_USER = re.compile(r"[a-z_][a-z0-9_-]*\$?")


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be run every night. All paths are absolute."""

    command: tuple[str, ...]
    """Program and arguments."""
    workspace: str
    log: str
    """The file to which all that the program says is added."""
    at: time
    user: str = ""
    """Under whose account; empty for that of whoever puts it in place."""
    mail: str = ""
    """Who is written to when a night has not ended well; empty for nobody."""


def at_time(text: str) -> time:
    """A time of day, such as ``02:00``.

    Raises:
        UsageError: it is none.
    """
    if not re.fullmatch(r"\d{1,2}:\d\d", text):
        raise UsageError(f"看不懂时间 {text}", "请写成 02:00 这样的24小时时间")
    hour, minute = map(int, text.split(":"))
    try:
        return time(hour, minute)
    except ValueError:
        raise UsageError(f"没有 {text} 这个时间", "请写成 02:00 这样的24小时时间") from None


def crontab(job: Job) -> str:
    """Lines for ``crontab -e``; with a user, a file for ``/etc/cron.d``.

    Raises:
        UsageError: a name or a path cannot stand in a crontab.
    """
    _refuse_odd(job)
    command = _shell(job).replace("%", "\\%")
    if len(command.encode()) > _LONGEST:
        raise UsageError("路径太长，cron 放不下这一行", "请把程序或工作区放到路径短一些的文件夹里")
    variables = {"SHELL": "/bin/sh", **_ENVIRONMENT, "MAILTO": job.mail or '""'}
    return "\n".join(
        [
            f"# bishan-survey：每天{job.at:%H:%M}（按本机时区）夜间运行",
            f"# {job.workspace}",
            *(f"{name}={value}" for name, value in variables.items()),
            " ".join([f"{job.at.minute} {job.at.hour} * * *", *([job.user] if job.user else []), command]),
            "",
        ]
    )


def systemd_units(job: Job) -> Mapping[str, str]:
    """A service and its timer, by file name.

    Raises:
        UsageError: a name or a path cannot stand in a unit.
    """
    _refuse_odd(job)
    variables = " ".join(_in_unit(f"{name}={value}", dollar="$") for name, value in _ENVIRONMENT.items())
    service = [
        "[Unit]",
        "Description=bishan-survey 夜间运行",
        f"RequiresMountsFor={_in_unit(job.workspace, dollar='$')}",
        "",
        "[Service]",
        "Type=oneshot",
        *([f"User={job.user}"] if job.user else []),
        "UMask=0077",
        f"Environment={variables}",
        "WorkingDirectory=/",
        f"ExecStart=/bin/sh -c {_in_unit(_shell(job))}",
        f"SuccessExitStatus={UnusableFilesError.exit_code}",
        "Nice=10",
    ]
    timer = [
        "[Unit]",
        f"Description=bishan-survey 每天{job.at:%H:%M}夜间运行",
        "",
        "[Timer]",
        f"OnCalendar=*-*-* {job.at:%H:%M}:00 {BEIJING}",
        "Persistent=true",
        "",
        "[Install]",
        "WantedBy=timers.target",
    ]
    return {f"{NAME}.service": "\n".join(service) + "\n", f"{NAME}.timer": "\n".join(timer) + "\n"}


def windows_task(job: Job) -> str:
    """A task for ``schtasks /Create /XML``, to be written as UTF-16.

    Raises:
        UsageError: a path cannot stand in a task.
    """
    _refuse_odd(job)
    if "%" in "".join((*job.command, job.log)):
        raise UsageError("Windows 的任务里，路径不能有百分号", "请给文件夹改名，去掉 %")
    command = " ".join(f'"{word}"' if re.search(r"[^\w.:\\/-]", word) else word for word in job.command)
    arguments = f'/d /v:off /s /c "{command} >> "{job.log}" 2>&1"'
    return _TASK.format(at=job.at, arguments=escape(arguments), workspace=escape(job.workspace))


def _shell(job: Job) -> str:
    """The night for a POSIX shell: its words go into the log, and what did not end well is said aloud."""
    log = shlex.quote(job.log)
    said = shlex.quote(f"bishan-survey nightly 没有正常结束，见 {job.log}；退出码")
    return (
        f"umask 077; {shlex.join(job.command)} >> {log} 2>&1; c=$?; "
        f'case $c in 0|{UnusableFilesError.exit_code}) ;; *) echo {said} "$c";; esac; exit $c'
    )


def _in_unit(word: str, *, dollar: str = "$$") -> str:
    """A word of a systemd unit, in which specifiers and variables stand for themselves.

    Args:
        word: the word.
        dollar: what a dollar sign is written as; commands alone have variables.
    """
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", dollar)
    return f'"{escaped}"'


def _refuse_odd(job: Job) -> None:
    """What no quoting makes harmless."""
    for path in (*job.command, job.workspace, job.log):
        if any(ord(letter) < ord(" ") for letter in path):
            raise UsageError(f"路径里有换行一类的字符：{path!r}", "请给文件夹改名")
    if job.mail and not _MAIL.fullmatch(job.mail):
        raise UsageError(f"邮箱 {job.mail!r} 不对", "请写一个邮箱地址或本机的账户名")
    if job.user and not _USER.fullmatch(job.user):
        raise UsageError(f"账户 {job.user!r} 不对", "请写本机的账户名")


_TASK = """\
<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>bishan-survey 夜间运行：{workspace}</Description>
  </RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>2025-01-01T{at:%H:%M}:00</StartBoundary>
      <Enabled>true</Enabled>
      <ScheduleByDay>
        <DaysInterval>1</DaysInterval>
      </ScheduleByDay>
    </CalendarTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <WakeToRun>true</WakeToRun>
    <ExecutionTimeLimit>PT6H</ExecutionTimeLimit>
    <Enabled>true</Enabled>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>%SystemRoot%\\System32\\cmd.exe</Command>
      <Arguments>{arguments}</Arguments>
    </Exec>
  </Actions>
</Task>
"""
