"""Texts: csv in all the ways that programs write it, and texts that are something else."""

import codecs

from tests.corpus.people import HEADER, ROWS, TABLE, Table
from tests.corpus.registry import fixed, kind

_MIB = 2**20


def csv_text(table: Table = TABLE, separator: str = ",", line_end: str = "\r\n") -> str:
    """A table as plain text."""
    return "".join(separator.join(row) + line_end for row in table)


_CSV = csv_text()

fixed("utf8.csv", _CSV.encode())
fixed("utf8-with-mark.csv", codecs.BOM_UTF8 + _CSV.encode())
fixed("gb18030.csv", _CSV.encode("gb18030"))
fixed("utf16-little.csv", codecs.BOM_UTF16_LE + _CSV.encode("utf-16-le"))
fixed("utf16-big.csv", codecs.BOM_UTF16_BE + _CSV.encode("utf-16-be"))
fixed("utf16-tabs-as-excel-saves-unicode-text.txt", codecs.BOM_UTF16_LE + csv_text(separator="\t").encode("utf-16-le"))
fixed("tabs.txt", csv_text(separator="\t").encode("gb18030"))
fixed("tabs.tsv", csv_text(separator="\t").encode())
fixed("semicolons.csv", csv_text(separator=";").encode())
fixed("line-ends-of-unix.csv", csv_text(line_end="\n").encode())
fixed("line-ends-of-old-macintosh.csv", csv_text(line_end="\r").encode())
fixed("line-end-missing-at-the-end.csv", _CSV.rstrip().encode())
fixed("csv-named-xlsx.xlsx", _CSV.encode())
fixed("csv-named-xls.xls", csv_text(separator="\t").encode("gb18030"))
fixed("all-fields-quoted.csv", csv_text([[f'"{text}"' for text in row] for row in TABLE]).encode())
fixed("mark-of-utf8-twice.csv", codecs.BOM_UTF8 * 2 + _CSV.encode())


@kind("separator-declared.csv")
def separator_declared() -> bytes:
    """Excel's own first line, which is no data."""
    return b"sep=;\r\n" + csv_text(separator=";").encode()


@kind("lines-inside-quotes.csv")
def lines_inside_quotes() -> bytes:
    """A header with a line break in its cell."""
    return _CSV.replace("残疾类别", '"残疾\r\n类别"').encode()


@kind("quote-unbalanced.csv")
def quote_unbalanced() -> bytes:
    """A quote that never closes must not swallow everybody below it."""
    return _CSV.replace("试验甲", '"试验甲').encode()


@kind("quote-inside-a-field.csv")
def quote_inside_a_field() -> bytes:
    """Quotes in the middle of a field are only letters."""
    return _CSV.replace("肢体", '肢体"左"').encode()


@kind("numbers-as-formulas.csv")
def numbers_as_formulas() -> bytes:
    """The trick by which exports keep Excel from spoiling long numbers: ``="…"``."""
    table = [HEADER, *((row[0], row[1], f'"=""{row[2]}"""', *row[3:]) for row in ROWS)]
    return csv_text(table).encode()


@kind("numbers-with-apostrophe.csv")
def numbers_with_apostrophe() -> bytes:
    """Excel's mark for text, which became a letter when it was exported."""
    return csv_text([HEADER, *((row[0], row[1], f"'{row[2]}", *row[3:]) for row in ROWS)]).encode()


@kind("formula-that-starts-a-program.csv")
def formula_that_starts_a_program() -> bytes:
    """Only text here, and only text in whatever we write."""
    return _CSV.replace("肢体", "=cmd|'/C calc'!A0").encode()


@kind("nul-characters.csv", expect="F01")
def nul_characters() -> bytes:
    """Behind each line: no text has them, and where they come from something else may be missing."""
    return csv_text(line_end="\0\r\n").encode()


@kind("tail-zeroed.csv", expect="F01")
def tail_zeroed() -> bytes:
    """The power failed: the file has its length, and zeros where people were."""
    return _CSV.encode() + bytes(4_000)


@kind("one-byte-wrong.csv", expect="F31")
def one_byte_wrong() -> bytes:
    """Neither UTF-8 nor GB18030: one letter is lost, and nobody can know which."""
    return _CSV.encode().replace("试".encode(), b"\xff", 1)


@kind("gb18030-cut-in-a-letter.csv", expect="F31")
def gb18030_cut_in_a_letter() -> bytes:
    """The last byte is half a letter: an upload that broke off."""
    return _CSV.rstrip().encode("gb18030")[:-1]


@kind("utf8-cut-in-a-letter.csv", expect="F31")
def utf8_cut_in_a_letter() -> bytes:
    """The same in UTF-8."""
    return _CSV.rstrip().encode()[:-1]


