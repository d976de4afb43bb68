"""Workbooks of Excel whose parts around the sheets are missing, broken or odd."""

import io
import random
from unittest.mock import patch

from tests.corpus.books import (
    CONTENT_TYPES,
    DECLARATION,
    MAIN,
    RELATIONS,
    SHARED,
    SHEET,
    STYLES,
    WORKBOOK,
    WORKBOOK_RELATIONS,
    SheetEntry,
    book,
    books,
    changed,
    content_types_xml,
    inline_rows,
    replaced,
    shared_items,
    shared_texts,
    sheet_xml,
    styles_xml,
    without,
    workbook_xml,
)
from tests.corpus.people import HEADER, ROWS, TABLE
from tests.corpus.registry import LOST, kind
from tests.corpus.zips import member, repeated, write_zip, zipped

LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 11)) + "]>"
)
"""Ten lines that an obedient reader makes into 20 GB; use it as ``&a10;``."""
_ROOT_RELATIONS = "_rels/.rels"


def _texts() -> list[str]:
    return shared_texts(TABLE)


# --- parts that are missing -----------------------------------------------------------------------------------------


@kind("workbook-part-missing.xlsx", expect="F01")
def workbook_part_missing() -> bytes:
    """Nothing lists the sheets."""
    return without(WORKBOOK)


@kind("sheet-part-missing.xlsx", expect="F01")
def sheet_part_missing() -> bytes:
    """The workbook lists a sheet that is not there: not to be taken for an empty one."""
    return without(SHEET)


@kind("one-of-two-sheet-parts-missing.xlsx", expect="F01")
def one_of_two_sheet_parts_missing() -> bytes:
    """Half of the people are gone: the village must be asked, not counted by half."""
    parts = books([sheet_xml(inline_rows(TABLE))] * 2)
    del parts["xl/worksheets/sheet2.xml"]
    return zipped(parts)


@kind("shared-strings-missing.xlsx", expect="F01")
def shared_strings_missing() -> bytes:
    """Every text stood in that part: cells that point at it must not pass for blank ones."""
    return without(SHARED)


@kind("relations-missing.xlsx", expect="F01")
def relations_missing() -> bytes:
    """Nothing says which part is the sheet."""
    return without(WORKBOOK_RELATIONS)


@kind("root-relations-missing.xlsx", expect="F01")
def root_relations_missing() -> bytes:
    """Nothing says which part is the workbook."""
    return without(_ROOT_RELATIONS)


@kind("content-types-missing.xlsx")
def content_types_missing() -> bytes:
    """Excel would refuse it; every cell can be read all the same."""
    return without(CONTENT_TYPES)


@kind("content-types-wrong.xlsx")
def content_types_wrong() -> bytes:
    """The sheet is said to be a picture."""
    types = content_types_xml(1).replace("worksheet+xml", "image+png")
    return changed(book(), CONTENT_TYPES, types.encode())


@kind("styles-missing.xlsx")
def styles_missing() -> bytes:
    """Texts need no style."""
    return without(STYLES)


@kind("styles-cut-off.xlsx", expect="F01")
def styles_cut_off() -> bytes:
    """Broken XML in any part means that the file did not arrive whole."""
    return changed(book(), STYLES, styles_xml().encode()[:200])


# --- shared strings -------------------------------------------------------------------------------------------------


@kind("shared-string-out-of-range.xlsx", expect="F01")
def shared_string_out_of_range() -> bytes:
    """A cell points behind the last text: the name is lost, and a blank would say that nobody wrote one."""
    return replaced(SHEET, "<v>6</v>", "<v>9999</v>")


@kind("shared-string-number-negative.xlsx", expect="F01")
def shared_string_number_negative() -> bytes:
    """Python would count from the end, and give somebody else's text."""
    return replaced(SHEET, "<v>6</v>", "<v>-1</v>")


