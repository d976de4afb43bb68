"""How a file was understood, for people: which header became which item, how, and how surely."""

from dataclasses import dataclass

import polars as pl

from bishan_survey.intake.header_index import How
from bishan_survey.intake.mappings import Approved
from bishan_survey.model import Batch, Design

HOW = {
    How.MAPPED: "已认定的写法",
    How.LABEL: "与项目名称相同",
    How.ALIAS: "项目的别名",
    How.GROUP: "与上一行表头合起来相同",
    How.COMPOUND: "一格写几项，拆开读取",
    How.SIMILAR: "与项目名称很像",
    How.REPEATED: "与前面的列重复，不读取",
    How.AMBIGUOUS: "不知是不是本人的，不读取",
    How.UNSURE: "没有把握，不读取，请认定",
    How.UNKNOWN: "不在调查表中，不读取",
}
"""How a column was recognised, in Chinese."""


@dataclass(frozen=True, slots=True)
class ColumnStory:
    """What a column was recognised as."""

    sheet: str
    column: str
    header: str
    item: str
    """Label of the items that are read from it; empty if it is not read."""
    how: str
    score: float
    """0 to 100; 0 where nothing was recognised."""
    like: str
    """Label of the item that an unsure header is most like."""


def explain_columns(batch: Batch, design: Design) -> list[ColumnStory]:
    """The story of every column, in the order in which they stand."""
    stories = batch.columns.group_by("file", "sheet", "column", "header", "how", "score", "like", maintain_order=True)
    labels = design.variable_labels
    return [
        ColumnStory(
            sheet=row["sheet"],
            column=row["column"],
            header=row["header"],
            item="、".join(labels[item] for item in row["item"] if item),
            how=HOW[How(row["how"])],
            score=row["score"],
            like=labels.get(row["like"] or "", ""),
        )
        for row in stories.agg("item").iter_rows(named=True)
    ]


def to_be_approved(batch: Batch) -> list[Approved]:
    """Headers that were not recognised, with what they are most like, as lines of a mapping for their sender."""
    open_questions = batch.columns.filter(pl.col("how").is_in([How.UNSURE, How.SIMILAR, How.UNKNOWN]))
    asked = open_questions.join(batch.sources.select("file", "village", "town"), on="file", maintain_order="left")
    lines = asked.unique("header", keep="first", maintain_order=True)
    return [
        Approved(row["village"] or row["town"] or "", row["header"], row["like"]) for row in lines.iter_rows(named=True)
    ]
