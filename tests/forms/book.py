"""A workbook taken apart, changed as people change workbooks, and put together again: sheets, rows, columns, checks."""

import zipfile
from collections.abc import Callable, Sequence
from copy import deepcopy
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

from xlsxwriter.utility import xl_cell_to_rowcol, xl_rowcol_to_cell

Value = str | float | date | None
Rows = list[list[Value]]

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PARTS = "http://schemas.openxmlformats.org/package/2006"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_WORKBOOK, _STYLES, _TEXTS = "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml"
_LINKS, _TYPES = "xl/_rels/workbook.xml.rels", "[Content_Types].xml"
_EPOCH = date(1899, 12, 30)

ET.register_namespace("", _MAIN)
ET.register_namespace("r", _LINK)


class Book:
    """The sheets of a workbook by name, in order. What is not touched stays as it was, hidden sheets too."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            self._parts = {name: archive.read(name) for name in archive.namelist()}
        self._xml = {name: ET.fromstring(self._parts[name]) for name in (_WORKBOOK, _STYLES, _LINKS, _TYPES)}
        self._texts = ["".join(text.itertext()) for text in ET.fromstring(self._parts[_TEXTS])]
        targets = {link.get("Id"): f"xl/{link.get('Target')}" for link in self._xml[_LINKS]}
        self._sheets = _child(self._xml[_WORKBOOK], "sheets")
        self._places = {sheet.get("name", ""): targets[sheet.get(f"{{{_LINK}}}id")] for sheet in self._sheets}
        self._xml |= {part: ET.fromstring(self._parts[part]) for part in self._places.values()}

    @property
    def names(self) -> list[str]:
        """The sheets' names."""
        return list(self._places)

    def rows(self, name: str) -> Rows:
        """What stands on a sheet, from A1 on."""
        cells = {xl_cell_to_rowcol(cell.get("r")): self._value(cell) for cell in self._sheet(name).iter(_tag("c"))}
        height, width = (1 + max(place[axis] for place in cells) for axis in (0, 1))
        return [[cells.get((row, column)) for column in range(width)] for row in range(height)]

    def write(self, name: str, rows: Sequence[Sequence[Value]]) -> None:
        """Paste values over a whole sheet."""
        data = _child(self._sheet(name), "sheetData")
        data.clear()
        for number, row in enumerate(rows):
            line = ET.SubElement(data, _tag("row"), r=str(number + 1))
            for column, value in enumerate(row):
                if value is not None:
                    self._put(ET.SubElement(line, _tag("c"), r=xl_rowcol_to_cell(number, column)), value)

    def change(self, name: str, change: Callable[[Rows], object]) -> None:
        """Let something happen to the rows of a sheet."""
        rows = self.rows(name)
        change(rows)
        self.write(name, rows)

    def rename(self, old: str, new: str) -> None:
        """Call a sheet something else."""
        self._places = {new if name == old else name: part for name, part in self._places.items()}
        self._entry(old).set("name", new)

    def delete(self, *names: str) -> None:
        """Delete sheets."""
        self.arrange([name for name in self.names if name not in names])

    def arrange(self, names: Sequence[str]) -> None:
        """Put the sheets into this order; those that are not named are gone."""
        self._sheets[:] = [self._entry(name) for name in names]
        self._places = {name: self._places[name] for name in names}
        defined = _child(self._xml[_WORKBOOK], "definedNames")
        defined[:] = [one for one in defined if one.get("localSheetId") is None]

    def copy_in(self, source: "Book", of: str, name: str) -> None:
        """Copy a sheet of a workbook (of this one, of another) behind the last, under another name."""
        part, key = f"worksheets/copied{len(self._places)}.xml", f"rIdCopied{len(self._places)}"
        self._places[name] = f"xl/{part}"
        self._xml[f"xl/{part}"] = deepcopy(source._sheet(of))
        number = str(max(int(sheet.get("sheetId", "0")) for sheet in self._sheets) + 1)
        ET.SubElement(self._sheets, _tag("sheet"), {"name": name, "sheetId": number, f"{{{_LINK}}}id": key})
        link = {"Id": key, "Type": f"{_LINK}/worksheet", "Target": part}
        ET.SubElement(self._xml[_LINKS], f"{{{_PARTS}/relationships}}Relationship", link)
        kind = {"PartName": f"/xl/{part}", "ContentType": _SHEET_TYPE}
        ET.SubElement(self._xml[_TYPES], f"{{{_PARTS}/content-types}}Override", kind)
        self.strip(name, "legacyDrawing", "hyperlinks")
        self.write(name, source.rows(of))

    def strip(self, name: str, *tags: str) -> None:
        """Take parts of a sheet away, such as its protection."""
        sheet = self._sheet(name)
        sheet[:] = [child for child in sheet if child.tag not in map(_tag, tags)]

    def hide(self, name: str) -> None:
        """Hide a sheet."""
        self._entry(name).set("state", "hidden")

    def save(self, path: Path) -> Path:
        """Write the workbook."""
        path.parent.mkdir(parents=True, exist_ok=True)
        made = {name: ET.tostring(root, encoding="UTF-8", xml_declaration=True) for name, root in self._xml.items()}
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in (self._parts | made).items():
                archive.writestr(name, content)
        return path

    def _sheet(self, name: str) -> ET.Element:
        return self._xml[self._places[name]]

    def _entry(self, name: str) -> ET.Element:
        return next(sheet for sheet in self._sheets if sheet.get("name") == name)

    def _value(self, cell: ET.Element) -> Value:
        if cell.get("t") == "inlineStr":
            return "".join(cell.itertext())
        value = cell.findtext(_tag("v"))
        if value is None:
            return None
        return self._texts[int(value)] if cell.get("t") == "s" else float(value)

    def _put(self, cell: ET.Element, value: str | float | date) -> None:
        if isinstance(value, str):
            cell.set("t", "inlineStr")
            ET.SubElement(ET.SubElement(cell, _tag("is")), _tag("t")).text = value
            return
        if isinstance(value, date):
            cell.set("s", self._date_style())
            value = (value - _EPOCH).days
        ET.SubElement(cell, _tag("v")).text = repr(value)

    def _date_style(self) -> str:
        """A style by which a number is shown as a date."""
        styles = _child(self._xml[_STYLES], "cellXfs")
        ET.SubElement(styles, _tag("xf"), numFmtId="14", fontId="0", fillId="0", borderId="0", applyNumberFormat="1")
        styles.set("count", str(len(styles)))
        return str(len(styles) - 1)


def _tag(name: str) -> str:
    return f"{{{_MAIN}}}{name}"


def _child(parent: ET.Element, name: str) -> ET.Element:
    found = parent.find(_tag(name))
    assert found is not None
    return found
