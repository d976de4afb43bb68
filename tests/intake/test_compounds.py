"""Several items in one cell: taken apart where everything is understood, left alone where not."""

import pytest

from bishan_survey.intake import read_batch
from bishan_survey.intake.compounds import Splitter
from bishan_survey.model import Design
from bishan_survey.validation import validate
from tests.people import certificate
from tests.workbooks import submission, table, write_cells


@pytest.fixture
def splitter(design: Design) -> Splitter:
    sheet = design.questionnaires["bishan-2025"].sheet("person")
    return Splitter(design.compounds[0], sheet, design.code_lists)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("肢体二级", ("肢体", "二级")),
        ("肢体残疾2级", ("肢体残疾", "2级")),
        ("肢体（二级）", ("肢体", "二级")),
        ("肢体 二级", ("肢体", "二级")),
        ("视力、一级", ("视力", "一级")),
        ("智残Ⅲ级", ("智残", "III级")),
        ("多重三级", ("多重", "三级")),
        ("多重（肢体二级、言语四级）", ("多重", "二级", "肢体二级,言语四级")),
        ("多重二级(肢体二级,言语四级)", ("多重", "二级", "肢体二级,言语四级")),
        ("多重残疾（视力四级；智力三级；言语一级）", ("多重残疾", "一级", "视力四级,智力三级,言语一级")),
        ("多重（肢体二级）", None),
        ("多重（肢体二级、不详）", None),
        ("肢体", None),
        ("二级", None),
        ("肢体二级三级", None),
        ("肢体五级", None),
        ("42", None),
        ("", None),
    ],
)
def test_what_is_taken_apart(splitter: Splitter, text: str, parts: tuple[str, ...] | None) -> None:
    names = ("category", "grade", "disability_details")
    assert splitter.split(text) == (dict(zip(names, parts, strict=False)) if parts else None)


@pytest.fixture
def read(tmp_path, design, survey, areas):
    def reading(rows):
        path = write_cells(tmp_path / "file.xlsx", {"花名册": table((0, 0), rows)})
        batch = read_batch([submission(path, "璧城街道/大旺社区.xlsx")], design, survey, areas)
        return validate(batch, design, survey)

    return reading


def test_a_column_of_both(read) -> None:
    batch = read(
        [
            ["姓名", "残疾证号", "残疾类别及等级"],
            ["甲", certificate(order=1, kind="42"), "肢体二级"],
            ["乙", certificate(order=3, kind="72"), "多重（肢体二级、言语四级）"],
            ["丙", certificate(order=5), "不详"],
        ]
    )
    records = batch.records["bishan-2025", "person"]
    assert records.select("category", "grade").rows() == [("4", "2"), ("7", "2"), (None, None)]
    assert records["disability_details"].to_list()[1] == ["34", "42"]
    told = batch.normalised.filter(row=2).select("cell", "item", "original", "value").rows()
    assert ("C2", "category", "肢体二级", "肢体") in told
    assert ("C2", "grade", "肢体二级", "二级") in told
    assert batch.findings.filter(rule="category.readable")["cell"].to_list() == ["C4"]


def test_both_in_the_column_of_one(read) -> None:
    rows = [
        ["姓名", "残疾证号", "残疾类别", "残疾等级"],
        ["甲", certificate(order=1, kind="42"), "肢体二级", None],
        ["乙", certificate(order=3, kind="42"), "肢体二级", "2"],
        ["丙", certificate(order=5, kind="42"), "肢体", "肢体二级"],
        ["丁", certificate(order=7, kind="42"), "肢体二级", "三级"],
    ]
    batch = read(rows)
    records = batch.records["bishan-2025", "person"].select("category", "grade").rows()
    assert records == [("4", "2"), ("4", "2"), ("4", "2"), (None, "3")]
    assert batch.findings.filter(rule="category.readable")["cell"].to_list() == ["C5"]


def test_a_missing_column_is_blamed_where_the_answer_came_from(read) -> None:
    batch = read([["姓名", "残疾证号", "残疾类别"], ["甲", certificate(kind="44"), "肢体二级"]])
    cells = dict(batch.columns.filter(item="grade").select("item", "column").rows())
    assert cells == {"grade": "C"}


def test_a_column_of_its_own_outranks_a_compound_one(read) -> None:
    rows = [
        ["姓名", "残疾证号", "残疾类别及等级", "残疾等级"],
        ["甲", certificate(order=1, kind="42"), "肢体二级", "2"],
        ["乙", certificate(order=3, kind="42"), "肢体", "二级"],
    ]
    batch = read(rows)
    records = batch.records["bishan-2025", "person"].select("category", "grade").rows()
    assert records == [("4", "2"), ("4", "2")]
    assert batch.columns.filter(item="grade")["column"].to_list() == ["D"]
    assert batch.columns["item"].drop_nulls().is_unique().all()
