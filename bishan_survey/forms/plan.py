"""What every form of an edition has in common, worked out once: names, checks, hidden lists, the version code."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from bishan_survey.errors import InternalError
from bishan_survey.forms.checks import ColumnChecks, SheetChecks
from bishan_survey.forms.formulas import LONGEST_FORMULA
from bishan_survey.forms.guide import GuideLine, guide_lines
from bishan_survey.forms.lists import HiddenLists
from bishan_survey.forms.names import SheetNames
from bishan_survey.model import Design, Questionnaire, Sheet, Survey

FIRST_ROW = 4
"""Row of the first answer, counted from 0: below title, note and the two lines of the header."""
_KEPT = 4
_LONGEST_CONDITION = 255
"""Excel accepts no longer formula in a validation or a conditional format."""


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """A sheet to fill, and what each of its columns checks."""

    sheet: Sheet
    checks: tuple[ColumnChecks, ...]


@dataclass(frozen=True, slots=True)
class FormPlan:
    """All that does not change from village to village."""

    form: Questionnaire
    sheets: tuple[SheetPlan, ...]
    lists: HiddenLists
    names: Mapping[str, str]
    """Formula by defined name."""
    guide: tuple[GuideLine, ...]
    version: str
    """What people read to each other when they compare forms."""


_plans: list[tuple[tuple[Design, Questionnaire, Survey, bool], FormPlan]] = []


def plan_of(design: Design, form: Questionnaire, survey: Survey, *, with_areas: bool) -> FormPlan:
    """The plan of an edition's forms. The last few are kept, since a district takes the same one 191 times."""
    for (of_design, of_form, of_survey, of_areas), plan in _plans:
        if of_design is design and of_form is form and (of_survey, of_areas) == (survey, with_areas):
            return plan
    plan = _planned(design, form, survey, with_areas)
    _plans.append(((design, form, survey, with_areas), plan))
    del _plans[:-_KEPT]
    return plan


def _planned(design: Design, form: Questionnaire, survey: Survey, with_areas: bool) -> FormPlan:
    lists = HiddenLists.of(design, form)
    names: dict[str, str] = {}
    sheets: list[SheetPlan] = []
    for sheet in form.sheets:
        own = SheetNames(design, form, sheet, survey, lists)
        checks = SheetChecks(design, sheet, lists, own, FIRST_ROW)
        sheets.append(SheetPlan(sheet, tuple(checks.of(item, with_areas=with_areas) for item in sheet.items)))
        names |= own.defined
    guide = guide_lines(design, form, survey)
    plan = FormPlan(form, tuple(sheets), lists, names, guide, "")
    _refuse_long_formulas(plan)
    digest = hashlib.sha256(repr((form, plan)).encode()).hexdigest()[:8].upper()
    return FormPlan(form, tuple(sheets), lists, names, guide, f"版本 {form.version} · {form.edition} · {digest}")


def _refuse_long_formulas(plan: FormPlan) -> None:
    """What Excel would drop without a word."""
    long_names = [name for name, formula in plan.names.items() if len(formula) >= LONGEST_FORMULA]
    checks = [checks for sheet in plan.sheets for checks in sheet.checks]
    conditions = [str(c.validation.get("source") or c.validation.get("value") or "") for c in checks]
    conditions += [shown.criteria for c in checks for shown in c.shown]
    long = long_names + [condition for condition in conditions if len(condition) > _LONGEST_CONDITION]
    if long:
        raise InternalError(
            f"有{len(long)}个公式超过 Excel 的长度：{long[0][:80]}……", "请把相应的规则或填报范围写短一些"
        )
