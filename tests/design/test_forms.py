"""Editions of the questionnaire, and what an extending edition takes over."""

from bishan_survey.design import rules_for
from bishan_survey.design.forms import _extended
from bishan_survey.design.parse import Reader
from bishan_survey.model import Design
from tests.conftest import ROOT


def test_the_three_editions_are_there(design: Design) -> None:
    assert set(design.questionnaires) == {"cdpf-2018", "cdpf-2022", "bishan-2025"}


def test_an_extending_edition_adds_changes_and_drops(design: Design) -> None:
    base = design.questionnaires["cdpf-2022"].sheet("person")
    own = design.questionnaires["bishan-2025"].sheet("person")
    assert "area_address" in base.by_name
    assert "area_address" not in own.by_name
    assert "nursing_allowance" in own.by_name
    assert own.by_name["education"].help == base.by_name["education"].help


def test_every_item_says_where_it_is_from(design: Design) -> None:
    items = [item for form in design.questionnaires.values() for sheet in form.sheets for item in sheet.items]
    assert all(item.source and item.help and item.label for item in items)
    marks = {item.mark for item in items}
    assert {"VERIFIED", "INFERRED"} <= marks


def test_a_new_item_goes_after_the_one_it_names() -> None:
    base = {"item": [{"name": "a"}, {"name": "b"}]}
    own = {"item": [{"name": "x", "after": "a"}, {"name": "b", "label": "新"}, {"name": "y"}]}
    merged = _extended(base, own, "trial", Reader(ROOT))
    assert merged["item"] == [{"name": "a"}, {"name": "x"}, {"name": "b", "label": "新"}, {"name": "y"}]


def test_an_edition_inherits_the_rules_meant_for_the_one_it_extends(design: Design) -> None:
    meant = {rule.id for rule in design.rules if rule.editions == ("cdpf-2022",)}
    assert meant
    assert meant <= {rule.id for rule in rules_for(design, "bishan-2025", "person")}
    assert not meant & {rule.id for rule in rules_for(design, "cdpf-2018", "person")}


def test_several_answers_can_be_told_apart(design: Design) -> None:
    """No label of a multiple item holds a mark that separates answers, so labels can be split safely."""
    multiple = {
        item.codes for form in design.questionnaires.values() for s in form.sheets for item in s.items if item.multiple
    }
    labels = [code.label for name in multiple for code in design.code_lists[name].codes]
    assert not [label for label in labels if set(label) & set(";；,，、/|+")]
