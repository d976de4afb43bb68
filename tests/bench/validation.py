"""Validation against a bare polars select of the same expressions, side by side on one frame of the sample district."""

import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from bishan_survey.design import load_design
from bishan_survey.intake import Submission, read_batch
from bishan_survey.validation import build_schema, checks_for, failures, type_records
from bishan_survey.workspace import Workspace

PAIRS = 15


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main(folder: Path) -> None:
    design = load_design()
    workspace = Workspace.open(folder, frozenset(design.questionnaires))
    survey = workspace.settings.survey
    received, _ = workspace.receive(datetime.now().astimezone())
    submissions = [Submission(file.name, file.archived, file.sha256, file.size) for file in received]
    batch = read_batch(submissions, design, survey, workspace.areas)
    sheet = design.questionnaires["bishan-2025"].sheet("person")
    frame = type_records(batch.records["bishan-2025", "person"], design, sheet, survey).frame
    checks = checks_for(design, "bishan-2025", "person")
    schema = build_schema(design, "bishan-2025", "person")
    expressions = [check.expression.alias(check.id) for check in checks]
    pairs = [
        (seconds(lambda: failures(frame, checks)), seconds(lambda: frame.select(expressions))) for _ in range(PAIRS)
    ]
    one_pass = statistics.median(ours / bare for ours, bare in pairs)
    print(
        json.dumps({"checks": len(checks), "columns": len(schema.columns), "records": frame.height, "ratio": one_pass})
    )


main(Path(sys.argv[1]))
