"""One form, saved in every format that an office program writes: the same records at the same cells."""

from pathlib import Path

import pytest

from bishan_survey.forms import FormContent, write_form
from bishan_survey.intake import read_batch
from bishan_survey.validation import validate
from tests.office import converted, needs_office
from tests.people import adult, certificate
from tests.workbooks import submission, table, write_cells

FORMATS = {
    "xls": "xls",
    "ods": "ods",
    "et": "xls",
    "html": "html:HTML (StarCalc)",
}
"""Format of LibreOffice by the suffix under which a village would send it."""


@pytest.fixture(scope="module")
def form(tmp_path_factory, design, survey, areas) -> Path:
    """Our own form of a village with three people, one with a fault."""
    folder = tmp_path_factory.mktemp("formats")
    rows = [adult(), adult(name="䶮㑇𠮷", certificate_no=certificate(order=3)), adult(marital_status="77")]
    path = folder / "form.xlsx"
    content = FormContent(areas.villages[0], {"person": rows})
    write_form(path, design, design.questionnaires["bishan-2025"], survey, content)
    return path


def told(path: Path, name: str, design, survey, areas) -> tuple[list, list]:
    batch = validate(read_batch([submission(path, name)], design, survey, areas), design, survey)
    records = batch.records["bishan-2025", "person"].drop("_file", "_sheet", "survey_date", strict=False)
    return records.to_dicts(), batch.findings.select("rule", "cell").rows()


@needs_office
@pytest.mark.parametrize("suffix", FORMATS)
def test_a_form_saved_in_another_format(suffix: str, form: Path, tmp_path, design, survey, areas) -> None:
    target = FORMATS[suffix]
    made = converted(form, target, tmp_path)
    sent = made.rename(made.with_suffix(f".{suffix}"))
    expected, findings = told(form, "璧城街道/大旺社区.xlsx", design, survey, areas)
    records, told_of = told(sent, f"璧城街道/大旺社区.{suffix}", design, survey, areas)
    assert records == expected
    assert [rule for rule, _ in told_of if rule[0] != "F"] == [rule for rule, _ in findings if rule[0] != "F"]


@needs_office
@pytest.mark.parametrize("separator", ["44", "59", "9"])
@pytest.mark.parametrize("encoding", ["76", "65535", "85"])
def test_a_text_file_of_an_office_program(separator, encoding, tmp_path, design, survey, areas) -> None:
    """Saved as CSV: UTF-8, UTF-16 or GB18030, with commas, semicolons or tabs."""
    rows = [["姓名", "残疾人证号", "残疾类别", "家庭住址"], ["试验甲", certificate(), "肢体", "一村,二组；三号\n左"]]
    path = write_cells(tmp_path / "a.xlsx", {"花名册": table((0, 0), rows)})
    made = converted(path, f"csv:Text - txt - csv (StarCalc):{separator},34,{encoding},1", tmp_path, "csv")
    records, _ = told(made, "璧城街道/大旺社区.csv", design, survey, areas)
    assert (records[0]["certificate_no"], records[0]["address"]) == (certificate(), "一村,二组；三号左")


def test_a_file_with_a_password(tmp_path, design, survey, areas, form) -> None:
    import msoffcrypto.format.ooxml

    from bishan_survey.intake import Known

    locked = tmp_path / "locked.xlsx"
    with form.open("rb") as plain, locked.open("wb") as out:
        msoffcrypto.format.ooxml.OOXMLFile(plain).encrypt("璧山2025", out)
    sent = submission(locked, "璧城街道/大旺社区.xlsx")
    refused = read_batch([sent], design, survey, areas)
    assert refused.findings["rule"].to_list() == ["F02"]
    wrong = read_batch([sent], design, survey, areas, known=Known(passwords=("不对",)))
    assert wrong.findings["rule"].to_list() == ["F02"]
    opened = read_batch([sent], design, survey, areas, known=Known(passwords=("不对", "璧山2025")))
    assert opened.records["bishan-2025", "person"].height == 3


def test_a_wrong_suffix_changes_nothing(form: Path, design, survey, areas) -> None:
    expected = told(form, "璧城街道/大旺社区.xlsx", design, survey, areas)
    for suffix in ("xls", "csv", "et", "doc", "JPG", "xlsx.xlsx"):
        assert told(form, f"璧城街道/大旺社区.{suffix}", design, survey, areas) == expected
