"""Every edit rule does what its examples say: the examples beside a rule are its tests."""

import pytest

from bishan_survey.design import load_design, variable_types
from bishan_survey.design.lint import outcome
from bishan_survey.design.sql import rules_for
from bishan_survey.model import EditRule

_DESIGN = load_design()
_OUTCOMES = {"holds": True, "fails": False, "unknown": None}
_CASES = [
    pytest.param(rule, group, number, id=f"{rule.id}-{group}-{number}")
    for rule in _DESIGN.rules
    for group in _OUTCOMES
    for number in range(len(getattr(rule, group)))
]


def _types(rule: EditRule):
    home = next(
        sheet
        for form in _DESIGN.questionnaires.values()
        for sheet in form.sheets
        if rule in rules_for(_DESIGN, form.edition, sheet.unit)
    )
    return variable_types(_DESIGN, home)


@pytest.mark.parametrize(("rule", "group", "number"), _CASES)
def test_example(rule: EditRule, group: str, number: int) -> None:
    example = getattr(rule, group)[number]
    assert outcome(rule.check, example, _types(rule)) is _OUTCOMES[group]


def test_there_are_enough_rules_for_the_district() -> None:
    rules = {rule.id for unit in ("person", "village") for rule in rules_for(_DESIGN, "bishan-2025", unit)}
    assert len(rules) >= 80


@pytest.mark.parametrize("rule", _DESIGN.rules, ids=lambda rule: rule.id)
def test_rule_tells_people_what_to_do(rule: EditRule) -> None:
    assert len(rule.message) > 4
    assert len(rule.action) > 4
    assert rule.source
    assert rule.mark
