"""From the text of a cell to a value. What is understood though it is not written as the form asks is reported;
what is not understood stays null, and is a finding at its cell. Identifiers are tidied, never repaired.

The work is done once for each distinct text, so its cost grows with the variety of the answers.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace

import polars as pl

from bishan_survey.design import dtype
from bishan_survey.model import CodeList, Item, ValueType

Value = str | int | float | dt.date | list[str]
Reading = tuple[Value | None, bool]
"""The value (``None``: not understood), and whether the text is written as the form asks."""

LOST_DIGITS = r"^\s*[+-]?\d+(?:\.\d+)?[eE]\+?\d+\s*$"
"""A long number that a spreadsheet kept as a number: its last digits are gone."""

_ERRORS = r"N/A|REF!|VALUE!|NAME\?|NULL!|NUM!|DIV/0!|SPILL!|CALC!|FIELD!|ERROR!?|GETTING_DATA"
BROKEN_CELL = rf"^(?:#(?:{_ERRORS})|Err:\d{{3}}|=.*)$"
"""What stands in a cell whose formula went wrong, or was never computed: an error value, or the formula itself."""

_CONTROLS = "".join(map(chr, (*range(9), 11, 12, *range(14, 32), 127)))
_INVISIBLE = dict.fromkeys(map(ord, _CONTROLS + "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"))
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_APOSTROPHES = "'’‘`\""
_BETWEEN_HAN = re.compile(r"(?<=[\u2e80-\u9fff\U00020000-\U0003ffff])\s+(?=[\u2e80-\u9fff\U00020000-\U0003ffff])")
_SEPARATORS = tuple(map(re.compile, (r"[;；,，|｜\n\r]+", r"[;；,，、/|｜+＋\n\r]+", r"[;；,，、/|｜+＋\s]+")))
"""What stands between several answers, the surest first: some labels have a 、 or a blank of their own."""
_CODE_AND_LABEL = re.compile(r"^\(?([0-9A-Za-z]+)\)?[\s.、．:：\-—_)]*(.*)$")
_DATE = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?)?$")
_COMPACT_DATE = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_SERIAL_DATE = re.compile(r"^[2-6]\d{4}$")
_EPOCH = dt.date(1899, 12, 30)
_NUMBER = re.compile(r"^[¥￥]?([+-]?[0-9]+(?:,[0-9]{3})*)(\.[0-9]+)?(?:人次|平方米|㎡|[mM]2|[人岁次元个户名])?$")
_LARGEST = 2**53
"""Below it every whole number is exact."""
_FIRST_YEAR, _LAST_YEAR = 1850, 2150
_WHOLE = re.compile(r"^([0-9]+)\.0+$")


@dataclass(frozen=True)
class Typed:
    """The values of an item, and what was said about their texts."""

    values: pl.Series
    unreadable: pl.Series
    """True where there is a text that was not understood."""
    normalised: pl.Series
    """True where the text was understood though not written as the form asks."""
    broken: pl.Series
    """True where the cell's formula went wrong; such a text is unreadable, whatever the item."""


def read_values(item: Item, texts: pl.Series, codes: CodeList | None) -> Typed:
    """Understand the texts of an item's column.

    Args:
        item: the question.
        texts: the cells' texts, null where empty.
        codes: the item's code list, for coded items.
    """
    broken = texts.str.contains(BROKEN_CELL).fill_null(False)
    sound = texts.set(broken, None) if broken.any() else texts
    typed = _mostly_as_asked(item, sound) if item.type in _AS_ASKED else _one_by_one(item, sound, _reader(item, codes))
    return replace(typed, unreadable=typed.unreadable | broken, broken=broken)


def _mostly_as_asked(item: Item, texts: pl.Series) -> Typed:
    """Values whose texts nearly all stand as the form asks: only the others are looked at one by one."""
    pattern, convert = _AS_ASKED[item.type]
    plain = texts.str.contains(pattern)
    values = convert(texts.set(~plain, None))
    # What has the form of a date may be none, such as 2025-02-30.
    unreadable = (plain & values.is_null()).fill_null(False)
    nowhere = pl.repeat(False, len(texts), dtype=pl.Boolean, eager=True)
    if plain.all():
        return Typed(values, unreadable, nowhere, nowhere)
    others = _one_by_one(item, texts.set(plain, None), _READERS[item.type])
    merged = values.zip_with(plain.fill_null(True), others.values)
    return Typed(merged, unreadable | others.unreadable, others.normalised, nowhere)


def _one_by_one(item: Item, texts: pl.Series, read: Callable[[str], Reading]) -> Typed:
    """Values read from each distinct text."""
    distinct = texts.drop_nulls().unique().sort()
    nowhere = pl.repeat(False, len(texts), dtype=pl.Boolean, eager=True)
    if distinct.is_empty():
        return Typed(pl.Series(item.name, [None] * len(texts), dtype=dtype(item)), nowhere, nowhere, nowhere)
    readings = [read(text) for text in distinct]
    place = texts.replace_strict(distinct, pl.int_range(len(distinct), eager=True), return_dtype=pl.UInt32)
    values = pl.Series(item.name, [value for value, _ in readings], dtype=dtype(item), strict=True)
    odd = pl.Series([value is not None and not plain for value, plain in readings], dtype=pl.Boolean)
    typed = values.gather(place)
    return Typed(typed, typed.is_null() & texts.is_not_null(), odd.gather(place).fill_null(False), nowhere)


