"""Records of all towns into one record per unit, with a reason for each link."""

from bishan_survey.deduplication.stage import deduplicate

__all__ = ["deduplicate"]
