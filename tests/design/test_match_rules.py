"""Every match rule does what its examples say: the examples beside a rule are its tests."""

import pytest

from bishan_survey.design import load_design, widest_sheet
from bishan_survey.design.lint_matching import holds, pair_types, record_types
from bishan_survey.model import MatchRule

_DESIGN = load_design()
_OUTCOMES = {"holds": True, "fails": False}
_CASES = [
    pytest.param(rule, group, number, id=f"{rule.id}-{group}-{number}")
    for rule in _DESIGN.matching.rules
    for group in _OUTCOMES
    for number in range(len(getattr(rule, group)))
]


@pytest.mark.parametrize(("rule", "group", "number"), _CASES)
def test_example(rule: MatchRule, group: str, number: int) -> None:
    sheet = widest_sheet(_DESIGN, rule.unit)
    assert sheet is not None
    types = pair_types(_DESIGN.matching.of(rule.unit), record_types(_DESIGN, sheet))
    assert holds(rule.when, getattr(rule, group)[number], types) is _OUTCOMES[group]


@pytest.mark.parametrize("rule", _DESIGN.matching.rules, ids=lambda rule: rule.id)
def test_rule_tells_people_why(rule: MatchRule) -> None:
    assert len(rule.reason) > 4
    assert rule.source
    assert rule.mark
    assert rule.holds
    assert rule.fails
