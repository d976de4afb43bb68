"""Plain text: every encoding and delimiter, true row numbers, and nothing swallowed by a stray quote."""

import csv
import io
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bishan_survey.reading.grid import UnreadableFile
from bishan_survey.reading.text import GRID_NAME, decode, read_text
from tests.reading.conftest import Survives

TABLE = "姓名,证号,住址\n张三,990012193001010011,大旺社区一组\n李一,99001219600229002X,平安村\n"
ROWS = [
    ["姓名", "证号", "住址"],
    ["张三", "990012193001010011", "大旺社区一组"],
    ["李一", "99001219600229002X", "平安村"],
]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"]
BIG_ENDIAN_MARK = b"\xfe\xff"


def rows(text: str) -> list[list[str]]:
    return read_text(text.encode()).rows


def notice(content: bytes) -> str:
    with pytest.raises(UnreadableFile) as refused:
        read_text(content)
    return refused.value.notice


@pytest.mark.parametrize("encoding", [*ENCODINGS, "gbk"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_encodings(encoding: str, line_end: str) -> None:
    grid = read_text(TABLE.replace("\n", line_end).encode(encoding))
    assert grid.rows == ROWS
    assert grid.name == GRID_NAME
    assert not grid.hidden


@pytest.mark.parametrize(
    "content",
    [
        BIG_ENDIAN_MARK + TABLE.encode("utf-16-be"),
        "\ufeff\ufeff".encode() + TABLE.encode(),
        "\ufeff".encode("gb18030") + TABLE.encode("gb18030"),
        TABLE.encode() + b"\x1a",
        TABLE.strip().encode(),
    ],
    ids=["utf-16-be with mark", "two marks", "gb18030 with mark", "end of file of DOS", "no last line end"],
)
def test_marks_and_ends(content: bytes) -> None:
    assert read_text(content).rows == ROWS


def test_rare_characters_of_gb18030() -> None:
    text = "姓名,年龄\n𠮷㛃,45\n\ue81e,46\n"  # outside the basic plane, an extension, a private-use character
    assert read_text(text.encode("gb18030")).rows == [["姓名", "年龄"], ["𠮷㛃", "45"], ["\ue81e", "46"]]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (TABLE.encode("gb18030")[:-2] + b"\xff\n", "F31"),
        ("姓名".encode("gb18030")[:-1], "F31"),
        ("Größe, Länge, Höhe\n".encode("latin-1") + bytes(range(0xA0, 0xFF)) + b"\xff", "F31"),
        (TABLE.encode("utf-8-sig")[:-5] + b"\xff\n", "F31"),
        ("三人一組，不是這個編碼，也不是那個，大人小人，七八九十".encode("big5"), "F31"),
        (b"\xaa\xa1" * 40, "F31"),
        (TABLE.encode().replace(b"X", b"\0"), "F01"),
        (b"\x01\x02\x03\x04\x05\x06\x07\x08" * 20, "F01"),
        (bytes(range(256)) * 4, "F01"),
        (b"\xff\xfe" + b"\0\0" * 20, "F01"),
        (b"\xff\xfea\0b", "F01"),
    ],
    ids=[
        "a byte of no encoding",
        "cut off within a character",
        "western",
        "marked as UTF-8 and not",
        "Big5",
        "private use only",
        "a NUL",
        "controls",
        "all bytes",
        "NULs in UTF-16",
        "half a character of UTF-16",
    ],
)
def test_no_text(content: bytes, expected: str) -> None:
    assert notice(content) == expected


@pytest.mark.parametrize("text", ["联通", "亘", "姓名,联通\n"])
def test_a_short_text_of_gb18030_that_could_be_another_script(text: str) -> None:
    assert decode(text.encode("gb18030")) == text


def test_a_text_without_anything_chinese_in_utf8() -> None:
    assert decode("Müller,Ø".encode(), "utf-8") == "Müller,Ø"


