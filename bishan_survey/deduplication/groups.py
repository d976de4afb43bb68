"""Records of one person brought together, however they are linked; and links that contradict each other given up."""

import polars as pl

from bishan_survey.model import Verdict


def components(pairs: pl.DataFrame) -> dict[int, int]:
    """For each linked position, the smallest position that it is linked with, through others too."""
    parent: dict[int, int] = {}

    def root(position: int) -> int:
        parent.setdefault(position, position)
        while parent[position] != position:
            parent[position] = parent[parent[position]]
            position = parent[position]
        return position

    for one, other in pairs.select("one", "other").iter_rows():
        first, second = sorted((root(one), root(other)))
        parent[second] = first
    return {position: root(position) for position in parent}


def without_contradictions(judged: pl.DataFrame) -> pl.DataFrame:
    """Pairs of one person become questions where together they would make one person of two who are not.

    So they do where they would make one of two who bear one key, though it is doubtful that they are one person.

    Returns:
        The pairs with ``contradicted``: whether that has happened to them.
    """
    told = judged.with_columns(contradicted=pl.lit(False))
    decided = pl.col("decision").is_not_null()
    # Equal keys are the surest link but for what people have decided, so they are given up late.
    for weak in (~pl.col("keyed") & ~decided, ~decided, pl.lit(True)):
        given_up = pl.lit(_torn(told)) & (pl.col("verdict") == Verdict.SAME.value) & weak
        told = told.with_columns(
            contradicted=pl.col("contradicted") | given_up,
            verdict=pl.when(given_up).then(pl.lit(Verdict.POSSIBLE.value)).otherwise("verdict"),
        )
    return told


def _torn(judged: pl.DataFrame) -> pl.Series:
    """Whether each pair stands in a group together with two who are not one person, as far as can be told."""
    group = components(judged.filter(verdict=Verdict.SAME.value))
    first, second = (
        judged[name].replace_strict(group, default=None, return_dtype=pl.UInt32) for name in ("one", "other")
    )
    verdict = judged["verdict"]
    apart = (verdict == Verdict.DIFFERENT.value) | (judged["keyed"] & (verdict == Verdict.POSSIBLE.value))
    torn = first.filter(apart & (first == second)).drop_nulls().unique()
    return first.is_in(torn.implode()).fill_null(False)