@kind("utf16-cut-in-a-letter.csv", expect="F01")
def utf16_cut_in_a_letter() -> bytes:
    """The same in UTF-16."""
    return codecs.BOM_UTF16_LE + _CSV.encode("utf-16-le")[:-1]


@kind("utf16-without-mark.csv")
def utf16_without_mark() -> bytes:
    """Some databases export so; every other byte of the ASCII letters is zero."""
    return _CSV.encode("utf-16-le")


@kind("big5.csv", expect="F31")
def big5() -> bytes:
    """From Taiwan or Hong Kong: as GB18030 the header is other words, so nothing may be read."""
    header = ",".join(("序號", "姓名", "殘疾人證號", "殘疾類別", "婚姻狀況"))
    return "\r\n".join((header, *(",".join((row[0], "試驗", row[2], "肢體", "已婚")) for row in ROWS))).encode("big5")


@kind("one-line-of-fifty-megabytes.csv", expect="F03")
def one_line_of_fifty_megabytes() -> bytes:
    """No line end in 50 MiB."""
    return b"x" * (50 * _MIB)


@kind("commas-by-the-million.csv", expect="F03")
def commas_by_the_million() -> bytes:
    """A line of twenty million empty cells."""
    return _CSV.encode() + b"," * 20_000_000


@kind("blank-lines-by-the-million.csv", expect="F03")
def blank_lines_by_the_million() -> bytes:
    """Two million blank lines behind the people."""
    return _CSV.encode() + b"\n" * 2_000_000


@kind("one-wide-line-and-many-short-ones.csv", expect="F03")
def one_wide_line_and_many_short_ones() -> bytes:
    """A line of 100,000 cells above 100,000 lines of one: ten billion cells once they are equally long."""
    return _CSV.encode() + b"," * 100_000 + b"\n" + b"1\n" * 100_000


@kind("longer-than-a-file-may-be.csv", expect="F03")
def longer_than_a_file_may_be() -> bytes:
    """Over 100 MiB of blanks behind a table."""
    return _CSV.encode() + b" " * (101 * _MIB)


@kind("lines-of-different-length.csv")
def lines_of_different_length() -> bytes:
    """Trailing commas are missing here and doubled there."""
    lines = _CSV.splitlines()
    return "\r\n".join((lines[0] + ",,,", lines[1], lines[2] + ",", lines[3])).encode()


@kind("begins-like-a-picture.csv")
def begins_like_a_picture() -> bytes:
    """``BM`` is how pictures begin, and how a column called BMI does."""
    return csv_text([(name, *row) for name, row in zip(("BMI", "", "", ""), TABLE, strict=True)]).encode()


@kind("begins-like-a-program.csv")
def begins_like_a_program() -> bytes:
    """``MZ`` is how programs begin, and how an abbreviation of 民政 does."""
    return csv_text([(name, *row) for name, row in zip(("MZ编号", "", "", ""), TABLE, strict=True)]).encode()


@kind("begins-like-a-zip.csv")
def begins_like_a_zip() -> bytes:
    """``PK`` is how zip files begin, and how an abbreviation of 贫困 does."""
    return csv_text([(name, *row) for name, row in zip(("PK户", "", "", ""), TABLE, strict=True)]).encode()


@kind("speaks-of-html.csv")
def speaks_of_html() -> bytes:
    """A remark holds a tag: the file is no web page."""
    return _CSV.replace("肢体", "肢体<table>").encode()


@kind("lone-surrogates.csv", expect="F01")
def lone_surrogates() -> bytes:
    """Half a letter outside the first plane: no text can hold it, nor can what we write."""
    raw = _CSV.encode("utf-16-le").replace("甲".encode("utf-16-le"), b"\x00\xd8")
    return codecs.BOM_UTF16_LE + raw


@kind("odd-but-legal-characters.csv")
def odd_but_legal_characters() -> bytes:
    """Line separators, directions and private letters, none of which ends a line."""
    return _CSV.replace("肢体", "肢\u2028体\u202e\ue000\x85\x0b\x0c\U0010fffe").encode()


fixed("a-notice.txt", "会议通知\r\n请各村（社区）于周五前报送。\r\n".encode(), expect="F05")
fixed("a-notice-named-xlsx.xlsx", "请查收附件，谢谢！".encode("gbk"), expect="F05")
fixed("data.json", ('{"rows": [' + '{"姓名": "试验甲"}]}').encode(), expect="F04")
fixed("json-named-csv.csv", ('{"rows": [' + '{"姓名": "试验甲"}]}').encode(), expect="F05")
fixed("program-in-python.py", b"import os\nos.system('true')\n", expect="F04")
fixed("header-only.csv", (",".join(HEADER) + "\r\n").encode(), records=0)