@kind("shared-string-number-is-a-word.xlsx", expect="F01")
def shared_string_number_is_a_word() -> bytes:
    """Not a number at all."""
    return replaced(SHEET, "<v>6</v>", "<v>six</v>")


@kind("shared-strings-cut-off.xlsx", expect="F01")
def shared_strings_cut_off() -> bytes:
    """The last texts are missing."""
    whole = book()[SHARED]
    return changed(book(), SHARED, whole[: whole.index("试验丙".encode())])


@kind("shared-strings-count-lies.xlsx", expect=LOST)
def shared_strings_count_lies() -> bytes:
    """A count that a reader may not trust: four billion texts to make room for."""
    return replaced(
        SHARED, f'<sst xmlns="{MAIN}">', f'<sst xmlns="{MAIN}" count="4294967295" uniqueCount="4294967295">'
    )


@kind("shared-string-huge-and-used-often.xlsx", expect=LOST)
def shared_string_huge_and_used_often() -> bytes:
    """A text of 1 MiB in 5,000 cells: 5 GB in memory out of a file of 20 KB."""
    cells = "".join(f'<row r="{n}"><c r="G{n}" t="s"><v>0</v></c></row>' for n in range(10, 5_010))
    parts = books([sheet_xml(inline_rows(TABLE) + cells)])
    bomb = repeated(SHARED, f'<sst xmlns="{MAIN}"><si><t>'.encode(), b"x" * 1024, 1024, b"</t></si></sst>")
    return write_zip([*(member(name, content) for name, content in parts.items()), bomb])


@kind("rich-text.xlsx")
def rich_text() -> bytes:
    """A name in two colours is one name."""
    items = [
        f'<si><r><t>{text[:1]}</t></r><r><rPr><b/><color rgb="FFFF0000"/></rPr><t>{text[1:]}</t></r></si>'
        for text in _texts()
    ]
    return changed(book(), SHARED, shared_items(items).encode())


@kind("phonetic-runs.xlsx")
def phonetic_runs() -> bytes:
    """Pinyin above a name is not part of it."""
    items = [
        f'<si><t>{text}</t><rPh sb="0" eb="1"><t>pinyin</t></rPh><phoneticPr fontId="0"/></si>' for text in _texts()
    ]
    return changed(book(), SHARED, shared_items(items).encode())


@kind("escaped-characters-in-texts.xlsx")
def escaped_characters_in_texts() -> bytes:
    """Excel writes line breaks as ``_x000D_``: here behind each header, where a person sees nothing."""
    texts = [f"{text}_x000D_" if text in HEADER else text for text in _texts()]
    return changed(book(), SHARED, shared_items(f"<si><t>{text}</t></si>" for text in texts).encode())


@kind("laughs-in-shared-strings.xlsx", expect="F01")
def laughs_in_shared_strings() -> bytes:
    """Entities that multiply."""
    text = book()[SHARED].decode().replace("试验甲", "&a10;").replace(DECLARATION, DECLARATION + LAUGHS)
    return changed(book(), SHARED, text.encode())


# --- the workbook part ----------------------------------------------------------------------------------------------


@kind("workbook-part-cut-off.xlsx", expect="F01")
def workbook_part_cut_off() -> bytes:
    """The list of sheets ends in the middle: those behind would be lost in silence."""
    parts = books([sheet_xml(inline_rows(TABLE))] * 2)
    return changed(parts, WORKBOOK, parts[WORKBOOK][: parts[WORKBOOK].index(b'sheetId="2"')])


@kind("laughs-in-workbook-part.xlsx", expect="F01")
def laughs_in_workbook_part() -> bytes:
    """The name of a sheet that multiplies."""
    text = book()[WORKBOOK].decode().replace("花名册", "&a10;").replace(DECLARATION, DECLARATION + LAUGHS)
    return changed(book(), WORKBOOK, text.encode())


