"""One check and what it found. A check that fails itself is told as such, and hides no other."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from bishan_survey.errors import SurveyError


class State(StrEnum):
    """How something is."""

    GOOD = "good"
    NOTICE = "notice"
    """Works, but somebody should look."""
    BAD = "bad"

    @property
    def words(self) -> str:
        """For people."""
        return _WORDS[self]


_WORDS = {State.GOOD: "正常", State.NOTICE: "注意", State.BAD: "有问题"}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What one check has found."""

    what: str
    state: State
    found: str
    advice: str = ""
    """What to do; empty where there is nothing to do."""


Check = tuple[str, Callable[[], Diagnosis]]
"""What is looked at, and how."""


def told(checks: Iterable[Check]) -> Iterator[Diagnosis]:
    """Every check's diagnosis, in order; whatever goes wrong in one is its diagnosis."""
    for what, check in checks:
        try:
            yield check()
        except SurveyError as error:
            yield Diagnosis(what, State.BAD, error.message, error.advice)
        except OSError as error:
            yield Diagnosis(what, State.BAD, f"读不了 {error.filename or ''}：{error.strerror}", "请核对权限和磁盘")
        except Exception as error:
            yield Diagnosis(what, State.BAD, f"没有查成：{type(error).__name__}", "请把这一行和程序的版本报告给维护者")


def shortened(names: Iterable[str], most: int = 5) -> str:
    """The first of some names, and how many there are."""
    listed = list(names)
    return "、".join(listed[:most]) + (f" 等共{len(listed)}个" if len(listed) > most else "")
