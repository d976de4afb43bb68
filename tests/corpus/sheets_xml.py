"""Workbooks of Excel whose worksheet is broken, absurd or odd."""

import random

from xlsxwriter.utility import xl_rowcol_to_cell

from tests.corpus.books import (
    DECLARATION,
    MAIN,
    SHEET,
    STYLES,
    Parts,
    book,
    books,
    changed,
    inline,
    inline_book,
    inline_rows,
    replaced,
    sheet_xml,
    styles_xml,
)
from tests.corpus.parts import LAUGHS
from tests.corpus.people import HEADER, ROWS, TABLE
from tests.corpus.registry import LOST, kind
from tests.corpus.zips import zipped

_ROWS = inline_rows(TABLE)
_LAST_ROW = 1_048_576
_NAME = inline("B2", ROWS[0][1])
_NUMBER = inline("C2", ROWS[0][2])
_CATEGORY = inline("D2", ROWS[0][3])


def _instead(old: str, new: str) -> bytes:
    """The table with one cell written otherwise."""
    assert old in _ROWS
    return inline_book(_ROWS.replace(old, new, 1))


def _raw(sheet: bytes) -> bytes:
    return changed(book(), SHEET, sheet)


def _formatted(data: str, *formats: int) -> bytes:
    """Rows whose cells use these number formats as styles 0, 1, 2 …"""
    return changed(books([sheet_xml(data)]), STYLES, styles_xml(formats).encode())


# --- broken XML -----------------------------------------------------------------------------------------------------


@kind("sheet-cut-off-between-rows.xlsx", expect="F01")
def sheet_cut_off_between_rows() -> bytes:
    """A reader that takes the end of the text for the end of the sheet loses the last person in silence."""
    whole = sheet_xml(_ROWS)
    return _raw(whole[: whole.index('<row r="4">')].encode())


@kind("sheet-cut-off-in-a-cell.xlsx", expect="F01")
def sheet_cut_off_in_a_cell() -> bytes:
    """In the middle of a name."""
    whole = sheet_xml(_ROWS)
    return _raw(whole[: whole.index("试验乙") + 2].encode())


@kind("sheet-end-tag-missing.xlsx", expect="F01")
def sheet_end_tag_missing() -> bytes:
    """All rows are there, the closing tags are not."""
    return _raw(sheet_xml(_ROWS).removesuffix("</sheetData></worksheet>").encode())


@kind("sheet-tags-crossed.xlsx")
def sheet_tags_crossed() -> bytes:
    """Cell and row close in the wrong order."""
    return _raw(sheet_xml(_ROWS).replace("</c></row>", "</row></c>", 1).encode())


@kind("sheet-ampersand-bare.xlsx", expect="F01")
def sheet_ampersand_bare() -> bytes:
    """A home-made export that does not escape."""
    return _raw(sheet_xml(_ROWS).replace("视力", "视力 & 听力").encode())


@kind("sheet-not-utf8.xlsx", expect="F01")
def sheet_not_utf8() -> bytes:
    """Says UTF-8 and holds a name in GBK: a home-made export."""
    return _raw(sheet_xml(_ROWS).encode().replace("试验甲".encode(), "试验甲".encode("gbk")))


@kind("sheet-in-gbk.xlsx", expect="F01")
def sheet_in_gbk() -> bytes:
    """Says GBK and is GBK: a home-made export, against the standard."""
    return _raw(sheet_xml(_ROWS).replace("UTF-8", "GBK").encode("gbk"))


@kind("sheet-is-empty.xlsx", expect="F01")
def sheet_is_empty() -> bytes:
    """No byte at all."""
    return _raw(b"")


@kind("sheet-is-a-web-page.xlsx", expect="F05")
def sheet_is_a_web_page() -> bytes:
    """Another kind of XML."""
    return _raw(b"<html><body><p>404 Not Found</p></body></html>")


