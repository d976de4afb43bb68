"""Where every row went: the conservation of rows."""

import polars as pl

from bishan_survey.errors import InternalError
from bishan_survey.frames import STATUS
from bishan_survey.model import Batch, Ledger


def ledger_of(batch: Batch) -> Ledger:
    """Count the rows read, over all sheets, and what became of them.

    Raises:
        InternalError: a row is unaccounted for, or counted twice.
    """
    statuses = pl.concat([frame[STATUS] for frame in batch.records.values()])
    counts = dict(statuses.value_counts().iter_rows())
    ledger = Ledger(
        read=int(batch.sources["rows_read"].sum()),
        accepted=counts.get("accepted", 0),
        held=counts.get("held", 0),
        duplicate=counts.get("duplicate", 0),
        superseded=counts.get("superseded", 0),
        not_a_record=batch.not_records.height,
    )
    if not ledger.balanced:
        raise InternalError(f"行数不平衡：{ledger}")
    return ledger
