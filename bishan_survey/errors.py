"""What can go wrong apart from people's answers: one base class, and one exit code for each kind.

A broken answer is a finding, never an exception. These are for the frame around the answers: the command line,
the definitions, the workspace. Messages are Chinese and say what, where, why and what to do.
"""

from typing import ClassVar


class SurveyError(Exception):
    """An error that a person can act on.

    Args:
        message: what is wrong and where, in Chinese.
        advice: what to do next, in Chinese; may be empty.
    """

    exit_code: ClassVar[int] = 70
    title: ClassVar[str] = "程序内部错误"

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


class UsageError(SurveyError):
    """The command was called with words or values that do not fit."""

    exit_code = 2
    title = "用法不对"


class DefinitionError(SurveyError):
    """Something in ``templates/`` or ``validators/`` is wrong. Carries every problem found, not only the first."""

    exit_code = 3
    title = "定义有错"

    def __init__(self, problems: list[str], advice: str = "请改正定义文件后再运行 bishan-survey design check") -> None:
        super().__init__("\n".join(problems), advice)
        self.problems = problems


class WorkspaceError(SurveyError):
    """The workspace is missing, incomplete or cannot be written."""

    exit_code = 4
    title = "工作区有问题"


class UnusableFilesError(SurveyError):
    """Some of the files could not be read at all; the others were."""

    exit_code = 5
    title = "部分文件无法使用"


class BusyError(SurveyError):
    """Another run holds the workspace."""

    exit_code = 75
    title = "正忙"


class InternalError(SurveyError):
    """A broken promise between our own parts: our bug, never somebody's answer."""


EXIT_CLEAN = 0
EXIT_HARD_FINDINGS = 1

EXIT_CODES: dict[int, str] = {
    EXIT_CLEAN: "正常完成（nightly 有问题记录也算正常完成，除非加 --strict）",
    EXIT_HARD_FINDINGS: (
        "发现必须改正的问题（validate；nightly --strict）；"
        "更正单、判定单、换号表有要看的行（corrections、decisions、numbers check）；"
        "上报的记录有问题（deliver）；回执有认不出的行（receipts）"
    ),
    UsageError.exit_code: "命令用法不对",
    DefinitionError.exit_code: "定义（templates/、validators/）有错",
    WorkspaceError.exit_code: "工作区有问题",
    UnusableFilesError.exit_code: "部分文件无法使用，其余已处理",
    SurveyError.exit_code: "程序内部错误，请报告",
    BusyError.exit_code: "另一次运行正在进行",
    130: "被人中断（Ctrl-C）",
    141: "读取输出的程序先退出了",
}
