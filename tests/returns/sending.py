"""Files as villages send them, without workbooks: who is in them, and when they came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from bishan_survey import frames
from bishan_survey.examination import examine_batch
from bishan_survey.model import AreaFrame, Batch, Design, Survey
from bishan_survey.returns import sent_again, settle_returns
from bishan_survey.validation import type_batch
from tests.batches import batch_of
from tests.conftest import EDITION
from tests.people import adult, certificate, identity

VILLAGE, OTHER_VILLAGE = "500120001001", "500120001201"
PERSON, RESOURCES = (EDITION, "person"), (EDITION, "village")
_NAMES = "零甲乙丙丁戊己庚辛壬癸"
ITEMS = ("certificate_no", "mobile", "education", "survey_date")


@dataclass(frozen=True)
class File:
    """One file: its people, or why there are none."""

    name: str
    people: Sequence[Mapping[str, str]] = ()
    village: str | None = VILLAGE
    received: str | None = None
    saved: str | None = None
    resources: Mapping[str, str] | None = None
    copy_of: str | None = None
    declared_none: bool = False
    usable: bool = True


def person(order: int, **changes: str) -> dict[str, str]:
    """Somebody of a number, a name and a household of their own; ``at`` is another village than the file's."""
    own = {"certificate_no": certificate(order=order), "household_head_id": identity("19500101", order)}
    return adult(**own | {"name": f"试验{_NAMES[order % len(_NAMES)]}"} | changes)


def sent(design: Design, *files: File) -> Batch:
    """What intake would make of files: verbatim records at cells, a row to a person, a column to an item."""
    records = {
        (EDITION, sheet.unit): _records(files, sheet.unit, design) for sheet in design.questionnaires[EDITION].sheets
    }
    return batch_of(
        sources=frames.stack(frames.SOURCES, [pl.DataFrame([_source(f) for f in files], infer_schema_length=None)]),
        columns=_columns(files, design),
        records=records,
    )


def settled(design: Design, survey: Survey, areas: AreaFrame, *files: File) -> Batch:
    """What the stage of returns makes of files."""
    read = sent(design, *files)
    return settle_returns(read, type_batch(sent_again(read), design, survey), design, survey, areas)


def night(design: Design, survey: Survey, areas: AreaFrame, *files: File) -> Batch:
    """A night over files, from verbatim records on."""
    return examine_batch(sent(design, *files), design, survey, areas, Silent())


class Silent:
    """Nobody watches."""

    def begin(self, title: str, total: int) -> None:
        """Nothing."""

    def advance(self) -> None:
        """Nothing."""


def _source(file: File) -> dict[str, object]:
    return {
        "file": file.name,
        "sha256": file.copy_of or file.name,
        "bytes": 1,
        "village": file.village,
        "town": file.village[:9] if file.village else None,
        "rows_read": len(file.people) + (file.resources is not None),
        "usable": file.usable,
        "received": file.received,
        "saved_at": file.saved,
        "copy_of": file.copy_of,
        "declared_none": file.declared_none,
    }


def _records(files: Sequence[File], unit: str, design: Design) -> pl.DataFrame:
    sheet = design.questionnaires[EDITION].sheet(unit)
    assert sheet is not None
    rows = []
    for file in files:
        lines = file.people if unit == "person" else [file.resources] if file.resources is not None else []
        for number, answers in enumerate(lines, 2):
            village = answers.get("at", file.village)
            place = {"_file": file.name, "_sheet": sheet.name, "_row": number, "_village": village}
            rows.append(
                place | {"_town": village[:9] if village else None} | {n: answers.get(n) or None for n in sheet.by_name}
            )
    schema = frames.ADDRESS | dict.fromkeys(sheet.by_name, pl.String())
    known = {"village_known": True, "village_recognised": True, "village_matches": True}
    frame = pl.DataFrame(rows, schema=schema).with_columns(pl.lit(v).alias(n) for n, v in known.items())
    return frame.select(*frames.ADDRESS, *known, *sheet.by_name)


def _columns(files: Sequence[File], design: Design) -> pl.DataFrame:
    sheet = design.questionnaires[EDITION].sheet("person")
    assert sheet is not None
    rows = [
        {"file": file.name, "sheet": sheet.name, "edition": EDITION, "unit": "person", "column": column}
        | {"header": item, "item": item, "how": "exact", "score": 100.0}
        for file in files
        for column, item in zip("ABCD", ITEMS, strict=True)
    ]
    return frames.stack(frames.COLUMNS, [pl.DataFrame(rows)])
