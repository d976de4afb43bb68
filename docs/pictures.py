"""Remake the pictures of the guide to forms and answers by doing what it says.

``python docs/pictures.py`` goes through ``docs/how-to/forms-out-answers-back.md`` from top to bottom in a temporary
folder: it runs the commands, types what the tables under ``<!-- file.xlsx -->`` say, and takes each picture where it
stands. Where the screen does not show what the guide says, it names the line and exits 1. It needs LibreOffice
(``soffice``), poppler (``pdftoppm``, ``pdftotext``) and a terminal of Linux or macOS; CI does not run it.
"""

import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZIP_DEFLATED, ZipFile

GUIDE = Path(__file__).resolve().parent / "how-to" / "forms-out-answers-back.md"
COLUMNS = 100
"""Width of the terminal whose lines the guide quotes."""
MOST_BYTES = 150_000
_DOTS_PER_INCH, _POINTS_PER_INCH = 120, 72
_STEP = re.compile(
    r"```(?P<kind>bash|text)\n(?P<said>.*?)```"
    r"|!\[[^\]]*\]\((?P<picture>[^)]+)\)"
    r"|<!-- (?P<book>\S+\.xlsx) -->\n(?P<table>(?:\|[^\n]*\n)+)",
    re.DOTALL,
)
_ANYTHING = "……"
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


@dataclass(frozen=True, slots=True)
class Shot:
    """What a picture shows."""

    book: str
    words: str
    """Words that stand on the page and on none before it."""
    box: tuple[int, int, int, int]
    """Left, top, width, height on the page in points."""


_FORM = "demo/发表/三合镇/500120107202高山村村民委员会.xlsx"
_RETURN = "demo/退表/三合镇/500120107202高山村村民委员会.xlsx"
SHOTS = {
    "form-guide.png": Shot(_FORM, "谁来填", (20, 30, 580, 315)),
    "form-prefilled.png": Shot(_FORM, "B03 身份证号", (20, 30, 731, 162)),
    "form-marks.png": Shot(_FORM, "R8 受教育程度", (235, 66, 628, 96)),
    "return-list.png": Shot(_RETURN, "报来的文件", (20, 30, 932, 176)),
    "return-cells.png": Shot(_RETURN, "B14 家庭人口", (20, 30, 770, 311)),
}


def main() -> int:
    """Do what the guide says and remake its pictures; 1 if it says what is not so."""
    with tempfile.TemporaryDirectory() as place:
        wrong = list(_follow(GUIDE.read_text(encoding="utf-8"), Path(place)))
    sys.stdout.writelines(f"{line}\n" for line in wrong)
    return 1 if wrong else 0


def _follow(guide: str, place: Path) -> Iterator[str]:
    """Take every step of the guide; what is not as it says is yielded."""
    shown = ""
    for step in _STEP.finditer(guide):
        if step["kind"] == "bash":
            shown = "".join(_on_screen(command, place) for command in step["said"].splitlines())
        elif step["kind"] == "text":
            yield from _not_shown(step["said"], shown)
        elif step["table"]:
            _type_in(place / step["book"], step["table"])
        else:
            yield from _take(step["picture"], place)


# --- the screen ----------------------------------------------------------------------------------------------------


def _on_screen(command: str, place: Path) -> str:
    """What a terminal shows of a command, colours and moving bars left out."""
    ours, theirs = pty.openpty()
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    wide = os.environ | {"PATH": path, "COLUMNS": str(COLUMNS), "LINES": "50", "TERM": "xterm", "NO_COLOR": "1"}
    with tempfile.TemporaryFile() as remarks:
        with subprocess.Popen(["/bin/sh", "-c", command], stdout=theirs, stderr=remarks, cwd=place, env=wide):  # noqa: S603
            os.close(theirs)
            results = b"".join(_read(ours))
        remarks.seek(0)
        shown = (results + remarks.read()).decode(errors="replace")
    os.close(ours)
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown)


def _read(terminal: int) -> Iterator[bytes]:
    """Everything until the last writer has gone, which Linux tells as an error and macOS as an end."""
    try:
        while piece := os.read(terminal, 65536):
            yield piece
    except OSError:
        return


def _not_shown(said: str, shown: str) -> Iterator[str]:
    """Lines of the guide that the screen did not show, spaces apart."""
    bare = "".join(shown.split())
    for line in said.splitlines():
        pattern = ".*".join(re.escape("".join(part.split())) for part in line.split(_ANYTHING))
        if not re.search(pattern, bare):
            yield f"not on the screen: {line}"


# --- typing into workbooks -----------------------------------------------------------------------------------------


