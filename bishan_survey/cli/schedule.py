"""The command that writes what makes an operating system run the night on its own: schedule."""

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bishan_survey.cli.chinese import ChineseCommand
from bishan_survey.cli.options import WorkspaceArgument
from bishan_survey.cli.show import Show
from bishan_survey.errors import UsageError

if TYPE_CHECKING:
    from bishan_survey.scheduling import Job

LOG = "nightly.log"
"""File of the workspace that all nights' words are added to."""


class Kind(StrEnum):
    """What runs it."""

    CRON = "cron"
    SYSTEMD = "systemd"
    WINDOWS = "windows"


def register(app: typer.Typer) -> None:
    """Add the command of this page."""
    example = "例：bishan-survey schedule 2025年调查 --kind cron --at 02:00"
    app.command("schedule", cls=ChineseCommand, epilog=example)(schedule)


def schedule(
    workspace: WorkspaceArgument,
    kind: Annotated[
        Kind,
        typer.Option("--kind", metavar="方式", help="cron、systemd（Linux），或 windows（任务计划程序）。"),
    ],
    at: Annotated[str, typer.Option("--at", metavar="时间", help="每天几点运行。")] = "02:00",
    user: Annotated[
        str,
        typer.Option("--user", metavar="账户", help="由管理员装在系统里、以这个账户运行；cron 即 /etc/cron.d 的写法。"),
    ] = "",
    mail: Annotated[
        str, typer.Option("--mail", metavar="邮箱", help="没有正常结束时，cron 给谁发邮件；要本机能发邮件。")
    ] = "",
    to: Annotated[Path | None, typer.Option("--to", metavar="文件夹", help="写成文件；不写就显示在屏幕上。")] = None,
) -> None:
    """写出定时运行的设置：cron、systemd 或 Windows 任务。

    只写出，不安装；看过以后，按提示自己装上。路径都是绝对的，移动了程序或工作区要重新写。
    """
    if (kind == Kind.WINDOWS) != (os.name == "nt"):
        raise UsageError(f"--kind {kind} 要在用它的电脑上运行：写出的路径是这台电脑的", "请到那台电脑上运行")
    files, advice = _made(kind, _job(workspace, at, user, mail))
    show = Show()
    if to is None:
        for name, content in files.items():
            typer.echo((f"# ── {name} ──\n" if len(files) > 1 else "") + _text(content), nl=False)
    else:
        _write(to, files)
        show.heading(f"已写到 {to}：{'、'.join(files)}")
    for line in [*advice, f"每晚的输出接在 {Path(os.path.abspath(workspace)) / LOG} 后面。"]:  # noqa: PTH100
        show.remark(line)


def _job(workspace: Path, at: str, user: str, mail: str) -> "Job":
    from bishan_survey.cli.examine import open_workspace
    from bishan_survey.scheduling import Job, at_time

    open_workspace(workspace)
    folder = Path(os.path.abspath(workspace))  # noqa: PTH100 - links are not followed: a folder may be moved behind one
    utf8 = ("-X", "utf8") if os.name == "nt" else ()
    command = (sys.executable, "-P", *utf8, "-m", "bishan_survey", "nightly", str(folder))
    return Job(command, str(folder), str(folder / LOG), at_time(at), user, mail)


def _made(kind: Kind, job: "Job") -> tuple[dict[str, bytes], list[str]]:
    """The files of a kind, and what to do with them."""
    from bishan_survey.scheduling import NAME, crontab, systemd_units, windows_task

    if job.mail and kind != Kind.CRON:
        raise UsageError("只有 cron 会发邮件", "请去掉 --mail")
    if kind == Kind.WINDOWS:
        xml = windows_task(job).encode("utf-16")
        return {f"{NAME}.xml": xml}, [f'用 --to 写成文件，然后运行 schtasks /Create /TN "{NAME}" /XML {NAME}.xml']
    if kind == Kind.SYSTEMD:
        units = {name: text.encode() for name, text in systemd_units(job).items()}
        return units, [_systemd_advice(job)]
    where = f"复制到 /etc/cron.d/{NAME}，属主 root，权限 644" if job.user else "用 crontab -e 加在末尾"
    return {NAME: crontab(job).encode()}, [f"请{where}。", *_clock_advice(job)]


def _systemd_advice(job: "Job") -> str:
    from bishan_survey.scheduling import NAME

    if job.user:
        return f"请复制到 /etc/systemd/system/，运行 systemctl daemon-reload 和 systemctl enable --now {NAME}.timer。"
    return (
        f"请复制到 ~/.config/systemd/user/，运行 systemctl --user enable --now {NAME}.timer；"
        "没有人登录也要运行的，再运行 loginctl enable-linger，或加 --user 由管理员安装。"
    )


def _clock_advice(job: "Job") -> list[str]:
    from bishan_survey.clock import machine_zone

    zone = machine_zone()
    if zone.is_beijing:
        return []
    return [f"cron 按本机时区 {zone.said()} 计时，{job.at:%H:%M} 不是北京时间；请改系统时区，或换算 --at。"]


def _text(content: bytes) -> str:
    return content.decode("utf-16" if content.startswith(b"\xff\xfe") else "utf-8")


def _write(folder: Path, files: dict[str, bytes]) -> None:
    """Write them where nothing of these names is yet."""
    from bishan_survey.workspace import write_atomically

    for name in files:
        if (folder / name).exists():
            raise UsageError(f"{folder / name} 已存在", "不会覆盖，请换一个文件夹，或先移走它")
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        write_atomically(folder / name, content, private=False)
