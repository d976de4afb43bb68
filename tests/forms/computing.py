"""Formulas computed by LibreOffice, whatever results the file already holds."""

from pathlib import Path

from tests.office import converted
from tests.workbooks import sheets_of

_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


def computed(path: Path, folder: Path) -> dict[str, list[list[object]]]:
    """Every sheet of a workbook after LibreOffice has computed all of its formulas anew."""
    user = folder / "profile" / "user"
    user.mkdir(parents=True, exist_ok=True)
    (user / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
    return sheets_of(converted(path, "xlsx", folder))
