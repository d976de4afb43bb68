"""The design lint: what is wrong with the definitions, told before any data is read.

Everything is tried on empty typed frames, so that a misspelt variable or a comparison of a text with a number is
refused by name. The examples of a rule are run here and, one by one, in the tests.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

import polars as pl

from bishan_survey.design.lint_delivery import profile_problems
from bishan_survey.design.lint_handwritten import accepted_severities, handwritten_problems
from bishan_survey.design.lint_indicators import indicator_problems
from bishan_survey.design.lint_matching import matching_problems
from bishan_survey.design.lint_outputs import grouping_problems, homeless_groupings, table_problems
from bishan_survey.design.lint_over_time import homeless_time_rules, time_problems
from bishan_survey.design.lint_roster import roster_problems, roster_sql
from bishan_survey.design.sql import (
    compile_sql,
    derived_for,
    inputs_of,
    is_meant_for,
    rules_for,
    unit_types,
    variable_types,
    variables_in,
)
from bishan_survey.design.trial import Types, outcome, sheets, short, wrong_sql
from bishan_survey.model import SURVIVOR_FACTS, Design, EditRule, Item, ValueType


def lint(design: Design) -> list[str]:
    """Every problem of the design, in Chinese, each naming the file or entry it is in. Empty: all is well."""
    unusable = unusable_definitions(design)
    if unusable:
        return unusable
    checks = (
        _duplicates,
        _questionnaires,
        _code_lists,
        _shared_variables,
        _derived,
        _rules,
        time_problems,
        matching_problems,
        grouping_problems,
        table_problems,
        profile_problems,
        roster_problems,
    )
    return [problem for check in checks for problem in check(design)]


def unusable_definitions(design: Design) -> list[str]:
    """What must be refused before anything is run: SQL that is none, rules that would silently apply nowhere, and
    policies that say what cannot be meant."""
    problems = list(_broken_sql(design)) or list(homeless_groupings(design))
    problems = problems or list(_homeless_derived(design)) or list(_homeless_rules(design))
    problems = problems or list(homeless_time_rules(design)) or list(_homeless_survivors(design))
    problems = problems or [*_returns_policy(design), *_lifecycle_policy(design)]
    problems = problems or [*handwritten_problems(design), *accepted_severities(design)]
    return problems or list(indicator_problems(design))


def _returns_policy(design: Design) -> Iterator[str]:
    share = design.returns.supplement_share
    if not 0 <= share <= 1:
        yield f"validators：[[returns]]：supplement_share 应在0到1之间，现在是{share:g}"


def _lifecycle_policy(design: Design) -> Iterator[str]:
    policy, where = design.lifecycle, "validators：[[lifecycle]]"
    items = {item.name for _, sheet in sheets(design) for item in sheet.items}
    yield from (f"{where}：known_by 中没有这个项目：{name}" for name in policy.known_by if name not in items)
    if not 0 <= policy.share <= 1:
        yield f"{where}：share 应在0到1之间，现在是{policy.share:g}"
    if policy.towns < 1 or policy.records < 1:
        yield f"{where}：towns、records 应至少是1"
    try:
        policy.message.format(rule="", label="", towns="", share="", failed="", whole="")
    except (KeyError, IndexError, ValueError):
        yield f"{where}：message 中的{{…}}只能写 rule、label、towns、share、failed、whole"


def _homeless_derived(design: Design) -> Iterator[str]:
    computed = {derived.name for _, sheet in sheets(design) for derived in derived_for(design, sheet)}
    for grouping in design.groupings:
        computed |= (unit_types(design, grouping.unit) or {}).keys()
    for derived in design.derived:
        if derived.name not in computed:
            needed = "、".join(sorted(inputs_of(derived)))
            yield f"派生变量 {derived.name}：没有任何版本有它所需的全部变量（{needed}）"


def _homeless_rules(design: Design) -> Iterator[str]:
    homes = {(edition, sheet.unit): variable_types(design, sheet).keys() for edition, sheet in sheets(design)}
    for rule in design.rules:
        needed = variables_in(rule.check) | {rule.item}
        own = [
            names
            for (edition, unit), names in homes.items()
            if unit == rule.unit and is_meant_for(rule, design.questionnaires[edition])
        ]
        yield from (
            f"{rule.file}：规则 {rule.id}：没有版本 {e}" for e in rule.editions if e not in design.questionnaires
        )
        if not any(needed <= names for names in own):
            known = set[str]().union(*own)
            misspelt = "、".join(sorted(needed - known)) or "（这些变量不在同一版本中）"
            yield f"{rule.file}：规则 {rule.id}：不适用于任何版本；不认识的变量：{misspelt}"


def _homeless_survivors(design: Design) -> Iterator[str]:
    """Survivor rules that no edition can follow: they would be passed over in silence."""
    homes = [variable_types(design, sheet).keys() | SURVIVOR_FACTS.keys() for _, sheet in sheets(design)]
    for rule in design.survivor_rules:
        needed = variables_in(rule.prefer)
        if not any(needed <= names for names in homes):
            misspelt = "、".join(sorted(needed - set[str]().union(*homes))) or "（这些变量不在同一版本中）"
            yield f"validators：[[survivor]] {rule.id}：不适用于任何版本；不认识的变量：{misspelt}"


def _broken_sql(design: Design) -> Iterator[str]:
    """SQL texts that are no SQL: nothing else can be told before they are mended."""
    for where, sql in _sql_texts(design):
        try:
            compile_sql(sql)
        except pl.exceptions.PolarsError as error:
            yield f"{where}：不是合法的 SQL（{short(error)}）"


def _sql_texts(design: Design) -> Iterator[tuple[str, str]]:
    """Every SQL text of the design, and where it stands."""
    for rule in design.rules:
        yield f"{rule.file}：规则 {rule.id}：check", rule.check
    yield from ((f"{rule.file}：规则 {rule.id}：check", rule.check) for rule in design.time_rules)
    for derived in design.derived:
        yield from ((f"派生变量 {derived.name}：sql", sql) for sql in (derived.sql,) if sql)
    for edition, sheet in sheets(design):
        conditions = [(subject.id, subject.asked) for subject in sheet.subjects]
        conditions += [(item.name, sql) for item in sheet.items for sql in (item.asked, item.required)]
        yield from ((f"{edition}/{sheet.unit}：{name}：asked 或 required", sql) for name, sql in conditions if sql)
    yield from ((f"validators：[[survivor]] {rule.id}：prefer", rule.prefer) for rule in design.survivor_rules)
    matching = design.matching
    yield from ((f"匹配变量 {feature.name}", feature.sql) for feature in matching.features if feature.sql)
    yield from ((f"匹配分组 {block.id}", sql) for block in matching.blocks for sql in block.by)
    yield from ((f"匹配规则 {rule.id}", rule.when) for rule in matching.rules)
    yield from roster_sql(design.roster)
    for grouping in design.groupings:
        yield f"归并单位 {grouping.unit}：where", grouping.where
    for shell in design.shells:
        texts = [shell.where, *(column.where for column in shell.columns)]
        yield from ((f"汇总表 {shell.id}：where", sql) for sql in texts if sql)
    for profile in design.profiles.values():
        yield from ((f"上报格式 {profile.id}：{column.header}", column.sql) for column in profile.columns)


def _duplicates(design: Design) -> Iterator[str]:
    kinds: dict[str, Iterable[str]] = {
        "规则": (rule.id for rule in design.rules),
        "派生变量": (derived.name for derived in design.derived),
        "归并单位": (grouping.unit for grouping in design.groupings),
        "汇总表": (shell.id for shell in design.shells),
    }
    for kind, ids in kinds.items():
        yield from (f"{kind} {name} 定义了{count}次" for name, count in Counter(ids).items() if count > 1)
    for edition, sheet in sheets(design):
        names = Counter(item.name for item in sheet.items)
        yield from (f"{edition}/{sheet.unit}：变量 {n} 定义了{c}次" for n, c in names.items() if c > 1)


def _questionnaires(design: Design) -> Iterator[str]:
    for edition, sheet in sheets(design):
        types = variable_types(design, sheet)
        subjects = {subject.id for subject in sheet.subjects}
        if sheet.key not in {*types, "_village"} or sheet.key_item not in sheet.by_name:
            yield f"{edition}/{sheet.unit}：key 或 key_item 不是表中的变量"
        if unknown := set(sheet.asked_anew) - sheet.by_name.keys():
            yield f"{edition}/{sheet.unit}：asked_anew：没有变量 {'、'.join(sorted(unknown))}"
        if sheet.gone:
            yield from wrong_sql(sheet.gone, types, f"{edition}/{sheet.unit}：gone")
        for subject in sheet.subjects:
            if subject.asked:
                yield from wrong_sql(subject.asked, types, f"{edition}/{sheet.unit}：主题 {subject.id}：asked")
        for item in sheet.items:
            yield from _wrong_item(design, item, types, subjects, f"{edition}/{sheet.unit}：{item.name}")


def _wrong_item(design: Design, item: Item, types: Types, subjects: set[str], where: str) -> Iterator[str]:
    if item.subject not in subjects:
        yield f"{where}：没有主题 {item.subject}"
    if (item.type is ValueType.CODE) != bool(item.codes):
        yield f"{where}：代码型（code）必须且只有它才有 codes"
    if item.codes and item.codes not in design.code_lists:
        yield f"{where}：没有代码表 {item.codes}"
    if not item.help or not item.source or not item.mark:
        yield f"{where}：缺少 help、source 或 mark"
    for key, sql in (("asked", item.asked), ("required", item.required)):
        if sql:
            yield from wrong_sql(sql, types, f"{where}：{key}")
            if item.name in variables_in(sql):
                yield f"{where}：{key} 不能依赖自己"


def _code_lists(design: Design) -> Iterator[str]:
    used = {item.codes for _, sheet in sheets(design) for item in sheet.items if item.codes}
    used |= {derived.codes for derived in design.derived if derived.codes}
    for name, codes in design.code_lists.items():
        if name not in used:
            yield f"代码表 {name}：没有任何指标使用"
        if not codes.codes:
            yield f"代码表 {name}：是空的"
        spellings = Counter(s for c in codes.codes for s in {c.code, c.label, *c.aliases})
        yield from (f"代码表 {name}：“{s}”指向多个代码" for s, count in spellings.items() if count > 1)


def _shared_variables(design: Design) -> Iterator[str]:
    """One variable means the same in every edition."""
    meaning: dict[tuple[str, str], tuple[object, str]] = {}
    for edition, sheet in sheets(design):
        for item in sheet.items:
            now = (item.type, item.multiple, item.codes)
            first, where = meaning.setdefault((sheet.unit, item.name), (now, edition))
            if first != now:
                yield f"变量 {item.name} 在 {where} 与 {edition} 中类型或代码表不同：含义不同请另取变量名"


def _derived(design: Design) -> Iterator[str]:
    for derived in design.derived:
        if (derived.sql is None) == (derived.of is None):
            yield f"派生变量 {derived.name}：sql 与 of 必须且只能写一个"
        if derived.codes and derived.codes not in design.code_lists:
            yield f"派生变量 {derived.name}：没有代码表 {derived.codes}"
        homes = [(e, s) for e, s in sheets(design) if derived in derived_for(design, s)]
        for edition, sheet in homes[:1]:
            if derived.sql:
                types = variable_types(design, sheet)
                wanted = types[derived.name]
                yield from wrong_sql(derived.sql, types, f"{edition}：派生变量 {derived.name}", wanted)


def _rules(design: Design) -> Iterator[str]:
    for rule in design.rules:
        where = f"{rule.file}：规则 {rule.id}"
        types = _types_of(rule, design)
        yield from list(wrong_sql(rule.check, types, f"{where}：check")) or example_problems(rule, types)
        if not (rule.holds and rule.fails):
            yield f"{where}：缺少 holds 或 fails 例子"
        if not (rule.message and rule.action and rule.source):
            yield f"{where}：缺少 message、action 或 source"


def _types_of(rule: EditRule, design: Design) -> Types:
    """Types of the variables on the first sheet that a rule applies to."""
    homes = (sheet for edition, sheet in sheets(design) if rule in rules_for(design, edition, sheet.unit))
    return variable_types(design, next(homes))


def example_problems(rule: EditRule, types: Types) -> Iterator[str]:
    """Examples of a rule whose outcome is not what they are filed under."""
    outcomes: tuple[tuple[str, bool | None], ...] = (("holds", True), ("fails", False), ("unknown", None))
    for group, wanted in outcomes:
        for number, example in enumerate(getattr(rule, group), 1):
            strangers = example.keys() - types.keys()
            if strangers:
                yield f"{rule.file}：规则 {rule.id}：{group} 第{number}例有不认识的变量 {'、'.join(strangers)}"
            elif outcome(rule.check, example, types) is not wanted:
                yield f"{rule.file}：规则 {rule.id}：{group} 第{number}例的结果不是 {group}"
