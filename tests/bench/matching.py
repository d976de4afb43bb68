"""Matching and deduplication of a labelled district: how long, how much memory, how good; the same for Splink's pairs.

``make FOLDER PEOPLE`` draws the district, ``ours FOLDER`` works on it, ``splink FOLDER`` tells how good the pairs are
that ``splink_pairs.py`` has written there. Each prints JSON.
"""

import json
import resource
import statistics
import sys
import time
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from bishan_survey.deduplication import deduplicate, match_records
from bishan_survey.deduplication.features import with_features
from bishan_survey.deduplication.groups import components
from bishan_survey.design import load_design
from bishan_survey.frames import STATUS
from bishan_survey.model import Survey
from bishan_survey.validation import type_batch
from tests.batches import batch_of
from tests.deduplication.labelled import PERSON, labelled
from tests.deduplication.score import Score, score, told

RECORDS, PEOPLE, LABELS, CHANGES, PAIRS = (
    "records.parquet",
    "people.parquet",
    "labels.parquet",
    "changes.json",
    "pairs.parquet",
)
SURE, PERHAPS = 0.999, 0.5
"""Splink's match probability from which a pair is merged without asking, and from which people are asked."""
_SHOWN = ("name", "name_sound", "number_now", "number_plain", "birth_told", "sex_told", "household_key", "own_mobile")


def make(folder: Path, people: int) -> dict[str, Any]:
    """Typed records, what they are matched by, and the answers."""
    design = load_design()
    survey = Survey("测试调查", (PERSON[0],), date(2025, 6, 30), date(2025, 6, 1), date(2025, 11, 30))
    made = labelled(design, people)
    typed = type_batch(made.batch, design, survey).records[PERSON].with_columns(pl.lit("accepted").alias(STATUS))
    typed.write_parquet(folder / RECORDS)
    made.labels.write_parquet(folder / LABELS)
    (folder / CHANGES).write_text(json.dumps(made.changes), encoding="utf-8")
    known = with_features(typed, design.matching.of("person").features, made.changes)
    shown = known.select(*_SHOWN, "address", number=pl.coalesce("number_now", "identity_no", "number_plain"))
    shown.with_row_index("record").write_parquet(folder / PEOPLE)
    return {"records": typed.height, "persons": made.labels["person"].n_unique()}


def ours(folder: Path, repeats: int = 5) -> dict[str, Any]:
    """Time, memory and goodness of the program's own matching."""
    design = load_design()
    batch = batch_of(records={PERSON: pl.read_parquet(folder / RECORDS)})
    changes = json.loads((folder / CHANGES).read_text(encoding="utf-8"))
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        done = deduplicate(match_records(batch, design, changes), design)
        seconds.append(time.perf_counter() - started)
    used = {
        "seconds": statistics.median(seconds),
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    labels = pl.read_parquet(folder / LABELS)
    return used | goodness(score(*told(done, labels), labels))


def splink(folder: Path) -> dict[str, Any]:
    """How good Splink's pairs are; and how good, had one known from which probability on none is wrong."""
    pairs = pl.read_parquet(folder / PAIRS).select(pl.col("one", "other").cast(pl.UInt32), "probability")
    labels = pl.read_parquet(folder / LABELS)
    person = labels["person"]
    wrong = pairs.filter(person[pairs["one"]] != person[pairs["other"]])["probability"].max()
    return _splink(pairs, SURE, labels) | {"with_the_key": _splink(pairs, float(wrong) + 1e-12, labels)}


def _splink(pairs: pl.DataFrame, sure: float, labels: pl.DataFrame) -> dict[str, Any]:
    group = components(pairs.filter(pl.col("probability") >= sure))
    merged = pl.DataFrame({"record": group.keys(), "group": group.values()}, schema_overrides={"record": pl.UInt32()})
    asked = pairs.filter(pl.col("probability").is_between(PERHAPS, sure, closed="left")).select("one", "other")
    return goodness(score(merged, asked, labels))


def goodness(found: Score) -> dict[str, Any]:
    """The figures that people compare."""
    rates = {"precision": found.precision, "recall": found.recall, "through_questions": found.through_questions}
    return asdict(found) | rates


if __name__ == "__main__":
    task, place, *rest = sys.argv[1:]
    work = {"make": make, "ours": ours, "splink": splink}[task]
    print(json.dumps(work(Path(place), *map(int, rest))))
