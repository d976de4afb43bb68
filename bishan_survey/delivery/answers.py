"""The list that a receiving system gives back, matched to what was delivered: by number, and by nothing else."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from bishan_survey import frames
from bishan_survey.delivery.past import ACCEPTED, REJECTED, WAITING, PastDelivery
from bishan_survey.handwritten import HandwrittenLine, SheetKind, folded, squeezed
from bishan_survey.hashes import BETWEEN
from bishan_survey.model import DeliveryProfile, DeliveryReceipt, SheetWord, SheetWords, WordKind

TROUBLES = {
    "blank": "没有写是哪一条（{key}）",
    "unknown": "不在这次上报的名单里；号码要与上报的完全相同，请核对是不是别的一次的，长号码有没有变样",
    "ambiguous": "对得上这次上报的不止一条",
    "undecided": "看不出是成功还是失败；请在上报格式的 [receipt] 里补上这种写法",
    "repeated": "同一条写了几行，结果相同，只算一次",
    "contradicts": "同一条写了几行，结果不同，都没有记",
}
"""What is wrong with a line of such a list."""
_STATUS, _REASON = "status", "reason"


@dataclass(frozen=True)
class Matched:
    """What a list says."""

    answers: pl.DataFrame
    """``frames.ANSWERED``, in the order of the delivery."""
    troubles: tuple[tuple[str, int, str], ...]
    """File, line and kind of trouble (:data:`TROUBLES`), in the order of the lines."""


def receipt_sheet(profile: DeliveryProfile, receipt: DeliveryReceipt) -> SheetKind:
    """The list of a profile as a sheet that can be read in any layout."""
    keys = [SheetWord(WordKind.COLUMN, header, header, receipt.keys.get(header, ())) for header in profile.key]
    others = [
        SheetWord(WordKind.COLUMN, name, headings[0], headings[1:])
        for name, headings in ((_STATUS, receipt.status), (_REASON, receipt.reason))
        if headings
    ]
    return SheetKind(
        "回执",
        SheetWords((*keys, *others)),
        "不是这些列名的，请在上报格式的 [receipt] 里补上",
        optional=frozenset({_REASON} if not receipt.unmarked else {_REASON, _STATUS}),
    )


def matched(
    lines: Sequence[HandwrittenLine],
    past: PastDelivery,
    profile: DeliveryProfile,
    receipt: DeliveryReceipt,
    *,
    rest_accepted: bool,
) -> Matched:
    """Match the lines of a list to the records of a delivery.

    Args:
        lines: of the list.
        past: the delivery that it is about.
        profile: what names a record.
        receipt: the words of the list.
        rest_accepted: whether people say that all was taken that is on no list. It is not believed where a line of the
            list may be of anybody.
    """
    known = _known(past)
    judged = [_judged(line, known, profile, receipt) for line in lines]
    said: dict[str, list[_Judged]] = defaultdict(list)
    for one in judged:
        if one.key is not None:
            said[one.key].append(one)
    sure = {key: told[0] for key, told in said.items() if len({one.outcome for one in told}) == 1}
    stray = any(one.key is None for one in judged)
    frame = _answers(past, sure, listed=None if stray or not rest_accepted else said.keys())
    troubles = ((one.line.file, one.line.number, trouble) for one in judged for trouble in _troubles(one, said))
    return Matched(frame, tuple(troubles))


@dataclass(frozen=True, slots=True)
class _Judged:
    """A line, the record that it is of, what it says of it, and why that is not known."""

    line: HandwrittenLine
    key: str | None = None
    outcome: str | None = None
    trouble: str | None = None


def _judged(
    line: HandwrittenLine, known: Mapping[str, list[str]], profile: DeliveryProfile, receipt: DeliveryReceipt
) -> _Judged:
    parts = [line.texts[header] for header in profile.key]
    found = known.get(_folded_key(parts), [])
    if not all(map(folded, parts)):
        return _Judged(line, trouble="blank")
    if len(found) != 1:
        return _Judged(line, trouble="ambiguous" if found else "unknown")
    outcome = _outcome(line.texts, receipt)
    return _Judged(line, found[0], outcome, None if outcome else "undecided")


def _troubles(one: _Judged, said: Mapping[str, Sequence[_Judged]]) -> Iterator[str]:
    if one.trouble:
        yield one.trouble
    together = said.get(one.key or "", ())
    if len(together) > 1:
        yield "repeated" if len({other.outcome for other in together}) == 1 else "contradicts"


def _known(past: PastDelivery) -> Mapping[str, list[str]]:
    """The keys of a delivery by how they are compared."""
    known = defaultdict(list)
    for key in past.delivered["key"]:
        known[_folded_key(key.split(BETWEEN))].append(key)
    return known


def _folded_key(parts: Sequence[str]) -> str:
    return BETWEEN.join(folded(part).removeprefix("'").strip().upper() for part in parts)


def _outcome(texts: Mapping[str, str], receipt: DeliveryReceipt) -> str | None:
    """What a line says of its record; none if that is not sure."""
    if _STATUS not in texts:
        return receipt.unmarked or None
    status = squeezed(texts[_STATUS])
    for outcome, words in ((ACCEPTED, receipt.accepted), (REJECTED, receipt.rejected)):
        if status in {squeezed(word) for word in words}:
            return outcome
    return None


def _answers(past: PastDelivery, sure: Mapping[str, _Judged], listed: Collection[str] | None) -> pl.DataFrame:
    """What is said of each record; ``listed``: the keys on the list, where all others that wait were taken."""
    rows: list[tuple[str, str, str | None, int | None]] = []
    for key, before in past.standing().select("key", "outcome").iter_rows():
        told = sure.get(key)
        if told and told.outcome:
            rows.append((key, told.outcome, folded(told.line.texts.get(_REASON, "")) or None, told.line.number))
        elif listed is not None and key not in listed and before == WAITING:
            rows.append((key, ACCEPTED, None, None))
    kinds = {name: column.dtype.type for name, column in frames.ANSWERED.columns.items()}
    return frames.stack(frames.ANSWERED, [pl.DataFrame(rows, schema=kinds, orient="row")])