def as_written(value: object) -> str:
    """A value in the spelling that the form asks for."""
    if isinstance(value, list | pl.Series):
        return ",".join(value)
    if isinstance(value, float):
        return f"{value:.15g}"
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _reader(item: Item, codes: CodeList | None) -> Callable[[str], Reading]:
    if item.type is ValueType.CODE:
        assert codes is not None  # noqa: S101 - the lint holds it
        spellings = _Spellings(codes)
        return spellings.many if item.multiple else spellings.one
    return _READERS[item.type]


class _Spellings:
    """Every way in which the answers of a code list may be written."""

    def __init__(self, codes: CodeList) -> None:
        self._order = {c.code: n for n, c in enumerate(codes.codes)}
        self._as_asked = {
            spelling: c.code
            for c in codes.codes
            for spelling in (c.code, c.label, f"{c.code} {c.label}", f"{c.code}.{c.label}")
        }
        self._known = {_squeezed(spelling): c.code for c in codes.codes for spelling in (*c.aliases, c.label, c.code)}

    def one(self, text: str) -> Reading:
        """The single answer that a text names."""
        if text in self._as_asked:
            return self._as_asked[text], True
        return self._found(text), False

    def many(self, text: str) -> Reading:
        """All answers that a text names, in the order of the list; none of them may be unclear."""
        whole, plain = self.one(text)
        if isinstance(whole, str):
            return [whole], plain
        for separator in _SEPARATORS:
            codes = [self._found(part) for part in separator.split(text) if part.strip()]
            if codes and None not in codes:
                chosen = sorted({c for c in codes if c is not None}, key=self._order.__getitem__)
                return chosen, all(part in self._as_asked for part in text.split(","))
        return None, False

    def _found(self, text: str) -> str | None:
        squeezed = _WHOLE.sub(r"\1", _squeezed(text))
        if squeezed in self._known:
            return self._known[squeezed]
        match = _CODE_AND_LABEL.match(squeezed)
        if match is None:
            return None
        code, label = match.groups()
        by_code = self._known.get(code) or self._known.get(code.lstrip("0")) or self._known.get(code.zfill(2))
        # A code beside another answer's label is a contradiction, and nobody's to resolve here.
        if label and self._known.get(label) != by_code:
            return None
        return by_code


def _squeezed(text: str) -> str:
    """Without blanks, case and width: for comparing answers, never for storing them."""
    return "".join(unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).split()).strip(_APOSTROPHES).upper()


def _text(text: str) -> Reading:
    """A name, an address: blanks at the ends and between Chinese characters go, every character stays."""
    tidy = _BETWEEN_HAN.sub("", text.translate(_INVISIBLE).replace("\u00a0", " ").strip())
    return tidy, tidy == text


def _identifier(text: str) -> Reading:
    if re.match(LOST_DIGITS, text):
        return None, False
    tidy = text.translate(_INVISIBLE).translate(_HALF_WIDTH)
    tidy = "".join(tidy.split()).strip(_APOSTROPHES).upper()
    return tidy, tidy == text


def _date(text: str) -> Reading:
    tidy = " ".join(unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).split()).strip(_APOSTROPHES)
    try:
        found = _date_in(tidy)
    except ValueError:
        return None, False
    return found, found is not None and found.isoformat() == text


def _date_in(text: str) -> dt.date | None:
    if _SERIAL_DATE.match(text):
        return _EPOCH + dt.timedelta(days=int(text))
    match = _DATE.match(text.replace(" 年", "年").replace("年 ", "年").replace("月 ", "月"))
    match = match or _COMPACT_DATE.match(text)
    found = dt.date(*map(int, match.groups())) if match else None
    return found if found and _FIRST_YEAR <= found.year <= _LAST_YEAR else None


def _integer(text: str) -> Reading:
    number = _number(text)
    if number is None or number != int(number):
        return None, False
    return int(number), text == str(int(number))


def _decimal(text: str) -> Reading:
    number = _number(text)
    return number, bool(re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text))


def _number(text: str) -> float | None:
    match = _NUMBER.match(text.translate(_INVISIBLE).translate(_HALF_WIDTH).strip().strip(_APOSTROPHES))
    number = float(match[1].replace(",", "") + (match[2] or "")) if match else None
    return number if number is not None and abs(number) < _LARGEST else None


_READERS: dict[ValueType, Callable[[str], Reading]] = {
    ValueType.TEXT: _text,
    ValueType.CERTIFICATE: _identifier,
    ValueType.ID_NUMBER: _identifier,
    ValueType.PHONE: _identifier,
    ValueType.DATE: _date,
    ValueType.INTEGER: _integer,
    ValueType.DECIMAL: _decimal,
}

_AS_ASKED: dict[ValueType, tuple[str, Callable[[pl.Series], pl.Series]]] = {
    ValueType.TEXT: (r"^[^\s\p{Cf}\p{Cc}]+$", lambda texts: texts),
    ValueType.CERTIFICATE: (r"^[0-9A-Z]+$", lambda texts: texts),
    ValueType.ID_NUMBER: (r"^[0-9A-Z]+$", lambda texts: texts),
    ValueType.PHONE: (r"^[0-9-]+$", lambda texts: texts),
    ValueType.DATE: (
        r"^(?:1[89]|2[01])[0-9]{2}-[0-9]{2}-[0-9]{2}$",
        lambda texts: texts.str.to_date("%Y-%m-%d", strict=False),
    ),
}
"""For types of great variety: how a text looks that is written as the form asks, and how it becomes a value."""
