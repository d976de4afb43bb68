"""A handwritten sheet as a file: any format, its heading anywhere in the first rows, one line for each row."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bishan_survey.errors import WorkspaceError
from bishan_survey.handwritten.texts import folded, squeezed
from bishan_survey.model import Notice, SheetWords, WordKind
from bishan_survey.reading.grid import Answer, Contents, Refusal, Request
from bishan_survey.reading.pool import open_pool

_HEADING_ROWS = 20
_CERTAIN = 3
"""A row with so many of the headings is the heading, whatever it lacks."""


@dataclass(frozen=True, slots=True)
class SheetKind:
    """Which of the handwritten sheets one is."""

    title: str
    """What people call it, such as 更正单."""
    words: SheetWords
    blank: str
    """What to do for a right one, in Chinese."""
    optional: frozenset[str] = frozenset()
    """Ids of columns that it may lack."""


@dataclass(frozen=True, slots=True)
class HandwrittenLine:
    """A line as it was written."""

    file: str
    number: int
    """The row, as spreadsheet programs count them."""
    texts: Mapping[str, str]
    """What stands under each heading that the sheet has, by its id; an empty text where nothing stands."""


def read_sheets(
    paths: Sequence[Path], kind: SheetKind, notices: Mapping[str, Notice], passwords: tuple[str, ...] = ()
) -> list[HandwrittenLine]:
    """The lines of handwritten sheets, one file after the other, blank ones left out.

    Args:
        paths: the files, of any format that villages' files may have.
        kind: which sheet they should be.
        notices: what is said of files that cannot be read.
        passwords: to be tried if one is protected.

    Raises:
        WorkspaceError: one cannot be read, or it is not clear where its heading is.
    """
    if not paths:
        return []
    with open_pool(1) as pool:
        answers = [*pool.read([Request(path, path.name, passwords=passwords) for path in paths])]
    lines = [_lines_of(answer, path, kind, notices) for answer, path in zip(answers, paths, strict=True)]
    return [line for part in lines for line in part]


def _lines_of(answer: Answer, path: Path, kind: SheetKind, notices: Mapping[str, Notice]) -> list[HandwrittenLine]:
    contents = _readable(answer, path.name, kind, notices)
    columns = kind.words.texts(WordKind.COLUMN)
    advice = f"列名应是：{'、'.join(columns.values())}。{kind.blank}；不是{kind.title}的，请移走"
    needed = columns.keys() - kind.optional
    certain = min(_CERTAIN, len(needed))
    headed = [(grid.rows, found) for grid in contents.grids if (found := _heading(grid.rows, kind.words, certain))]
    if len(headed) != 1:
        what = "没有找到列名" if not headed else f"有{len(headed)}个工作表都像{kind.title}"
        raise WorkspaceError(f"{path.name}：{what}", advice if not headed else "请只留一个，其余的移到别的文件")
    ((rows, (heading, places)),) = headed
    lacking = [text for name, text in columns.items() if name in needed and name not in places]
    if lacking:
        raise WorkspaceError(f"{path.name} 缺少列：{'、'.join(lacking)}", advice)
    twice = [columns[name] for name, found in places.items() if len(found) > 1]
    if twice:
        raise WorkspaceError(f"{path.name} 有几列都叫：{'、'.join(twice)}", "请只留一列")
    return _lines(path.name, rows, heading, {name: found[0] for name, found in places.items()})


def _readable(answer: Answer, name: str, kind: SheetKind, notices: Mapping[str, Notice]) -> Contents:
    if isinstance(answer, Contents):
        return answer
    why = "这是压缩包"
    if isinstance(answer, Refusal):
        why = notices[answer.notice].message.format(**answer.details)
    advice = f"请用 WPS 或 Excel 打开，另存为 .xlsx；不用的{kind.title}，请移走"
    raise WorkspaceError(f"{kind.title} {name} 读不了：{why}", advice)


Places = Mapping[str, Sequence[int]]
"""The columns under each heading, by its id."""


def _heading(rows: Sequence[Sequence[str]], words: SheetWords, certain: int) -> tuple[int, Places] | None:
    """The row that has the most headings, if it is surely the heading, and the columns under each of them."""
    spellings = {
        squeezed(spelling): word.id
        for word in words.of(WordKind.COLUMN).values()
        for spelling in (word.text, *word.aliases)
    }
    found = [_named(row, spellings) for row in rows[:_HEADING_ROWS]]
    best = max(range(len(found)), key=lambda place: (len(found[place]), -place), default=None)
    return (best, found[best]) if best is not None and len(found[best]) >= certain else None


def _named(row: Sequence[str], spellings: Mapping[str, str]) -> Places:
    named = [(spellings[text], column) for column, cell in enumerate(row) if (text := squeezed(cell)) in spellings]
    counted = Counter(name for name, _ in named)
    return {name: [column for other, column in named if other == name] for name in counted}


def _lines(file: str, rows: Sequence[Sequence[str]], heading: int, places: Mapping[str, int]) -> list[HandwrittenLine]:
    lines = []
    for number, row in enumerate(rows[heading + 1 :], heading + 2):
        texts = {name: row[column].strip() for name, column in places.items()}
        if any(folded(text) for text in texts.values()):
            lines.append(HandwrittenLine(file, number, texts))
    return lines
