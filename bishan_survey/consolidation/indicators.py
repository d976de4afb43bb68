"""Indicators: both numbers of each, for the district and every 镇街, by the first way whose variables are there."""

from collections.abc import Iterator, Mapping

import polars as pl

from bishan_survey import frames
from bishan_survey.design import compile_sql, variables_in
from bishan_survey.model import AreaFrame, Design, Indicator, Indicators, Measure, Way

_TOWN = 9
"""Digits of a 镇街's code, with which its villages' begin."""
_PART, _WHOLE = "_part", "_whole"


def indicators_of(
    units: Mapping[str, pl.DataFrame], design: Design, areas: AreaFrame, partly: Mapping[str, str]
) -> Indicators:
    """Compute every indicator that can be.

    Args:
        units: the records that count by unit, with the variables of the lists; and the lists' own rows.
        design: the definitions.
        areas: every 镇街 of it has figures.
        partly: of the lists that could be read in part only, by variable: what is to be known of them.
    """
    gone: dict[str, Way] = {}
    reasons: dict[str, str] = {}
    for indicator in design.indicators:
        way = next((way for way in indicator.ways if not _lacking(way, units)), None)
        if way is None:
            reasons[indicator.id] = _why_not(indicator, units, design)
        else:
            gone[indicator.id] = way
    chosen = [(indicator, gone[indicator.id]) for indicator in design.indicators if indicator.id in gone]
    parts = [_figures(indicator, way, units[way.unit], areas) for indicator, way in chosen]
    remarks = {i.id: said for i, way in chosen if (said := "；".join(_remarks(way, partly)))}
    return Indicators(
        frames.stack(frames.INDICATORS, parts), {name: way.id for name, way in gone.items()}, reasons, remarks
    )


def _variables(way: Way) -> set[str]:
    texts = [text for text in (way.numerator, way.denominator, way.where) if text]
    return set[str]().union(*map(variables_in, texts)) | ({way.year} if way.year else set())


def _lacking(way: Way, units: Mapping[str, pl.DataFrame]) -> set[str]:
    """What a way needs and is not there."""
    return {way.unit} if way.unit not in units else _variables(way) - set(units[way.unit].columns)


def _why_not(indicator: Indicator, units: Mapping[str, pl.DataFrame], design: Design) -> str:
    """Which lists, or which variables, each of the ways waits for."""
    titles = {one.variable: f"名单“{one.title}”（registers/{one.id}/）" for one in design.lists}
    said = []
    for way in indicator.ways:
        lacking = sorted(_lacking(way, units))
        lists = [titles[name] for name in lacking if name in titles]
        others = [design.variable_labels.get(name, name) for name in lacking if name not in titles]
        told = [f"没有{'、'.join(lists)}"] if lists else []
        told += [f"开放的调查表版本没有{'、'.join(others)}"] if others else []
        said.append("，".join(told))
    return "；或者".join(dict.fromkeys(said))


def _remarks(way: Way, partly: Mapping[str, str]) -> Iterator[str]:
    yield from (told for name, told in partly.items() if name in _variables(way) | {way.unit})


def _figures(indicator: Indicator, way: Way, records: pl.DataFrame, areas: AreaFrame) -> pl.DataFrame:
    """Both numbers of an indicator, its value and whether the target is reached, everywhere."""
    chosen = records.filter(compile_sql(way.where)) if way.where else records
    placed = chosen.with_columns(town=pl.col("_village").str.head(_TOWN))
    known = placed.with_columns(town=pl.when(pl.col("town").is_in([*areas.towns])).then("town"))
    summed = (_growth if indicator.measure is Measure.GROWTH else _sums)(known, indicator, way)
    every = pl.DataFrame({"town": [*areas.towns]}, schema={"town": pl.String()}).with_columns(level=pl.lit("town"))
    towns = every.join(summed.filter(level="town"), on=["town", "level"], how="left", maintain_order="left")
    unplaced = summed.filter(pl.col("level") == "town", pl.col("town").is_null())
    whole = pl.concat([summed.filter(level="district"), towns.select(summed.columns), unplaced])
    counted = whole.with_columns(pl.col("unknown").fill_null(0))
    if indicator.measure is not Measure.GROWTH:
        counted = counted.with_columns(pl.col("numerator").fill_null(0.0))
        if way.denominator:
            counted = counted.with_columns(pl.col("denominator").fill_null(0.0))
    valued = counted.with_columns(value=_value(indicator.measure))
    compared = indicator.reached is not None and way.compared
    reached = compile_sql(indicator.reached or "") if compared else pl.lit(None, dtype=pl.Boolean)
    return valued.select(
        "level",
        "town",
        pl.col("numerator", "denominator", "value").cast(pl.Float64),
        indicator=pl.lit(indicator.id),
        unknown=pl.col("unknown").cast(pl.Int64),
        reached=reached,
    )


