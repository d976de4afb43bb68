"""Each person of this year is sought among last year's, by the number alone: nobody is guessed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl
import polars.selectors as cs

from bishan_survey import frames
from bishan_survey.design import compile_sql, lasting_types, variables_in, widest_sheet
from bishan_survey.frames import STATUS
from bishan_survey.model import LAST, PERSON, Batch, Design, LastYear, Sheet, Turnover
from bishan_survey.registers.code_books import UNREADABLE, CodeBooks, in_todays_codes

_STANDING = ("accepted", "held")
_REPORTED = ("reported", "declared_none")
_KEY, _BEARERS, _THERE, _OUTCOME = "_key", "_bearers", "_there", "_outcome"


@dataclass(frozen=True)
class Matched:
    """Two years side by side."""

    pairs: pl.DataFrame
    """A row for each person who stands once in both: this year's record, and last year's under ``last_``."""
    persons: pl.DataFrame
    """Every standing record of either year, and what became of it."""

    @property
    def answers(self) -> pl.DataFrame:
        """The places of this year's records of the pairs, and what was answered last year."""
        return self.pairs.select("_file", "_sheet", "_row", cs.starts_with(LAST))


def standing_persons(batch: Batch) -> pl.DataFrame:
    """The persons of a batch over all editions, held ones too, without those that stand elsewhere."""
    parts = [frame for (_, unit), frame in batch.records.items() if unit == PERSON]
    nothing = pl.DataFrame(schema={**frames.ADDRESS, STATUS: pl.String()})
    return pl.concat([nothing, *parts], how="diagonal").filter(pl.col(STATUS).is_in(_STANDING))


def last_years_persons(parts: Sequence[pl.DataFrame], books: CodeBooks, design: Design) -> pl.DataFrame:
    """Last year's persons in today's variables and codes, whatever the definitions were then.

    Args:
        parts: typed records; what today's definitions do not know of them is left out.
        books: what codes meant then, as far as that is known.
        design: the definitions.
    """
    sheet = widest_sheet(design, PERSON)
    assert sheet is not None  # noqa: S101 - every design has persons
    known = {STATUS: pl.String(), UNREADABLE: pl.String(), sheet.key: pl.String()}
    types = frames.ADDRESS | known | lasting_types(design, PERSON)
    whole = [pl.DataFrame(schema=types), *(_in_todays_types(part, types) for part in parts)]
    standing = pl.concat(whole).filter(pl.col(STATUS).is_in(_STANDING))
    return in_todays_codes(standing, books, design)


