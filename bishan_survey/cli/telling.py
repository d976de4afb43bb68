"""A night and those who are told of it: what does not arrive is shown and logged, and changes nothing else."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from bishan_survey.errors import BusyError, SurveyError
from bishan_survey.log import Log, exit_code_of

if TYPE_CHECKING:
    from bishan_survey.nightly import Night
    from bishan_survey.workspace import Workspace


def told(workspace: "Workspace", night: "Night", exit_code: int, warnings: Sequence[str], log: Log) -> list[str]:
    """Tell of a night that was published.

    Returns:
        What did not arrive, and why.
    """
    from bishan_survey.delivery import letters_of
    from bishan_survey.telling.night import Told, tell

    letters = letters_of(night.followed.league, workspace.areas, workspace.settings.survey.title)
    return _logged(lambda: tell(workspace, Told(night.run_id, exit_code, warnings, letters)), log)


@contextmanager
def failure_told(workspace: "Workspace", log: Log) -> Iterator[None]:
    """Tell of a night that fails, and let the error go on its way."""
    try:
        yield
    except BusyError:
        raise
    except Exception as error:
        from bishan_survey.telling.night import tell_failure

        title, message, code = "出错", type(error).__name__, exit_code_of(error)
        if isinstance(error, SurveyError):
            title, message = error.title, error.message
        for trouble in _logged(lambda: tell_failure(workspace, title, message, code), log):
            sys.stderr.write(f"提醒：{trouble}\n")
        raise


def _logged(telling: Callable[[], list[str]], log: Log) -> list[str]:
    """Do the telling; what did not arrive is in the log, whatever the reason."""
    try:
        troubles = telling()
    except Exception as error:
        troubles = [f"没有告诉到人：{type(error).__name__}"]
    for trouble in troubles:
        log.write("not_told", datetime.now().astimezone(), text=trouble)
    return troubles