@kind("sheet-is-random-bytes.xlsx", expect="F01")
def sheet_is_random_bytes() -> bytes:
    """No XML."""
    return _raw(random.Random(7).randbytes(4_000))


@kind("sheet-nul-characters.xlsx")
def sheet_nul_characters() -> bytes:
    """Characters that XML forbids: they are kept as they stand, and left out where the name is understood."""
    return _raw(sheet_xml(_ROWS).replace("试验甲", "试验甲\0\0").encode())


@kind("external-entity.xlsx", expect="F01")
def external_entity() -> bytes:
    """A name that would be one of our files: entities of any sort are refused."""
    doctype = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    return _raw(_with_doctype(doctype, "&e;"))


@kind("external-dtd.xlsx")
def external_dtd() -> bytes:
    """A document type that would be fetched: nobody does."""
    return _raw(_with_doctype('<!DOCTYPE worksheet SYSTEM "http://127.0.0.1:9/x.dtd">', "试验甲"))


@kind("laughs-in-sheet.xlsx", expect="F01")
def laughs_in_sheet() -> bytes:
    """Entities that multiply."""
    return _raw(_with_doctype(LAUGHS, "&a10;"))


def _with_doctype(doctype: str, name: str) -> bytes:
    return sheet_xml(_ROWS.replace("试验甲", name)).replace(DECLARATION, DECLARATION + doctype).encode()


@kind("nested-a-hundred-thousand-deep.xlsx")
def nested_a_hundred_thousand_deep() -> bytes:
    """Elements in elements behind the rows: a reader that calls itself runs out of stack."""
    deep = 100_000
    return inline_book(_ROWS, after="<extLst>" + "<ext>" * deep + "</ext>" * deep + "</extLst>")


@kind("attribute-of-ten-megabytes.xlsx")
def attribute_of_ten_megabytes() -> bytes:
    """One attribute, longer than all else."""
    return inline_book(_ROWS, after=f'<pageSetup paperSize="{"9" * 10_000_000}"/>')


@kind("comments-cdata-and-instructions.xlsx")
def comments_cdata_and_instructions() -> bytes:
    """All that XML allows between and inside elements."""
    odd = "<is><!-- 批 --><t><![CDATA[试验甲]]></t></is>"
    return _instead("<is><t>试验甲</t></is>", f"<?x y?>{odd}")


@kind("character-references.xlsx")
def character_references() -> bytes:
    """Every letter as a number, as some libraries write it."""
    return inline_book(_ROWS.replace("试验", "&#x8BD5;&#39564;"))


@kind("elements-unknown.xlsx")
def elements_unknown() -> bytes:
    """Extensions of later versions, with a choice for older readers."""
    choice = '<mc:Choice Requires="x"><x:c xmlns:x="urn:x"/></mc:Choice>'
    odd = f'<mc:AlternateContent xmlns:mc="urn:mc">{choice}</mc:AlternateContent>'
    return inline_book(_ROWS, before=odd, after=odd)


# --- size -----------------------------------------------------------------------------------------------------------


@kind("one-cell-at-XFD1048576.xlsx", expect="F03")
def one_cell_at_the_last_place() -> bytes:
    """Somebody pressed Ctrl+End and typed: as a grid it is 17 billion cells."""
    return inline_book(_ROWS + f'<row r="{_LAST_ROW}">{inline(f"XFD{_LAST_ROW}", "x")}</row>')


@kind("one-cell-in-the-last-row.xlsx", expect="F03")
def one_cell_in_the_last_row() -> bytes:
    """Five columns down to the last row."""
    return inline_book(_ROWS + f'<row r="{_LAST_ROW}">{inline(f"A{_LAST_ROW}", "x")}</row>')


@kind("one-cell-in-the-last-column.xlsx")
def one_cell_in_the_last_column() -> bytes:
    """A remark far to the right: four rows of 16,384 cells are still a table."""
    return inline_book(_ROWS.replace("</row>", inline("XFD1", "备注") + "</row>", 1))


