"""The people behind a number, and the cells that they stand in."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from bishan_survey.consolidation import ADDS, members_of, with_groups
from bishan_survey.delivery import read_columns, read_corrected, read_counted
from bishan_survey.design import inputs_of
from bishan_survey.errors import WorkspaceError
from bishan_survey.frames import with_cells
from bishan_survey.model import AreaFrame, Design, Grouping, Survey

GROUP = "_group"
"""Number of the group (household) that a record is a member of; null where records themselves are counted."""
LISTED = "_listed"
"""Titles of the departments' lists that a record is in."""
_PLACE = ("_file", "_sheet", "_row")


@dataclass(frozen=True)
class Traced:
    """The people behind a number."""

    records: pl.DataFrame
    """The records in order of village and place, with :data:`GROUP` and what each adds to the number."""
    cells: pl.DataFrame
    """``file, sheet, row, item, cell, corrected`` of every item that the table uses: no cell where the sheet has no
    such column, ``corrected`` where people have changed by hand what stands in the cell."""
    items: tuple[str, ...]
    """The items, in the order of the form."""
    labels: tuple[str, ...]
    """What they are called."""
    key: str
    """Variable by which a record's unit is known."""

    @property
    def in_lists(self) -> bool:
        """Whether departments' lists were asked."""
        return LISTED in self.records.columns

    @property
    def number(self) -> float:
        """The number that they add up to."""
        return float(self.records[ADDS].sum())

    def cell_texts(self, records: pl.DataFrame) -> pl.Series:
        """The cells of each of some records, in the order of the items; a dash where its sheet has no such column."""
        texts = self.cells.with_columns(pl.col("cell").fill_null("—") + _corrected())
        joined = texts.group_by("file", "sheet", "row", maintain_order=True).agg(pl.col("cell").str.join(" "))
        keyed = joined.rename({"file": "_file", "sheet": "_sheet", "row": "_row"})
        return records.select(_PLACE).join(keyed, on=_PLACE, how="left", maintain_order="left")["cell"]


def _corrected() -> pl.Expr:
    return pl.when("corrected").then(pl.lit("（已更正）")).otherwise(pl.lit(""))


def counted_units(run: Path, design: Design, survey: Survey) -> dict[str, pl.DataFrame]:
    """The records of a published run that count, by unit, and the groups made of them.

    Raises:
        WorkspaceError: the run does not have them.
    """
    units = {sheet.unit for edition in survey.editions for sheet in design.questionnaires[edition].sheets}
    read = {unit: records for unit in sorted(units) if (records := read_counted(run, unit)) is not None}
    if not read:
        raise WorkspaceError(f"当前结果 {run.name} 中没有记录", "请重新运行 bishan-survey nightly")
    return with_groups(read, design)


def traced(
    run: Path,
    design: Design,
    counting: Mapping[str, pl.DataFrame],
    unit: str,
    listed: pl.DataFrame,
    variables: Iterable[str],
) -> Traced:
    """The people and the cells behind a number.

    Args:
        run: folder of the run that the records are of.
        design: the definitions.
        counting: its records that count, see :func:`counted_units`.
        unit: of the number.
        listed: the records of this unit that make it up, with what each adds.
        variables: what it is counted by.
    """
    grouping = next((one for one in design.groupings if one.unit == unit), None)
    if grouping is None:
        listed = listed.with_columns(pl.lit(None, dtype=pl.UInt32).alias(GROUP))
    else:
        listed = _members(listed, counting[grouping.of], grouping)
    listed = listed.sort(GROUP, "_village", *_PLACE, nulls_last=True, maintain_order=True)
    of = grouping.of if grouping else unit
    sheets = [sheet for form in design.questionnaires.values() for sheet in form.sheets if sheet.unit == of]
    asked = _asked(design, [*variables, *([grouping.key] if grouping else [])])
    items = tuple(dict.fromkeys(item.name for sheet in sheets for item in sheet.items if item.name in asked))
    labels = tuple(design.variable_labels[item] for item in items)
    return Traced(listed, _cells(listed, items, run), items, labels, sheets[0].key)