def test_declared_encoding_comes_before_gb18030() -> None:
    text = "三人一組，不是這個編碼"
    assert decode(text.encode("big5"), "big5") == text
    assert decode(text.encode(), "big5") == text


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "，", "；"])
def test_delimiters(delimiter: str) -> None:
    assert rows(TABLE.replace(",", delimiter)) == ROWS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("姓名\t备注\n张三\t一,二,三\n李四\t无\n", [["姓名", "备注"], ["张三", "一,二,三"], ["李四", "无"]]),
        ("姓名,需求\n张三,1;2;3\n李四,1;2\n", [["姓名", "需求"], ["张三", "1;2;3"], ["李四", "1;2"]]),
        ("姓名,证号\n张三,\t99\n李四,\t98\n", [["姓名", "证号"], ["张三", "\t99"], ["李四", "\t98"]]),
        ('"a;b","c;d"\n"e;f","g;h"\n', [["a;b", "c;d"], ["e;f", "g;h"]]),
        ("花名册\n姓名;年龄\n张三;4\n", [["花名册", ""], ["姓名", "年龄"], ["张三", "4"]]),
        ("姓名,备注\n张三,住城东，独居\n", [["姓名", "备注"], ["张三", "住城东，独居"]]),
        ("姓名\n张三\n", [["姓名"], ["张三"]]),
        ("", []),
        ("\n", [[]]),
    ],
)
def test_choice_of_delimiter(text: str, expected: list[list[str]]) -> None:
    assert rows(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sep=;\na,1;b\n", [["a,1", "b"]]),
        ("SEP=\t\r\na,1\tb\r\n", [["a,1", "b"]]),
        ("sep=|\na|b\n", [["a", "b"]]),
        ("sep=;\n", []),
        ("sep=;x,y\n", [["sep=;x", "y"]]),
        ("a,b\nsep=;,c\n", [["a", "b"], ["sep=;", "c"]]),
    ],
)
def test_declared_delimiter(text: str, expected: list[list[str]]) -> None:
    """Excel does not show the line: what comes after it is row 1."""
    assert rows(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a,"b\nc",d\n1,2,3\n', [["a", "b\nc", "d"], ["1", "2", "3"]]),
        ('a,"b\r\nc"\r\n1,2\r\n', [["a", "b\nc"], ["1", "2"]]),
        ('a,"b ""c"""\n', [["a", 'b "c"']]),
        ('a,"",""""\n', [["a", "", '"']]),
        ('a"b,c"\n', [['a"b', 'c"']]),
        ('"5"米,6\n', [["5米", "6"]]),
        ("a,b\n\n\n1\n", [["a", "b"], ["", ""], ["", ""], ["1", ""]]),
        ("a\n1,2,3\n", [["a", "", ""], ["1", "2", "3"]]),
        ("a,b\x0bc\n\u2028,\x85\n", [["a", "b\x0bc"], ["\u2028", "\x85"]]),
    ],
)
def test_quotes_and_rows(text: str, expected: list[list[str]]) -> None:
    assert rows(text) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('="990012193001010011"', "990012193001010011"),
        ('"=""990012193001010011"""', "990012193001010011"),
        ('=""', ""),
        ('"=""a""""b"""', 'a"b'),
        ('"=""a""&""b"""', '="a"&"b"'),
        ("=1+1", "=1+1"),
        ("'99", "'99"),
    ],
)
def test_formulas_that_keep_digits(cell: str, expected: str) -> None:
    assert rows(f"x,{cell}\n") == [["x", expected]]


ORDINARY = "{0},张三,男,1,2,3,4\n"


@pytest.mark.parametrize(
    "broken",
    ['"0,李四', '0,"李四', '0,李四,"', '"0,"李四"', '0,"" ","x'],
)
@pytest.mark.parametrize("after", [0, 1, 60, 500])
def test_a_stray_quote_costs_one_row(broken: str, after: int) -> None:
    text = ORDINARY.format("前") + broken + "\n" + "".join(ORDINARY.format(n) for n in range(after))
    read = rows(text)
    assert [row[:2] for row in read[2:]] == [[str(n), "张三"] for n in range(after)]
    assert read[0][:2] == ["前", "张三"]
    assert "".join(read[1]).replace('"', "") == broken.replace('"', "").replace(",", "")


