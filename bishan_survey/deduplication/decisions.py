"""Decisions of the district replayed: which of them hold of tonight's pairs, and what becomes of every line."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from bishan_survey import frames
from bishan_survey.deduplication.groups import components
from bishan_survey.deduplication.rulings import Ruling, RulingReader, Told, is_answered
from bishan_survey.handwritten import HandwrittenLine
from bishan_survey.model import Decision, DecisionOutcome, SheetWords, Verdict

_SIDES = ("one", "other")
_IN_FORCE, _REFUSED = DecisionOutcome.IN_FORCE, DecisionOutcome.REFUSED
_HOLDING = (_IN_FORCE, DecisionOutcome.PENDING)


@dataclass
class Court:
    """Hears the lines of all sheets of decisions, unit by unit, and tells at the end what became of each."""

    words: SheetWords
    rulings: Sequence[Ruling] = ()
    told: dict[int, Told] = field(default_factory=dict)
    """What became of a ruling, by its place among them; the others have met no pair so far."""

    @classmethod
    def of(cls, lines: Iterable[HandwrittenLine], words: SheetWords) -> "Court":
        """A court that hears these lines; those on which nobody has written anything are left out."""
        reader = RulingReader(words)
        return cls(words, [reader.ruling(line) for line in lines if is_answered(line)])

    def decide(self, judged: pl.DataFrame) -> pl.DataFrame:
        """Judged pairs of a unit with what is decided of them: ``decision``, ``released``, and the verdict from it.

        A decision holds of the very pair and the very values that it was made on. Decisions that contradict each
        other are all refused: nobody can tell which of them is meant.
        """
        wanted = [ruling.pair for ruling in self.rulings if ruling.pair]
        met = {pair["pair"]: pair for pair in judged.filter(pl.col("pair").is_in(wanted)).iter_rows(named=True)}
        heard, stale = self._heard(met)
        self._refuse_contradicting(met, self._one_to_a_pair(heard))
        self._overtake(stale, heard)
        holding = [place for place in heard if self.told[place].outcome in _HOLDING]
        decisions = {self._pair(place): self.rulings[place].decision for place in holding}
        released = [
            self._pair(place)
            for place in heard
            if self.rulings[place].released and self.told[place].outcome is not _REFUSED
        ]
        decision = pl.col("pair").replace_strict(decisions, default=None, return_dtype=pl.String)
        joins = decision.is_in([one.value for one in Decision if one.joins])
        return judged.with_columns(
            decision=decision,
            released=pl.col("pair").is_in(released),
            verdict=pl.when(joins)
            .then(pl.lit(Verdict.SAME.value))
            .when(decision == Decision.DIFFERENT.value)
            .then(pl.lit(Verdict.DIFFERENT.value))
            .otherwise("verdict"),
        )

    def give_up(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """Pairs after contradictions: a decision that would make one person of two who surely are not is refused."""
        torn = pl.col("contradicted") & pl.col("decision").is_not_null()
        lost = set(pairs.filter(torn)["pair"])
        for place, told in self.told.items():
            if told.outcome is _IN_FORCE and self.rulings[place].pair in lost:
                self.told[place] = Told(_REFUSED, self.words.remark("torn"))
        return pairs.with_columns(decision=pl.when(~torn).then("decision"))

    def record(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """Every line with what became of it, once all units are heard."""
        self._say_what_remains(pairs)
        places = pairs.select("pair", *(f"{side}_{name}" for side in _SIDES for name in (*frames.PLACE, *frames.AREA)))
        rows = [self._row(place, ruling) for place, ruling in enumerate(self.rulings)]
        lines = pl.DataFrame(rows, schema=_LINE)
        placed = lines.join(places.unique("pair"), on="pair", how="left", maintain_order="left")
        return frames.stack(frames.DECISIONS, [placed])

    def _pair(self, place: int) -> str:
        return str(self.rulings[place].pair)

    def _heard(self, met: Mapping[str, dict[str, Any]]) -> tuple[list[int], list[int]]:
        """The rulings that are about a pair of tonight as it is, and those about one as it was."""
        heard, stale = [], []
        for place, ruling in enumerate(self.rulings):
            pair = met.get(ruling.pair or "")
            if ruling.problems or pair is None:
                continue
            if pair["basis"] == ruling.basis:
                heard.append(place)
            else:
                stale.append(place)
                self.told[place] = Told(DecisionOutcome.STALE, self.words.remark("changed"))
        return heard, stale

    def _overtake(self, stale: Sequence[int], heard: Sequence[int]) -> None:
        """Decisions on what has changed since ask for nothing more where the pair has been decided again."""
        holding = {self._pair(place): place for place in heard if self.told[place].outcome in _HOLDING}
        for place in stale:
            if (by := holding.get(self._pair(place))) is not None:
                self.told[place] = Told(DecisionOutcome.ALREADY, self.words.remark("decided", line=self._line(by)))

    def _say_what_remains(self, pairs: pl.DataFrame) -> None:
        """Tell of decisions that are done, but by which nobody counts until a fault is mended."""
        known = {pair["pair"]: pair for pair in pairs.drop_nulls("decision").iter_rows(named=True)}
        for place, told in self.told.items():
            pair = known.get(self._pair(place))
            if told.outcome is not _IN_FORCE or pair is None:
                continue
            held = {Decision.KEEP_ONE: pair["one_held"], Decision.KEEP_OTHER: pair["other_held"]}
            decision = _decision(self.rulings[place])
            if held.get(decision):
                self.told[place] = Told(_IN_FORCE, self.words.remark("kept_held"))
            elif decision is Decision.DIFFERENT and pair["keyed"]:
                self.told[place] = Told(_IN_FORCE, self.words.remark("still_held"))

    def _one_to_a_pair(self, heard: Sequence[int]) -> list[int]:
        """The rulings that decide a pair, where all that is said of it agrees."""
        by_pair: dict[str, list[int]] = {}
        for place in heard:
            by_pair.setdefault(self._pair(place), []).append(place)
        agreed = (self._agreed(places) for places in by_pair.values())
        return [place for place in agreed if place is not None]

    def _agreed(self, places: Sequence[int]) -> int | None:
        """The ruling that stands for all of a pair; none where they contradict each other, or decide nothing yet."""
        firm = [place for place in places if self.rulings[place].decision is not Decision.PENDING]
        if len({self.rulings[place].decision for place in firm}) > 1:
            self._refuse(firm)
            return None
        first = (firm or places)[0]
        self.told[first] = Told(_IN_FORCE if firm else DecisionOutcome.PENDING)
        for place in places:
            if place != first:
                alike = self.rulings[place].decision is self.rulings[first].decision
                remark = self.words.remark("by_line" if alike else "decided", line=self._line(first))
                self.told[place] = Told(DecisionOutcome.ALREADY, remark)
        return first if firm else None

    def _refuse_contradicting(self, met: Mapping[str, dict[str, Any]], firm: Sequence[int]) -> None:
        """Refuse decisions on several pairs that cannot all be true."""
        ends = {place: (met[self._pair(place)]["one"], met[self._pair(place)]["other"]) for place in firm}
        joining = [place for place in firm if _decision(self.rulings[place]).joins]
        root = components(pl.DataFrame([ends[place] for place in joining], schema=_SIDES, orient="row"))
        groups: dict[int, list[int]] = {}
        for place in joining:
            groups.setdefault(root[ends[place][0]], []).append(place)
        for first, places in groups.items():
            apart = [
                place for place in firm if place not in joining and all(root.get(end) == first for end in ends[place])
            ]
            if apart or not self._consistent(places, ends):
                self._refuse(sorted({*places, *apart}))

    def _consistent(self, places: Sequence[int], ends: Mapping[int, tuple[int, int]]) -> bool:
        """Whether all say that somebody is gone for the same reason, or all leave some record that stands."""
        decisions = [_decision(self.rulings[place]) for place in places]
        if any(decision.gone for decision in decisions):
            return len(set(decisions)) == 1
        lost = {ends[p][decision is Decision.KEEP_ONE] for p, decision in zip(places, decisions, strict=True)}
        return bool({end for place in places for end in ends[place]} - lost)

    def _refuse(self, places: Sequence[int]) -> None:
        for place in places:
            others = "、".join(self._line(other) for other in places if other != place)
            self.told[place] = Told(_REFUSED, self.words.remark("contradicts", lines=others))

    def _line(self, place: int) -> str:
        line = self.rulings[place].line
        return self.words.remark("line", file=line.file, line=line.number)

    def _row(self, place: int, ruling: Ruling) -> dict[str, object]:
        texts = ruling.line.texts
        told = self.told.get(place) or self._unmet(ruling)
        return {
            "source": ruling.line.file,
            "line": ruling.line.number,
            "decision": ruling.decision.value if ruling.decision else texts["decision"] or None,
            "author": texts["author"] or None,
            "date": ruling.day or texts["date"] or None,
            "note": texts["note"] or None,
            "outcome": told.outcome.value,
            "remark": told.remark,
            "pair": ruling.pair,
        }

    def _unmet(self, ruling: Ruling) -> Told:
        if ruling.problems:
            return Told(_REFUSED, "；".join(ruling.problems))
        return Told(DecisionOutcome.UNUSED, self.words.remark("unused"))


def _decision(ruling: Ruling) -> Decision:
    assert ruling.decision is not None  # noqa: S101 - a line without one has a problem and is not heard
    return ruling.decision


_LINE: dict[str, pl.DataType] = {
    name: column.dtype.type for name, column in frames.DECISIONS.columns.items() if not name.startswith(_SIDES)
}
