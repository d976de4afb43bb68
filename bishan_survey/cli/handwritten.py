"""What the commands for handwritten sheets have in common: a blank one is made, lines and their outcomes are shown."""

from collections.abc import Callable, Mapping
from pathlib import Path

from bishan_survey.cli.options import finished
from bishan_survey.cli.show import Show
from bishan_survey.errors import WorkspaceError


def make_blank(title: str, path: Path, there: Path | None, write: Callable[[Path], None], check: str) -> None:
    """Write a blank sheet and say what comes next.

    Args:
        title: what people call it, such as 更正单.
        path: where to.
        there: the sheet that the workspace has already, if it has one.
        write: writes it.
        check: the command that tries it.

    Raises:
        WorkspaceError: there is one already.
    """
    if there is not None:
        raise WorkspaceError(f"已经有{title} {there}", "不会覆盖：请接着往下写；要重新开始的，先把它移走")
    with finished(path) as beside:
        write(beside)
    show = Show()
    show.heading(f"空白的{title}已写到 {path}")
    show.pairs([("下一步", f"写好以后，试一试：{check}")])
    show.remark(f"{title}里会有个人信息，请妥善保管。")


def counted(outcomes: Mapping[str, str], found: Mapping[str, int]) -> dict[str, int]:
    """How many lines have each outcome, in the order of the definitions, those that none has too."""
    return {outcome: found.get(outcome, 0) for outcome in outcomes}
