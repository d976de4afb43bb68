"""Reading a form that was just written: is all there that was meant to be?

xlsxwriter leaves out what it cannot write, and says so in a warning that nobody sees. So the file is opened again, as
the zip of XML that it is, and compared with what was promised.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from zipfile import ZipFile

from xlsxwriter.utility import xl_col_to_name

_VALIDATION = re.compile(r"<dataValidation ([^>]*?)(?:/>|>(.*?)</dataValidation>)", re.DOTALL)
_FORMULA = re.compile(r"<formula1>(.*?)</formula1>", re.DOTALL)
_SHOWN = re.compile(r'<conditionalFormatting sqref="([^"]*)">(.*?)</conditionalFormatting>', re.DOTALL)
_CRITERIA = re.compile(r"<formula>(.*?)</formula>", re.DOTALL)
_NAME = re.compile(r'<definedName name="([^"]*)"[^>]*>(.*?)</definedName>', re.DOTALL)
_SHEET = re.compile(r'<sheet name="([^"]*)"([^>]*)/>')
_COLUMN = re.compile(r'<col min="(\d+)" max="(\d+)"[^>]*? style="(\d+)"')
_HEADER_CELL = re.compile(r'<c r="[A-Z]+\d+"(?: s="(\d+)")?')
_CELL = re.compile(r'<c r="([A-Z]+)(\d+)"(?: s="\d+")?(?: t="(\w+)")?><v>(.*?)</v>')
_STRING = re.compile(r"<si><t[^>]*>(.*?)</t></si>", re.DOTALL)
_XF = re.compile(r"<xf [^>]*?(?:/>|>.*?</xf>)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Promise:
    """What a sheet to fill must hold."""

    name: str
    validations: tuple[tuple[str, str, str], ...]
    """Range, kind and source or condition of each."""
    shown: tuple[tuple[str, str], ...]
    """Range and condition of each format that appears."""
    header_rows: int
    columns: int
    """So many columns take answers."""
    frozen_columns: int


@dataclass(frozen=True, slots=True)
class Promises:
    """What a form must hold."""

    sheets: tuple[Promise, ...]
    names: Mapping[str, str]
    hidden: Mapping[str, Sequence[tuple[str, ...]]]
    """Cells of the hidden sheets, column by column."""


def prove(path: Path, promises: Promises) -> list[str]:
    """What is missing in a form, or not as it was meant; nothing if all is well."""
    with ZipFile(path) as archive:
        return list(_Written(archive).problems(promises))


class _Written:
    """A workbook as it stands in its file."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        workbook = self._part("workbook")
        self._names = {unescape(name): unescape(formula) for name, formula in _NAME.findall(workbook)}
        self._sheets = {
            unescape(name): (number, "veryHidden" in rest)
            for number, (name, rest) in enumerate(_SHEET.findall(workbook), 1)
        }

    def problems(self, promises: Promises) -> Iterator[str]:
        """Everything that is not as promised."""
        for name, formula in promises.names.items():
            if self._names.get(name) != formula:
                yield f"名称 {name} 不在或不对"
        for name, columns in promises.hidden.items():
            yield from self._hidden(name, columns)
        unlocked = self._unlocked_styles()
        for promise in promises.sheets:
            yield from self._sheet(promise, unlocked)

    def _part(self, name: str) -> str:
        return self._archive.read(f"xl/{name}.xml").decode()

    def _hidden(self, name: str, columns: Sequence[tuple[str, ...]]) -> Iterator[str]:
        number, hidden = self._sheets.get(name, (0, False))
        if not hidden:
            yield f"隐藏的工作表 {name} 不在或没有隐藏"
            return
        strings = _STRING.findall(self._part("sharedStrings"))
        found = {
            (letters, int(row)): unescape(strings[int(value)]) if kind == "s" else value
            for letters, row, kind, value in _CELL.findall(self._part(f"worksheets/sheet{number}"))
        }
        meant = {
            (xl_col_to_name(place), row): text
            for place, texts in enumerate(columns)
            for row, text in enumerate(texts, 1)
        }
        lost = [f"{letters}{row}" for (letters, row), text in meant.items() if found.get((letters, row)) != text]
        if lost or len(found) != len(meant):
            yield f"隐藏的工作表 {name} 的内容不全（{'、'.join(lost[:3])}）"

    def _unlocked_styles(self) -> set[int]:
        """Numbers of the cell formats that may be changed on a protected sheet."""
        styles = self._part("styles")
        formats = styles[styles.index("<cellXfs") : styles.index("</cellXfs>")]
        return {number for number, xf in enumerate(_XF.findall(formats)) if 'locked="0"' in xf}

    def _sheet(self, promise: Promise, unlocked: set[int]) -> Iterator[str]:
        if promise.name not in self._sheets:
            yield f"工作表“{promise.name}”不在"
            return
        xml = self._part(f"worksheets/sheet{self._sheets[promise.name][0]}")
        body, tail = xml.index("<sheetData"), xml.rindex("</sheetData>")
        first_answer = xml.find(f'<row r="{promise.header_rows + 1}"', body)
        header = xml[body : first_answer if first_answer > 0 else tail]
        where = f"工作表“{promise.name}”"
        if _validations(xml[tail:]) != sorted(promise.validations):
            yield f"{where}的下拉列表和输入检查不全"
        if _shown(xml[tail:]) != sorted(promise.shown):
            yield f"{where}的条件格式不全"
        if '<sheetProtection sheet="1"' not in xml[tail:]:
            yield f"{where}没有保护"
        if any(style and int(style) in unlocked for style in _HEADER_CELL.findall(header)):
            yield f"{where}的表头没有锁定"
        if not set(range(1, promise.columns + 1)) <= _columns_of(xml[:body], unlocked):
            yield f"{where}的答案格被锁定了"
        pane = f'<pane xSplit="{promise.frozen_columns}" ySplit="{promise.header_rows}"'
        if pane not in xml[:body]:
            yield f"{where}没有冻结表头"


def _validations(tail: str) -> list[tuple[str, str, str]]:
    """Range, kind and formula of each validation."""
    found = []
    for attributes, inside in _VALIDATION.findall(tail):
        said = dict(re.findall(r'(\w+)="([^"]*)"', attributes))
        formula = _FORMULA.search(inside)
        text = f"={unescape(formula[1])}" if formula else ""
        found.append((said["sqref"], said.get("type", "any"), text))
    return sorted(found)


def _shown(tail: str) -> list[tuple[str, str]]:
    return sorted(
        (span, f"={unescape(criteria)}")
        for span, inside in _SHOWN.findall(tail)
        for criteria in _CRITERIA.findall(inside)
    )


def _columns_of(head: str, styles: set[int]) -> set[int]:
    """Numbers of the columns whose cells have one of some styles."""
    return {
        column
        for first, last, style in _COLUMN.findall(head)
        if int(style) in styles
        for column in range(int(first), int(last) + 1)
    }
