"""All definitions together, and the frame of one round of the survey."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from bishan_survey.model.delivery import DeliveryProfile
from bishan_survey.model.handwritten import SheetWords
from bishan_survey.model.indicators import DepartmentList, Indicator
from bishan_survey.model.last_year import NotCompared, TimeRule
from bishan_survey.model.matching import Matching
from bishan_survey.model.outputs import Grouping, TableShell
from bishan_survey.model.questionnaire import CodeList, Derived, Item, Questionnaire
from bishan_survey.model.roster import RosterDesign
from bishan_survey.model.rules import (
    Compound,
    EditRule,
    ImpliedText,
    LifecyclePolicy,
    Notice,
    ReturnsPolicy,
    SheetLayout,
    SurvivorRule,
)

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path


@dataclass(frozen=True)
class Design:
    """All definitions together, as loaded from ``templates/`` and ``validators/``."""

    root: Path
    questionnaires: Mapping[str, Questionnaire]
    code_lists: Mapping[str, CodeList]
    derived: tuple[Derived, ...]
    rules: tuple[EditRule, ...]
    implied: Mapping[str, ImpliedText]
    notices: Mapping[str, Notice]
    matching: Matching
    survivor_rules: tuple[SurvivorRule, ...]
    returns: ReturnsPolicy
    lifecycle: LifecyclePolicy
    corrections: SheetWords
    decisions: SheetWords
    changed_numbers: SheetWords
    roster: RosterDesign
    layout: SheetLayout
    compounds: tuple[Compound, ...]
    groupings: tuple[Grouping, ...]
    shells: tuple[TableShell, ...]
    profiles: Mapping[str, DeliveryProfile]
    lists: tuple[DepartmentList, ...]
    """Lists that departments keep."""
    indicators: tuple[Indicator, ...]
    time_rules: tuple[TimeRule, ...]
    not_compared: tuple[NotCompared, ...]
    digest: str
    """SHA-256 over the definition files: equal digests, equal definitions."""

    @cached_property
    def variable_labels(self) -> dict[str, str]:
        """Chinese label of every variable, asked or derived."""
        return {variable.name: variable.label for variable in self._variables()}

    @cached_property
    def variable_codes(self) -> dict[str, str]:
        """Id of the code list of every coded variable, asked or derived."""
        return {variable.name: variable.codes for variable in self._variables() if variable.codes}

    def _variables(self) -> list[Item | Derived]:
        items = [item for form in self.questionnaires.values() for sheet in form.sheets for item in sheet.items]
        return [*self.derived, *items]


@dataclass(frozen=True)
class Survey:
    """The frame of one round: which editions are open, the dates that ages and deadlines are told by."""

    title: str
    editions: tuple[str, ...]
    reference_date: date
    period_start: date
    period_end: date
