"""Records of all towns: which are of one person, and which of them counts."""

from bishan_survey.deduplication.matching import match_records
from bishan_survey.deduplication.stage import deduplicate

__all__ = ["deduplicate", "match_records"]