def test_two_stray_quotes_do_not_hide_the_rows_between_them() -> None:
    text = '0,"李四,x,1,2,3,4\n' + "".join(ORDINARY.format(n) for n in range(5)) + '6,王五",x,1,2,3,4\n'
    assert [row[0] for row in rows(text)] == ["0", "0", "1", "2", "3", "4", "6"]


def test_cells_of_many_lines_are_kept() -> None:
    cell = "\n".join(["住址, 门牌"] * 50)
    assert rows(f'a,b\n"{cell}",1\n') == [["a", "b"], [cell, "1"]]


@pytest.mark.parametrize("quote", ["", '"'])
def test_cells_longer_than_the_reader_of_csv_admits(quote: str) -> None:
    limit = csv.field_size_limit()
    cell = "长" * (limit + 1)
    assert rows(f"a,{quote}{cell}{quote}\n1,2\n")[1] == ["1", "2"]
    assert csv.field_size_limit() == limit


@pytest.mark.parametrize("content", [b"," * 200, b"a\n" * 200, (b"a\n" * 20) + b"," * 20, b"\n" * 300])
def test_too_large(content: bytes) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read_text(content, max_cells=100)
    assert refused.value.notice == "F03"


@pytest.mark.parametrize(
    "content",
    [
        b'x"y,"z\n' * 20_000,
        b'"\n' * 100_000,
        b'"' * 1_000_000,
        b'"a",' * 50_000,
        (b'a,"b\n' + b"x,1\n" * 60) * 1_000,
        (b'"' + b"x" * 200_000 + b'",1\n') * 5,
        b'"5"x,1\n' * 50_000,
    ],
)
def test_malice_does_not_hang(content: bytes, survives: Survives) -> None:
    assert survives(content)


CELLS = st.text(
    st.sampled_from("张三李一〇𠮷 ,;\t，；\"'=9X\n.-") | st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5),
    max_size=12,
)
TABLES = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=8)
)


def unwrapped(cell: str) -> str:
    """What a written cell comes back as: Excel's formulas for digits are no texts."""
    inner = cell[2:-1]
    plain = cell.startswith('="') and cell.endswith('"') and len(cell) > 2 and '"' not in inner.replace('""', "")
    return inner.replace('""', '"') if plain else cell


@given(
    table=TABLES,
    encoding=st.sampled_from(ENCODINGS),
    delimiter=st.sampled_from(",;\t，；"),
    line_end=st.sampled_from(["\n", "\r\n"]),
)
@settings(deadline=None, max_examples=400)
def test_what_was_written_comes_back(table: list[list[str]], encoding: str, delimiter: str, line_end: str) -> None:
    """With every cell quoted; the delimiter is declared where a table cannot show it."""
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter, lineterminator=line_end, quoting=csv.QUOTE_ALL).writerows(table)
    text = f"sep={delimiter}{line_end}" + file.getvalue()
    assert read_text(text.encode(encoding)).rows == [[unwrapped(cell) for cell in row] for row in table]


@given(table=TABLES.filter(lambda table: len(table[0]) > 1), delimiter=st.sampled_from(",;\t，；"))
@settings(deadline=None)
def test_the_delimiter_is_found(table: list[list[str]], delimiter: str) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([[*map(flat, row)] for row in table])
    assert read_text(file.getvalue().encode()).rows == [[unwrapped(flat(cell)) for cell in row] for row in table]


def flat(cell: str) -> str:
    return cell.replace("\n", " ").replace('"', "'")


PIECES = st.sampled_from([b'"', b",", b"\n", b"\r", b"\0", b";", b"\t", b"sep=,", b'="', "张".encode(), b"\xd5\xc5"])
MARKS = st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"])
BYTES = st.builds(lambda mark, parts: mark + b"".join(parts), MARKS, st.lists(PIECES | st.binary(max_size=8)))


@given(content=BYTES)
@settings(max_examples=500)
def test_any_bytes_give_a_grid_or_the_reason_why_not(content: bytes) -> None:
    try:
        read = read_text(content).rows
    except UnreadableFile as refused:
        assert refused.notice in {"F01", "F31"}
    else:
        assert len({len(row) for row in read}) <= 1
        assert all(isinstance(cell, str) for cell in chain.from_iterable(read))