@kind("relation-to-the-web.xlsx", expect="F01")
def relation_to_the_web() -> bytes:
    """The sheet is said to be on a server: nothing may be fetched."""
    return replaced(
        WORKBOOK_RELATIONS, 'Target="worksheets/sheet1.xml"', 'Target="http://127.0.0.1:9/x" TargetMode="External"'
    )


@kind("relation-to-the-disk.xlsx", expect="F01")
def relation_to_the_disk() -> bytes:
    """The sheet is said to be a file of ours."""
    return replaced(WORKBOOK_RELATIONS, "worksheets/sheet1.xml", "../../../../etc/passwd")


@kind("relation-from-the-root.xlsx")
def relation_from_the_root() -> bytes:
    """Targets may be absolute within the package: other programs write them so."""
    return replaced(WORKBOOK_RELATIONS, "worksheets/sheet1.xml", "/xl/worksheets/sheet1.xml")


@kind("relation-id-unknown.xlsx", expect="F01")
def relation_id_unknown() -> bytes:
    """The sheet's relation does not exist."""
    return replaced(WORKBOOK, 'r:id="rId1"', 'r:id="rId99"')


@kind("two-sheets-of-one-name.xlsx", expect="F01")
def two_sheets_of_one_name() -> bytes:
    """A reader that asks by name reads the first one twice and the second one never."""
    sheets = [sheet_xml(inline_rows((HEADER, *ROWS[:2]))), sheet_xml(inline_rows((HEADER, ROWS[2])))]
    return zipped(books(sheets, [SheetEntry("花名册"), SheetEntry("花名册")]))


@kind("two-sheets-of-one-part.xlsx", expect="F01")
def two_sheets_of_one_part() -> bytes:
    """Two sheets that are one part: everybody would be read twice."""
    entries = [SheetEntry("一"), SheetEntry("二", part="worksheets/sheet1.xml")]
    return zipped(books([sheet_xml(inline_rows(TABLE))], entries))


@kind("sheet-name-with-slashes.xlsx")
def sheet_name_with_slashes() -> bytes:
    """No program allows such a name, and some files have one."""
    return _named("../璧城/大旺\\社区:*?[]")


@kind("sheet-name-with-emoji.xlsx")
def sheet_name_with_emoji() -> bytes:
    """Outside the first plane of Unicode."""
    return _named("🏠花名册👨‍👩‍👧")


@kind("sheet-name-empty.xlsx")
def sheet_name_empty() -> bytes:
    """No name at all."""
    return _named("")


@kind("sheet-name-of-thousands.xlsx")
def sheet_name_of_thousands() -> bytes:
    """Far over the 31 characters that Excel allows."""
    return _named("名" * 5_000)


@kind("sheet-name-that-is-markup.xlsx")
def sheet_name_that_is_markup() -> bytes:
    """A name goes into findings and reports: it must stay text there."""
    return _named("<script>alert(1)</script>{0}%s=1+1")


def _named(name: str) -> bytes:
    return zipped(books([sheet_xml(inline_rows(TABLE))], [SheetEntry(name)]))


@kind("all-sheets-hidden.xlsx", notice="F14")
def all_sheets_hidden() -> bytes:
    """Excel refuses to make such a file; other programs do."""
    return zipped(books([sheet_xml(inline_rows(TABLE))], [SheetEntry("花名册", state="hidden")]))


@kind("all-sheets-very-hidden.xlsx", notice="F14")
def all_sheets_very_hidden() -> bytes:
    """Nobody can unhide it without a macro."""
    return zipped(books([sheet_xml(inline_rows(TABLE))], [SheetEntry("花名册", state="veryHidden")]))


@kind("chart-sheet-only.xlsx", expect="F05")
def chart_sheet_only() -> bytes:
    """A workbook without any worksheet."""
    entries = [SheetEntry("图", kind="chartsheet", part="chartsheets/sheet1.xml")]
    parts = books([], entries)
    parts["xl/chartsheets/sheet1.xml"] = f'{DECLARATION}<chartsheet xmlns="{MAIN}"/>'.encode()
    return zipped(parts)


