"""Synthetic districts: people who do not exist, in sheets as villages send them, with known faults and the answers."""

from bishan_survey.synthesis.sample import SampleSummary, write_sample

__all__ = ["SampleSummary", "write_sample"]