@kind("blanks-down-to-the-last-row.xlsx", expect="F03")
def blanks_down_to_the_last_row() -> bytes:
    """A blank in every row: somebody filled a column down."""
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="str"><v> </v></c></row>' for n in range(len(TABLE) + 1, _LAST_ROW + 1))
    return inline_book(_ROWS + rows)


@kind("formatted-rows-down-to-the-last.xlsx")
def formatted_rows_down_to_the_last() -> bytes:
    """Borders on every row and nothing in it: the commonest reason for a large file."""
    rows = "".join(f'<row r="{n}" s="0" customFormat="1"/>' for n in range(len(TABLE) + 1, _LAST_ROW + 1))
    return inline_book(_ROWS + rows)


@kind("formatted-cells-to-the-last-column.xlsx")
def formatted_cells_to_the_last_column() -> bytes:
    """Borders on fifty whole rows, cell by cell, and nothing in them."""
    names = [xl_rowcol_to_cell(0, column).rstrip("1") for column in range(16_384)]
    row = "".join(f'<c r="{name}@" s="0"/>' for name in names)
    return inline_book(_ROWS + "".join(f'<row r="{n}">{row.replace("@", str(n))}</row>' for n in range(5, 55)))


@kind("dimension-too-small.xlsx")
def dimension_too_small() -> bytes:
    """Says A1 and has three people: readers that believe it return one cell."""
    return inline_book(_ROWS, before='<dimension ref="A1"/>')


@kind("dimension-absurd.xlsx")
def dimension_absurd() -> bytes:
    """Says that every cell there is is used."""
    return inline_book(_ROWS, before='<dimension ref="A1:XFD1048576"/>')


@kind("dimension-is-garbage.xlsx", expect="F01")
def dimension_is_garbage() -> bytes:
    """What is only a hint, but no hint: the file is damaged."""
    return inline_book(_ROWS, before='<dimension ref="#REF!:-1"/>')


@kind("cell-text-of-five-megabytes.xlsx")
def cell_text_of_five_megabytes() -> bytes:
    """Somebody pasted a picture as text into a remark."""
    return _instead("</row>", inline("G1", "data:image/png;base64," + "A" * 5_000_000) + "</row>")


@kind("many-validations.xlsx")
def many_validations() -> bytes:
    """Copying row by row leaves a drop-down for each cell."""
    lists = "".join(
        f'<dataValidation type="list" sqref="E{n}"><formula1>"已婚,未婚"</formula1></dataValidation>'
        for n in range(1, 60_000)
    )
    return inline_book(_ROWS, after=f'<dataValidations count="60000">{lists}</dataValidations>')


# --- addresses ------------------------------------------------------------------------------------------------------


@kind("rows-out-of-order.xlsx")
def rows_out_of_order() -> bytes:
    """The last row is written first: addresses count, not the order."""
    rows = _ROWS.replace("</row>", "</row>\n").splitlines()
    return inline_book("".join(reversed(rows)))


@kind("cells-out-of-order.xlsx")
def cells_out_of_order() -> bytes:
    """Within a row too."""
    return _instead(_NAME + _NUMBER, _NUMBER + _NAME)


@kind("cells-without-address.xlsx")
def cells_without_address() -> bytes:
    """An address may be left out when it follows from the order."""
    bare = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in row) + "</row>" for row in TABLE
    )
    return inline_book(bare)


@kind("rows-without-number.xlsx")
def rows_without_number() -> bytes:
    """Cells with an address in rows without a number."""
    rows = _ROWS
    for number in range(1, len(TABLE) + 1):
        rows = rows.replace(f'<row r="{number}">', "<row>")
    return inline_book(rows)


@kind("row-number-zero.xlsx", expect="F01")
def row_number_zero() -> bytes:
    """Rows count from 1."""
    return inline_book(_ROWS.replace('<row r="2">', '<row r="0">').replace('B2"', 'B0"'))