@kind("chart-sheet-first.xlsx")
def chart_sheet_first() -> bytes:
    """The table comes second."""
    entries = [
        SheetEntry("图", kind="chartsheet", part="chartsheets/sheet1.xml"),
        SheetEntry("花名册", part="worksheets/sheet1.xml"),
    ]
    parts = books([sheet_xml(inline_rows(TABLE))], entries)
    parts["xl/chartsheets/sheet1.xml"] = f'{DECLARATION}<chartsheet xmlns="{MAIN}"/>'.encode()
    return zipped(parts)


@kind("no-sheets-listed.xlsx", expect="F01")
def no_sheets_listed() -> bytes:
    """A workbook must have a sheet."""
    return changed(book(), WORKBOOK, workbook_xml([]).encode())


@kind("ten-thousand-sheets.xlsx", expect="F03")
def ten_thousand_sheets() -> bytes:
    """Nobody's form: the people are on the first sheet, and nobody can look through the others."""
    empty = sheet_xml("")
    return zipped(books([sheet_xml(inline_rows(TABLE)), *[empty] * 9_999]))


@kind("dates-of-1904.xlsx")
def dates_of_1904() -> bytes:
    """Workbooks of old Macintoshes count days from 1904."""
    entries = [SheetEntry("花名册")]
    table = sheet_xml(inline_rows(TABLE) + '<row r="9"><c r="G9" s="1"><v>43990</v></c></row>')
    parts = books([table])
    parts[WORKBOOK] = workbook_xml(entries, '<workbookPr date1904="1"/>').encode()
    return changed(parts, STYLES, styles_xml((0, 14)).encode())


@kind("workbook-protected-without-password.xlsx")
def workbook_protected_without_password() -> bytes:
    """Protection against changes hinders nobody's reading."""
    protection = '<workbookProtection lockStructure="1" workbookPassword="CC1A"/>'
    sheet = sheet_xml(inline_rows(TABLE), after='<sheetProtection sheet="1" password="CC1A"/>')
    return changed(books([sheet]), WORKBOOK, workbook_xml([SheetEntry("花名册")], protection).encode())


@kind("defined-names-garbage.xlsx")
def defined_names_garbage() -> bytes:
    """Names that mean nothing, as years of copying leave them."""
    names = "".join(
        f"<definedName name=\"_xlnm.Print_Area{n}\">#REF!#REF!,'[{n}'!$A</definedName>" for n in range(3_000)
    )
    return replaced(WORKBOOK, "</sheets>", f"</sheets><definedNames>{names}</definedNames>")


# --- macros, links, pictures ----------------------------------------------------------------------------------------


@kind("macros.xlsm")
def macros() -> bytes:
    """Macros are never looked at; here they are not even macros."""
    return zipped(_with_macros())


@kind("macros-under-the-name-xlsx.xlsx")
def macros_under_the_name_xlsx() -> bytes:
    """Excel refuses to open it; nothing in it harms us."""
    return zipped(_with_macros())


def _with_macros() -> dict[str, bytes]:
    parts = book()
    parts[CONTENT_TYPES] = content_types_xml(1, "macro").encode()
    parts["xl/vbaProject.bin"] = random.Random(1).randbytes(2_000)
    return parts


@kind("external-links.xlsx")
def external_links() -> bytes:
    """Cells that were fetched from a workbook on somebody's disk: the stored values count, nothing is fetched."""
    link = f'<externalLink xmlns="{MAIN}"><externalBook xmlns:r="{RELATIONS}" r:id="rId1"/></externalLink>'
    rows = inline_rows(TABLE).replace("</row>", '<c r="G1" t="str"><f>[1]Sheet1!$A$1</f><v>外部</v></c></row>', 1)
    return zipped({**books([sheet_xml(rows)]), "xl/externalLinks/externalLink1.xml": link.encode()})


