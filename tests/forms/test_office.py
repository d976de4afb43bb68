"""The form in a real office program: what it shows, computes and saves is what the definitions say.

Names, conditions and sources are written into cells of an extra sheet, in the rows that they are about, and computed.
"""

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from bishan_survey.design import asked_sql
from bishan_survey.forms import FIRST_ROW, FormContent, fill_workbook, write_form
from bishan_survey.forms.form import OPTIONS
from bishan_survey.forms.plan import plan_of
from bishan_survey.intake import read_batch
from bishan_survey.model import AreaFrame, Design, Item, Sheet, Survey, ValueType
from bishan_survey.validation import UNREADABLE, checks_for, type_records
from tests.forms.computing import computed
from tests.office import converted, needs_office
from tests.people import adult, certificate, identity
from tests.workbooks import submission

pytestmark = needs_office
EDITION = "bishan-2025"
_VERDICTS = {1.0: True, 0.0: False, 0.5: None}
_TESTED = ("该填", "必填", "规则")


def in_cells(
    path: Path, formulas: Sequence[str], rows: int, design: Design, survey: Survey, content: FormContent
) -> list[list[object]]:
    """What formulas give in each of the first rows of a form (the first with content first)."""
    with xlsxwriter.Workbook(str(path), OPTIONS) as workbook:
        fill_workbook(workbook, design, design.questionnaires[EDITION], survey, content)
        sheet = workbook.add_worksheet("computed")
        for row in range(rows):
            for column, formula in enumerate(formulas):
                sheet.write_formula(FIRST_ROW + row, column, f"={formula}")
    return computed(path, path.parent)["computed"][FIRST_ROW:]


# A form that a village has opened, saved and sent.


@pytest.fixture
def content(areas) -> FormContent:
    """Two people in a form for several villages."""
    place = {"town": areas.villages[1].town, "village": areas.villages[1].name}
    people = [adult(**place), adult(**place, name="试验丙", certificate_no=certificate(order=3))]
    return FormContent(areas.villages[1], {"person": people}, areas.villages)


@pytest.mark.parametrize("target", ["xlsx", "ods", "xls"])
def test_intake_reads_what_the_office_program_has_saved(target, content, tmp_path, design, survey, areas) -> None:
    path = tmp_path / "form.xlsx"
    write_form(path, design, design.questionnaires[EDITION], survey, content)
    saved = converted(path, target, tmp_path)
    batch = read_batch([submission(saved, f"改了名.{target}")], design, survey, areas)
    assert batch.sources["recognised_by"].to_list() == ["form"]
    records = batch.records[EDITION, "person"]
    assert records["_row"].to_list() == [FIRST_ROW + 1, FIRST_ROW + 2]
    assert records["certificate_no"].to_list() == [row["certificate_no"] for row in content.rows["person"]]
    assert records["survey_date"].to_list() == ["2025-07-01"] * 2


def test_the_drop_downs_survive_being_saved(content, tmp_path, design, survey) -> None:
    path = tmp_path / "form.xlsx"
    write_form(path, design, design.questionnaires[EDITION], survey, content)
    person = design.questionnaires[EDITION].sheet("person")
    lists = [i for i in person.items if (i.codes and not i.multiple) or i.name in ("town", "village")]
    with zipfile.ZipFile(converted(path, "xlsx", tmp_path)) as archive:
        xml = archive.read("xl/worksheets/sheet2.xml").decode()
    assert len(re.findall(r'<dataValidation [^>]*type="list"', xml)) == len(lists)
    with zipfile.ZipFile(converted(path, "ods", tmp_path)) as archive:
        content_xml = archive.read("content.xml").decode()
    kept = re.findall(r'table:condition="of:cell-content-is-in-list\(([^"]*)\)"', content_xml)
    assert {"镇街名单"} < {unescape(one) for one in kept}
    assert sum("该填_person_" in unescape(one) for one in kept) >= 15


# What the names give is what the night finds.


