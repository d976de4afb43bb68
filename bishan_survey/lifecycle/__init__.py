"""Findings from night to night: which are new, which stand, which are fixed or back, and how far everybody has come."""

from bishan_survey.lifecycle.league import is_fixed
from bishan_survey.lifecycle.persons import no_persons, with_persons
from bishan_survey.lifecycle.rules import flagged_rules, rule_statistics
from bishan_survey.lifecycle.stage import follow_up, live_on, no_lives

__all__ = [
    "flagged_rules",
    "follow_up",
    "is_fixed",
    "live_on",
    "no_lives",
    "no_persons",
    "rule_statistics",
    "with_persons",
]