@kind("row-number-negative.xlsx", expect="F01")
def row_number_negative() -> bytes:
    """A negative row."""
    return inline_book(_ROWS.replace('<row r="2">', '<row r="-5">').replace('2" t=', '-5" t='))


@kind("row-number-absurd.xlsx", expect="F03")
def row_number_absurd() -> bytes:
    """Far beyond the last row that there can be, and beyond 64 bits."""
    far = "99999999999999999999"
    return inline_book(_ROWS + f'<row r="{far}">{inline(f"A{far}", "x")}</row>')


@kind("row-number-beyond-32-bits.xlsx", expect="F03")
def row_number_beyond_32_bits() -> bytes:
    """A reader that keeps 32 bits lands on row 2, among the people."""
    return inline_book(_ROWS + f'<row r="{2**32 + 2}">{inline(f"B{2**32 + 2}", "试验丁")}</row>')


@kind("column-absurd.xlsx", expect=LOST)
def column_absurd() -> bytes:
    """Column letters beyond any number."""
    return _instead("</row>", inline("ZZZZZZZZZZZZ1", "x") + "</row>")


@kind("address-is-garbage.xlsx", expect="F01")
def address_is_garbage() -> bytes:
    """A name at no place: it could belong to anybody."""
    return _instead('r="B2"', 'r="第二行"')


@kind("address-with-dollars.xlsx", expect="F01")
def address_with_dollars() -> bytes:
    """As in formulas; no program writes a cell's own address so."""
    return _instead('r="B2"', 'r="$B$2"')


@kind("address-in-another-row.xlsx", expect="F01")
def address_in_another_row() -> bytes:
    """A cell of row 2 that says it is in row 3: two people would be mixed into one."""
    return _instead('<c r="B2"', '<c r="B3"')


@kind("cell-twice.xlsx", expect="F01")
def cell_twice() -> bytes:
    """Two names in one cell."""
    return _instead(_NAME, _NAME + inline("B2", "试验乙"))


@kind("row-twice.xlsx", expect="F01")
def row_twice() -> bytes:
    """Two rows of one number: one person hides the other."""
    return inline_book(_ROWS.replace('<row r="4">', '<row r="3">').replace('4" t=', '3" t='))


# --- cells ----------------------------------------------------------------------------------------------------------


@kind("inline-strings.xlsx")
def inline_strings() -> bytes:
    """Texts in the cells, as most export programs write them."""
    return inline_book(_ROWS)


@kind("formulas-without-values.xlsx")
def formulas_without_values() -> bytes:
    """Export programs write formulas and leave the values to Excel: such a cell is not blank."""
    return _instead(_CATEGORY, '<c r="D2"><f>VLOOKUP(C2,Sheet2!A:B,2,0)</f></c>')


@kind("formulas-with-values.xlsx")
def formulas_with_values() -> bytes:
    """The stored value is what a person saw."""
    return _instead(_NAME, '<c r="B2" t="str"><f>CONCATENATE("试验","甲")</f><v>试验甲</v></c>')


@kind("formula-of-dde.xlsx")
def formula_of_dde() -> bytes:
    """A formula that would start a program: it is only text here."""
    return _instead(_CATEGORY, '<c r="D2" t="str"><f>cmd|\'/C calc\'!A0</f><v>肢体</v></c>')


@kind("formula-shared-over-the-sheet.xlsx")
def formula_shared_over_the_sheet() -> bytes:
    """A shared formula that claims every cell."""
    formula = '<f t="shared" ref="A1:XFD1048576" si="0">B2&amp;""</f>'
    return _instead(_NAME, f'<c r="B2" t="str">{formula}<v>试验甲</v></c>')


@kind("error-cells.xlsx")
def error_cells() -> bytes:
    """What a broken lookup leaves: visible, and not blank."""
    return _instead(_CATEGORY, '<c r="D2" t="e"><v>#N/A</v></c>')


@kind("error-cell-unknown.xlsx")
def error_cell_unknown() -> bytes:
    """Later versions have more errors than any list."""
    return _instead(_CATEGORY, '<c r="D2" t="e"><v>#SPILL!</v></c>')


