"""The lint of the blank workbook that a delivery profile fills: opened and compared before any data is read."""

from collections.abc import Iterator
from pathlib import Path

from bishan_survey.model import DeliveryProfile, Design
from bishan_survey.reading.grid import Answer, Contents, Grid, Refusal, Request, UnreadableFile
from bishan_survey.reading.outline import Outline, outline_of
from bishan_survey.reading.parts import Parts
from bishan_survey.reading.pool import open_pool

SAVE_AS = "请用 WPS 或 Excel 打开，另存为没有密码的 .xlsx"
_SUFFIX = ".xlsx"


def template_problems(design: Design, profile: DeliveryProfile) -> Iterator[str]:
    """What is wrong with a profile's blank workbook, each problem behind the key that it concerns."""
    path = profile.template
    if path is None:
        if profile.header_row != 1 or profile.first_row is not None:
            yield "header_row、first_row 只和 template 一起写"
    elif profile.is_csv or profile.lines:
        yield "template：只用于一行一条记录的 .xlsx"
    elif not path.is_file():
        yield f"template：找不到 {path.name}，应与上报格式放在同一个文件夹"
    elif profile.header_row < 1 or profile.data_row <= profile.header_row:
        yield "header_row、first_row：表头至少在第1行，记录在表头下面"
    else:
        yield from _wrong_workbook(design, profile, path)


def read_blank(path: Path) -> Answer:
    """What is in a blank workbook, read in a process of its own."""
    with open_pool(1) as pool:
        (answer,) = pool.read([Request(path, path.name)])
    return answer


def headers_in(grid: Grid, header_row: int) -> dict[int, str]:
    """The headers in a row, as spreadsheet programs count it, each with its column, counted from 0.

    A cell that is merged with cells above it has their text.
    """
    place = header_row - 1
    texts = [*grid.rows[place]] if place < len(grid.rows) else []
    for top, left, bottom, _ in grid.merged:
        if top < place <= bottom and left < len(texts):
            texts[left] = grid.rows[top][left]
    return {column: text.strip() for column, text in enumerate(texts) if text.strip()}


def why_not(design: Design, path: Path, answer: Answer) -> str:
    """Why a file is no workbook that can be filled; empty if it may be one."""
    if isinstance(answer, Refusal):
        return f"{path.name} 读不了：{design.notices[answer.notice].message.format(**answer.details)}"
    is_one = isinstance(answer, Contents) and {f".{answer.kind}", path.suffix.lower()} == {_SUFFIX}
    return "" if is_one else f"{path.name} 不是 {_SUFFIX} 工作簿"


def _wrong_workbook(design: Design, profile: DeliveryProfile, path: Path) -> Iterator[str]:
    answer = read_blank(path)
    if not isinstance(answer, Contents) or why_not(design, path, answer):
        yield f"template：{why_not(design, path, answer)}；{SAVE_AS}"
        return
    grid = next((grid for grid in answer.grids if grid.name == profile.sheet_name), None)
    if grid is None:
        names = "、".join(grid.name for grid in answer.grids)
        yield f"sheet_name：{path.name} 没有工作表“{profile.sheet_name}”，有：{names}"
        return
    yield from _wrong_header(profile, grid)
    try:
        yield from _wrong_rows(profile, grid, outline_of(Parts(path.read_bytes()), grid.name))
    except UnreadableFile:
        yield f"template：{path.name} 的工作表“{grid.name}”不能照着填；{SAVE_AS}，再试一次"


def _wrong_header(profile: DeliveryProfile, grid: Grid) -> Iterator[str]:
    wanted = [column.header for column in profile.columns]
    found = [*headers_in(grid, profile.header_row).values()]
    if wanted == found:
        return
    where = f"header_row：模板第{profile.header_row}行的列名与 [[column]] 不同"
    more = [text for text in found if text not in wanted]
    less = [header for header in wanted if header not in found]
    if more or less:
        said = [f"{word}{'、'.join(texts)}" for word, texts in (("模板多出 ", more), ("模板没有 ", less)) if texts]
        yield f"{where}：{'；'.join(said)}"
    else:
        yield f"{where}：次序或个数不同，模板是 {'、'.join(found)}"


def _wrong_rows(profile: DeliveryProfile, grid: Grid, outline: Outline) -> Iterator[str]:
    """What stands where the records are to stand."""
    below = [row for row in outline.rows if row.number >= profile.data_row]
    formulas = [row.number for row in below if row.formulas]
    if formulas:
        yield f"first_row：模板第{formulas[0]}行有公式，记录写进去就没有了，请在模板里清掉"
    merged = [bottom + 1 for _, _, bottom, _ in grid.merged if bottom + 1 >= profile.data_row]
    if merged:
        yield f"first_row：模板里合并的单元格到了第{merged[0]}行，记录从第{profile.data_row}行写起，请在模板里拆开"
    held = [row.number for row in below if row.holds]
    if held and profile.first_row is None:
        yield (
            f"first_row：模板表头下面第{held[0]}行有内容。请写 first_row，记录从第几行写起："
            "以上的照留，从这一行起模板里原有的内容（例子）不报出去"
        )
