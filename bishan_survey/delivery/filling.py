"""Records put into copies of a receiving system's own blank workbook, and read again from there.

Of the container, every member keeps its bytes but the one worksheet; of the worksheet, all keeps its bytes but the rows
from the first record on, and the tag that says which cells are used. So lists to choose from, hidden sheets and all
else that a system wants to find again are there, also what this program knows nothing of.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from xml.sax.saxutils import quoteattr

import polars as pl
from xlsxwriter.utility import xl_col_to_name, xl_range

from bishan_survey.design import headers_in
from bishan_survey.errors import InternalError, WorkspaceError
from bishan_survey.model import DeliveryProfile
from bishan_survey.private import create_private
from bishan_survey.reading.grid import Answer, Contents, Grid, Place, Request, UnreadableFile
from bishan_survey.reading.outline import Outline, Row, outline_of
from bishan_survey.reading.parts import Parts
from bishan_survey.reading.pool import ReaderPool, open_pool
from bishan_survey.reading.worksheets import worksheet_parts

_KEPT = ("s", "customFormat", "ht", "customHeight")
"""What rows of records take over from the first of them in the blank workbook: format and height."""
_REF = re.compile(rb"""(\sref\s*=\s*)(?:"[^"]*"|'[^']*')""")
_ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "_x": "_x005F_x"} | {
    chr(code): f"_x{code:04X}_" for code in range(32) if chr(code) not in "\t\n"
}


@dataclass(frozen=True)
class Blank:
    """A blank workbook as it is filled."""

    parts: Parts
    part: str
    """The member in which the worksheet to fill stands."""
    grids: tuple[Grid, ...]
    outline: Outline
    columns: tuple[int, ...]
    """Where each of the profile's columns stands, counted from 0."""


def write_filled(profile: DeliveryProfile, files: Mapping[Path, pl.DataFrame]) -> None:
    """Write records into copies of a profile's blank workbook, which its owner alone can read.

    Args:
        profile: one that the lint has found sound.
        files: where to, each with its lines: the profile's columns, all texts.

    Raises:
        WorkspaceError: the blank workbook is not what it was when the profile was looked through.
        InternalError: a file does not say what it was meant to say; none is left.
    """
    made = list[Path]()
    try:
        with open_pool() as pool:
            blank = open_blank(profile, pool)
            for path, rows in files.items():
                made.append(create_private(path))
                path.write_bytes(blank.parts.with_part(blank.part, filled(blank, profile.data_row, rows)))
            answers = pool.read([Request(path, path.name) for path in made])
            for path, rows, answer in zip(made, files.values(), answers, strict=True):
                _prove(path, answer, blank, profile, rows)
    except BaseException:
        for path in made:
            path.unlink()
        raise


def open_blank(profile: DeliveryProfile, pool: ReaderPool) -> Blank:
    """A profile's blank workbook.

    Raises:
        WorkspaceError: it is not what it was when the profile was looked through.
    """
    path = profile.template
    assert path is not None  # noqa: S101 - only such profiles are filled
    try:
        parts = Parts(path.read_bytes())
        (answer,) = pool.read([Request(path, path.name)])
        grids = answer.grids if isinstance(answer, Contents) else ()
        grid = next(grid for grid in grids if grid.name == profile.sheet_name)
        outline = outline_of(parts, profile.sheet_name)
    except (OSError, UnreadableFile, StopIteration) as error:
        raise WorkspaceError(f"模板 {path.name} 刚才还在，现在读不了", "请不要同时改模板，再运行一次") from error
    part = worksheet_parts(parts)[profile.sheet_name]
    return Blank(parts, part, grids, outline, tuple(headers_in(grid, profile.header_row)))


# --- the worksheet's XML ------------------------------------------------------------------------------------------


def filled(blank: Blank, first: int, rows: pl.DataFrame) -> bytes:
    """The worksheet with records from a row on; what the blank workbook has from there on goes, but for empty rows."""
    outline, last = blank.outline, first + rows.height - 1
    above = [row for row in outline.rows if row.number < first]
    below = [row for row in outline.rows if row.number > last and not row.holds and "r" in row.attributes]
    start = next((row.start for row in outline.rows if row.number >= first), outline.end)
    head = outline.xml[:start]
    if outline.dimension:
        before, after = outline.dimension
        used = _used([*above, *below], first, last, blank.columns).encode()
        head = head[:before] + _REF.sub(rb'\1"%s"' % used, head[before:after], count=1) + head[after:]
    kept = b"".join(outline.xml[row.start : row.end] for row in below)
    return head + "".join(_xml_rows(blank, first, rows)).encode() + kept + outline.xml[outline.end :]


def _used(kept: Sequence[Row], first: int, last: int, columns: Sequence[int]) -> str:
    """The range of cells in use, as spreadsheet programs write it."""
    spans = [(row.number, column) for row in kept for column in row.styles]
    spans += [(row, column) for row in (first, last) if first <= last for column in columns]
    numbers, places = [row - 1 for row, _ in spans] or [0], [column for _, column in spans] or [0]
    return str(xl_range(min(numbers), min(places), max(numbers), max(places)))