@kind("numbers-as-text.xlsx")
def numbers_as_text() -> bytes:
    """The running number with the green corner."""
    return inline_book(_ROWS.replace(">1<", ">'1<"))


@kind("long-numbers-as-numbers.xlsx")
def long_numbers_as_numbers() -> bytes:
    """Certificates in General cells: their last digits are lost, and nobody may guess them."""
    return _instead(_NUMBER, '<c r="C2"><v>9.9012019800101001E+19</v></c>')


@kind("number-is-not-one.xlsx")
def number_is_not_one() -> bytes:
    """A cell that says it is a number and holds a word: the word is what stands there."""
    return _instead(_CATEGORY, '<c r="D2"><v>四级</v></c>')


@kind("numbers-beyond-all-bounds.xlsx")
def numbers_beyond_all_bounds() -> bytes:
    """Infinity and no number at all."""
    odd = ("1E999", "-1E999", "NaN", "INF", "1E-999")
    cells = "".join(f'<c r="{xl_rowcol_to_cell(4, 6 + n)}"><v>{number}</v></c>' for n, number in enumerate(odd))
    return inline_book(f'{_ROWS}<row r="5">{cells}</row>')


@kind("dates-typed-as-digits.xlsx")
def dates_typed_as_digits() -> bytes:
    """20250601, a telephone, a person's number typed into cells with a date format: Excel shows ####."""
    odd = ("20250601", "199001", "13900000001", "510227198001011234", "-1", "0", "60", "2958466", "1E300")
    cells = "".join(f'<c r="{xl_rowcol_to_cell(4, 6 + n)}" s="1"><v>{day}</v></c>' for n, day in enumerate(odd))
    return _formatted(f'{_ROWS}<row r="5">{cells}</row>', 0, 14)


@kind("dates-beyond-all-bounds.xlsx", expect="F01")
def dates_beyond_all_bounds() -> bytes:
    """Days that no calendar has, in a cell with a date format: the reader of cells gives up."""
    days = ("-1E12", "-1E300")
    cells = "".join(f'<c r="{xl_rowcol_to_cell(4, 6 + n)}" s="1"><v>{day}</v></c>' for n, day in enumerate(days))
    return _formatted(f'{_ROWS}<row r="5">{cells}</row>', 0, 14)


@kind("times-beyond-all-bounds.xlsx", expect="F01")
def times_beyond_all_bounds() -> bytes:
    """Hours that no day has, in cells with a duration format: the same."""
    hours = ("-1", "99999999", "1E18", "1E300")
    cells = "".join(f'<c r="{xl_rowcol_to_cell(4, 6 + n)}" s="1"><v>{hour}</v></c>' for n, hour in enumerate(hours))
    return _formatted(f'{_ROWS}<row r="5">{cells}</row>', 0, 46)


@kind("dates-of-iso.xlsx")
def dates_of_iso() -> bytes:
    """Strict workbooks may hold dates as text, also dates that do not exist."""
    odd = ("2025-06-01", "2025-06-01T12:30:00Z", "2025-02-30", "0000-00-00", "明天")
    cells = "".join(f'<c r="{xl_rowcol_to_cell(4, 6 + n)}" t="d"><v>{day}</v></c>' for n, day in enumerate(odd))
    return inline_book(f'{_ROWS}<row r="5">{cells}</row>')


@kind("truth-values.xlsx")
def truth_values() -> bytes:
    """TRUE and FALSE."""
    return inline_book(f'{_ROWS}<row r="5"><c r="G5" t="b"><v>1</v></c><c r="H5" t="b"><v>0</v></c></row>')


@kind("truth-value-of-seven.xlsx", expect="F01")
def truth_value_of_seven() -> bytes:
    """What is neither true nor false."""
    return inline_book(f'{_ROWS}<row r="5"><c r="G5" t="b"><v>7</v></c></row>')


