"""A receiving system's rules, applied to every record before anything is written: all faults in one pass.

Nothing is cut, altered or guessed: a value that does not fit is a fault of its record, told by where the record stands.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from bishan_survey import frames
from bishan_survey.design import compile_sql
from bishan_survey.hashes import BETWEEN
from bishan_survey.model import DeliveryColumn, DeliveryProfile, Encoding

LIVE = r"^(?:[=@\t\r]|[+\-][^\r\n]*[^\d\s()\-])"
"""Text that spreadsheet programs run when they open CSV; a telephone number with a plus before it is none."""
FAULTS = {
    "required": ("必须填的没有填", "请补上"),
    "length": ("超过{limit}个字", "请改短；程序不会截断"),
    "recode": ("代码没有对应", "请改正表中的代码，或在上报格式里补上对应"),
    "allowed": ("不在对方的代码表里", "请改正"),
    "pattern": ("格式不对，应为{form}", "请改正"),
    "unique": ("与别的记录重复", "请核对哪一条是对的"),
    "key": ("不能凭它认出是谁：没有填，或与别的记录重复", "请补上、改正；回执要靠它对人"),
    "encoding": ("有{encoding}写不了的字", "请改正，或把上报格式的编码改成 gb18030"),
    "formula": ("以 = + - @ 开头，用 Excel 打开会被当作公式", "请改正；确实如此的，把上报格式的文件改成 .xlsx"),
}
"""What is wrong with a value, and what to do; profiles fill in the blanks."""


@dataclass(frozen=True)
class Prepared:
    """Records as a profile wants them, and what keeps them from being delivered."""

    rows: pl.DataFrame
    """A line for each record, in the order of the records: the profile's columns, all texts."""
    faults: pl.DataFrame
    """``line`` (of `rows`, from 0), ``header``, ``fault``, ``why``, ``advice``, ``value`` as it stood before recoding.
    The line, the header, and the order of :data:`FAULTS` give their order."""

    @property
    def faulty(self) -> pl.Series:
        """The lines that have faults."""
        return self.faults["line"].unique().sort()


def prepared(profile: DeliveryProfile, records: pl.DataFrame) -> Prepared:
    """Lay records out as a profile wants them, and find all that its system would refuse."""
    raw = records.select(compile_sql(column.sql).alias(column.header) for column in profile.columns)
    rows = raw.with_columns(_recoded(column) for column in profile.columns if column.recode)
    found = [
        _told(profile, column, fault, raw, wrong)
        for column in profile.columns
        for fault, wrong in _faults(profile, column, raw[column.header], rows)
        if wrong.any()
    ]
    order = pl.col("header").cast(pl.Enum([column.header for column in profile.columns]))
    kinds = pl.col("fault").cast(pl.Enum([*FAULTS]))
    return Prepared(rows, frames.stack(frames.DELIVERY_FAULTS, found).sort("line", order, kinds))


def _recoded(column: DeliveryColumn) -> pl.Expr:
    return pl.col(column.header).replace_strict(dict(column.recode), default=None, return_dtype=pl.String)


def _faults(
    profile: DeliveryProfile, column: DeliveryColumn, raw: pl.Series, rows: pl.DataFrame
) -> Iterator[tuple[str, pl.Series]]:
    """Each check of a column, with a truth value for each line: whether it fails."""
    value = rows[column.header]
    blank = _blank(value)
    if column.required:
        yield "required", _blank(raw)
    if column.recode:
        yield "recode", raw.is_not_null() & value.is_null()
    if column.max_length is not None:
        yield "length", value.str.len_chars() > column.max_length
    if column.allowed:
        yield "allowed", ~blank & ~_all_allowed(column, value)
    if column.pattern is not None:
        yield "pattern", ~blank & ~value.str.contains(f"^(?:{column.pattern})$")
    if column.header in profile.unique:
        yield "unique", ~blank & value.is_duplicated()
    if profile.key and column.header == profile.key[0]:
        yield "key", _without_key(profile, rows)
    if not profile.is_csv:
        return
    yield "formula", value.str.contains(LIVE)
    if profile.encoding is Encoding.GBK:
        yield "encoding", _not_encodable(value, profile.encoding)


def _blank(values: pl.Series) -> pl.Series:
    return values.is_null() | (values.str.strip_chars() == "").fill_null(value=False)


def _all_allowed(column: DeliveryColumn, value: pl.Series) -> pl.Series:
    if not column.separator:
        return value.is_in(column.allowed)
    frame = value.alias("value").to_frame()
    codes = pl.col("value").str.split(column.separator)
    return frame.select(codes.list.eval(pl.element().is_in(column.allowed)).list.all()).to_series()


def _without_key(profile: DeliveryProfile, rows: pl.DataFrame) -> pl.Series:
    """Lines that the receipt could not be matched to: no key, or one that another line has too."""
    keys = rows.select(key_of(profile))
    return keys.select((pl.col("key") == "") | pl.col("key").is_duplicated()).to_series()


def key_of(profile: DeliveryProfile) -> pl.Expr:
    """What a receiving system knows a line by, over the profile's columns; empty if any part of it is."""
    parts = [pl.col(header).fill_null("").str.strip_chars().str.to_uppercase() for header in profile.key]
    whole = pl.concat_str(parts, separator=BETWEEN)
    return pl.when(pl.all_horizontal(part != "" for part in parts)).then(whole).otherwise(pl.lit("")).alias("key")


def _not_encodable(value: pl.Series, encoding: Encoding) -> pl.Series:
    """Values with characters that an encoding lacks; each distinct value is tried once."""
    distinct = value.drop_nulls().unique()
    wrong = [text for text in distinct if text.encode(encoding, "ignore").decode(encoding) != text]
    return value.is_in(wrong)


def _told(
    profile: DeliveryProfile, column: DeliveryColumn, fault: str, raw: pl.DataFrame, wrong: pl.Series
) -> pl.DataFrame:
    lines = wrong.fill_null(value=False).arg_true().cast(pl.Int64)
    why, advice = FAULTS[fault]
    said = why.format(limit=column.max_length, form=column.form or column.pattern, encoding=profile.encoding.value)
    return pl.DataFrame({"line": lines, "value": raw[column.header].gather(lines)}).with_columns(
        header=pl.lit(column.header), fault=pl.lit(fault), why=pl.lit(said), advice=pl.lit(advice)
    )
