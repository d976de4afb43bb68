"""What the district is asked: pairs that may be of one person, and ties, each with all that a decision relies on."""

import polars as pl

from bishan_survey import frames
from bishan_survey.deduplication.groups import components
from bishan_survey.deduplication.survivors import HELD, PLACE, SIDES, TIE, outcome_is
from bishan_survey.design import widest_sheet
from bishan_survey.hashes import joined
from bishan_survey.model import Batch, DecisionOutcome, Design, Item, Standing, Verdict

_LINE = "\n"


def questions_of(batch: Batch, design: Design, unit: str) -> pl.DataFrame:
    """The questions of a unit, those first whose records do not count until they are decided.

    Args:
        batch: after deduplication.
        design: the definitions.
        unit: whose.
    """
    asked = _asked(batch, design, unit)
    if asked.is_empty():
        return frames.empty(frames.QUESTIONS)
    for side in SIDES:
        asked = asked.join(
            _who(batch, design, unit, side), on=_place(side), how="left", nulls_equal=True, maintain_order="left"
        )
    urgent = pl.col("standing").replace_strict({one.value: n for n, one in enumerate(Standing)}, return_dtype=pl.Int8)
    asked = asked.with_columns(group=_groups(asked)).sort(urgent.min().over("group"), "group", maintain_order=True)
    asked = asked.with_columns(group=pl.col("group").rle_id().cast(pl.Int64) + 1)
    return asked.select(*frames.QUESTIONS.columns)


_REASON = pl.format("{}（{}）", "reason", "rule")


def _asked(batch: Batch, design: Design, unit: str) -> pl.DataFrame:
    """Pairs to be decided: doubtful ones, ties, and those whose decision holds no more because a value has changed."""
    pairs = batch.pairs.filter(unit=unit).join(_before(batch.decisions), on="pair", how="left", maintain_order="left")
    tied = batch.links.filter(outcome_is(HELD), unit=unit, rule=TIE).select(*frames.PLACE)
    for side in SIDES:
        held = tied.select(pl.all().name.prefix(f"{side}_"), pl.lit(True).alias(f"{side}_tied"))
        pairs = pairs.join(held, on=_place(side), how="left", nulls_equal=True, maintain_order="left")
    same, doubtful = (pl.col("verdict") == verdict.value for verdict in (Verdict.SAME, Verdict.POSSIBLE))
    tie = (same & pl.col("one_tied") & pl.col("other_tied")).fill_null(False)
    again = (same & (pl.col("before") == DecisionOutcome.STALE.value)).fill_null(False)
    of_tie = pl.format("{}（{}）；{}", pl.lit(design.notices[TIE].message), pl.lit(TIE), _REASON)
    return pairs.filter(doubtful | tie | again).with_columns(
        reason=pl.when(tie).then(of_tie).otherwise(_REASON),
        standing=pl.when(tie)
        .then(pl.lit(Standing.UNCOUNTED.value))
        .when(same)
        .then(pl.lit(Standing.BY_RULE.value))
        .otherwise(_while_doubtful()),
    )


def _while_doubtful() -> pl.Expr:
    """Which records of a doubtful pair count."""
    held = pl.sum_horizontal("one_held", "other_held")
    return (
        pl.when(pl.col("keyed") | (held == len(SIDES)))
        .then(pl.lit(Standing.UNCOUNTED.value))
        .when(held == 1)
        .then(pl.lit(Standing.PARTLY.value))
        .otherwise(pl.lit(Standing.EACH.value))
    )


def _before(decisions: pl.DataFrame) -> pl.DataFrame:
    """What became of the last decision on each pair that is to be decided again."""
    return decisions.select("pair", before="outcome").drop_nulls().unique("pair", keep="last", maintain_order=True)


def _place(side: str) -> list[str]:
    return [f"{side}_{name}" for name in frames.PLACE]


def _who(batch: Batch, design: Design, unit: str, side: str) -> pl.DataFrame:
    """What people are shown of each record: label and answer of each item that a decision relies on, line by line."""
    sheet = widest_sheet(design, unit)
    assert sheet is not None  # noqa: S101 - there are records of it
    items = [sheet.by_name[name] for name in design.matching.of(unit).items if name in sheet.by_name]
    place = [pl.col(column).alias(name) for column, name in zip(PLACE, _place(side), strict=True)]
    told = [
        frame.select(*place, _told([item for item in items if item.name in frame.columns], design).alias(f"{side}_who"))
        for (_, this), frame in batch.records.items()
        if this == unit
    ]
    return pl.concat(told)


def _told(items: list[Item], design: Design) -> pl.Expr:
    lines = [pl.format("{}：{}", pl.lit(item.label), _spelled(item.name, design)) for item in items]
    return pl.concat_str(lines, separator=_LINE, ignore_nulls=True) if lines else pl.lit("")


def _spelled(name: str, design: Design) -> pl.Expr:
    """An answer as people read it, a code with its label."""
    codes = design.code_lists.get(design.variable_codes.get(name, ""))
    labels = {code: f"{code} {label}" for code, label in codes.labels.items()} if codes else {}
    return pl.col(name).cast(pl.String).replace(labels)


def _groups(asked: pl.DataFrame) -> pl.Series:
    """The same number for questions that share a record, through others too."""
    places = [
        asked.select(place=joined(*(pl.col(name).cast(pl.String) for name in _place(side))))["place"] for side in SIDES
    ]
    numbers = pl.concat(places).rank("dense").cast(pl.Int64)
    pairs = pl.DataFrame({"one": numbers.head(asked.height), "other": numbers.tail(asked.height)})
    root = components(pairs)
    first: dict[int, int] = {}
    # Numbered as they come, so that no name of a file changes the order.
    return pl.Series([first.setdefault(root[one], len(first)) for one in pairs["one"]], dtype=pl.Int64)