@kind("cell-type-unknown.xlsx", expect="F01")
def cell_type_unknown() -> bytes:
    """A type that no version has: what the value means cannot be known."""
    return _instead(_CATEGORY, '<c r="D2" t="zz"><v>4</v></c>')


@kind("style-out-of-range.xlsx")
def style_out_of_range() -> bytes:
    """A text needs no style."""
    return _instead('<c r="B2"', '<c r="B2" s="4000000000"')


@kind("style-is-garbage.xlsx")
def style_is_garbage() -> bytes:
    """Not a number."""
    return _instead('<c r="B2"', '<c r="B2" s="bold"')


# --- around the cells -----------------------------------------------------------------------------------------------


@kind("merged-ranges-that-overlap.xlsx")
def merged_ranges_that_overlap() -> bytes:
    """Excel would offer to repair it."""
    return _merged("A7:C9", "B8:D12", "A7:C9")


@kind("merged-ranges-absurd.xlsx")
def merged_ranges_absurd() -> bytes:
    """The whole sheet is one cell, says the sheet; a range that ends before it begins."""
    return _merged("A1:XFD1048576", "C9:A7", "A1:A1")


@kind("merged-ranges-garbage.xlsx", expect="F01")
def merged_ranges_garbage() -> bytes:
    """Ranges that are none."""
    return _merged("#REF!", "A0:A0", "", "A1:ZZZZZZ99999999999")


@kind("merged-ranges-by-the-thousand.xlsx")
def merged_ranges_by_the_thousand() -> bytes:
    """Fifty thousand merged ranges that cover the same columns."""
    return _merged(*(f"F{n}:XFD{n}" for n in range(5, 50_000)))


def _merged(*ranges: str) -> bytes:
    listed = "".join(f'<mergeCell ref="{one}"/>' for one in ranges)
    return inline_book(_ROWS, after=f'<mergeCells count="{len(ranges)}">{listed}</mergeCells>')


@kind("conditional-formats-garbage.xlsx")
def conditional_formats_garbage() -> bytes:
    """Rules about cells that do not exist, with formulas that are none."""
    rule = '<cfRule type="zz" dxfId="999" priority="-1"><formula>((((</formula></cfRule>'
    return inline_book(
        _ROWS, after=f'<conditionalFormatting sqref="#REF! A0:ZZZZ9">{rule * 50}</conditionalFormatting>'
    )


@kind("columns-garbage.xlsx")
def columns_garbage() -> bytes:
    """Widths of columns that do not exist."""
    columns = '<cols><col min="0" max="99999999" hidden="1" width="-1"/><col min="x" max="y" hidden="z"/></cols>'
    return inline_book(_ROWS, before=columns)


@kind("hidden-columns-all.xlsx")
def hidden_columns_all() -> bytes:
    """Every column is hidden, up to the last."""
    return inline_book(_ROWS, before='<cols><col min="1" max="16384" hidden="1"/></cols>')


@kind("sheet-data-twice.xlsx", expect="F01")
def sheet_data_twice() -> bytes:
    """A second block of rows: some readers stop after the first."""
    second = f"<sheetData>{inline_rows((ROWS[2],), 4)}</sheetData>"
    return inline_book(inline_rows((HEADER, *ROWS[:2])), after=second)


@kind("sheet-without-data.xlsx", expect="F05")
def sheet_without_data() -> bytes:
    """The element for the rows is missing."""
    return _raw(f'{DECLARATION}<worksheet xmlns="{MAIN}"/>'.encode())


@kind("root-element-foreign.xlsx")
def root_element_foreign() -> bytes:
    """Rows under an element of another language."""
    return replaced(SHEET, f'<worksheet xmlns="{MAIN}"', '<worksheet xmlns="urn:nothing"')


def good_parts() -> Parts:
    """The good workbook, for the fuzzer."""
    return book()


@kind("nothing-wrong.xlsx")
def nothing_wrong() -> bytes:
    """The measure of all others."""
    return zipped(good_parts())
