"""A receiving system's blank import workbook, with all that a filled copy must still have."""

import zipfile
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from bishan_survey.model import DeliveryColumn, DeliveryProfile

HEADERS = ("姓名", "残疾人证号", "性别", "户口性质", "出生日期", "特征码")
SHEET, LISTS = "数据", "字典"
CHOICES = tuple(f"{n:03} 选项" for n in range(400))
_ON_ANOTHER_SHEET = (
    '<extLst><ext xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" '
    'uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"><x14:dataValidations '
    'xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main" count="1">'
    '<x14:dataValidation type="list" allowBlank="1" xr:uid="{00000000-0002-0000-0000-000000000000}" '
    'xmlns:xr="http://schemas.microsoft.com/office/spreadsheetml/2014/revision">'
    "<x14:formula1><xm:f>字典!$B$1:$B$2</xm:f></x14:formula1><xm:sqref>D4:D999</xm:sqref>"
    "</x14:dataValidation></x14:dataValidations></ext></extLst>"
)
"""A list as Excel 2010 and later writes it if it stands on another sheet; xlsxwriter and openpyxl know none such."""


def blank_workbook(path: Path, headers: Sequence[str] = HEADERS, example: Sequence[str] = ()) -> Path:
    """Two merged title rows, the header in row 3, five formatted rows, lists to choose from, two hidden sheets.

    Args:
        path: where to.
        headers: in row 3.
        example: in row 4.
    """
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, lists, version = book.add_worksheet(SHEET), book.add_worksheet(LISTS), book.add_worksheet("版本")
        lists.hide()
        version.very_hidden()
        version.write(0, 0, "系统导入模板 2.1")
        lists.write_column(0, 0, CHOICES)
        lists.write_column(0, 1, ["1", "2"])
        bold = book.add_format({"bold": True, "align": "center", "bg_color": "#DDEBF7", "border": 1})
        text = book.add_format({"num_format": "@", "border": 1})
        wide = book.add_format({"num_format": "@", "font_color": "#1F4E78"})
        last = len(headers) - 1
        sheet.merge_range(0, 0, 0, last, "残疾人信息导入模板", bold)
        sheet.merge_range(1, 0, 1, last, "说明：请勿改动表头，红色为必填", wide)
        sheet.set_row(0, 30)
        sheet.write_row(2, 0, headers, bold)
        sheet.set_column(0, last, 22, wide)
        for row in range(3, 8):
            sheet.set_row(row, 21)
            for column in range(last):
                sheet.write_blank(row, column, None, text)
        for column, value in enumerate(example):
            sheet.write(3, column, value, text)
        sheet.freeze_panes(3, 1)
        sheet.data_validation("C4:C999", {"validate": "list", "source": ["男", "女"]})
        sheet.data_validation("F4:F999", {"validate": "list", "source": f"={LISTS}!$A$1:$A$400"})
        sheet.conditional_format("A4:A999", {"type": "duplicate", "format": bold})
        sheet.write_comment("A3", "填全名")
        book.define_name("选项", f"={LISTS}!$A$1:$A$400")
    members = parts_of(path)
    name = "xl/worksheets/sheet1.xml"
    members[name] = members[name].replace(b"</worksheet>", _ON_ANOTHER_SHEET.encode() + b"</worksheet>")
    return packed(path, members)


def parts_of(path: Path) -> dict[str, bytes]:
    """The members of a workbook by name."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(path: Path, members: dict[str, bytes]) -> Path:
    """A workbook of these members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def trial_profile(sql: Sequence[str], key: str) -> DeliveryProfile:
    """A profile that the blank workbook fits; its template is still to be named."""
    return DeliveryProfile(
        id="trial",
        title="试验",
        unit="person",
        file_name="试验.xlsx",
        sheet_name=SHEET,
        source="测试",
        mark="PROPOSED",
        columns=tuple(DeliveryColumn(header, text) for header, text in zip(HEADERS, sql, strict=True)),
        key=(key,),
        header_row=3,
    )
