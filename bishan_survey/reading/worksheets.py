"""Which worksheets a workbook of Excel 2007 and later has, and in which member of its container each stands."""

import posixpath
from collections.abc import Iterator, Sequence
from xml.parsers import expat

from bishan_survey.model import CODES_SHEET, GUIDE_SHEET, MARK_SHEET, RETURN_SHEET
from bishan_survey.reading.grid import UnreadableFile
from bishan_survey.reading.parts import Attributes, Parts, refuse_doctype


def worth_reading(names: Sequence[str]) -> list[str]:
    """In a form of ours only some sheets can hold answers; its code lists are long."""
    if MARK_SHEET not in names:
        return list(names)
    return [name for name in names if name not in (CODES_SHEET, GUIDE_SHEET, RETURN_SHEET)]


def worksheets(parts: Parts) -> Iterator[tuple[str, bytes]]:
    """Name and XML of each sheet that may hold answers, in the workbook's order.

    Raises:
        UnreadableFile: two sheets have one name or one part: one would be read twice (``F01``).
    """
    found = worksheet_parts(parts)
    worth = worth_reading([*found])
    for name, part in found.items():
        if name in worth:
            yield name, parts.read(part)


def worksheet_parts(parts: Parts) -> dict[str, str]:
    """The member in which each sheet stands by the sheet's name, in the workbook's order.

    Raises:
        UnreadableFile: two sheets have one name or one part (``F01``).
    """
    folder = "xl/" if "xl/workbook.xml" in parts else ""
    links = _elements(parts.read(f"{folder}_rels/workbook.xml.rels"))
    targets = {link.get("Id", ""): link.get("Target", "") for tag, link in links if tag == "Relationship"}
    sheets = [sheet for tag, sheet in _elements(parts.read(f"{folder}workbook.xml")) if tag == "sheet"]
    found = [
        (sheet.get("name", ""), _resolved(parts, folder, targets.get(sheet.get("id", ""), f"worksheets/sheet{n}.xml")))
        for n, sheet in enumerate(sheets, start=1)
    ]
    if any(len(set(told)) < len(found) for told in zip(*found, strict=True)):
        raise UnreadableFile("F01")
    return dict(found)


def _resolved(parts: Parts, folder: str, target: str) -> str:
    """The member that a link leads to: from the workbook's folder, from the top, or, as some write, neither said."""
    path = posixpath.normpath(posixpath.join("/", folder, target.replace("\\", "/")))
    return path if path in parts else target


def _elements(xml: bytes) -> list[tuple[str, Attributes]]:
    """The elements of a small part without their prefixes; as far as it can be read."""
    found: list[tuple[str, Attributes]] = []

    def start(tag: str, attributes: Attributes) -> None:
        found.append((_local(tag), {_local(name): value for name, value in attributes.items()}))

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse_doctype
    try:
        parser.Parse(xml, True)
    except (expat.ExpatError, ValueError, LookupError):
        return found
    return found


def _local(name: str) -> str:
    return name.rpartition(":")[2]
