"""Records of all towns: which are of one person, and which of them counts."""

from bishan_survey.deduplication.changed_numbers import changed_numbers, numbers_now, with_changed_numbers
from bishan_survey.deduplication.matching import match_records
from bishan_survey.deduplication.stage import deduplicate

__all__ = ["changed_numbers", "deduplicate", "match_records", "numbers_now", "with_changed_numbers"]
