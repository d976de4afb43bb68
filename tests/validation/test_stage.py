"""The validation stage: findings at their cells, held records, what was normalised."""

from pathlib import Path

import pytest

from bishan_survey.forms import FIRST_ROW, FormContent, write_form
from bishan_survey.intake import read_batch
from bishan_survey.model import AreaFrame, Batch, Design, Survey
from bishan_survey.validation import validate
from tests.people import adult, certificate
from tests.workbooks import submission


@pytest.fixture
def confront(tmp_path: Path, design: Design, survey: Survey, areas: AreaFrame):
    """Fill our form with people, read it and validate it."""

    def confronting(*people: dict[str, str]) -> Batch:
        path = tmp_path / "form.xlsx"
        path.unlink(missing_ok=True)
        content = FormContent(areas.villages[0], {"person": people})
        write_form(path, design, design.questionnaires["bishan-2025"], survey, content)
        return validate(read_batch([submission(path, "x.xlsx")], design, survey, areas), design, survey)

    return confronting


def cell(design: Design, item: str, row: int = 0) -> str:
    import xlsxwriter

    names = [i.name for i in design.questionnaires["bishan-2025"].sheet("person").items]
    return xlsxwriter.utility.xl_rowcol_to_cell(FIRST_ROW + row, names.index(item))


def test_a_clean_record_is_accepted_without_a_word(confront) -> None:
    batch = confront(adult())
    assert batch.findings.is_empty()
    assert batch.normalised.is_empty()
    assert batch.records["bishan-2025", "person"]["_status"].to_list() == ["accepted"]


@pytest.mark.parametrize(
    ("changes", "rule", "item", "status"),
    [
        ({"name": ""}, "name.required", "name", "held"),
        ({"survey_date": "昨天"}, "survey_date.readable", "survey_date", "held"),
        ({"employment_help_needs": "1,6"}, "employment_help_needs.exclusive", "employment_help_needs", "held"),
        ({"training_times": "3"}, "training_times.not_asked", "training_times", "held"),
        ({"mobile": "", "landline": ""}, "P013", "mobile", "accepted"),
    ],
)
def test_one_fault_one_finding(confront, design, changes, rule: str, item: str, status: str) -> None:
    batch = confront(adult(), adult(**changes, certificate_no=certificate(order=5)))
    told = batch.findings.select("rule", "cell", "item").rows()
    assert told == [(rule, cell(design, item, 1), item)]
    assert batch.records["bishan-2025", "person"]["_status"].to_list() == ["accepted", status]
    finding = batch.findings.row(0, named=True)
    assert finding["village"] == "500120001001"
    assert finding["message"]
    assert finding["action"]


def test_the_original_text_is_kept(confront) -> None:
    batch = confront(adult(survey_date="昨天下午"))
    assert batch.findings["value"].to_list() == ["昨天下午"]


def test_what_is_understood_is_recorded(confront, design) -> None:
    number = certificate()
    batch = confront(adult(certificate_no=f"'{number}", grade="Ⅳ级", services_needed="无需求", survey_date="2025.7.1"))
    assert batch.findings.is_empty()
    told = batch.normalised.sort("item").select("item", "cell", "original", "value").rows()
    assert told == [
        ("certificate_no", cell(design, "certificate_no"), f"'{number}", number),
        ("grade", cell(design, "grade"), "Ⅳ级", "4"),
        ("survey_date", cell(design, "survey_date"), "2025.7.1", "2025-07-01"),
    ]


def test_all_faults_are_told_in_one_pass(confront) -> None:
    batch = confront(adult(name="", survey_date="?", education="99", certificate_no="5.1E+17"))
    assert set(batch.findings["rule"]) == {
        "name.required",
        "survey_date.readable",
        "education.readable",
        "certificate_no.readable",
    }
