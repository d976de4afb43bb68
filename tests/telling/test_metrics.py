"""The metrics: what a collector reads, whole, of a good night and of one that failed."""

import re
from datetime import UTC, datetime
from pathlib import Path

from bishan_survey.telling.heartbeat import PUBLISHED, heartbeat
from bishan_survey.telling.metrics import write_metrics

_COUNTS = {"villages": 191, "reported": 180, "records": 17000, "hard_open": 3, "soft_open": 2, "fixed": 1}
_SAMPLE = re.compile(r"([a-z_]+(?:\{[a-z]+=\"[a-z_]+\"\})?) ([0-9.e+]+)")


def read(path: Path) -> dict[str, float]:
    """The samples, by name and labels; every line is a sample or tells of one."""
    lines = path.read_text(encoding="utf-8").splitlines()
    samples = [_SAMPLE.fullmatch(line) for line in lines if not line.startswith(("# HELP ", "# TYPE "))]
    assert all(samples)
    return {sample[1]: float(sample[2]) for sample in samples if sample}


def test_a_good_night_has_its_counts(tmp_path: Path) -> None:
    path = tmp_path / "a.prom"
    assert write_metrics(path, tmp_path, 5, _COUNTS) == []
    told = read(path)
    assert told['bishan_survey_villages{state="reported"}'] == 180
    assert told["bishan_survey_records"] == 17000
    assert told['bishan_survey_last_outcome{outcome="published"}'] == 1
    assert told["bishan_survey_last_exit_code"] == 5
    assert told["bishan_survey_last_success_timestamp_seconds"] == told["bishan_survey_last_attempt_timestamp_seconds"]
    assert [one.name for one in tmp_path.iterdir()] == ["a.prom"]


def test_a_failed_night_keeps_when_the_last_good_one_was(tmp_path: Path) -> None:
    (tmp_path / "survey.toml").touch()
    path = tmp_path / "a.prom"
    write_metrics(path, tmp_path, 4, None)
    assert read(path)["bishan_survey_last_success_timestamp_seconds"] == 0
    with heartbeat(tmp_path, datetime.now(UTC)) as beat:
        beat.ended(PUBLISHED, "20251101-020000", 0)
    write_metrics(path, tmp_path, 4, None)
    told = read(path)
    assert told["bishan_survey_last_success_timestamp_seconds"] > 1_700_000_000
    assert told['bishan_survey_last_outcome{outcome="failed"}'] == 1
    assert "bishan_survey_records" not in told


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (told,) = write_metrics(tmp_path / "none" / "a.prom", tmp_path, 0, _COUNTS)
    assert "写不了" in told
