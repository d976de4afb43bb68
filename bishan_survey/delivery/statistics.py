"""The statistics workbook: cover, contents, notes, and one table to a sheet. It names nobody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from bishan_survey.delivery.charts import CHARTS, write_charts
from bishan_survey.delivery.grid import SYMBOL, GridRow, TableGrid, Value
from bishan_survey.delivery.lists import ListSheet, write_list
from bishan_survey.delivery.styles import Styles, set_up_page
from bishan_survey.model import Ledger, Survey
from bishan_survey.widths import LINE_HEIGHT, display_width, folded, lines_needed

COVER, CONTENTS, NOTES = "封面", "目录", "说明"
LEDGER_TITLE = "行数平衡（读入＝计入＋暂不计入＋重复＋被代替＋非记录）"
_FIRST_TABLE_ROW = 4
_NARROWEST, _WIDEST = 8, 16
_CONTENTS = (("表号", 8), ("主题", 20), ("表名", 62), ("统计范围", 60), ("单位", 8))
_NOTES = (34, 90)
_LINE = 90
"""Length of the lines below a narrow table."""


@dataclass(frozen=True)
class Publication:
    """Everything that the statistics workbook says."""

    survey: Survey
    district: str
    grids: Sequence[TableGrid]
    left_out: Sequence[tuple[str, str]]
    """Title of each table that could not be filled, and why."""
    ledger: Ledger | None
    """Where the rows went; not in the public edition."""
    records: Mapping[str, int]
    """Records that count, by the name of their sheet."""
    coverage: Sequence[tuple[str, str]]
    """Facts about the returns: what, how many."""
    register: ListSheet | None
    """Every village that should report, and what came of it; not in the public edition."""
    versions: Sequence[tuple[str, str]]
    """Program, definitions, editions of forms and divisions."""
    protection: Sequence[tuple[str, str]] = ()
    """Of the public edition: how it is protected."""

    @property
    def is_public(self) -> bool:
        """Whether small counts are left out."""
        return bool(self.protection)


def write_statistics(path: Path, publication: Publication) -> None:
    """Write the workbook. Equal publications give equal bytes."""
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(str(path), options) as workbook:
        created = datetime.combine(publication.survey.reference_date, datetime.min.time())
        workbook.set_properties({"title": publication.survey.title, "created": created})
        styles = Styles(workbook)
        _write_cover(workbook.add_worksheet(COVER), styles, publication)
        _write_contents(workbook.add_worksheet(CONTENTS), styles, publication.grids)
        _write_notes(workbook.add_worksheet(NOTES), styles, publication)
        if publication.register is not None:
            write_list(workbook, styles, publication.register)
        write_charts(workbook, workbook.add_worksheet(CHARTS), styles, publication.grids)
        for grid in publication.grids:
            _TableSheet(workbook.add_worksheet(grid.table.shell.id), styles, grid).write()


def _write_cover(sheet: Worksheet, styles: Styles, publication: Publication) -> None:
    survey = publication.survey
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 100)
    sheet.write_string(5, 0, survey.title, styles["cover"])
    sheet.write_string(7, 0, "统计表（公开版）" if publication.is_public else "统计表（内部版）", styles["cover"])
    lines = (
        f"地区：{publication.district}",
        f"年龄基准日：{survey.reference_date:%Y年%m月%d日}",
        f"调查时间：{survey.period_start:%Y年%m月%d日}至{survey.period_end:%Y年%m月%d日}",
        f"共 {len(publication.grids)} 张表，目录见第2张工作表；数据质量和算法见“{NOTES}”，主要的图见“{CHARTS}”。",
        f"公开版：小数已抑制，以“{SYMBOL}”表示，见“{NOTES}”。"
        if publication.is_public
        else "内部资料：未作小数抑制，不得外传；对外请用公开版。",
    )
    for row, line in enumerate(lines, 10):
        sheet.write_string(row, 0, line, styles["cover_line"])
    set_up_page(sheet)


def _write_contents(sheet: Worksheet, styles: Styles, grids: Sequence[TableGrid]) -> None:
    sheet.write_string(0, 0, "目录", styles["title"])
    for column, (label, width) in enumerate(_CONTENTS):
        sheet.write_string(2, column, label, styles["head_left"])
        sheet.set_column(column, column, width)
    for row, grid in enumerate(grids, 3):
        shell = grid.table.shell
        sheet.write_url(row, 0, f"internal:'{shell.id}'!A1", styles["link"], shell.id, f"转到{shell.title}")
        texts = (shell.subject, shell.title, shell.universe, shell.measure)
        sheet.set_row(row, LINE_HEIGHT * lines_needed(texts, [width for _, width in _CONTENTS[1:]]))
        for column, text in enumerate(texts, 1):
            sheet.write_string(row, column, text, styles["cell"])
    sheet.freeze_panes(3, 0)
    set_up_page(sheet, (2, 2))


def _write_notes(sheet: Worksheet, styles: Styles, publication: Publication) -> None:
    for column, width in enumerate(_NOTES):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, "说明", styles["title"])
    counted = [(f"计入的{name}", f"{count:,}") for name, count in publication.records.items()]
    symbols = [*_SYMBOLS, (SYMBOL, "为保护个人信息，不公布的数")] if publication.is_public else _SYMBOLS
    parts = [
        ("报送与覆盖", publication.coverage),
        (LEDGER_TITLE, [*ledger_pairs(publication.ledger), *counted] if publication.ledger else ()),
        ("符号与算法", symbols),
        ("怎样保护个人信息", publication.protection),
        ("未编制的表" if not publication.is_public else "未公布的表", publication.left_out),
        ("版本", publication.versions),
    ]
    row = 2
    for number, (heading, pairs) in zip("一二三四五", [part for part in parts if part[1]], strict=False):
        row = _pairs(sheet, styles, row, f"{number}、{heading}", pairs)
    set_up_page(sheet)


_SYMBOLS = (
    ("0", "没有，或该地区尚无计入的记录"),
    ("未填报", "应答而没有答的；单列出来，使各项之和等于合计"),
    ("多选项目", "一人可选几项，各项之和可大于合计；合计按人数"),
    ("计入的记录", "没有必须改正的问题、并按残疾人证号前18位去重后的记录"),
    ("年龄", "按残疾人证号中的出生日期，计算到年龄基准日的周岁"),
)


def _pairs(sheet: Worksheet, styles: Styles, row: int, heading: str, pairs: Sequence[tuple[str, str]]) -> int:
    """A heading and lines of two columns; returns the row after them."""
    sheet.write_string(row, 0, heading, styles["heading"])
    for number, pair in enumerate(pairs, row + 1):
        sheet.set_row(number, LINE_HEIGHT * lines_needed(pair, _NOTES))
        sheet.write_string(number, 0, pair[0], styles["text"])
        sheet.write_string(number, 1, pair[1], styles["said"])
    return row + len(pairs) + 2


def ledger_pairs(ledger: Ledger) -> list[tuple[str, str]]:
    """The ledger of rows in words."""
    counts = (
        ("读入", ledger.read),
        ("计入", ledger.accepted),
        ("暂不计入（有必须改正的问题）", ledger.held),
        ("重复（同一人只计一次）", ledger.duplicate),
        ("被代替（本村后来又报送了）", ledger.superseded),
        ("非记录（空行、合计行、落款等）", ledger.not_a_record),
    )
    return [(what, f"{count:,}") for what, count in counts]


class _TableSheet:
    """One table on its sheet: title, universe and unit above, notes and source below."""

    def __init__(self, sheet: Worksheet, styles: Styles, grid: TableGrid) -> None:
        self._sheet = sheet
        self._styles = styles
        self._grid = grid
        self._widths = _widths(grid)

    def write(self) -> None:
        """Write the sheet."""
        shell = self._grid.table.shell
        sheet, styles = self._sheet, self._styles
        sheet.write_string(0, 0, f"表{shell.id}  {shell.title}", styles["title"])
        sheet.write_string(1, 0, f"统计范围：{shell.universe}    计量单位：{shell.measure}", styles["line"])
        sheet.write_url(2, 0, f"internal:'{CONTENTS}'!A1", styles["link"], "返回目录")
        self._write_header()
        for position, row in enumerate(self._grid.rows, _FIRST_TABLE_ROW):
            self._write_row(position, row)
        self._write_foot(_FIRST_TABLE_ROW + len(self._grid.rows))
        sheet.freeze_panes(_FIRST_TABLE_ROW, len(self._grid.row_labels))
        set_up_page(sheet, (_FIRST_TABLE_ROW - 1, _FIRST_TABLE_ROW - 1), sum(self._widths))

    def _write_header(self) -> None:
        labels, lead = (*self._grid.row_labels, *self._grid.column_labels), len(self._grid.row_labels)
        for column, (label, width) in enumerate(zip(labels, self._widths, strict=True)):
            style = self._styles["head_left" if column < lead else "head"]
            self._sheet.write_string(_FIRST_TABLE_ROW - 1, column, label, style)
            self._sheet.set_column(column, column, width)
        self._sheet.set_row(_FIRST_TABLE_ROW - 1, 16 * lines_needed(labels, self._widths) + 8)

    def _write_row(self, position: int, row: GridRow) -> None:
        total = row.stub is None or row.stub.code == ""
        level = {"district": "label_total", "town": "label_1", "village": "label_2"}[row.level]
        self._sheet.write_string(position, 0, row.area_name, self._styles[level])
        if row.stub:
            style = "label_total" if total else "label_1"
            self._sheet.write_string(position, 1, row.stub.label, self._styles[style])
        bold = row.level == "district" and (total or row.stub is None)
        for column, value in enumerate(row.values, len(self._grid.row_labels)):
            if value is None:
                self._sheet.write_string(position, column, SYMBOL, self._styles["left_out"])
                continue
            style = "decimal" if isinstance(value, float) else "number_total" if bold else "number"
            self._sheet.write_number(position, column, value, self._styles[style])

    def _write_foot(self, row: int) -> None:
        shell = self._grid.table.shell
        lines = [f"注{n}：{note}" for n, note in enumerate(shell.notes, 1)]
        lines.append(f"资料来源：{shell.source}" if shell.source else "资料来源：本次调查")
        room = max(_LINE, sum(self._widths))
        for number, part in enumerate((part for line in lines for part in folded(line, room)), row + 1):
            self._sheet.write_string(number, 0, part, self._styles["line"])


def _widths(grid: TableGrid) -> list[int]:
    """How wide the columns of a table are: the areas, the rows' labels, the numbers below their labels."""
    areas = max(12, *(display_width(row.area_name) + 4 for row in grid.rows))
    stubs = [display_width(row.stub.label) + 4 for row in grid.rows if row.stub]
    labels = [_width(label, max(stubs)) for label in grid.row_labels[1:]]
    longest = (max(len(_shown(row.values[n])) for row in grid.rows) for n in range(len(grid.column_labels)))
    return [areas, *labels, *(_width(label, most + 3) for label, most in zip(grid.column_labels, longest, strict=True))]


def _width(label: str, least: int) -> int:
    """Width of a column whose label is broken into lines of about the same length, as few as there can be."""
    lines = -(-display_width(label) // (_WIDEST - 3))
    return max(_NARROWEST, least, -(-display_width(label) // lines) + 3)


def _shown(value: Value) -> str:
    """A number as it stands in its cell."""
    if value is None:
        return SYMBOL
    return f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"
