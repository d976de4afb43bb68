"""How a night went, as a text file for the textfile collector of Prometheus' node_exporter. Counts alone, of nobody."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from bishan_survey.files import write_atomically
from bishan_survey.telling.heartbeat import FAILED, PUBLISHED, last_success

_PREFIX = "bishan_survey_"
_HELP = {
    "last_attempt_timestamp_seconds": "When a night last ended, however it ended.",
    "last_success_timestamp_seconds": "When a night last ended well; 0 if none has.",
    "last_exit_code": "With which code the last night ended.",
    "last_outcome": "How the last night ended: 1 at its outcome.",
    "villages": "Villages that should report, and those that have.",
    "records": "Records of persons.",
    "findings": "Findings that are open, and those that are fixed.",
}
_COUNTS = {
    "villages": ("villages", 'state="expected"'),
    "reported": ("villages", 'state="reported"'),
    "records": ("records", ""),
    "hard_open": ("findings", 'state="hard_open"'),
    "soft_open": ("findings", 'state="soft_open"'),
    "fixed": ("findings", 'state="fixed"'),
}


def write_metrics(path: Path, root: Path, exit_code: int, counts: Mapping[str, int] | None) -> list[str]:
    """Write the file, whole or not at all.

    Args:
        path: where to.
        root: the workspace, whose heartbeat knows of the last success.
        exit_code: with which the night ends.
        counts: the district's, of a night that was published; ``None``: it was not.

    Returns:
        Why it could not be written; nothing if it was.
    """
    now = datetime.now().astimezone()
    before = last_success(root) or {}
    success = now.timestamp() if counts is not None else _moment(before.get("ended"))
    outcome = FAILED if counts is None else PUBLISHED
    samples = [
        ("last_attempt_timestamp_seconds", "", now.timestamp()),
        ("last_success_timestamp_seconds", "", success),
        ("last_exit_code", "", exit_code),
        *(("last_outcome", f'outcome="{one}"', int(one == outcome)) for one in (PUBLISHED, FAILED)),
        *((*_COUNTS[name], count) for name, count in (counts or {}).items()),
    ]
    try:
        write_atomically(path, "".join(_lines(samples)).encode(), private=False)
    except OSError as error:
        return [f"指标文件 {path} 写不了：{error.strerror or type(error).__name__}"]
    return []


def _lines(samples: list[tuple[str, str, float]]) -> Iterator[str]:
    told = ""
    for name, labels, value in samples:
        if name != told:
            yield f"# HELP {_PREFIX}{name} {_HELP[name]}\n# TYPE {_PREFIX}{name} gauge\n"
        told = name
        yield f"{_PREFIX}{name}{{{labels}}} {value:.15g}\n" if labels else f"{_PREFIX}{name} {value:.15g}\n"


def _moment(ended: object) -> float:
    try:
        return datetime.fromisoformat(str(ended)).timestamp()
    except ValueError:
        return 0
