"""What goes into our form comes back out of it."""

import io
import unicodedata
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bishan_survey.forms import FIRST_ROW, FormContent, write_form
from bishan_survey.intake import read_batch
from bishan_survey.model import AreaFrame, Design, Survey
from tests.people import adult
from tests.workbooks import sheets_of, submission

_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Co", "Cn")), min_size=1, max_size=20)


def filled(path: Path, design: Design, survey: Survey, areas: AreaFrame, rows, edition: str = "bishan-2025") -> Path:
    path.unlink(missing_ok=True)
    write_form(path, design, design.questionnaires[edition], survey, FormContent(areas.villages[0], {"person": rows}))
    return path


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(st.dictionaries(st.sampled_from(["name", "address", "remarks", "respondent"]), _TEXT), max_size=6)
)
def test_every_text_comes_back_as_it_was(texts, tmp_path, design, survey, areas) -> None:
    rows = [adult(**changes) for changes in texts]
    path = filled(tmp_path / "form.xlsx", design, survey, areas, rows)
    records = read_batch([submission(path, "x.xlsx")], design, survey, areas).records["bishan-2025", "person"]
    assert records["_row"].to_list() == [FIRST_ROW + 1 + n for n in range(len(rows))]
    for row, record in zip(rows, records.iter_rows(named=True), strict=True):
        for name, text in row.items():
            assert record[name] == (text if any(map(visible, text)) else None)


def visible(char: str) -> bool:
    """Whether a person sees something in the cell."""
    return not char.isspace() and unicodedata.category(char) != "Cf" and char not in "'’‘`"


def test_a_blank_form_says_what_it_is(tmp_path, design, survey, areas) -> None:
    path = filled(tmp_path / "form.xlsx", design, survey, areas, [])
    batch = read_batch([submission(path, "别的名字.xlsx")], design, survey, areas)
    source = batch.sources.row(0, named=True)
    assert (source["edition"], source["village"], source["recognised_by"]) == ("bishan-2025", "500120001001", "form")
    assert batch.findings["rule"].to_list() == ["F10"]


@pytest.mark.parametrize("edition", ["cdpf-2018", "cdpf-2022", "bishan-2025"])
def test_every_column_of_every_edition_is_recognised(edition, tmp_path, design, survey, areas) -> None:
    form = design.questionnaires[edition]
    path = filled(tmp_path / "form.xlsx", design, survey, areas, [{"name": "甲"}], edition)
    open_survey = replace(survey, editions=(edition,))
    batch = read_batch([submission(path, "x.xlsx")], design, open_survey, areas)
    person = batch.columns.filter(unit="person")
    assert person["item"].to_list() == [item.name for item in form.sheet("person").items]


def test_a_form_of_an_edition_that_is_not_open_is_refused(tmp_path, design, survey, areas) -> None:
    path = filled(tmp_path / "form.xlsx", design, survey, areas, [], "cdpf-2018")
    batch = read_batch([submission(path, "x.xlsx")], design, survey, areas)
    assert batch.findings["rule"].to_list() == ["F06"]


def test_equal_forms_have_equal_bytes(tmp_path, design, survey, areas) -> None:
    first = filled(tmp_path / "a.xlsx", design, survey, areas, [adult()]).read_bytes()
    assert filled(tmp_path / "b.xlsx", design, survey, areas, [adult()]).read_bytes() == first


def test_the_form_holds_its_drop_downs_and_no_formula_of_a_person(tmp_path, design, survey, areas) -> None:
    path = filled(tmp_path / "form.xlsx", design, survey, areas, [adult(name="=1+1", remarks="@SUM(A1)")])
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        xml = archive.read("xl/worksheets/sheet2.xml").decode()
    person = design.questionnaires["bishan-2025"].sheet("person")
    lists = [item for item in person.items if item.codes and not item.multiple]
    assert xml.count('<dataValidation type="list"') == len(lists)
    assert xml.count("<dataValidation ") == len(person.items)
    assert "<f>" not in xml
    guide = sheets_of(path)["填表说明"]
    assert len(guide) > len(person.items)
