"""Lists that others keep, compared with what villages send."""

from bishan_survey.registers.reading import hindering, roster_of
from bishan_survey.registers.roster import check_roster

__all__ = ["check_roster", "hindering", "roster_of"]
