"""When each content was first met: ``archive/received.csv``, by which a village's later file is told from its earlier.

A line that cannot be read stops the run and is told by its number. Passing over it would make an old file look as if
it had come tonight, and let it take the place of a newer one without a word; stopping loses nothing, since originals
and yesterday's results stay where they are.
"""

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bishan_survey.errors import WorkspaceError

RECEIPTS_FILE = "received.csv"
_COLUMNS = ("sha256", "name", "bytes", "received")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_TOLD = 5
_ADVICE = (
    "它记着每份原件最早是什么时候收到的。请从备份中恢复，或用记事本改正；"
    "改不了的行可以删去，那一份就算是下次运行时收到的。原件不会丢失"
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """That a content was met, and when for the first time."""

    sha256: str
    name: str
    """What the file was called then, for people who look it up."""
    size: int
    received: str
    """ISO 8601, to the second."""


Receipts = dict[str, Receipt]
"""By content, in order of arrival."""


def with_arrivals(known: Receipts, arrived: Iterable[tuple[str, str, int]], now: datetime) -> Receipts:
    """Receipts with those of contents (hash, name, size) that were not met before: all of them arrive now.

    A clock that was set back makes nothing older than what came before it: the moment after the latest counts then.
    """
    latest = max((datetime.fromisoformat(receipt.received).astimezone() for receipt in known.values()), default=now)
    moment = (now if latest <= now else latest + timedelta(seconds=1)).isoformat(timespec="seconds")
    receipts = dict(known)
    for sha256, name, size in arrived:
        receipts.setdefault(sha256, Receipt(sha256, name, size, moment))
    return receipts


def receipts_csv(receipts: Receipts) -> bytes:
    """Receipts as CSV, with the mark by which spreadsheet programs know UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows((r.sha256, r.name, r.size, r.received) for r in receipts.values())
    return text.getvalue().encode("utf-8-sig", errors="backslashreplace")  # a name may hold what is no character


def read_receipts(path: Path) -> Receipts:
    """The receipts of a workspace; none if there is no file yet.

    Raises:
        WorkspaceError: something in the file cannot be read.
    """
    if not path.is_file():
        return {}
    try:
        reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))
        lines = [(reader.line_num, row) for row in reader]
    except (UnicodeDecodeError, csv.Error):
        raise _unreadable(path, "不是 UTF-8 编码的 CSV 文件") from None
    if missing := set(_COLUMNS) - set(reader.fieldnames or ()):
        raise _unreadable(path, f"缺少列 {'、'.join(sorted(missing))}")
    return _understood(path, lines)


def _understood(path: Path, lines: list[tuple[int, dict[str, str]]]) -> Receipts:
    receipts: Receipts = {}
    wrong = []
    for number, row in lines:
        receipt = _receipt(row)
        if receipt is None:
            wrong.append(number)
        else:
            receipts.setdefault(receipt.sha256, receipt)
    if wrong:
        more = f"等共{len(wrong)}行" if len(wrong) > _TOLD else ""
        raise _unreadable(path, f"第{'、'.join(map(str, wrong[:_TOLD]))}行{more}看不懂")
    return receipts


def _receipt(row: dict[str, str]) -> Receipt | None:
    try:
        receipt = Receipt(row["sha256"], row["name"], int(row["bytes"]), row["received"])
        datetime.fromisoformat(receipt.received)
    except (TypeError, ValueError):
        return None
    return receipt if _DIGEST.fullmatch(receipt.sha256) else None


def _unreadable(path: Path, what: str) -> WorkspaceError:
    return WorkspaceError(f"{path.parent.name}/{path.name} {what}", _ADVICE)