def _type_in(book: Path, table: str) -> None:
    """Type what the rows of a table say: sheet, cell, and in the last column what is typed."""
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in table.splitlines()[2:]]
    with ZipFile(book) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    for name, cell, *_, text in rows:
        part = _part_of(parts, name)
        parts[part] = _with_text(parts[part], cell, text)
    with ZipFile(book, "w", ZIP_DEFLATED) as file:
        for part, content in parts.items():
            file.writestr(part, content)


def _part_of(parts: dict[str, bytes], name: str) -> str:
    """Name of the part in which a sheet stands."""
    sheets = ElementTree.fromstring(parts["xl/workbook.xml"]).iter(f"{_SHEET}sheet")  # noqa: S314 - our own file
    wanted = next(sheet.get(f"{_RELATION}id") for sheet in sheets if sheet.get("name") == name)
    links = ElementTree.fromstring(parts["xl/_rels/workbook.xml.rels"])  # noqa: S314 - our own file
    return "xl/" + next(link.attrib["Target"] for link in links if link.get("Id") == wanted)


def _with_text(sheet: bytes, address: str, text: str) -> bytes:
    """A sheet with a text in a cell of a row that is there; the column's or the cell's own style stays."""
    ElementTree.register_namespace("", _SHEET.strip("{}"))
    ElementTree.register_namespace("r", _RELATION.strip("{}"))
    root = ElementTree.fromstring(sheet)  # noqa: S314 - our own file
    number = re.sub(r"\D", "", address)
    row = next(row for row in root.iter(f"{_SHEET}row") if row.get("r") == number)
    old = next((cell for cell in row if cell.get("r") == address), None)
    style = _column_style(root, _column(address)) if old is None else old.get("s", "0")
    if old is not None:
        row.remove(old)
    cell = ElementTree.Element(f"{_SHEET}c", {"r": address, "s": style, "t": "inlineStr"})
    ElementTree.SubElement(ElementTree.SubElement(cell, f"{_SHEET}is"), f"{_SHEET}t").text = text
    row.append(cell)
    row[:] = sorted(row, key=lambda one: _column(one.attrib["r"]))
    return bytes(ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True))


def _column(address: str) -> int:
    number = 0
    for letter in re.sub(r"\d", "", address):
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _column_style(root: ElementTree.Element, column: int) -> str:
    spans = root.iter(f"{_SHEET}col")
    return next(span.get("style", "0") for span in spans if int(span.attrib["max"]) >= column)


# --- pictures ------------------------------------------------------------------------------------------------------


def _take(picture: str, place: Path) -> Iterator[str]:
    """Take a picture of a workbook as it is now."""
    target = GUIDE.parent / picture
    shot = SHOTS[target.name]
    _run("soffice", f"-env:UserInstallation={(place / 'office').as_uri()}", "--headless", "--convert-to", "pdf",
         "--outdir", str(place), str(place / shot.book))  # fmt: skip
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(_png(_crop((place / shot.book).stem, shot, place)))
    if target.stat().st_size > MOST_BYTES:
        yield f"larger than {MOST_BYTES} bytes: {picture}"


def _crop(name: str, shot: Shot, place: Path) -> bytes:
    """The part of a page that is wanted, as PPM."""
    pages = _run("pdftotext", "-layout", str(place / f"{name}.pdf"), "-").decode().split("\f")
    page = next(str(number) for number, page in enumerate(pages, 1) if shot.words in page)
    places = [str(points * _DOTS_PER_INCH // _POINTS_PER_INCH) for points in shot.box]
    box = [part for pair in zip(("-x", "-y", "-W", "-H"), places, strict=True) for part in pair]
    return _run("pdftoppm", "-r", str(_DOTS_PER_INCH), "-f", page, "-l", page, *box, str(place / f"{name}.pdf"))


def _run(*command: str) -> bytes:
    return subprocess.run(command, check=True, capture_output=True).stdout  # noqa: S603 - all words are our own


def _png(ppm: bytes) -> bytes:
    """A picture as PNG with a palette, which is a third of the size: its 256 commonest colours and what is near."""
    _, size, _, pixels = ppm.split(b"\n", 3)
    width, height = map(int, size.split())
    coarse = pixels.translate(bytes(min(255, (level + 8) // 17 * 17) for level in range(256)))
    colours = list(zip(coarse[::3], coarse[1::3], coarse[2::3], strict=True))
    palette = [colour for colour, _ in Counter(colours).most_common(256)]
    places = {colour: place for place, colour in enumerate(palette)}
    for colour in set(colours) - places.keys():
        places[colour] = min(range(len(palette)), key=lambda place: _apart(palette[place], colour))
    spots = bytes(map(places.__getitem__, colours))
    lines = b"".join(b"\0" + spots[start : start + width] for start in range(0, width * height, width))
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = {b"IHDR": head, b"PLTE": bytes(sum(palette, ())), b"IDAT": zlib.compress(lines, 9), b"IEND": b""}
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in parts.items())


def _apart(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


if __name__ == "__main__":
    sys.exit(main())
