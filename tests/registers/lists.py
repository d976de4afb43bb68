"""Rosters and what villages send, compared as a night does."""

from bishan_survey.examination import OfficeInput, examine_batch
from bishan_survey.model import AreaFrame, Batch, Design, Roster, Survey
from bishan_survey.registers import roster_of
from tests.returns.sending import File, Silent, night, sent

HERE, NEAR, FAR, FURTHER = "500120001001", "500120001201", "500120107001", "500120107201"
"""Two villages of one 镇街, and two of another."""


class Office:
    """A district whose office has a roster."""

    def __init__(self, design: Design, survey: Survey, areas: AreaFrame) -> None:
        self.parts = design, survey, areas

    def roster(self, *files: File) -> Roster:
        """The roster of some files."""
        return roster_of(night(*self.parts, *files), self.parts[0])

    def night(self, roster: Roster | None, *files: File) -> Batch:
        """A night over what villages send."""
        design, survey, areas = self.parts
        return examine_batch(sent(design, *files), design, survey, areas, Silent(), OfficeInput(roster=roster))
