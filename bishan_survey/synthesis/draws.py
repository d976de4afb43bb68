"""Values by chance, as ``population.toml`` tells: item after item, each seeing those before it."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from random import Random

import polars as pl

from bishan_survey.design import CONTEXT, asked_sql, compile_sql, derived_for, dtype, inputs_of
from bishan_survey.model import Derived, Design, Item, Sheet, Survey
from bishan_survey.synthesis.identity import IdentityNumbers
from bishan_survey.synthesis.recipe import Draw, Recipe
from bishan_survey.validation import derived_expression
from bishan_survey.validation.values import read_values


class Drawer:
    """Fills records of a unit."""

    def __init__(self, design: Design, survey: Survey, sheet: Sheet, recipe: Recipe, rng: Random) -> None:
        self._design = design
        self._survey = survey
        self._sheet = sheet
        self._rng = rng
        self._names = recipe.names
        self._identities = IdentityNumbers(recipe.population.identity_prefixes, survey.reference_date, rng)
        self._derived = derived_for(design, sheet)
        draws = (draw for draw in recipe.population.draw if draw.unit == sheet.unit)
        self._draws = [(item, list(same)) for item, same in groupby(draws, key=lambda draw: draw.item)]

    def fill(self, skeleton: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Answers for a frame of records that knows their places and households.

        Returns:
            The skeleton with a text for each item, and with the variables that are no items.
        """
        known = self._blank(skeleton)
        texts: dict[str, pl.Series] = {}
        for name, draws in self._draws:
            answer = self._answer(known, draws).alias(name)
            item = self._sheet.by_name.get(name)
            if item is None:
                known = known.with_columns(answer)
                continue
            texts[name] = self._if_asked(known, item, answer)
            known = self._learn(known, item, texts[name])
        nothing = pl.Series([None] * skeleton.height, dtype=pl.String)
        answered = skeleton.with_columns(texts.get(i.name, nothing).alias(i.name) for i in self._sheet.items)
        return answered, known.drop(list(texts), strict=False)

    def _blank(self, skeleton: pl.DataFrame) -> pl.DataFrame:
        """The skeleton with the dates of the survey and every variable still empty."""
        dates = {name: pl.lit(getattr(self._survey, name)) for name in CONTEXT if hasattr(self._survey, name)}
        variables: tuple[Item | Derived, ...] = (*self._sheet.items, *self._derived)
        return skeleton.with_columns(*(pl.lit(None, dtype(v)).alias(v.name) for v in variables), **dates)

    def _answer(self, known: pl.DataFrame, draws: list[Draw]) -> pl.Series:
        """The first draw whose condition holds gives the answer."""
        answer: pl.Series | None = None
        for draw in reversed(draws):
            drawn = self._drawn(known, draw)
            if draw.item in self._sheet.by_name:
                drawn = drawn.cast(pl.String)
            if answer is None:
                answer = pl.Series([None] * known.height, dtype=drawn.dtype)
            holds = known.select(compile_sql(draw.where).fill_null(False).alias("holds"))
            answer = known.select(
                pl.when(pl.lit(_column(holds, known.height))).then(pl.lit(drawn)).otherwise(pl.lit(answer))
            ).to_series()
        assert answer is not None  # noqa: S101 - groupby gives no empty group
        if draws[0].shared:
            firsts = known.select("household", pl.lit(answer).alias("answer"))
            answer = firsts.select(pl.col("answer").first().over("household")).to_series()
        return answer

    def _drawn(self, known: pl.DataFrame, draw: Draw) -> pl.Series:
        count = known.height
        if draw.value is not None:
            chance = pl.Series("u", [self._rng.random() for _ in range(count)], dtype=pl.Float64)
            return _column(known.with_columns(chance).select(compile_sql(draw.value).alias("value")), count)
        if draw.dates:
            return self._dates(known, draw.dates)
        return pl.Series(self._texts(known, draw), dtype=pl.String)

    def _texts(self, known: pl.DataFrame, draw: Draw) -> Iterable[str | None]:
        if draw.weights:
            return [text or None for text in self._pick(draw.weights, known.height)]
        if draw.chances:
            return [self._several(draw) for _ in range(known.height)]
        if draw.lists:
            parts = [self._pick(self._names[name], known.height) for name in draw.lists]
            return ["".join(part) for part in zip(*parts, strict=True)]
        years, sex = draw.identity
        return [self._identities.make(*pair) for pair in known.select(years, sex).iter_rows()]

    def _pick(self, weights: Mapping[str, float], count: int) -> list[str]:
        return self._rng.choices(list(weights), list(weights.values()), k=count)

    def _several(self, draw: Draw) -> str:
        chosen = [code for code, chance in draw.chances.items() if self._rng.random() < chance]
        return ",".join(chosen) or draw.otherwise

    def _dates(self, known: pl.DataFrame, bounds: tuple[str, ...]) -> pl.Series:
        """Any day between two, as text."""
        first, last = (_column(known.select(compile_sql(b).alias("day")), known.height) for b in bounds)
        chance = pl.Series([self._rng.random() for _ in range(known.height)], dtype=pl.Float64)
        span = (last - first).dt.total_days().clip(0)
        days = (chance * (span + 1)).floor().cast(pl.Int64)
        return (
            (first.cast(pl.Date) + pl.select(pl.duration(days=pl.lit(days))).to_series()).cast(pl.Date).dt.to_string()
        )

    def _if_asked(self, known: pl.DataFrame, item: Item, answer: pl.Series) -> pl.Series:
        asked = asked_sql(self._sheet, item)
        if asked is None:
            return answer
        condition = compile_sql(asked).fill_null(False)
        return known.select(pl.when(condition).then(pl.lit(answer)).alias(item.name)).to_series()

    def _learn(self, known: pl.DataFrame, item: Item, texts: pl.Series) -> pl.DataFrame:
        """Add the typed answers, and work out anew what is derived from them."""
        typed = read_values(item, texts, self._design.code_lists.get(item.codes or ""))
        known = known.with_columns(typed.values.alias(item.name))
        changed = {item.name}
        for derived in self._derived:
            if inputs_of(derived) & changed:
                known = known.with_columns(derived_expression(derived).cast(dtype(derived)).alias(derived.name))
                changed.add(derived.name)
        return known


def _column(selected: pl.DataFrame, height: int) -> pl.Series:
    """A selected column in full length: a constant comes as a single value."""
    column = selected.to_series()
    return column if len(column) == height else column.extend_constant(column[0], height - 1)
