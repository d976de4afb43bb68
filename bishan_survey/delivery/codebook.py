"""The codebook: every variable of a unit with its label, its type, its codes and where it comes from, as data, as a
workbook and as a page. It is made from the definitions alone and names nobody."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path

import polars as pl
from xlsxwriter import Workbook

from bishan_survey.delivery.lists import ListSheet, write_list
from bishan_survey.delivery.styles import Styles
from bishan_survey.design import derived_for, inputs_of, widest_sheet
from bishan_survey.model import Derived, Design, Item, Sheet, Survey, ValueType
from bishan_survey.pages import Html, Section, link, page, paragraph, table

CODEBOOK = "代码簿"
TYPES = {
    ValueType.TEXT: "文本",
    ValueType.CODE: "选项",
    ValueType.INTEGER: "整数",
    ValueType.DECIMAL: "小数",
    ValueType.DATE: "日期",
    ValueType.CERTIFICATE: "残疾人证号",
    ValueType.ID_NUMBER: "身份证号",
    ValueType.PHONE: "电话",
    ValueType.BOOLEAN: "是或否",
}
_HEAD = ("变量", "名称", "题号", "类型", "个人信息", "代码表", "谁填", "区间", "怎样算的", "依据", "确定程度")
_CODE_HEAD = ("代码表", "代码", "含义", "只能单独选")
_WIDTHS, _CODE_WIDTHS = (26, 30, 8, 14, 10, 22, 40, 12, 50, 40, 14), (26, 12, 50, 12)


@dataclass(frozen=True, slots=True)
class Entry:
    """A variable."""

    name: str
    label: str
    type: ValueType
    multiple: bool
    codes: str | None
    identifying: bool
    number: str = ""
    asked: str = ""
    bounds: str = ""
    derivation: str = ""
    source: str = ""
    mark: str = ""

    def cells(self) -> tuple[str, ...]:
        """The entry as people read it."""
        kind = TYPES[self.type] + ("（多选，逗号隔开）" if self.multiple else "")
        told = (self.name, self.label, self.number, kind, "是" if self.identifying else "", self.codes or "")
        return (*told, self.asked, self.bounds, self.derivation, self.source, self.mark)


def entries_of(design: Design, unit: str, edition: str | None = None) -> list[Entry]:
    """The variables of a unit: those asked, in the order of the form, then those derived.

    A derived variable tells who somebody is if anything does that it is computed from.

    Args:
        design: the definitions.
        unit: what a record stands for.
        edition: of the questionnaire; ``None``: the one that knows most variables.
    """
    sheet = design.questionnaires[edition].sheet(unit) if edition else widest_sheet(design, unit)
    if sheet is None:
        return []
    derived = derived_for(design, sheet)
    personal = {item.name for item in sheet.items if item.identifying}
    for one in derived:
        if one.type in _TELLING and inputs_of(one) & personal:
            personal.add(one.name)
    return [*(_asked(item) for item in sheet.items), *(_derived(one, one.name in personal) for one in derived)]


_TELLING = {ValueType.TEXT, ValueType.CERTIFICATE, ValueType.ID_NUMBER, ValueType.PHONE, ValueType.DATE}
"""Types whose values may tell who somebody is; a truth value or a code does not."""


def _asked(item: Item) -> Entry:
    low, high = ("" if bound is None else f"{bound:.10g}" for bound in (item.min, item.max))
    bounds = f"{low}—{high}" if low or high else ""
    named = (item.name, item.label, item.type, item.multiple, item.codes, item.identifying)
    return Entry(*named, item.number, item.asked or "", bounds, "", item.source, item.mark)


def _derived(one: Derived, personal: bool) -> Entry:
    how = one.sql or f"{one.of} 的 {one.part}"
    named = (one.name, one.label, one.type, one.multiple, one.codes, personal)
    return Entry(*named, derivation=" ".join(how.split()), source=one.source)


def _units(design: Design, edition: str | None) -> Iterator[tuple[Sheet, list[Entry]]]:
    for unit in dict.fromkeys(sheet.unit for form in design.questionnaires.values() for sheet in form.sheets):
        entries = entries_of(design, unit, edition)
        sheet = design.questionnaires[edition].sheet(unit) if edition else widest_sheet(design, unit)
        if sheet and entries:
            yield sheet, entries


def _codes(design: Design, entries: Sequence[Entry]) -> list[tuple[str, str, str, str]]:
    used = dict.fromkeys(entry.codes for entry in entries if entry.codes)
    lists = [design.code_lists[name] for name in used]
    return [
        (codes.id, code.code, code.label, "是" if code.exclusive else "") for codes in lists for code in codes.codes
    ]


def write_codebook_xlsx(path: Path, design: Design, survey: Survey, edition: str | None = None) -> None:
    """Write the codebook as a workbook: a sheet of variables for each unit, one of codes. Equal definitions give equal
    bytes."""
    with Workbook(str(path), {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        workbook.set_properties(
            {"title": CODEBOOK, "created": datetime.combine(survey.reference_date, datetime.min.time())}
        )
        styles, every = Styles(workbook), list[Entry]()
        for sheet, entries in _units(design, edition):
            frame = pl.DataFrame([entry.cells() for entry in entries], schema=_HEAD, orient="row")
            write_list(workbook, styles, ListSheet(sheet.name, _WIDTHS, frame))
            every += entries
        frame = pl.DataFrame(_codes(design, every), schema=_CODE_HEAD, orient="row")
        write_list(workbook, styles, ListSheet("代码", _CODE_WIDTHS, frame))


def codebook_html(design: Design, edition: str | None = None) -> str:
    """The codebook as one page that needs nothing else."""
    sections, every = [], list[Entry]()
    for sheet, entries in _units(design, edition):
        rows = [_page_cells(entry) for entry in entries]
        sections.append(Section(sheet.unit, sheet.name, [table(f"{sheet.name}的变量", _HEAD, rows)]))
        every += entries
    parts = []
    for name in dict.fromkeys(entry.codes for entry in every if entry.codes):
        rows = [row[1:] for row in _codes(design, every) if row[0] == name]
        parts += [f'<h3 id="codes-{escape(name)}">{escape(name)}</h3>', table(f"代码表 {name}", _CODE_HEAD[1:], rows)]
    sections.append(Section("codes", "代码", parts))
    title = f"{CODEBOOK}{f' {edition}' if edition else ''}"
    said = f"由定义生成，不含任何人的信息。定义的校验码：<code>{design.digest}</code>"
    return page(title, [paragraph(Html(said))], sections)


def _page_cells(entry: Entry) -> tuple[str, ...]:
    name, *others = entry.cells()
    place = _HEAD.index("代码表") - 1
    if entry.codes:
        others[place] = link(f"#codes-{entry.codes}", entry.codes)
    return Html(f"<code>{escape(name)}</code>"), *others


def write_codebook_html(path: Path, design: Design, edition: str | None = None) -> None:
    """Write the codebook as a page."""
    path.write_text(codebook_html(design, edition), encoding="utf-8", newline="\n")
