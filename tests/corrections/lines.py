"""Lines of a sheet of corrections, and what becomes of them without workbooks."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from bishan_survey.corrections import Line
from bishan_survey.examination import OfficeInput, correct, examine_batch
from bishan_survey.model import AreaFrame, Batch, Design, Survey
from tests.conftest import EDITION
from tests.people import certificate
from tests.returns.sending import VILLAGE, File, Silent, sent
from tests.workbooks import table, write_cells

HEADINGS = ("编号", "村（社区）", "项目", "操作", "原值", "新值", "规则", "理由", "更正人", "日期")
PERSON = (EDITION, "person")


def line(order: int = 1, item: str = "手机号码", old: str = "", new: str = "", **said: str) -> Line:
    """A complete line about somebody; what is said replaces the rest."""
    usual = {
        "id": certificate(order=order),
        "place": VILLAGE,
        "action": "更正",
        "reason": "电话核实",
        "author": "审核员",
    }
    return Line(0, item=item, old=old, new=new, **(usual | {"date": "2025-10-15"} | said))


def clear(order: int, item: str, old: str) -> Line:
    """A line that clears a cell."""
    return line(order, item, old, action="清空")


def accept(order: int, item: str, old: str, rule: str = "") -> Line:
    """A line that accepts a value as it is."""
    return line(order, item, old, action="认可", rule=rule)


def drop(order: int, **said: str) -> Line:
    """A line that drops a record."""
    return line(order, "", action="删除记录", **said)


def numbered(lines: Sequence[Line]) -> list[Line]:
    """Lines in their order, below a heading."""
    return [Line(n, *(getattr(one, name) for name in Line.__slots__[1:])) for n, one in enumerate(lines, 2)]


def corrected(
    design: Design, survey: Survey, areas: AreaFrame, lines: Sequence[Line], *files: File
) -> tuple[Batch, pl.DataFrame]:
    """What the stage makes of files: the batch, and the verbatim records of persons."""
    batch = correct(sent(design, *files), numbered(lines), design, survey, areas)
    return batch, batch.records[PERSON]


def night(design: Design, survey: Survey, areas: AreaFrame, lines: Sequence[Line], *files: File) -> Batch:
    """A night over files, from verbatim records on."""
    return examine_batch(
        sent(design, *files), design, survey, areas, Silent(), OfficeInput(corrections=numbered(lines))
    )


def outcomes(batch: Batch) -> list[str]:
    """What became of each line."""
    return batch.corrections["outcome"].to_list()


def texts(line: Line) -> list[str]:
    """A line as a row of the sheet."""
    return [
        line.id,
        line.place,
        line.item,
        line.action,
        line.old,
        line.new,
        line.rule,
        line.reason,
        line.author,
        line.date,
    ]


def write_sheet(path: Path, lines: Sequence[Line]) -> Path:
    """A sheet of corrections as the office fills it."""
    return write_cells(path, {"更正单": table((0, 0), [HEADINGS, *map(texts, lines)])})
