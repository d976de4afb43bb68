"""Which of a village's files counts: later ones take the place of earlier ones, record by record, and it is told."""

from bishan_survey.returns.stage import sent_again, settle_returns, still_counting, with_superseded

__all__ = ["sent_again", "settle_returns", "still_counting", "with_superseded"]
