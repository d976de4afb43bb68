"""Who is told of a night, after it is published: the district, each 镇街, another program. Counts alone, of nobody.

Whatever fails here is told and changes nothing of the night.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bishan_survey.delivery import LETTER, RESTRICTED, STATISTICS, TOWNS, Letter, as_html, as_text
from bishan_survey.masks import without_numbers
from bishan_survey.model import AreaFrame
from bishan_survey.telling.heartbeat import FAILED, PUBLISHED
from bishan_survey.telling.mail import Mail, send_all
from bishan_survey.telling.metrics import write_metrics
from bishan_survey.telling.recipients import RECIPIENTS, read_recipients
from bishan_survey.telling.webhook import post
from bishan_survey.workspace import NO_MAIL, Workspace, kept_runs


@dataclass(frozen=True, slots=True)
class Told:
    """What there is to tell of a night."""

    run: str
    exit_code: int
    warnings: Sequence[str]
    letters: Sequence[Letter]
    """The district's first."""


def tell(workspace: Workspace, told: Told) -> list[str]:
    """Tell everybody who wants to know of a night that was published.

    Returns:
        What did not arrive, and why.
    """
    notify = workspace.settings.notify
    troubles = _measured(workspace, told.exit_code, told.letters[0].counts)
    if notify.mail == NO_MAIL and notify.webhook is None:
        return troubles
    wanted = _wanted(workspace, told)
    if notify.mail != NO_MAIL:
        troubles += _by_mail(workspace, told, wanted)
    if notify.webhook is not None and told.letters[0] in wanted:
        troubles += post(notify.webhook, _document(told, workspace.areas))
    return troubles


def _measured(workspace: Workspace, exit_code: int, counts: Mapping[str, int] | None) -> list[str]:
    """Write the metrics if they are wanted."""
    path = workspace.settings.notify.metrics
    return write_metrics(workspace.root / path, workspace.root, exit_code, counts) if path else []


def _by_mail(workspace: Workspace, told: Told, wanted: Sequence[Letter]) -> list[str]:
    """Send the letters to those who want them; what did not go out, and why."""
    notify, areas = workspace.settings.notify, workspace.areas
    towns, troubles = read_recipients(workspace.root / RECIPIENTS, areas)
    mails = list(_mails(wanted, {areas.district_code: list(notify.mail_to or ()), **towns}, told, areas))
    return [*troubles, *(send_all(mails, notify, workspace.root) if mails else [])]


def _document(told: Told, areas: AreaFrame) -> dict[str, Any]:
    """What another program is told: counts of the district and of each 镇街."""
    district, *towns = told.letters
    return {
        "outcome": PUBLISHED,
        "run": told.run,
        "exit_code": told.exit_code,
        "warnings": len(told.warnings),
        "district": {"code": district.area, "name": areas.district, **district.counts},
        "towns": [{"code": one.area, "name": areas.towns[one.area], **one.counts} for one in towns],
    }


def tell_failure(workspace: Workspace, title: str, message: str, exit_code: int) -> list[str]:
    """Tell the district of a night that gave no result.

    Args:
        workspace: the workspace.
        title: what kind of error it was.
        message: the error in our own words.
        exit_code: with which the program leaves.

    Returns:
        What did not arrive, and why.
    """
    notify, district = workspace.settings.notify, workspace.areas.district
    troubles = _measured(workspace, exit_code, None)
    if notify.mail != NO_MAIL and notify.mail_to:
        said = f"这次夜间运行没有发布新的结果，上一次的还在。\n\n{title}：{message}\n\n请看运行日志。\n"
        subject = f"【没有发布】{workspace.settings.survey.title}：{district}"
        troubles += send_all([Mail(district, notify.mail_to, subject, without_numbers(said))], notify, workspace.root)
    if notify.webhook is not None:
        troubles += post(notify.webhook, {"outcome": FAILED, "exit_code": exit_code})
    return troubles


def _wanted(workspace: Workspace, told: Told) -> list[Letter]:
    """The letters that are worth sending by the settings."""
    when = workspace.settings.notify.when
    if when == "always":
        return list(told.letters)
    if when == "changes":
        before = _before(workspace, told.run)
        return [one for one in told.letters if before is None or as_text(one) != _sent(before, one, workspace.areas)]
    district, *towns = told.letters
    needed = district.urgent or told.exit_code != 0 or bool(told.warnings)
    return [*([district] if needed else []), *(town for town in towns if town.urgent)]


def _before(workspace: Workspace, run: str) -> Path | None:
    """The folder of the run before this one, if there is one."""
    runs = [kept.folder for kept in kept_runs(workspace)]
    place = [one.id for one in runs].index(run)
    return runs[place - 1].path if place else None


def _sent(run: Path, letter: Letter, areas: AreaFrame) -> str:
    """A letter as an earlier run wrote it; empty if it did not."""
    town = areas.towns.get(letter.area)
    path = run / RESTRICTED / TOWNS / town / LETTER if town else run / STATISTICS / LETTER
    return path.read_text(encoding="utf-8-sig") if path.is_file() else ""


def _mails(letters: Sequence[Letter], to: Mapping[str, Sequence[str]], told: Told, areas: AreaFrame) -> Iterator[Mail]:
    for letter in letters:
        if to.get(letter.area):
            yours = letter.area == areas.district_code
            warnings = "".join(f"提醒：{warning}\n" for warning in told.warnings) if yours else ""
            whom = areas.towns.get(letter.area, areas.district)
            yield Mail(whom, to[letter.area], _subject(letter), f"{as_text(letter)}\n{warnings}", as_html(letter))


def _subject(letter: Letter) -> str:
    return f"{'【要办】' if letter.urgent else ''}{letter.title}"
