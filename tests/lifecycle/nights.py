"""Nights over files, one after another, each remembering what the one before did."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import polars as pl

from bishan_survey import frames
from bishan_survey.lifecycle import follow_up, no_lives
from bishan_survey.model import AreaFrame, Batch, Design, FollowUp, Survey
from bishan_survey.validation import checks_in_force
from tests.returns.sending import File, night

FIRST = datetime(2025, 11, 1, 2, tzinfo=UTC)


class Nights:
    """A district whose nights follow each other, a day apart."""

    def __init__(self, design: Design, survey: Survey, areas: AreaFrame) -> None:
        self._parts = design, survey, areas
        self._checks = checks_in_force(design, survey)
        self.lives = no_lives()
        self.night = 0

    def over(self, *files: File, changed: Callable[[Batch], Batch] = lambda batch: batch) -> FollowUp:
        """The next night, over what is in the inbox; ``changed`` is what happens to the batch on the way."""
        return self.after(changed(night(*self._parts, *files)))

    def after(self, batch: Batch) -> FollowUp:
        """The next night, over a batch."""
        design, _, areas = self._parts
        followed = follow_up(batch, self.lives, self._checks, design, areas, moment(self.night))
        assert followed.tonight.height == batch.findings.height
        self.lives = followed.lives
        self.night += 1
        return followed


def moment(number: int) -> str:
    """When a night was."""
    return (FIRST + timedelta(days=number)).isoformat(timespec="seconds")


def statuses(followed: FollowUp) -> dict[tuple[str, str | None], list[str]]:
    """Statuses by rule and item."""
    told: dict[tuple[str, str | None], list[str]] = {}
    for rule, item, status in followed.lives.findings.select("rule", "item", "status").rows():
        told.setdefault((rule, item), []).append(status)
    return {of: sorted(found) for of, found in sorted(told.items())}


def life(followed: FollowUp, rule: str) -> dict[str, object]:
    """The only remembered finding of a rule."""
    return followed.lives.findings.row(by_predicate=pl.col("rule") == rule, named=True)


def accepting(rule: str) -> Callable[[Batch], Batch]:
    """What a sheet of corrections does to findings that people have accepted."""

    def accept(batch: Batch) -> Batch:
        severity = pl.when(pl.col("rule") == rule).then(pl.lit("accepted")).otherwise("severity")
        return replace(batch, findings=batch.findings.with_columns(severity=severity))

    return accept


def without(rule: str) -> Callable[[Batch], Batch]:
    """What a changed definition does: a rule says nothing any more."""
    return lambda batch: replace(batch, findings=batch.findings.filter(pl.col("rule") != rule))


def saying(**finding: object) -> Callable[[Batch], Batch]:
    """A finding about a file as a whole."""
    told = {"severity": "hard", "message": "", "action": "", "records": 0} | finding
    one = pl.DataFrame([told], infer_schema_length=None)
    return lambda batch: replace(batch, findings=frames.stack(frames.FINDINGS, [batch.findings, one]))