def _xml_rows(blank: Blank, first: int, rows: pl.DataFrame) -> pl.Series:
    """The records as rows of a worksheet, all cells as texts, in the formats of the first row or of the columns."""
    p = blank.outline.prefix
    model = next((row for row in blank.outline.rows if row.number == first), None)
    said = {name: value for name, value in model.attributes.items() if name in _KEPT} if model else {}
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in said.items())
    number = pl.int_range(first, first + pl.len()).cast(pl.String)
    cells = [
        _xml_cell(header, xl_col_to_name(place), number, _style(blank.outline, model, place), p)
        for header, place in zip(rows.columns, blank.columns, strict=True)
    ]
    row = pl.concat_str(pl.lit(f'<{p}row r="'), number, pl.lit(f'"{attributes}>'), *cells, pl.lit(f"</{p}row>"))
    return rows.select(row.alias("row")).to_series()


def _xml_cell(header: str, letters: str, number: pl.Expr, style: str, p: str) -> pl.Expr:
    """A cell of each row; a blank one stands there for the sake of its format alone."""
    value = pl.col(header).str.replace_many([*_ESCAPED], [*_ESCAPED.values()])
    begin = (pl.lit(f'<{p}c r="{letters}'), number, pl.lit(f'"{style}'))
    text = pl.concat_str(
        *begin, pl.lit(f' t="inlineStr"><{p}is><{p}t xml:space="preserve">'), value, pl.lit(f"</{p}t></{p}is></{p}c>")
    )
    blank = pl.concat_str(*begin, pl.lit("/>")) if style else pl.lit("")
    return pl.when(pl.col(header).fill_null("") == "").then(blank).otherwise(text)


def _style(outline: Outline, model: Row | None, column: int) -> str:
    """The attribute of the format of a column's cells; empty: the general one."""
    of_columns = next((style for places, style in outline.columns if column in places), "")
    row, cells = (model.attributes, model.styles) if model else ({}, {})
    of_row = row.get("s", "") if row.get("customFormat") in ("1", "true") else ""
    style = cells.get(column, of_row or of_columns)
    return f" s={quoteattr(style)}" if style else ""


# --- the proof ----------------------------------------------------------------------------------------------------


def _prove(path: Path, answer: Answer, blank: Blank, profile: DeliveryProfile, rows: pl.DataFrame) -> None:
    """Hold a written file against what it was made of.

    Raises:
        WorkspaceError: it cannot be read again, most likely because it is too large.
        InternalError: it does not say the same.
    """
    if not isinstance(answer, Contents):
        advice = "请在上报格式里写 batch_size，分成几个文件"
        raise WorkspaceError(f"按模板写出的 {path.name} 读不回来，没有留下文件", advice)
    wrong = [*_altered_parts(path, blank, profile), *_altered_sheets(answer, blank, profile, rows)]
    if wrong:
        raise InternalError(f"按模板写出的 {path.name} 与要写的不一致：{'、'.join(wrong)}；没有留下文件")


def _altered_parts(path: Path, blank: Blank, profile: DeliveryProfile) -> Iterator[str]:
    """What is not the same, byte for byte, beside the rows."""
    written = Parts(path.read_bytes())
    if written.without(blank.part) != blank.parts.without(blank.part):
        yield "工作簿的其他部分"
    try:
        now, then = outline_of(written, profile.sheet_name), blank.outline
    except UnreadableFile:
        yield "有工作簿里不能有的字符"
        return
    if now.xml[now.end :] != then.xml[then.end :]:
        yield "记录以后的部分"


def _altered_sheets(answer: Contents, blank: Blank, profile: DeliveryProfile, rows: pl.DataFrame) -> Iterator[str]:
    """Worksheets that do not say what they are to say."""
    meant = [_filled_grid(grid, blank, profile, rows) for grid in blank.grids]
    for then, now in zip(meant, answer.grids, strict=True):
        same = (then.name, then.hidden, then.merged) == (now.name, now.hidden, now.merged)
        if not same or _cells(then) != _cells(now):
            yield f"工作表“{then.name}”"


def _filled_grid(grid: Grid, blank: Blank, profile: DeliveryProfile, rows: pl.DataFrame) -> Grid:
    """A worksheet of the blank workbook with the records in it, where they belong into it."""
    if grid.name != profile.sheet_name:
        return grid
    width, above = max(blank.columns) + 1, profile.data_row - 1
    made = [[""] * width for _ in range(rows.height)]
    for place, values in zip(blank.columns, rows.iter_columns(), strict=True):
        for line, value in zip(made, values, strict=True):
            line[place] = value or ""
    between: list[list[str]] = [[] for _ in range(above - len(grid.rows))]
    return replace(grid, rows=[*grid.rows[:above], *between, *made])


def _cells(grid: Grid) -> dict[Place, str]:
    return {(row, column): text for row, texts in enumerate(grid.rows) for column, text in enumerate(texts) if text}
