"""The lint of delivery profiles: what they want, and whether the system's rules and its answers can be told by it."""

import string
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl

from bishan_survey.design.lint_outputs import codes_of
from bishan_survey.design.lint_template import template_problems
from bishan_survey.design.sql import variable_types, widest_sheet
from bishan_survey.design.trial import short, wrong_sql
from bishan_survey.model import DeliveryColumn, DeliveryProfile, DeliveryReceipt, Design, Encoding, TableShell

_SUFFIXES = (".xlsx", ".csv")
_IN_NAMES = {"delivery", "batch", "batches"}
_UNMARKED = ("", "accepted", "rejected")


def profile_problems(design: Design) -> Iterator[str]:
    """What is wrong with the delivery profiles."""
    for profile in design.profiles.values():
        yield from problems_of(design, profile)


def problems_of(design: Design, profile: DeliveryProfile) -> Iterator[str]:
    """What is wrong with a delivery profile."""
    yield from (f"上报格式 {profile.id}：{problem}" for problem in _problems(design, profile))


def _problems(design: Design, profile: DeliveryProfile) -> Iterator[str]:
    if bool(profile.columns) == bool(profile.lines) or bool(profile.lines) != (profile.unit == "table"):
        yield "unit 是 table 的写 [[line]]，其余写 [[column]]"
    elif profile.lines:
        yield from _wrong_lines(design, profile)
        if profile.where:
            yield "统计报表没有记录，不能写 where"
    else:
        yield from _wrong_columns(design, profile)
    yield from _wrong_names(profile)
    yield from template_problems(design, profile)
    if profile.receipt:
        yield from _wrong_receipt(profile, profile.receipt)


def _wrong_columns(design: Design, profile: DeliveryProfile) -> Iterator[str]:
    best = widest_sheet(design, profile.unit)
    if best is None:
        yield f"没有单位 {profile.unit}"
        return
    types = variable_types(design, best)
    if profile.where:
        yield from wrong_sql(profile.where, types, "where")
    for column in profile.columns:
        yield from wrong_sql(column.sql, types, column.header, pl.String())
        yield from (f"{column.header}：{problem}" for problem in _wrong_rules(column))
    headers = [column.header for column in profile.columns]
    yield from (f"几列都叫“{header}”" for header in _repeated(headers))
    for key, named in (("key", profile.key), ("unique", profile.unique)):
        yield from (f"{key} 中的“{header}”不是任何一列的 header" for header in named if header not in headers)


def _wrong_rules(column: DeliveryColumn) -> Iterator[str]:
    """What of a column's rules nothing could ever satisfy."""
    if column.max_length is not None and column.max_length < 1:
        yield "max_length 应至少是1"
    for name, values in (("recode", column.recode.values()), ("allowed", column.allowed)):
        too_long = [value for value in values if column.max_length is not None and len(value) > column.max_length]
        yield from (f"{name} 中的 {value} 比 max_length 长" for value in too_long)
    if column.allowed and not column.separator:
        strangers = [value for value in column.recode.values() if value not in column.allowed]
        yield from (f"recode 换成的 {value} 不在 allowed 里" for value in strangers)
    if column.pattern is not None:
        try:
            pl.Series([""]).str.contains(f"^(?:{column.pattern})$")
        except pl.exceptions.PolarsError as error:
            yield f"pattern 不是正则表达式（{short(error)}）"


def _wrong_names(profile: DeliveryProfile) -> Iterator[str]:
    """What is wrong with the names of files, their encoding and their size."""
    suffix = Path(profile.file_name).suffix.lower()
    if suffix not in _SUFFIXES or Path(profile.file_name).name != profile.file_name:
        yield f"file_name 应是以 {' 或 '.join(_SUFFIXES)} 结尾的文件名"
    if profile.encoding is not Encoding.UTF_8_SIG and not profile.is_csv:
        yield "encoding 只用于 .csv"
    if profile.batch_size is not None and profile.batch_size < 1:
        yield "batch_size 应至少是1"
    if profile.batch_name:
        yield from _wrong_batch_name(profile.batch_name, suffix)


def _wrong_batch_name(name: str, suffix: str) -> Iterator[str]:
    try:
        fields = {field for _, field, _, _ in string.Formatter().parse(name) if field is not None}
        name.format(delivery=1, batch="1", batches=1)
    except (KeyError, IndexError, ValueError):
        yield "batch_name 中的{…}只能写 {delivery}、{batch}、{batches}"
        return
    if not fields <= _IN_NAMES or "batch" not in fields:
        yield "batch_name 中要有 {batch}，另外只能写 {delivery}、{batches}"
    if Path(name).suffix.lower() != suffix or Path(name).name != name:
        yield f"batch_name 应是以 {suffix} 结尾的文件名"


def _wrong_receipt(profile: DeliveryProfile, receipt: DeliveryReceipt) -> Iterator[str]:
    if not profile.key:
        yield "[receipt] 要有 key：凭哪几列认出是谁"
    if receipt.unmarked not in _UNMARKED:
        yield "[receipt] unmarked 只能写 accepted 或 rejected"
    if bool(receipt.status) != bool(receipt.accepted or receipt.rejected):
        yield "[receipt] status 与 accepted、rejected 要一起写"
    if not receipt.status and not receipt.unmarked:
        yield "[receipt] 没有 status 的，要写 unmarked"
    yield from (f"[receipt] keys 中的“{header}”不在 key 里" for header in receipt.keys if header not in profile.key)
    headings = [*receipt.status, *receipt.reason, *profile.key]
    headings += [heading for header, others in receipt.keys.items() for heading in others if heading != header]
    yield from (f"[receipt] “{heading}”写了不止一处" for heading in _repeated(headings))
    yield from (f"[receipt] “{word}”写了不止一处" for word in _repeated([*receipt.accepted, *receipt.rejected]))


def _repeated(texts: Iterable[str]) -> list[str]:
    return [text for text, times in Counter(texts).items() if times > 1]


def _wrong_lines(design: Design, profile: DeliveryProfile) -> Iterator[str]:
    shells = {shell.id: shell for shell in design.shells}
    for line in profile.lines:
        shell = shells.get(line.table)
        if shell is None:
            yield f"{line.code}：没有汇总表 {line.table}"
        elif line.stub and line.stub not in codes_of(shell.stub, design):
            yield f"{line.code}：表 {line.table} 没有行 {line.stub}"
        elif line.column and not _is_column(line.column, shell, design):
            yield f"{line.code}：表 {line.table} 没有列 {line.column}"


def _is_column(key: str, shell: TableShell, design: Design) -> bool:
    if shell.columns:
        return key in map(str, range(len(shell.columns)))
    parts = key.split("|")
    known = len(parts) == len(shell.head) and all(
        not part or part in codes_of(name, design) for part, name in zip(parts, shell.head, strict=True)
    )
    if shell.beside:
        return known and sum(map(bool, parts)) <= 1
    # Of a nested head a table shows the totals of the outermost line only.
    return known and (all(parts[1:]) or not any(parts))
