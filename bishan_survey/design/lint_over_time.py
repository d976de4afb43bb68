"""The lint of what is compared between two years: the rules of time and the items that tell nothing."""

from collections import Counter
from collections.abc import Iterator

from bishan_survey.design.over_time import lasting_types, time_rules_for, types_over_time
from bishan_survey.design.sql import variables_in
from bishan_survey.design.trial import Types, outcome, sheets, wrong_sql
from bishan_survey.model import LAST, LAST_VALUE, PERSON, Design, Severity, Sheet, TimeRule


def homeless_time_rules(design: Design) -> Iterator[str]:
    """Rules between two years that would silently apply nowhere."""
    for rule in design.time_rules:
        if _homes(design, rule):
            continue
        own = [sheet for _, sheet in sheets(design) if sheet.unit == rule.unit]
        known = set[str]().union(*(types_over_time(design, sheet) for sheet in own))
        misspelt = "、".join(sorted((variables_in(rule.check) | {rule.item}) - known))
        yield f"{_where(rule)}：不适用于任何版本；不认识的变量：{misspelt or '（这些变量不在同一版本中）'}"


def time_problems(design: Design) -> Iterator[str]:
    """What is wrong with the rules between two years, and with the items that are not compared."""
    taken = Counter([*(rule.id for rule in design.time_rules), *(rule.id for rule in design.rules)])
    for rule in design.time_rules:
        if taken[rule.id] > 1:
            yield f"{_where(rule)}：编号 {rule.id} 用了{taken[rule.id]}次"
        yield from _of_rule(design, rule, _homes(design, rule)[0])
    taken_names = sorted(name for name in design.variable_labels if name.startswith(LAST))
    yield from (f"变量 {name}：不能以 {LAST} 开头，那是上年的变量" for name in taken_names)
    for entry in design.not_compared:
        where = f"validators：[[not_compared]] {'、'.join(entry.items)}"
        items = {name for _, sheet in sheets(design) if sheet.unit == entry.unit for name in sheet.by_name}
        yield from (f"{where}：没有项目 {name}" for name in entry.items if name not in items)
        if not entry.reason:
            yield f"{where}：缺少 reason"


def _homes(design: Design, rule: TimeRule) -> list[Sheet]:
    return [sheet for edition, sheet in sheets(design) if rule in time_rules_for(design, edition, sheet.unit)]


def _where(rule: TimeRule) -> str:
    return f"{rule.file}：规则 {rule.id}"


def _of_rule(design: Design, rule: TimeRule, sheet: Sheet) -> Iterator[str]:
    where, types = _where(rule), types_over_time(design, sheet)
    if rule.unit != PERSON:
        yield f"{where}：只有人（{PERSON}）与上年比较"
    if rule.severity is Severity.HARD:
        yield f"{where}：severity 不能写 hard：上年的答案也可能是错的，只能请人核实"
    if not any(name.startswith(LAST) for name in variables_in(rule.check)):
        yield f"{where}：check 没有用到上年的变量（前面加 {LAST}），应写成 [[rule]]"
    if not (rule.holds and rule.fails):
        yield f"{where}：缺少 holds 或 fails 例子"
    if not (rule.message and rule.action and rule.source and rule.mark):
        yield f"{where}：缺少 message、action、source 或 mark"
    yield from _wrong_message(design, rule, sheet)
    yield from list(wrong_sql(rule.check, types, f"{where}：check")) or _wrong_examples(rule, types)


def _wrong_message(design: Design, rule: TimeRule, sheet: Sheet) -> Iterator[str]:
    if "{" in rule.message.replace(LAST_VALUE, "") or "{" in rule.action:
        yield f"{_where(rule)}：message 中的{{…}}只能写 {LAST_VALUE}，action 中不能写"
    if LAST_VALUE not in rule.message:
        return
    if sheet.by_name[rule.item].identifying:
        yield f"{_where(rule)}：{rule.item} 能认出人，message 中不能写 {LAST_VALUE}"
    if rule.item not in lasting_types(design, rule.unit):
        yield f"{_where(rule)}：上年没有 {rule.item}，message 中不能写 {LAST_VALUE}"


def _wrong_examples(rule: TimeRule, types: Types) -> Iterator[str]:
    for group, wanted in (("holds", True), ("fails", False), ("unknown", None)):
        for number, example in enumerate(getattr(rule, group), 1):
            if strangers := example.keys() - types.keys():
                names = "、".join(sorted(strangers))
                yield f"{_where(rule)}：{group} 第{number}例有不认识的变量 {names}"
            elif outcome(rule.check, example, types) is not wanted:
                yield f"{_where(rule)}：{group} 第{number}例的结果不是 {group}"
            elif group == "fails":
                this_year = {name: value for name, value in example.items() if not name.startswith(LAST)}
                if outcome(rule.check, this_year, types) is False:
                    yield f"{_where(rule)}：上年没有答案时也不通过（fails 第{number}例）"
