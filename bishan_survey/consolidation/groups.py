"""Units that are counted though nobody fills in a form for them: households, made of the persons who count."""

from collections.abc import Mapping

import polars as pl

from bishan_survey.design import aggregates_for, compile_sql, dtype
from bishan_survey.model import Design, Grouping


def with_groups(counting: Mapping[str, pl.DataFrame], design: Design) -> dict[str, pl.DataFrame]:
    """Records that count, by unit, and the groups that the definitions make of them."""
    groups = {
        grouping.unit: grouped(counting[grouping.of], grouping, design)
        for grouping in design.groupings
        if grouping.of in counting and _needed(grouping) <= set(counting[grouping.of].columns)
    }
    return {**counting, **groups}


def _needed(grouping: Grouping) -> set[str]:
    return {grouping.key, grouping.order}


def members_of(records: pl.DataFrame, grouping: Grouping) -> pl.DataFrame:
    """The records that are in some group, those of a group together, its first member first."""
    chosen = records.filter(compile_sql(grouping.where), pl.col(grouping.key).is_not_null())
    return chosen.sort(grouping.key, grouping.order, "_village", nulls_last=True, maintain_order=True)


def grouped(records: pl.DataFrame, grouping: Grouping, design: Design) -> pl.DataFrame:
    """A row for each group: its key, the village of its first member, and its own variables.

    A group whose members live in several villages stands in one of them, so that villages add up.
    """
    own = aggregates_for(design, grouping, records.columns)
    return (
        members_of(records, grouping)
        .group_by(grouping.key, maintain_order=True)
        .agg(
            pl.col("_village").first(),
            *(compile_sql(variable.sql or "").cast(dtype(variable)).alias(variable.name) for variable in own),
        )
    )