def _members(groups: pl.DataFrame, records: pl.DataFrame, grouping: Grouping) -> pl.DataFrame:
    """The members of groups, numbered as they are met; what a group adds stands beside the first of it."""
    members = members_of(records, grouping).join(
        groups.select(grouping.key, pl.col(ADDS, f"^{LISTED}$")), on=grouping.key, how="inner"
    )
    members = members.sort("_village", *_PLACE)
    met = members.select(grouping.key).unique(maintain_order=True).with_row_index(GROUP, 1)
    joined = members.join(met, on=grouping.key, how="inner", maintain_order="left")
    return joined.with_columns(pl.when(pl.col(GROUP).is_first_distinct()).then(ADDS).alias(ADDS))


def _asked(design: Design, variables: Iterable[str]) -> set[str]:
    """The variables, and all that the derived ones among them are computed from, directly or not."""
    derived = {one.name: one for one in design.derived}
    found: set[str] = set()
    waiting = [*variables]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += inputs_of(derived[name]) if name in derived else ()
    return found


def _cells(listed: pl.DataFrame, items: tuple[str, ...], run: Path) -> pl.DataFrame:
    places = listed.select(file="_file", sheet="_sheet", row="_row").unique(maintain_order=True)
    asked = places.join(pl.DataFrame({"item": items}, schema={"item": pl.String}), how="cross", maintain_order="left")
    address = ["file", "sheet", "row", "item"]
    changed = read_corrected(run).select(*address, corrected=pl.lit(True)).unique()
    return (
        with_cells(asked, read_columns(run))
        .unique(address, keep="first", maintain_order=True)
        .join(changed, on=address, how="left", maintain_order="left")
        .with_columns(pl.col("corrected").fill_null(False))
    )


def private_list(traced: Traced, design: Design, areas: AreaFrame) -> pl.DataFrame:
    """The people behind a number as their authorised users see them: with their key, and what counts of each item."""
    places = traced.records.select(*_PLACE)
    columns = [
        *place_columns(traced.records, areas),
        traced.records[GROUP].alias("户号"),
        traced.records[traced.key].alias("号码"),
        traced.records[ADDS].alias("计入"),
    ]
    if traced.in_lists:
        columns.append(traced.records[LISTED].alias("在哪些名单里"))
    for item, label in zip(traced.items, traced.labels, strict=True):
        cells = _cell_texts(traced.cells.filter(item=item), places)
        columns += [cells.alias(f"{label}（单元格）"), _values(traced.records, item, design).alias(label)]
    return pl.DataFrame([column for column in columns if column.name != "户号" or column.null_count() < len(column)])


def place_columns(records: pl.DataFrame, areas: AreaFrame) -> Iterator[pl.Series]:
    """Where records stand, in words."""
    villages = [areas.by_code.get(code) for code in records["_village"]]
    yield pl.Series("镇街", [village.town if village else None for village in villages], dtype=pl.String)
    yield pl.Series("村（社区）", [village.name if village else None for village in villages], dtype=pl.String)
    yield from (records[name].alias(label) for name, label in zip(_PLACE, ("文件", "工作表", "行"), strict=True))


def _cell_texts(cells: pl.DataFrame, places: pl.DataFrame) -> pl.Series:
    """The cell of an item for each record; what was changed by hand is said."""
    said = cells.with_columns(pl.col("cell") + _corrected())
    keyed = said.select("cell", _file="file", _sheet="sheet", _row="row")
    return places.join(keyed, on=[*_PLACE], how="left", maintain_order="left")["cell"]


def _values(records: pl.DataFrame, item: str, design: Design) -> pl.Series:
    """What counts of an item, codes by their labels; nothing where an edition does not ask it."""
    if item not in records.columns:
        return pl.Series([None] * records.height, dtype=pl.String)
    values = records[item]
    codes = design.code_lists.get(design.variable_codes.get(item, ""))
    if values.dtype == pl.List:
        labels = codes.labels if codes else {}
        return values.list.eval(pl.element().replace(labels)).list.join("、")
    return values.replace(codes.labels) if codes else values.cast(pl.String)
