"""Indicators: both numbers of each, for the district and every 镇街, by the first way whose variables are there."""

from collections.abc import Iterator, Mapping

import polars as pl

from bishan_survey import frames
from bishan_survey.consolidation.counting import LEVELS
from bishan_survey.design import compile_sql, variables_in
from bishan_survey.model import AreaFrame, Design, Indicator, Indicators, Measure, Way

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
    figures, behind = [], []
    for indicator in design.indicators:
        way = next((way for way in indicator.ways if not _lacking(way, units)), None)
        if way is None:
            reasons[indicator.id] = _why_not(indicator, units, design)
            continue
        gone[indicator.id] = way
        marked = _marked(units[way.unit], indicator, way, areas, design)
        figures.append(_figures(indicator, way, marked, areas))
        behind.append(_behind(indicator, marked))
    return Indicators(
        frames.stack(frames.INDICATORS, figures),
        frames.stack(frames.INDICATOR_RECORDS, behind),
        {name: way.id for name, way in gone.items()},
        reasons,
        {one.id: said for one in design.indicators if (said := "；".join(_remarks(one, gone.get(one.id), partly)))},
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


def _remarks(indicator: Indicator, gone: Way | None, partly: Mapping[str, str]) -> Iterator[str]:
    """What is to be known of the lists that an indicator is computed from, or would have been computed from."""
    tried = indicator.ways[: indicator.ways.index(gone) + 1] if gone else indicator.ways
    asked = set[str]().union(*(_variables(way) | {way.unit} for way in tried))
    yield from (told for name, told in partly.items() if name in asked)


def _marked(records: pl.DataFrame, indicator: Indicator, way: Way, areas: AreaFrame, design: Design) -> pl.DataFrame:
    """The records that an indicator speaks of: what each adds to both numbers, or that it cannot be told."""
    chosen = records.filter(compile_sql(way.where)) if way.where else records
    town = pl.col("_village").str.head(LEVELS["town"])
    part, whole = compile_sql(way.numerator), compile_sql(way.denominator) if way.denominator else None
    if whole is None:
        unknown = part.is_null()
    elif indicator.measure is Measure.SHARE:
        unknown, part = whole.is_null() | (whole & part.is_null()), part & whole
    else:
        unknown = pl.any_horizontal(part.is_null(), whole.is_null(), pl.col(way.year or "").is_null())
    return chosen.select(
        *_places(chosen, way, design),
        village="_village",
        town=pl.when(town.is_in([*areas.towns])).then(town),
        year=pl.col(way.year).cast(pl.Int64) if way.year else pl.lit(None, pl.Int64),
        part=part.cast(pl.Float64),
        whole=pl.lit(None, pl.Float64) if whole is None else whole.cast(pl.Float64),
        unknown=unknown,
        listed=_listed(way, design),
    )


def _places(records: pl.DataFrame, way: Way, design: Design) -> list[pl.Expr]:
    """Where records stand: persons in the villages' files, rows in a list's; households are known by their key."""
    found = {name: next((one for one in (f"_{name}", name) if one in records.columns), None) for name in frames.PLACE}
    found["cell"] = "cell" if "cell" in records.columns else None
    found["key"] = next((one.key for one in design.groupings if one.unit == way.unit), found["cell"] and "key")
    types = {name: column.dtype.type for name, column in frames.INDICATOR_RECORDS.columns.items()}
    return [
        (pl.col(column) if column else pl.lit(None)).cast(types[name]).alias(name) for name, column in found.items()
    ]


def _listed(way: Way, design: Design) -> pl.Expr:
    """In which of the lists that the way asks for a record is."""
    asked = [one.variable for one in design.lists if one.variable in _variables(way)]
    inside = [pl.when(pl.col(name)).then(pl.lit(name)) for name in asked]
    return pl.concat_list(inside).list.drop_nulls() if inside else pl.lit([], pl.List(pl.String))


def _behind(indicator: Indicator, marked: pl.DataFrame) -> pl.DataFrame:
    """The records that make up an indicator's numbers, and those of which it cannot be told."""
    adds = (pl.col("part") != 0) | (pl.col("whole") != 0) | pl.col("unknown")
    return marked.filter(adds).with_columns(indicator=pl.lit(indicator.id)).drop("town")


def _figures(indicator: Indicator, way: Way, marked: pl.DataFrame, areas: AreaFrame) -> pl.DataFrame:
    """Both numbers of an indicator, its value and whether the target is reached, everywhere."""
    summed = _on_levels(marked, _growth(marked) if indicator.measure is Measure.GROWTH else _sums(way))
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


def _sums(way: Way) -> dict[str, pl.Expr]:
    """Numerator and denominator; where it cannot be told who counts, nobody does, and it is said of how many."""
    whole = pl.col("whole").sum() if way.denominator else pl.lit(None, dtype=pl.Float64)
    return {"numerator": pl.col("part").sum(), "denominator": whole, "unknown": pl.col("unknown").sum()}


def _growth(marked: pl.DataFrame) -> dict[str, pl.Expr]:
    """The quotient in the first and in the last year of the list, wherever there are both."""
    told = marked.filter(~pl.col("unknown"))
    first, last = told["year"].min(), told["year"].max()

    def quotient(year: object) -> pl.Expr:
        of_year = ~pl.col("unknown") & (pl.col("year") == year)
        return pl.col("part").filter(of_year).sum() / pl.col("whole").filter(of_year).sum()

    nothing = pl.lit(None, dtype=pl.Float64)
    several = isinstance(first, int) and isinstance(last, int) and last > first
    return {
        "numerator": quotient(last).fill_nan(None) if several else nothing,
        "denominator": quotient(first).fill_nan(None) if several else nothing,
        "unknown": pl.col("unknown").sum(),
        "years": pl.lit(last - first if isinstance(first, int) and isinstance(last, int) else None, pl.Int64),
    }


def _on_levels(marked: pl.DataFrame, sums: Mapping[str, pl.Expr]) -> pl.DataFrame:
    district = marked.select(**sums).with_columns(town=pl.lit(None, dtype=pl.String), level=pl.lit("district"))
    towns = marked.group_by("town").agg(**sums).sort("town", nulls_last=True).with_columns(level=pl.lit("town"))
    return pl.concat([district, towns.select(district.columns)], how="vertical_relaxed")
