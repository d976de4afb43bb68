"""The sheet of corrections as a file: any format, its heading anywhere in the first rows, one line for each row."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bishan_survey.corrections.texts import folded, squeezed
from bishan_survey.errors import WorkspaceError
from bishan_survey.model import CorrectionKind, Design
from bishan_survey.reading.grid import Answer, Contents, Refusal, Request
from bishan_survey.reading.pool import open_pool

_HEADING_ROWS = 20
_CERTAIN = 3
"""A row with so many of the headings is the heading, whatever it lacks."""
_ADVICE = "列名应是：{columns}。可以用 bishan-survey corrections new 做一张空白的"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the sheet, as it was written; an empty text where nothing stands."""

    number: int
    """The row, as spreadsheet programs count them."""
    id: str = ""
    place: str = ""
    item: str = ""
    action: str = ""
    old: str = ""
    new: str = ""
    rule: str = ""
    reason: str = ""
    author: str = ""
    date: str = ""


def read_lines(path: Path, design: Design, passwords: tuple[str, ...] = ()) -> list[Line]:
    """The lines of a sheet of corrections, blank ones left out.

    Args:
        path: the file, of any format that villages' files may have.
        design: the definitions, for the headings.
        passwords: to be tried if it is protected.

    Raises:
        WorkspaceError: it cannot be read, or it is not clear where its heading is.
    """
    with open_pool(1) as pool:
        (answer,) = pool.read([Request(path, path.name, passwords=passwords)])
    contents = _readable(answer, path.name, design)
    columns = design.corrections.texts(CorrectionKind.COLUMN)
    advice = _ADVICE.format(columns="、".join(columns.values()))
    headed = [(grid.rows, found) for grid in contents.grids if (found := _heading(grid.rows, design))]
    if len(headed) != 1:
        what = "没有找到列名" if not headed else f"有{len(headed)}个工作表都像更正单"
        raise WorkspaceError(f"{path.name}：{what}", advice if not headed else "请只留一个，其余的移到别的文件")
    ((rows, (heading, places)),) = headed
    lacking = [text for name, text in columns.items() if name not in places]
    if lacking:
        raise WorkspaceError(f"{path.name} 缺少列：{'、'.join(lacking)}", advice)
    twice = [columns[name] for name, found in places.items() if len(found) > 1]
    if twice:
        raise WorkspaceError(f"{path.name} 有几列都叫：{'、'.join(twice)}", "请只留一列")
    return _lines(rows, heading, {name: found[0] for name, found in places.items()})


def _readable(answer: Answer, name: str, design: Design) -> Contents:
    if isinstance(answer, Contents):
        return answer
    why = "这是压缩包"
    if isinstance(answer, Refusal):
        why = design.notices[answer.notice].message.format(**answer.details)
    raise WorkspaceError(f"更正单 {name} 读不了：{why}", "请用 WPS 或 Excel 打开，另存为 .xlsx；不用更正单的，请移走")


Places = Mapping[str, Sequence[int]]
"""The columns under each heading, by its id."""


def _heading(rows: Sequence[Sequence[str]], design: Design) -> tuple[int, Places] | None:
    """The row that has the most headings, if it is surely the heading, and the columns under each of them."""
    spellings = {
        squeezed(spelling): word.id
        for word in design.corrections.of(CorrectionKind.COLUMN).values()
        for spelling in (word.text, *word.aliases)
    }
    found = [_named(row, spellings) for row in rows[:_HEADING_ROWS]]
    best = max(range(len(found)), key=lambda place: (len(found[place]), -place), default=None)
    return (best, found[best]) if best is not None and len(found[best]) >= _CERTAIN else None


def _named(row: Sequence[str], spellings: Mapping[str, str]) -> Places:
    named = [(spellings[text], column) for column, cell in enumerate(row) if (text := squeezed(cell)) in spellings]
    counted = Counter(name for name, _ in named)
    return {name: [column for other, column in named if other == name] for name in counted}


def _lines(rows: Sequence[Sequence[str]], heading: int, places: Mapping[str, int]) -> list[Line]:
    lines = []
    for number, row in enumerate(rows[heading + 1 :], heading + 2):
        texts = {name: row[column].strip() for name, column in places.items()}
        if any(folded(text) for text in texts.values()):
            lines.append(Line(number, **texts))
    return lines
