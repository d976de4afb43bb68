"""A rule says the same in Excel as in polars: every example beside every rule, computed by a real office program."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bishan_survey.design import compile_sql, variable_types
from bishan_survey.forms.formulas import translate, truth
from bishan_survey.forms.terms import Formula, Kind, Known
from tests.forms.computing import computed
from tests.office import needs_office

_KINDS = {
    pl.Boolean(): Kind.TRUTH,
    pl.String(): Kind.TEXT,
    pl.Int64(): Kind.NUMBER,
    pl.Float64(): Kind.NUMBER,
    pl.Date(): Kind.DATE,
    pl.List(pl.String()): Kind.ANSWERS,
}
_VERDICTS = {1.0: True, 0.0: False, 0.5: None}
Types = Mapping[str, pl.DataType]


class Laboratory:
    """A workbook with a column for each variable and a formula in each row: SQL over the values beside it."""

    def __init__(self, folder: Path, types: Types) -> None:
        self._folder = folder
        self._types = types
        self._columns = {name: number for number, name in enumerate(types, 1)}
        self._rows: list[tuple[str, Mapping[str, object]]] = []

    def add(self, sql: str, values: Mapping[str, object]) -> bool:
        """Put a formula in the next row; false if the SQL has none."""
        if translate(sql, self._scope(1)) is None:
            return False
        self._rows.append((sql, values))
        return True

    def results(self) -> list[object]:
        """What LibreOffice makes of each."""
        path = self._folder / "laboratory.xlsx"
        with xlsxwriter.Workbook(str(path)) as book:
            sheet = book.add_worksheet("values")
            for row, (sql, values) in enumerate(self._rows):
                formula = translate(sql, self._scope(row + 1))
                sheet.write_formula(row, 0, f"={formula.text}")
                for name, value in values.items():
                    self._write(sheet, row, name, value)
        rows = computed(path, self._folder)["values"]
        return [row[0] for row in rows]

    def _scope(self, row: int):
        def known(name: str) -> Known | None:
            if name not in self._types:
                return None
            cell = f"${xlsxwriter.utility.xl_col_to_name(self._columns[name])}${row}"
            kind = _KINDS[self._types[name]]
            nothing = "0.5" if kind is Kind.TRUTH else "NA()"
            return Known(Formula(f'IF({cell}="",{nothing},{cell})', kind), f'--({cell}="")')

        return known

    def _write(self, sheet, row: int, name: str, value: object) -> None:
        if isinstance(value, list):
            value = f",{','.join(value)},"
        if isinstance(value, date):
            value = (value - date(1899, 12, 30)).days
        if isinstance(value, str):
            sheet.write_string(row, self._columns[name], value)
        elif value is not None:
            sheet.write_number(row, self._columns[name], float(value))


def polars_says(sql: str, values: Mapping[str, object], types: Types) -> object:
    frame = pl.DataFrame({name: [values.get(name)] for name in types}, schema=dict(types))
    return frame.select(compile_sql(sql).alias("outcome")).item()


@needs_office
def test_every_example_of_every_rule_gives_in_excel_what_it_gives_in_polars(tmp_path, design) -> None:
    types: dict[str, pl.DataType] = {}
    for form in design.questionnaires.values():
        for sheet in form.sheets:
            types |= variable_types(design, sheet)
    laboratory = Laboratory(tmp_path, types)
    asked = [
        (rule, example)
        for rule in design.rules
        for group in (rule.holds, rule.fails, rule.unknown)
        for example in group
        if laboratory.add(rule.check, example)
    ]
    said = laboratory.results()
    wrong = [
        (rule.id, dict(example), result)
        for (rule, example), result in zip(asked, said, strict=True)
        if _VERDICTS.get(result, result) is not polars_says(rule.check, example, types)
    ]
    assert wrong == []
    assert len({rule.id for rule, _ in asked}) > 0.8 * len(design.rules)


VARIABLES: Types = {
    "status": pl.String(),
    "name": pl.String(),
    "age": pl.Int64(),
    "income": pl.Float64(),
    "born": pl.Date(),
    "held": pl.Boolean(),
    "needs": pl.List(pl.String()),
}
SQL = [
    "status = '6' AND age >= 16",
    "NOT (status = '6' OR age < 16)",
    "status <> '6' OR held",
    "status IN ('1', '6')",
    "status NOT IN ('1', '6')",
    "status IN (name, '6')",
    "age IN (16, 17)",
    "age NOT BETWEEN 16 AND 59",
    "born BETWEEN DATE '1980-02-29' AND DATE '2025-06-30'",
    "born + INTERVAL '18 years' <= DATE '2003-02-28'",
    "born - INTERVAL '1 month' < DATE '2025-05-31'",
    "born + INTERVAL '2 weeks 3 days' >= DATE '2025-07-17'",
    "status IS NULL AND age IS NOT NULL",
    "held IS NULL OR NOT held",
    "name IS DISTINCT FROM '集体户口'",
    "name IS NOT DISTINCT FROM '集体户口'",
    "CASE WHEN age >= 16 THEN held END",
    "CASE WHEN age >= 16 THEN held ELSE TRUE END",
    "CASE status WHEN '6' THEN age ELSE 0 END >= 16",
    "COALESCE(age, 0) < 16",
    "LENGTH(name) >= 2",
    "SUBSTR(name, 2, 1) = '体'",
    "LEFT(name, 1) = '集' OR RIGHT(name, 1) = 'a'",
    "income / 2 - 1 > age * 10",
    "ABS(-age + 20) <= 4",
    "EXTRACT(YEAR FROM born) >= 1980 AND EXTRACT(MONTH FROM born) = 2 AND EXTRACT(DAY FROM born) > 28",
    "CAST(income / 7 AS BIGINT) = 2",
    "TRY_CAST(status AS BIGINT) >= 6",
    "ARRAY_CONTAINS(needs, '1') OR ARRAY_LENGTH(needs) > 2",
    "NOT ARRAY_CONTAINS(needs, '1')",
    "name ~ '^A'",
    "TRUE AND (NULL OR held)",
]
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["1", "6", "06", "16"]),
        "name": st.sampled_from(["集体户口", "甲", "a", "A", "6", "Aa"]),
        "age": st.integers(0, 120) | st.sampled_from([15, 16, 17, 59, 60]),
        "income": st.sampled_from([0.0, 15.5, 20.0, 1000.25]),
        "born": st.dates(date(1920, 1, 1), date(2025, 12, 31))
        | st.sampled_from([date(1980, 2, 29), date(2025, 6, 30)]),
        "held": st.booleans(),
        "needs": st.lists(st.sampled_from(["1", "2", "11", "21"]), min_size=1, max_size=4, unique=True),
    },
)


@needs_office
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(VALUES, min_size=30, max_size=60))
def test_sql_says_in_excel_what_it_says_in_polars(rows, tmp_path) -> None:
    laboratory = Laboratory(tmp_path, VARIABLES)
    asked = [(sql, values) for sql in SQL for values in [{}, *rows]]
    assert [sql for sql, values in asked if not laboratory.add(sql, values)] == []
    wrong = [
        (sql, values, result)
        for (sql, values), result in zip(asked, laboratory.results(), strict=True)
        if _VERDICTS.get(result, result) is not polars_says(sql, values, VARIABLES)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "sql",
    [
        "COUNT(*) OVER (PARTITION BY status) > 1",
        "name || status = 'x'",
        "name > 'a'",
        "status = age",
        "name ~ '^[^a]+$'",
        "nobody = '1'",
        "held = TRUE",
        "born + INTERVAL '1 hour' > born",
        "GREATEST(age, 3) > 3",
        "name IS DISTINCT FROM status",
        "age = = 1",
    ],
)
def test_what_has_no_formula_is_not_translated(sql, tmp_path) -> None:
    assert not Laboratory(tmp_path, VARIABLES).add(sql, {})


def test_a_value_is_no_condition(tmp_path) -> None:
    known = Known(Formula("A1", Kind.NUMBER), "0")
    assert truth("age + 1", lambda _: known) is None
    assert translate("age + 1", lambda _: known) == Formula("(A1+1)", Kind.NUMBER)
