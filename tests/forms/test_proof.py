"""A form that lost anything is not handed out: each part is taken out of a real form, and the proof must see it."""

import re
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from bishan_survey.forms import FormContent, fill_workbook
from bishan_survey.forms.form import OPTIONS
from bishan_survey.forms.proof import Promises, prove
from tests.people import adult


@pytest.fixture(scope="module")
def form(tmp_path_factory, design, survey, areas) -> tuple[Path, Promises]:
    """A form with somebody in it, and what it must hold."""
    path = tmp_path_factory.mktemp("proof") / "form.xlsx"
    content = FormContent(areas.villages[0], {"person": [adult()]})
    with xlsxwriter.Workbook(str(path), OPTIONS) as workbook:
        promises = fill_workbook(workbook, design, design.questionnaires["bishan-2025"], survey, content)
    return path, promises


def test_a_form_as_it_was_written_has_no_problem(form) -> None:
    path, promises = form
    assert prove(path, promises) == []


DAMAGE = {
    "a drop-down is missing": ("worksheets/sheet2", r'<dataValidation type="list".*?</dataValidation>', ""),
    "a list ends one answer early": ("worksheets/sheet2", r"(<formula1>'_codes'![^<]*\$)(\d+)<", r"\g<1>3<"),
    "a custom check is missing": ("worksheets/sheet2", r'<dataValidation type="custom".*?</dataValidation>', ""),
    "a check ends too early": ("worksheets/sheet2", r'(<dataValidation [^>]*sqref="[A-Z]+5:[A-Z]+)304', r"\g<1>9"),
    "an input message is missing": ("worksheets/sheet2", r"<dataValidation [^>]*?/>", ""),
    "a condition is missing": ("worksheets/sheet2", r"<cfRule .*?</cfRule>", ""),
    "conditions are missing": ("worksheets/sheet3", r"<conditionalFormatting .*?</conditionalFormatting>", ""),
    "nothing is protected": ("worksheets/sheet2", r"<sheetProtection [^>]*/>", ""),
    "the header can be changed": ("worksheets/sheet2", r'(<c r="A4" s=")\d+"', r'\g<1>{unlocked}"'),
    "answers cannot be changed": ("worksheets/sheet2", r'(<col min="7" max="7" [^>]*style=")\d+"', r'\g<1>1"'),
    "the header is not frozen": ("worksheets/sheet2", r"<pane [^>]*/>", ""),
    "a name is missing": ("workbook", r'<definedName name="值_person_age">.*?</definedName>', ""),
    "a name is another": ("workbook", r'(<definedName name="该填_person_school">)', r"\g<1>0*"),
    "the mark is gone": ("worksheets/sheet5", r'<row r="2".*?</row>', ""),
    "the mark can be seen": ("workbook", r'(<sheet name="_bishan"[^>]*) state="veryHidden"', r"\1"),
    "an answer is missing on the hidden sheet": ("worksheets/sheet4", r'<c r="D3".*?</c>', ""),
    "a sheet has another name": ("workbook", r'<sheet name="持证残疾人"', '<sheet name="持证残疾人 (2)"'),
}


@pytest.mark.parametrize(("name", "pattern", "instead"), DAMAGE.values(), ids=DAMAGE.keys())
def test_every_loss_is_seen(name, pattern, instead, form, tmp_path) -> None:
    path, promises = form
    damaged = tmp_path / "damaged.xlsx"
    with zipfile.ZipFile(path) as archive:
        parts = {member: archive.read(member) for member in archive.namelist()}
    xml = parts[f"xl/{name}.xml"].decode()
    unlocked = re.search(r'<col min="7" max="7" [^>]*style="(\d+)"', parts["xl/worksheets/sheet2.xml"].decode())[1]
    changed, times = re.subn(pattern, instead.format(unlocked=unlocked), xml, count=1, flags=re.DOTALL)
    assert times == 1 and changed != xml
    parts[f"xl/{name}.xml"] = changed.encode()
    with zipfile.ZipFile(damaged, "w") as archive:
        for member, content in parts.items():
            archive.writestr(member, content)
    assert prove(damaged, promises) != []
