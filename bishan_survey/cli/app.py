"""The command line: parse, call one function, print, exit.

Only typer and the standard library are imported here, so that help and completion answer at once; each command
imports what it needs when it runs.
"""

import errno
import re
import sys
from typing import Annotated

import typer
from typer.exceptions import TyperException

from bishan_survey import __version__
from bishan_survey.cli import (
    audit,
    care,
    changes,
    codebook,
    config,
    corrections,
    decisions,
    deliver,
    encryption,
    examine,
    export,
    indicators,
    make,
    night,
    numbers,
    profile,
    progress,
    purge,
    release,
    results,
    roster,
    runs,
    schedule,
    tabulate,
    template,
    trace,
    validate,
)
from bishan_survey.cli.chinese import ChineseGroup, in_chinese, speak_chinese
from bishan_survey.cli.options import remember_flags
from bishan_survey.errors import EXIT_CODES, DefinitionError, SurveyError, UsageError, WorkspaceError
from bishan_survey.masks import without_numbers

_EXITS = "\n\n".join(f"{code}　{meaning}" for code, meaning in sorted(EXIT_CODES.items()))

app = typer.Typer(
    name="bishan-survey",
    cls=ChineseGroup,
    help="基层调查数据工具：制表、收表、查错、去重、汇总、上报。",
    epilog=f"退出码：\n\n{_EXITS}",
    invoke_without_command=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_debug = False
_INTERRUPTED = 130
"""What typer returns when somebody has pressed Ctrl-C."""


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"bishan-survey {__version__}")
        raise typer.Exit


@app.callback()
def main(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001 - handled by its callback
        bool, typer.Option("--version", callback=_version, is_eager=True, help="显示版本。")
    ] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="设置=值", help="本次改用这个设置，可以写几次；有哪些见 config show。"),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="出错时显示程序内部的调用过程。")] = False,
) -> None:
    """Options of all commands."""
    global _debug  # noqa: PLW0603 - one process, one command line
    _debug = debug
    remember_flags(settings or [])
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


make.register(app)
template.register(app)
examine.register(app)
validate.register(app)
results.register(app)
night.register(app)
export.register(app)
deliver.register(app)
codebook.register(app)
profile.register(app)
roster.register(app)
indicators.register(app)
trace.register(app)
tabulate.register(app)
release.register(app)
corrections.register(app)
decisions.register(app)
numbers.register(app)
progress.register(app)
changes.register(app)
audit.register(app)
encryption.register(app)
schedule.register(app)
care.register(app)
config.register(app)
runs.register(app)
purge.register(app)


def run() -> None:
    """Run the command line and exit. Errors are said in words; a traceback appears only with ``--debug``."""
    _use_utf8()
    speak_chinese()
    sys.unraisablehook = _unless_the_disk
    try:
        # Not "standalone", so that typer leaves its errors to us.
        code = app(prog_name="bishan-survey", standalone_mode=False)
        if code == _INTERRUPTED:
            typer.echo("已中断，没有留下未完成的结果。", err=True)
        sys.exit(code)
    except TyperException as error:
        _stop(UsageError(in_chinese(error.format_message()), "加 -h 看说明，例如 bishan-survey -h"))
    except SurveyError as error:
        _stop(error)
    except BrokenPipeError:
        sys.stderr.close()  # whoever was reading has gone: nobody is left to be told
        sys.exit(141)
    except OSError as error:
        _stop(_disk_error(error))
    except Exception as error:
        _stop(_explained(error))


def _unless_the_disk(unraisable: "sys.UnraisableHookArgs") -> None:
    """What goes wrong while something is being thrown away; of a disk that has failed, the error itself tells."""
    if _debug or not isinstance(unraisable.exc_value, OSError):
        sys.__unraisablehook__(unraisable)


def _use_utf8() -> None:
    """Chinese comes out right on any console and in any pipe, on Windows too."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


_NO_SHARE = "网络盘断开了，或没有回应"
_DISK = {
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "磁盘配额已用完",
    errno.EFBIG: "文件大小超过系统的限度",
    errno.EROFS: "磁盘或文件夹是只读的",
    errno.ENOENT: "找不到",
    errno.ENOTDIR: "不是文件夹",
    errno.EISDIR: "是文件夹，不是文件",
    errno.EEXIST: "已经存在",
    errno.EIO: "磁盘或网络盘出错",
    errno.EMFILE: "打开的文件太多",
    **dict.fromkeys(
        (errno.ESTALE, errno.ENOTCONN, errno.ETIMEDOUT, errno.ENETDOWN, errno.ENETUNREACH, errno.EHOSTUNREACH),
        _NO_SHARE,
    ),
}
_WINDOWS_SHARE = frozenset({51, 53, 55, 59, 64, 67, 121, 1231})
"""What Windows says when a share is gone; its errno says nothing."""
_RUST = re.compile(r"\(os error (\d+)\)")
"""How polars tells what the operating system said."""


def _disk_error(error: OSError) -> WorkspaceError:
    """What the operating system refused, in Chinese, with the path."""
    told = _RUST.search(str(error))
    code = error.errno or (int(told[1]) if told else 0)
    why = _DISK.get(code, "读写出错")
    if getattr(error, "winerror", None) in _WINDOWS_SHARE:
        why = _NO_SHARE
    where = f"：{error.filename}" if error.filename else ""
    advice = "请核对路径、权限、磁盘空间和网络盘后再运行；已发布的结果没有变"
    made = WorkspaceError(f"{why}{where}", advice)
    made.__cause__ = error
    return made


def _explained(error: Exception) -> SurveyError:
    """An unexpected exception as an error of ours: wrong definitions show only when they are used."""
    from xlsxwriter.exceptions import FileCreateError

    from bishan_survey.design import lint, load_design

    if isinstance(error, FileCreateError) and error.args and isinstance(error.args[0], OSError):
        return _disk_error(error.args[0])
    try:
        problems = lint(load_design())
    except SurveyError as wrong:
        wrong.__cause__ = error
        return wrong
    made: SurveyError = (
        DefinitionError(problems)
        if problems
        else SurveyError(f"{type(error).__name__}", "请加 --debug 重新运行，把显示的内容（先删去个人信息）发给维护者")
    )
    made.__cause__ = error
    return made


def _stop(error: SurveyError) -> None:
    if _debug:
        raise error
    typer.echo(without_numbers(f"{error.title}：{error.message}"), err=True)
    if error.advice:
        typer.echo(without_numbers(f"怎么办：{error.advice}"), err=True)
    sys.exit(error.exit_code)
