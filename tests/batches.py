"""Batches as the stages take them, for tests that begin behind intake."""

from typing import Any

from bishan_survey import frames
from bishan_survey.model import Batch

_CONTRACTS = {
    "sources": frames.SOURCES,
    "columns": frames.COLUMNS,
    "findings": frames.FINDINGS,
    "normalised": frames.NORMALISED,
    "not_records": frames.NOT_RECORDS,
    "extras": frames.EXTRAS,
    "lacking": frames.FINDINGS,
    "corrections": frames.CORRECTIONS,
    "pairs": frames.PAIRS,
    "changed_numbers": frames.CHANGED_NUMBERS,
    "decisions": frames.DECISIONS,
    "questions": frames.QUESTIONS,
    "links": frames.LINKS,
    "returns": frames.RETURNS,
    "differences": frames.DIFFERENCES,
}


def batch_of(**parts: Any) -> Batch:
    """A batch of these parts; the frames that are not named are empty."""
    nothing = {name: frames.empty(contract) for name, contract in _CONTRACTS.items()}
    return Batch(**({"records": {}} | nothing | parts))