def _value(measure: Measure) -> pl.Expr:
    part, whole = pl.col("numerator"), pl.col("denominator")
    if measure is Measure.SUM:
        return part
    if measure is Measure.SHARE:
        return pl.when(whole > 0).then(100 * part / whole)
    return pl.when((part > 0) & (whole > 0) & (pl.col("years") > 0)).then(
        100 * ((part / whole).pow(1 / pl.col("years")) - 1)
    )


def _sums(records: pl.DataFrame, indicator: Indicator, way: Way) -> pl.DataFrame:
    """Numerator and denominator; where it cannot be told who counts, nobody does, and it is said of how many."""
    part = compile_sql(way.numerator)
    if indicator.measure is Measure.SUM:
        marked = records.select("town", **{_PART: part.cast(pl.Float64), "unknown": part.is_null()})
        sums = {"numerator": pl.col(_PART).sum(), "denominator": pl.lit(None, dtype=pl.Float64)}
    else:
        whole = compile_sql(way.denominator or "")
        marked = records.select("town", **{_WHOLE: whole, _PART: part & whole}).with_columns(
            unknown=pl.col(_WHOLE).is_null() | (pl.col(_WHOLE) & pl.col(_PART).is_null())
        )
        sums = {"numerator": pl.col(_PART).sum(), "denominator": pl.col(_WHOLE).sum()}
    return _on_levels(marked, sums | {"unknown": pl.col("unknown").sum()})


def _growth(records: pl.DataFrame, _: Indicator, way: Way) -> pl.DataFrame:
    """The quotient in the first and in the last year of the list, wherever there are both."""
    part, whole = compile_sql(way.numerator), compile_sql(way.denominator or "")
    marked = records.select("town", **{"year": pl.col(way.year or ""), _PART: part, _WHOLE: whole}).with_columns(
        unknown=pl.any_horizontal(pl.col("year", _PART, _WHOLE).is_null())
    )
    told = marked.filter(~pl.col("unknown"))
    first, last = told["year"].min(), told["year"].max()

    def quotient(year: object) -> pl.Expr:
        of_year = ~pl.col("unknown") & (pl.col("year") == year)
        return pl.col(_PART).filter(of_year).sum() / pl.col(_WHOLE).filter(of_year).sum()

    nothing = pl.lit(None, dtype=pl.Float64)
    several = isinstance(first, int) and isinstance(last, int) and last > first
    return _on_levels(
        marked,
        {
            "numerator": quotient(last).fill_nan(None) if several else nothing,
            "denominator": quotient(first).fill_nan(None) if several else nothing,
            "unknown": pl.col("unknown").sum(),
            "years": pl.lit(last - first if isinstance(first, int) and isinstance(last, int) else None, pl.Int64),
        },
    )


def _on_levels(marked: pl.DataFrame, sums: Mapping[str, pl.Expr]) -> pl.DataFrame:
    district = marked.select(**sums).with_columns(town=pl.lit(None, dtype=pl.String), level=pl.lit("district"))
    towns = marked.group_by("town").agg(**sums).sort("town", nulls_last=True).with_columns(level=pl.lit("town"))
    return pl.concat([district, towns.select(district.columns)], how="vertical_relaxed")