@kind("broken-drawing.xlsx")
def broken_drawing() -> bytes:
    """A stamp that did not arrive whole: no person stands in it."""
    sheet = sheet_xml(inline_rows(TABLE), after='<drawing r:id="rId1"/><legacyDrawing r:id="rId2"/>')
    return zipped({**books([sheet]), "xl/drawings/drawing1.xml": b"<xdr:wsDr", "xl/media/image1.png": b"\x89PNG"})


@kind("broken-document-properties.xlsx")
def broken_document_properties() -> bytes:
    """When it was saved cannot be told: that is no reason to refuse the people."""
    properties = b"<cp:coreProperties><dcterms:modified>some day</dcterms:mod"
    return zipped({**book(), "docProps/core.xml": properties, "docProps/app.xml": b"\xff\xfe"})


# --- other ways to write the parts ----------------------------------------------------------------------------------


@kind("byte-order-mark-in-parts.xlsx")
def byte_order_mark_in_parts() -> bytes:
    """Programs of Microsoft's own libraries put a mark before the XML."""
    return zipped({name: b"\xef\xbb\xbf" + content for name, content in book().items()})


@kind("parts-in-utf16.xlsx", expect="F01")
def parts_in_utf16() -> bytes:
    """The standard allows UTF-16, no program writes it, and the reader of cells does not know it."""
    return zipped({name: _in_utf16(content) for name, content in book().items()})


def _in_utf16(content: bytes) -> bytes:
    return content.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")


@kind("strict-namespaces.xlsx")
def strict_namespaces() -> bytes:
    """“Strict Open XML” is a choice in Excel's own dialog: other namespaces, the same cells."""
    strict = b"http://purl.oclc.org/ooxml"
    return zipped(
        {
            name: content.replace(MAIN.encode(), strict + b"/spreadsheetml/main").replace(
                RELATIONS.encode(), strict + b"/officeDocument/relationships"
            )
            for name, content in book().items()
        }
    )


@kind("prefixed-namespaces.xlsx")
def prefixed_namespaces() -> bytes:
    """Every element with a prefix, as export programs in .NET write them."""
    parts = book()
    for name in (WORKBOOK, SHEET, SHARED, STYLES):
        parts[name] = _prefixed(parts[name].decode()).encode()
    return zipped(parts)


def _prefixed(text: str) -> str:
    head, body = text.split("?>\n", 1)
    body = body.replace("</", "\0").replace("<", "<x:").replace("\0", "</x:").replace("xmlns=", "xmlns:x=")
    return f"{head}?>\n{body}"


@kind("relations-prefixed-otherwise.xlsx")
def relations_prefixed_otherwise() -> bytes:
    """``r:`` is a habit and no rule."""
    text = book()[WORKBOOK].decode().replace("xmlns:r=", "xmlns:ns0=").replace("r:id=", "ns0:id=")
    return changed(book(), WORKBOOK, text.encode())


# --- passwords ------------------------------------------------------------------------------------------------------


@kind("password-to-open.xlsx", expect="F02")
def password_to_open() -> bytes:
    """Encrypted by Excel's own way."""
    return encrypted(zipped(book()))


@kind("password-to-open-and-cut-in-half.xlsx", expect="F02")
def password_to_open_and_cut_in_half() -> bytes:
    """Broken too, but nobody can know before it is opened."""
    whole = encrypted(zipped(book()))
    return whole[: len(whole) // 2]


def encrypted(content: bytes, password: str = "99") -> bytes:
    """A workbook under a password. Salts and times are the library's own chance: both are fixed here."""
    from msoffcrypto.format.ooxml import OOXMLFile
    from msoffcrypto.method.container import ecma376_encrypted

    chance = random.Random(99)
    packed = io.BytesIO()
    with (
        patch("msoffcrypto.method.ecma376_agile._random_buffer", chance.randbytes),
        patch.object(ecma376_encrypted, "datetime2filetime", lambda _: 0),
    ):
        OOXMLFile(io.BytesIO(content)).encrypt(password, packed)
    return packed.getvalue()
