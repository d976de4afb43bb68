"""The table that every readable file holds: a header and three fictitious people, whose numbers begin with 99."""

from collections.abc import Sequence

from tests.people import certificate

HEADER = ("序号", "姓名", "残疾人证号", "残疾类别", "婚姻状况")
ROWS = (
    ("1", "试验甲", certificate(order=1), "肢体", "已婚"),
    ("2", "试验乙", certificate(order=3), "视力", "未婚"),
    ("3", "试验丙", certificate(order=4), "听力", "丧偶"),
)
TABLE = (HEADER, *ROWS)
NAMES = frozenset(row[1] for row in ROWS)
NUMBERS = frozenset(row[2] for row in ROWS)

Table = Sequence[Sequence[str]]
"""Texts, row by row."""
