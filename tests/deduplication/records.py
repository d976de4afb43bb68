"""Records of persons that say only what a test is about; everything else is missing."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from bishan_survey import frames
from bishan_survey.deduplication import deduplicate, match_records
from bishan_survey.design import variable_types
from bishan_survey.frames import STATUS
from bishan_survey.model import Batch, Design
from tests.batches import batch_of
from tests.conftest import EDITION

PERSON = (EDITION, "person")
HERE, NEXT_DOOR, ELSEWHERE = "500120001001", "500120001201", "500120107001"


def record(number: str | None = None, name: str | None = None, **answers: Any) -> dict[str, Any]:
    """A record under a certificate number; ``at`` is its village.

    The first 18 characters are taken for good; ``held``: checks hold it.
    """
    identity = number[:18] if number and len(number) >= 18 else None
    known = {"person_key": identity, "identity_no": identity, "certificate_length": len(number) if number else None}
    return {"certificate_no": number, "name": name, "at": HERE} | known | answers


def validated(records: Sequence[Mapping[str, Any]], design: Design) -> Batch:
    """A batch of these records, each village's in its file, accepted by all checks."""
    sheet = design.questionnaires[EDITION].sheet("person")
    assert sheet is not None
    types = variable_types(design, sheet)
    rows = [
        {"_file": f"{one['at']}.xlsx", "_sheet": "表", "_row": number, "_village": one["at"], "_town": one["at"][:9]}
        | {STATUS: "held" if one.get("held") else "accepted"}
        | {name: value for name, value in one.items() if name not in ("at", "held")}
        for number, one in enumerate(records, 2)
    ]
    frame = pl.DataFrame(rows, schema=frames.ADDRESS | {STATUS: pl.String()} | types, orient="row")
    columns = pl.DataFrame(
        [
            {"file": f"{at}.xlsx", "sheet": "表", "edition": EDITION, "unit": "person", "column": "C"}
            | {"header": "残疾人证号", "item": "certificate_no", "how": "exact", "score": 100.0}
            for at in sorted({one["at"] for one in records})
        ]
    )
    return batch_of(columns=columns, records={PERSON: frame})


def counted(records: Sequence[Mapping[str, Any]], design: Design, changes: Mapping[str, str] | None = None) -> Batch:
    """The batch after matching and deduplication."""
    return deduplicate(match_records(validated(records, design), design, changes), design)


def verdicts(batch: Batch) -> list[tuple[str, str]]:
    """Rule and verdict of each pair."""
    return batch.pairs.select("rule", "verdict").rows()


def outcomes(batch: Batch) -> list[str]:
    """What has become of the records, in their order."""
    return batch.records[PERSON][STATUS].to_list()
