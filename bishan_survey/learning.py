"""A receiving system's blank import workbook → a delivery profile to be completed by people.

A header becomes a variable where its words are known, by label or alias, and by nothing else: the others stay empty,
with a comment, and a profile with empty columns is refused by the lint until somebody has written what belongs there.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bishan_survey.design import SAVE_AS, headers_in, read_blank, why_not, widest_sheet
from bishan_survey.errors import WorkspaceError
from bishan_survey.handwritten import squeezed
from bishan_survey.intake import HeaderIndex
from bishan_survey.model import CodeList, Design, Item, ValueType
from bishan_survey.reading.dropdowns import choices, dropdowns
from bishan_survey.reading.grid import Contents, Grid, UnreadableFile
from bishan_survey.reading.outline import outline_of
from bishan_survey.reading.parts import Parts

_HEADER_ROWS = 20
_FEWEST = 2
"""A header names so many known items at least."""


@dataclass(frozen=True)
class Learnt:
    """What a workbook was understood as."""

    sheet: str
    header_row: int
    """As spreadsheet programs count it."""
    columns: tuple[tuple[str, Item | None], ...]
    """Each header with the item that it surely names."""
    held_below: int | None
    """The first row below the header in which something stands: an example, or what is to be filled in."""
    offered: tuple[tuple[str, ...], ...]
    """What can be chosen in each column."""


def learn(path: Path, design: Design, unit: str) -> Learnt:
    """Understand a blank import workbook.

    Raises:
        WorkspaceError: it is no .xlsx or cannot be read, or no row in it is surely the header.
    """
    answer = read_blank(path)
    if not isinstance(answer, Contents) or why_not(design, path, answer):
        raise WorkspaceError(why_not(design, path, answer), f"{SAVE_AS}，再学一次")
    index = _index(design, unit)
    headed = [(found, grid) for grid in answer.grids if not grid.hidden and (found := _header(grid, index))]
    if not headed:
        raise WorkspaceError(f"{path.name} 中没有找到表头", f"前{_HEADER_ROWS}行里至少要有{_FEWEST}个认得的列名")
    (_, row), grid = max(headed, key=lambda one: one[0][0])
    headers = headers_in(grid, row)
    named = {place: index.item(text) for place, text in headers.items()}
    known = {name for name, times in Counter(named.values()).items() if name and times == 1}
    items = index.sheet.by_name
    lists = [one for one in dropdowns(path.read_bytes()) if one.sheet == grid.name]
    return Learnt(
        sheet=grid.name,
        header_row=row,
        columns=tuple(
            (text, items[name] if (name := named[place]) in known else None) for place, text in headers.items()
        ),
        held_below=_held_below(path, grid.name, row),
        offered=tuple(
            next((choices(one, answer.grids) for one in lists if place in one.columns), ()) for place in headers
        ),
    )


def _held_below(path: Path, sheet: str, header_row: int) -> int | None:
    try:
        rows = outline_of(Parts(path.read_bytes()), sheet).rows
    except UnreadableFile as error:
        raise WorkspaceError(f"{path.name} 的工作表“{sheet}”不能照着填", f"{SAVE_AS}，再学一次") from error
    return next((row.number for row in rows if row.holds and row.number > header_row), None)


def _index(design: Design, unit: str) -> HeaderIndex:
    sheet = widest_sheet(design, unit)
    assert sheet is not None  # noqa: S101 - the command knows the units
    form = next(form for form in design.questionnaires.values() if sheet in form.sheets)
    return HeaderIndex.of(form, sheet, design.layout)


def _header(grid: Grid, index: HeaderIndex) -> tuple[int, int] | None:
    """How many known headers the row has that has most of them, and which row that is (the first is 1)."""
    counted = [
        (len({item for text in headers_in(grid, row).values() if (item := index.item(text))}), -row)
        for row in range(1, min(_HEADER_ROWS, len(grid.rows)) + 1)
    ]
    known, row = max(counted, default=(0, 0))
    return (known, -row) if known >= _FEWEST else None


def profile_text(learnt: Learnt, template: str, name: str, unit: str, design: Design) -> str:
    """A delivery profile to be completed, as TOML.

    Args:
        learnt: what the template was understood as.
        template: the template's file name.
        name: id of the profile.
        unit: what a line stands for.
        design: the definitions.
    """
    title = Path(template).stem
    source = f"模板 {template}"
    keys = {"id": name, "title": title, "unit": unit, "file_name": f"{title}.xlsx", "sheet_name": learnt.sheet}
    lines = [
        f"# 由 bishan-survey profile learn 从 {template} 起草。请逐列核对：凭列名认的；认不出的 sql 是空的，要补上。",
        f"# 补好以后，和 {template} 一起放进 templates/delivery/，运行 bishan-survey design check。",
        "",
        *(f"{key} = {_text(value)}" for key, value in (keys | {"source": source, "mark": "PROPOSED"}).items()),
        *_layout(learnt, template),
        '# 凭哪几列认出是哪一条（回执靠它对人），如 ["残疾证号"]',
        "key = []",
    ]
    for (header, item), offered in zip(learnt.columns, learnt.offered, strict=True):
        lines += ["", "[[column]]", f"header = {_text(header)}", *_column(item, offered, design)]
    return "\n".join(lines) + "\n"


def _layout(learnt: Learnt, template: str) -> Iterator[str]:
    yield f"template = {_text(template)}  # 记录填进它的副本，其余原样"
    yield f"header_row = {learnt.header_row}"
    if learnt.held_below:
        yield f"# 模板第{learnt.held_below}行有内容，是例子还是说明？记录从第几行写起，由您写："
        yield "# 以上的照留，从这一行起模板里原有的不报出去"
        yield f"# first_row = {learnt.held_below}"


def _column(item: Item | None, offered: Sequence[str], design: Design) -> Iterator[str]:
    if item is None:
        yield 'sql = ""  # 认不出是哪一项，请补上；没有这一项的，写 CAST(NULL AS VARCHAR)'
    else:
        yield f"sql = {_text(_sql(item))}  # {item.label}"
    if offered:
        yield f"allowed = [{', '.join(map(_text, offered))}]"
    codes = design.code_lists.get(item.codes) if item and item.codes else None
    if codes and item and not item.multiple:
        yield from _recode(codes, offered)


def _recode(codes: CodeList, offered: Sequence[str]) -> Iterator[str]:
    """The recoding where every code's label can be chosen; else what our codes mean, for people to compare."""
    by_label = {squeezed(text): text for text in offered}
    recoded = {code.code: by_label.get(squeezed(code.label)) for code in codes.codes}
    if offered and all(recoded.values()):
        pairs = (f"{_text(code)} = {_text(text)}" for code, text in recoded.items() if text)
        yield f"recode = {{ {', '.join(pairs)} }}"
    else:
        ours = "，".join(f"{code.code} {code.label}" for code in codes.codes)
        yield f"# 本表代码：{ours}。对方不同的，写 recode，要写全"


def _sql(item: Item) -> str:
    if item.multiple:
        return f"ARRAY_TO_STRING({item.name}, ',')"
    if item.type is ValueType.DATE:
        return f"STRFTIME({item.name}, '%Y-%m-%d')"
    if item.type in (ValueType.INTEGER, ValueType.DECIMAL, ValueType.BOOLEAN):
        return f"CAST({item.name} AS VARCHAR)"
    return item.name


def _text(value: str) -> str:
    """A text as TOML writes it."""
    return json.dumps(value, ensure_ascii=False)