def candidates(item: Item, design: Design) -> Iterator[str]:
    """Answers worth trying: right, wrong, borderline, in other spellings, not to be understood."""
    if item.codes:
        codes = design.code_lists[item.codes].codes
        yield from (codes[-1].code, f"{codes[0].code} {codes[0].label}", codes[len(codes) // 2].label, "看不懂")
        if item.multiple:
            yield from (f"{codes[0].code},{codes[-1].code}", f"{codes[0].code}、{codes[1].code}")
            yield ",".join(code.code for code in codes)
        return
    yield from {
        ValueType.INTEGER: ("0", "1", "17", "3000", "三"),
        ValueType.DECIMAL: ("0", "12.5", "4000000", "两万"),
        ValueType.DATE: ("2025-07-02", "1999-12-31", "2031-02-28", "2025-02-30", "去年"),
        ValueType.CERTIFICATE: (
            *(certificate("19701301"), certificate("20300101"), certificate("19000202"), certificate(order=2)),
            *(certificate(reissue="B0"), certificate(reissue="B12"), certificate()[:18], "12345"),
            certificate()[:17] + "0" + "44",
        ),
        ValueType.ID_NUMBER: (identity(), identity("19700101"), identity()[:17] + "0", "123"),
        ValueType.PHONE: ("19911111111", "123", "02300000000"),
        ValueType.TEXT: ("试验甲", "本人", "无", "张3", "集体户口"),
    }[item.type]


BASES: list[dict[str, str]] = [
    {},
    {"certificate_no": certificate("20150303", 2, "51"), "sex": "2", "category": "5", "grade": "1"},
    {"certificate_no": certificate("19500303", 1, "61", "B1"), "category": "6", "grade": "1"},
    {"survey_status": "1"},
    {"in_institution": "1"},
    {"certificate_no": certificate("20040229", 1, "71"), "category": "7", "disability_details": "41,32"},
    {"survey_status": ""},
    {"certificate_no": ""},
]


def people(sheet: Sheet, design: Design) -> list[dict[str, str]]:
    """Each base person, and each with one answer changed or taken away; only some changes for each but the first."""
    rows = []
    for turn, base in enumerate(BASES):
        changes = [(item.name, text) for item in sheet.items for text in ("", *candidates(item, design))]
        rows.append(adult(**base))
        rows += [adult(**(base | {name: text})) for name, text in changes[turn :: 1 if turn == 0 else 9]]
    return rows


def test_the_names_give_what_the_night_finds(tmp_path, design, survey, areas) -> None:
    sheet = design.questionnaires[EDITION].sheet("person")
    rows = people(sheet, design)
    content = FormContent(areas.villages[0], {"person": rows})
    defined = plan_of(design, design.questionnaires[EDITION], survey, with_areas=True).names
    names = [name for name in defined if name.startswith(tuple(f"{prefix}_person" for prefix in _TESTED))]
    results = in_cells(tmp_path / "form.xlsx", names, len(rows), design, survey, content)
    told = {name: [result[column] for result in results] for column, name in enumerate(names)}
    night = validated(tmp_path / "plain.xlsx", design, survey, areas, content)
    wrong = list(differences(sheet, rows, told, night))
    assert wrong == []
    assert sum(name.startswith("规则") for name in names) > 0.8 * sum("." not in check for check in night)


def validated(
    path: Path, design: Design, survey: Survey, areas: AreaFrame, content: FormContent
) -> dict[str, list[object]]:
    """Verdict of each check of the validation stage on each row; and which items of each it does not understand."""
    write_form(path, design, design.questionnaires[EDITION], survey, content)
    records = read_batch([submission(path, "x.xlsx")], design, survey, areas).records[EDITION, "person"]
    assert records["_row"].to_list() == [FIRST_ROW + 1 + n for n in range(len(content.rows["person"]))]
    sheet = design.questionnaires[EDITION].sheet("person")
    frame = type_records(records, design, sheet, survey).frame
    checks = checks_for(design, EDITION, "person")
    verdicts = frame.select(check.expression.alias(check.id) for check in checks)
    unreadable = pl.col(UNREADABLE).fill_null("").str.split(" ").alias(UNREADABLE)
    return verdicts.with_columns(frame.select(unreadable).to_series()).to_dict(as_series=False)


def differences(
    sheet: Sheet,
    rows: Sequence[Mapping[str, str]],
    told: Mapping[str, Sequence[object]],
    night: Mapping[str, Sequence[object]],
) -> Iterator[tuple[str, int, object, object]]:
    """Check, row, what the form says and what the night says, where they differ.

    Of what stands on an answer that it does not understand the night says nothing at all; the form says what is so
    whatever that answer means.
    """
    for check, verdicts in night.items():
        for row, (mine, theirs) in enumerate(zip(said_by_form(check, sheet, rows, told), verdicts, strict=False)):
            unclear = theirs is None and night[UNREADABLE][row] != [""]
            if mine is not theirs and not unclear:
                yield check, row, mine, theirs


def said_by_form(
    check: str, sheet: Sheet, rows: Sequence[Mapping[str, str]], told: Mapping[str, Sequence[object]]
) -> list[object]:
    """The verdict of the form on each row; nothing for a check that it does not make."""
    name, _, kind = check.partition(".")
    if not kind:
        return [_VERDICTS.get(value, value) for value in told.get(f"规则_person_{name}", ())]
    if kind not in ("not_asked", "required"):
        return []
    filled = [bool(row.get(name)) for row in rows]
    if kind == "not_asked":
        asked = told[f"该填_person_{name}"]
        return [not there or _VERDICTS.get(value, value) for there, value in zip(filled, asked, strict=True)]
    item = sheet.by_name[name]
    if item.required == "TRUE" and asked_sql(sheet, item) is None:
        return filled
    must = told[("该填_person_" if item.required == "TRUE" else "必填_person_") + name]
    refused = {True: False, False: True, None: None}
    return [there or refused[_VERDICTS[value]] for there, value in zip(filled, must, strict=True)]


# What is seen and asked in the first row.


def formulas_of_first_row(design: Design, survey: Survey) -> dict[tuple[str, str], str]:
    """Condition of each format, validation and source of the person's sheet, by item and kind."""
    plan = plan_of(design, design.questionnaires[EDITION], survey, with_areas=True)
    found: dict[tuple[str, str], str] = {}
    for item, checks in zip(plan.sheets[0].sheet.items, plan.sheets[0].checks, strict=True):
        found |= {(item.name, f"{one.style} {n}"): _here(one.criteria) for n, one in enumerate(checks.shown)}
        rule = checks.validation
        if rule["validate"] == "custom":
            found[item.name, "accepted"] = _here(rule["value"])
        if rule["validate"] == "list":
            found[item.name, "choices"] = f"COUNTA({_here(rule['source'])})"
            found[item.name, "first"] = f"INDEX({_here(rule['source'])},1)"
    return found


def _here(formula: str) -> str:
    """A formula of the person's sheet, for another sheet."""
    return re.sub(r"(?<![A-Z!$'])(\$[A-Z]{1,2}5)\b", r"'持证残疾人'!\1", formula.removeprefix("="))


@pytest.fixture
def first_row(tmp_path, design, survey, areas):
    """What a row makes the form show: marks of each item, and how many choices it has."""

    def shown(**changes: str) -> dict[tuple[str, str], object]:
        formulas = formulas_of_first_row(design, survey)
        content = FormContent(None, {"person": [adult(**changes)]}, areas.villages)
        cells = in_cells(tmp_path / "form.xlsx", [*formulas.values()], 1, design, survey, content)[0]
        return dict(zip(formulas, cells, strict=True))

    return shown


def marks(shown: Mapping[tuple[str, str], object], style: str) -> set[str]:
    """Items that bear a mark."""
    return {item for (item, kind), value in shown.items() if kind.startswith(f"{style} ") and value is True}


def test_a_person_without_fault_bears_no_mark_but_where_nothing_is_asked(first_row) -> None:
    shown = first_row()
    assert [marks(shown, style) for style in ("missing", "surplus", "wrong", "doubtful")] == [set()] * 4
    assert "school" in marks(shown, "not_asked") and "housing" not in marks(shown, "not_asked")
    assert shown["school", "first"] == " " and shown["housing", "first"] == "1 自有住房状况良好"


def test_what_is_missing_needless_wrong_or_doubtful_is_marked(first_row) -> None:
    shown = first_row(employed="", disability_details="41", category="2", household_size="31", mobile="123")
    assert marks(shown, "missing") == {"employed"}
    assert marks(shown, "surplus") == {"disability_details"}
    assert {"category", "household_size"} <= marks(shown, "wrong")
    assert marks(shown, "doubtful") | marks(shown, "wrong") >= {"mobile"}
    refused = {item for (item, kind), value in shown.items() if kind == "accepted" and value is False}
    assert {"disability_details", "household_size", "mobile"} <= refused
    assert "certificate_no" not in refused


def test_an_answer_that_nobody_understands_raises_no_doubt_about_others(first_row) -> None:
    shown = first_row(survey_status="看不懂", certificate_no="看不懂", birth_date="去年", household_size="三")
    assert marks(shown, "wrong") == {"certificate_no"}
    assert [marks(shown, style) for style in ("missing", "surplus", "doubtful")] == [set()] * 3
    # Who has no dilapidated house is not asked about one, whatever else he is.
    assert {"rural_dilapidated", "training_times"} <= marks(shown, "not_asked")
    assert not {"education", "employed", "school", "housing"} & marks(shown, "not_asked")


def test_an_empty_row_is_left_in_peace(first_row) -> None:
    shown = first_row(**dict.fromkeys(adult(), ""))
    assert all(marks(shown, style) == set() for style in ("missing", "surplus", "wrong", "doubtful", "not_asked"))


@pytest.mark.parametrize(
    ("number", "accepted"),
    [
        (certificate(), True),
        (certificate(reissue="B1"), True),
        (certificate()[:-1], False),
        (certificate()[:17] + ("0" if certificate()[17] != "0" else "1") + "44", False),
        (certificate("19801301"), False),
    ],
    ids=["right", "reissued", "too short", "check digit", "no such month"],
)
def test_a_certificate_is_checked_for_length_date_and_check_digit(number, accepted, first_row) -> None:
    shown = first_row(certificate_no=number)
    assert shown["certificate_no", "accepted"] is accepted
    assert ("certificate_no" in marks(shown, "wrong")) is not accepted


@pytest.mark.parametrize(
    ("town", "villages", "first"),
    [
        ("璧城街道", 2, "大旺社区居民委员会"),
        ("三合镇", 2, "平安社区居民委员会"),
        ("", 1, " "),
        ("别处", 1, " "),
    ],
)
def test_the_villages_to_choose_from_are_those_of_the_town(town, villages, first, first_row) -> None:
    shown = first_row(town=town)
    assert (shown["village", "choices"], shown["village", "first"]) == (villages, first)
    assert shown["town", "choices"] == 2