def _in_todays_types(part: pl.DataFrame, types: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """The wanted columns in the wanted types; one that is not there, or does not fit, is missing."""
    return part.select(_as_wanted(part, name, kind).alias(name) for name, kind in types.items())


def _as_wanted(part: pl.DataFrame, name: str, kind: pl.DataType) -> pl.Expr:
    if name not in part.columns or isinstance(part.schema[name], pl.List) != isinstance(kind, pl.List):
        return pl.lit(None, dtype=kind)
    return pl.col(name).cast(kind, strict=False)


def match_last_year(batch: Batch, last: LastYear, design: Design, changes: Mapping[str, str] | None = None) -> Matched:
    """Seek each person of this year among last year's.

    Args:
        batch: a batch that has been deduplicated.
        last: last year's persons.
        design: the definitions.
        changes: the number that has taken the place of each identity number that was changed.
    """
    sheet = widest_sheet(design, PERSON)
    assert sheet is not None  # noqa: S101 - every design has persons
    latest = {number: _latest(number, changes or {}) for number in changes or {}}
    this, before = (_numbered(frame, sheet, latest) for frame in (standing_persons(batch), last.persons))
    sought = this.with_columns(_there(this, before)), before.with_columns(_there(before, this))
    this = sought[0].with_columns(_of_this_year(before).alias(_OUTCOME))
    before = sought[1].with_columns(_of_last_year(before, batch, sheet).alias(_OUTCOME))
    pairs = _pairs(this, before)
    return Matched(pairs, _persons(pairs, this, before, design, sheet))


def _pairs(this: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Both records of each matched person. Their positions are joined, not the records: those are wide."""
    order = ["_village", "_file", "_sheet", "_row"]
    ours, theirs = (
        frame.select(_KEY, _OUTCOME, *order).with_row_index(name).filter(pl.col(_OUTCOME) == Turnover.MATCHED.value)
        for name, frame in (("ours", this), ("theirs", before))
    )
    met = ours.sort(order, nulls_last=True).join(theirs.select(_KEY, "theirs"), on=_KEY, maintain_order="left")
    return this[met["ours"]].hstack(before[met["theirs"]].rename(lambda name: LAST + name))


def _latest(number: str, changes: Mapping[str, str]) -> str:
    seen = {number}
    while number in changes and changes[number] not in seen:
        number = changes[number]
        seen.add(number)
    return number


def _numbered(persons: pl.DataFrame, sheet: Sheet, latest: Mapping[str, str]) -> pl.DataFrame:
    """Persons with the number that they are sought by, and how many bear it."""
    number = pl.col(sheet.key).replace(latest) if latest else pl.col(sheet.key)
    bearers = pl.when(pl.col(_KEY).is_not_null()).then(pl.len().over(_KEY))
    return persons.with_columns(number.alias(_KEY)).with_columns(bearers.alias(_BEARERS))


def _there(persons: pl.DataFrame, others: pl.DataFrame) -> pl.Series:
    """How many of the others bear the number of each person."""
    there = others.drop_nulls(_KEY).group_by(_KEY).agg(pl.len().alias(_THERE))
    found = persons.select(_KEY).join(there, on=_KEY, how="left", maintain_order="left")
    return found[_THERE].fill_null(0)


def _met() -> pl.Expr:
    """What the numbers alone tell: matched, doubtful, or nothing."""
    several = (pl.col(_BEARERS) > 1) | (pl.col(_THERE) > 1)
    return (
        pl.when(pl.col(_THERE) == 0)
        .then(None)
        .when(several)
        .then(pl.lit(Turnover.DOUBTFUL.value))
        .otherwise(pl.lit(Turnover.MATCHED.value))
    )


def _unsought() -> pl.Expr:
    """Records by which nobody can be sought."""
    return (
        pl.when(pl.col(_KEY).is_null())
        .then(pl.lit(Turnover.UNNUMBERED.value))
        .when(pl.col(_BEARERS) > 1)
        .then(pl.lit(Turnover.DOUBTFUL.value))
    )


def _of_this_year(before: pl.DataFrame) -> pl.Expr:
    listed = pl.col("_village").is_in(before["_village"].drop_nulls().unique().implode()).fill_null(True)
    new = pl.when(listed).then(pl.lit(Turnover.NEW.value)).otherwise(pl.lit(Turnover.UNLISTED.value))
    return pl.coalesce(_met(), _unsought(), new)


def _of_last_year(before: pl.DataFrame, batch: Batch, sheet: Sheet) -> pl.Expr:
    silent = batch.returns.filter(~pl.col("status").is_in(_REPORTED))["village"]
    waiting = pl.col("_village").is_in(silent.implode()).fill_null(False)
    gone = pl.when(waiting).then(pl.lit(Turnover.WAITING.value)).otherwise(pl.lit(Turnover.GONE.value))
    left = pl.when(_has_left(before, sheet)).then(pl.lit(Turnover.LEFT.value))
    return pl.coalesce(_met(), left, _unsought(), gone)


def _has_left(persons: pl.DataFrame, sheet: Sheet) -> pl.Expr:
    """Whom the next round does not list any more."""
    if sheet.gone is None or not variables_in(sheet.gone) <= set(persons.columns):
        return pl.lit(False)  # it is told by the dates of a survey, which are not known
    return compile_sql(sheet.gone).fill_null(False)


def _persons(
    pairs: pl.DataFrame, this: pl.DataFrame, before: pl.DataFrame, design: Design, sheet: Sheet
) -> pl.DataFrame:
    """Every standing record of either year, once."""
    unmatched = pl.col(_OUTCOME) != Turnover.MATCHED.value
    here, there = _placed("", ""), _placed(LAST, LAST)
    former = _placed("", LAST)
    moved = (pl.col("_village") != pl.col(LAST + "_village")).fill_null(False)
    parts = [
        pairs.select(*_told(pairs, design, sheet), *here, *there, moved=moved),
        this.filter(unmatched).select(*_told(this, design, sheet), *here, moved=pl.lit(False)),
        before.filter(unmatched).select(*_told(before, design, sheet), *former, moved=pl.lit(False)),
    ]
    whole = pl.concat([frames.empty(frames.TURNOVER), *parts], how="diagonal")
    place = [*frames.AREA, *frames.PLACE]
    ordered = whole.sort("outcome", *place, *(LAST + name for name in place), nulls_last=True)
    return frames.stack(frames.TURNOVER, [ordered])


def _told(persons: pl.DataFrame, design: Design, sheet: Sheet) -> list[pl.Expr]:
    """Outcome, number and name of a record."""
    names = [pl.col(name).cast(pl.String) for name in design.lifecycle.known_by if name in persons.columns]
    return [
        pl.col(_OUTCOME).alias("outcome"),
        pl.col(_KEY).alias("key"),
        pl.col(sheet.key_item).alias("number"),
        pl.concat_str(names, separator=" ", ignore_nulls=True).alias("name"),
    ]


def _placed(of: str, to: str) -> list[pl.Expr]:
    """Area and place of a record, under the names that contracts give them."""
    return [pl.col(f"{of}_{name}").alias(f"{to}{name}") for name in (*frames.AREA, *frames.PLACE)]
