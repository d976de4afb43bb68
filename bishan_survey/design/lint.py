"""The design lint: what is wrong with the definitions, told before any data is read.

Everything is tried on empty typed frames, so that a misspelt variable or a comparison of a text with a number is
refused by name. The examples of a rule are run here and, one by one, in the tests.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl

from bishan_survey.design.sql import (
    compile_sql,
    derived_for,
    inputs_of,
    rules_for,
    variable_types,
    variables_in,
)
from bishan_survey.model import DeliveryProfile, Design, EditRule, Item, Questionnaire, Sheet, TableShell, ValueType

_CLOCKS = ("CURRENT_DATE", "CURRENT_TIME", "NOW(", "TODAY(")
Types = Mapping[str, pl.DataType]


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
        _tables,
        _profiles,
    )
    return [problem for check in checks for problem in check(design)]


def unusable_definitions(design: Design) -> list[str]:
    """What must be refused before anything is run: SQL that is none, and rules that would silently apply nowhere."""
    return list(_broken_sql(design)) or list(_homeless_derived(design)) or list(_homeless_rules(design))


def _homeless_derived(design: Design) -> Iterator[str]:
    computed = {derived.name for _, sheet in _sheets(design) for derived in derived_for(design, sheet)}
    for derived in design.derived:
        if derived.name not in computed:
            needed = "、".join(sorted(inputs_of(derived)))
            yield f"派生变量 {derived.name}：没有任何版本有它所需的全部变量（{needed}）"


def _homeless_rules(design: Design) -> Iterator[str]:
    homes = {(edition, sheet.unit): variable_types(design, sheet).keys() for edition, sheet in _sheets(design)}
    for rule in design.rules:
        needed = variables_in(rule.check) | {rule.item}
        own = [names for (edition, unit), names in homes.items() if unit == rule.unit and _meant(rule, edition, design)]
        yield from (
            f"{rule.file}：规则 {rule.id}：没有版本 {e}" for e in rule.editions if e not in design.questionnaires
        )
        if not any(needed <= names for names in own):
            known = set[str]().union(*own)
            misspelt = "、".join(sorted(needed - known)) or "（这些变量不在同一版本中）"
            yield f"{rule.file}：规则 {rule.id}：不适用于任何版本；不认识的变量：{misspelt}"


def _meant(rule: EditRule, edition: str, design: Design) -> bool:
    return not rule.editions or not set(rule.editions).isdisjoint(design.questionnaires[edition].lineage)


def _broken_sql(design: Design) -> Iterator[str]:
    """SQL texts that are no SQL: nothing else can be told before they are mended."""
    for where, sql in _sql_texts(design):
        try:
            compile_sql(sql)
        except pl.exceptions.PolarsError as error:
            yield f"{where}：不是合法的 SQL（{_short(error)}）"


def _sql_texts(design: Design) -> Iterator[tuple[str, str]]:
    """Every SQL text of the design, and where it stands."""
    for rule in design.rules:
        yield f"{rule.file}：规则 {rule.id}：check", rule.check
    for derived in design.derived:
        yield from ((f"派生变量 {derived.name}：sql", sql) for sql in (derived.sql,) if sql)
    for edition, sheet in _sheets(design):
        conditions = [(subject.id, subject.asked) for subject in sheet.subjects]
        conditions += [(item.name, sql) for item in sheet.items for sql in (item.asked, item.required)]
        yield from ((f"{edition}/{sheet.unit}：{name}：asked 或 required", sql) for name, sql in conditions if sql)
    for shell in design.shells:
        texts = [shell.where, *(column.where for column in shell.columns)]
        yield from ((f"汇总表 {shell.id}：where", sql) for sql in texts if sql)
    for profile in design.profiles.values():
        yield from ((f"上报格式 {profile.id}：{column.header}", column.sql) for column in profile.columns)


def _duplicates(design: Design) -> Iterator[str]:
    kinds: dict[str, Iterable[str]] = {
        "规则": (rule.id for rule in design.rules),
        "派生变量": (derived.name for derived in design.derived),
        "汇总表": (shell.id for shell in design.shells),
    }
    for kind, ids in kinds.items():
        yield from (f"{kind} {name} 定义了{count}次" for name, count in Counter(ids).items() if count > 1)
    for edition, sheet in _sheets(design):
        names = Counter(item.name for item in sheet.items)
        yield from (f"{edition}/{sheet.unit}：变量 {n} 定义了{c}次" for n, c in names.items() if c > 1)


def _questionnaires(design: Design) -> Iterator[str]:
    for edition, sheet in _sheets(design):
        types = variable_types(design, sheet)
        subjects = {subject.id for subject in sheet.subjects}
        if sheet.key not in {*types, "_village"} or sheet.key_item not in sheet.by_name:
            yield f"{edition}/{sheet.unit}：key 或 key_item 不是表中的变量"
        for subject in sheet.subjects:
            if subject.asked:
                yield from _wrong_sql(subject.asked, types, f"{edition}/{sheet.unit}：主题 {subject.id}：asked")
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
            yield from _wrong_sql(sql, types, f"{where}：{key}")
            if item.name in variables_in(sql):
                yield f"{where}：{key} 不能依赖自己"


def _code_lists(design: Design) -> Iterator[str]:
    used = {item.codes for _, sheet in _sheets(design) for item in sheet.items if item.codes}
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
    for edition, sheet in _sheets(design):
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
        homes = [(e, s) for e, s in _sheets(design) if derived in derived_for(design, s)]
        for edition, sheet in homes[:1]:
            if derived.sql:
                types = variable_types(design, sheet)
                wanted = types[derived.name]
                yield from _wrong_sql(derived.sql, types, f"{edition}：派生变量 {derived.name}", wanted)


def _rules(design: Design) -> Iterator[str]:
    for rule in design.rules:
        where = f"{rule.file}：规则 {rule.id}"
        types = _types_of(rule, design)
        yield from list(_wrong_sql(rule.check, types, f"{where}：check")) or example_problems(rule, types)
        if not (rule.holds and rule.fails):
            yield f"{where}：缺少 holds 或 fails 例子"
        if not (rule.message and rule.action and rule.source):
            yield f"{where}：缺少 message、action 或 source"


def _types_of(rule: EditRule, design: Design) -> Types:
    """Types of the variables on the first sheet that a rule applies to."""
    homes = (sheet for edition, sheet in _sheets(design) if rule in rules_for(design, edition, sheet.unit))
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


def outcome(check: str, example: Mapping[str, Any], types: Types) -> bool | None:
    """What a check gives for one record; variables that the example does not name are missing."""
    row = {name: [example.get(name)] for name in variables_in(check)}
    frame = pl.DataFrame(row, schema={name: types[name] for name in row})
    result: bool | None = frame.select(compile_sql(check).alias("outcome")).item()
    return result


def _tables(design: Design) -> Iterator[str]:
    for shell in design.shells:
        homes = [s for _, s in _sheets(design) if s.unit == shell.unit]
        best = max(homes, key=lambda s: len(variable_types(design, s)), default=None)
        if best is None:
            yield f"汇总表 {shell.id}：没有单位 {shell.unit}"
            continue
        yield from _wrong_table(design, shell, variable_types(design, best), best)


def _wrong_table(design: Design, shell: TableShell, types: Types, sheet: Sheet) -> Iterator[str]:
    where = f"汇总表 {shell.id}"
    coded = {item.name for item in sheet.items if item.codes} | {d.name for d in design.derived if d.codes}
    if bool(shell.head) == bool(shell.columns):
        yield f"{where}：head 与 columns 必须且只能写一个"
    yield from _wrong_sql(shell.where, types, f"{where}：where")
    for name in (shell.stub, *shell.head):
        if name and name not in coded:
            yield f"{where}：{name} 不是有代码表的变量"
    for column in shell.columns:
        if column.where:
            yield from _wrong_sql(column.where, types, f"{where}：{column.label}")
        if column.sum and not types.get(column.sum, pl.String()).is_numeric():
            yield f"{where}：{column.label}：{column.sum} 不是数值"


def _profiles(design: Design) -> Iterator[str]:
    for profile in design.profiles.values():
        if bool(profile.columns) == bool(profile.lines) or bool(profile.lines) != (profile.unit == "table"):
            yield f"上报格式 {profile.id}：unit 是 table 的写 [[line]]，其余写 [[column]]"
        elif profile.lines:
            yield from _wrong_lines(design, profile)
        else:
            yield from _wrong_columns(design, profile)


def _wrong_columns(design: Design, profile: DeliveryProfile) -> Iterator[str]:
    homes = [s for _, s in _sheets(design) if s.unit == profile.unit]
    best = max(homes, key=lambda s: len(variable_types(design, s)), default=None)
    if best is None:
        yield f"上报格式 {profile.id}：没有单位 {profile.unit}"
        return
    types = variable_types(design, best)
    for column in profile.columns:
        yield from _wrong_sql(column.sql, types, f"上报格式 {profile.id}：{column.header}", pl.String())


def _wrong_lines(design: Design, profile: DeliveryProfile) -> Iterator[str]:
    shells = {shell.id: shell for shell in design.shells}
    for line in profile.lines:
        shell = shells.get(line.table)
        if shell is None:
            yield f"上报格式 {profile.id}：{line.code}：没有汇总表 {line.table}"
        elif line.stub and line.stub not in _codes_of(shell.stub, design):
            yield f"上报格式 {profile.id}：{line.code}：表 {line.table} 没有行 {line.stub}"
        elif line.column and not _is_column(line.column, shell, design):
            yield f"上报格式 {profile.id}：{line.code}：表 {line.table} 没有列 {line.column}"


def _is_column(key: str, shell: TableShell, design: Design) -> bool:
    if shell.columns:
        return key in map(str, range(len(shell.columns)))
    parts = key.split("|")
    known = len(parts) == len(shell.head) and all(
        not part or part in _codes_of(name, design) for part, name in zip(parts, shell.head, strict=True)
    )
    # Of a nested head a table shows the totals of the outermost line only.
    return known and (all(parts[1:]) or not any(parts))


def _codes_of(variable: str | None, design: Design) -> set[str]:
    """Codes of a variable's list; none for a variable that is not coded."""
    items = (item for _, sheet in _sheets(design) for item in sheet.items)
    lists = {item.name: item.codes for item in items} | {derived.name: derived.codes for derived in design.derived}
    codes = design.code_lists.get(lists.get(variable or "") or "")
    return set(codes.labels) if codes else set()


def _wrong_sql(sql: str, types: Types, where: str, wanted: pl.DataType | None = None) -> Iterator[str]:
    """Problems of an SQL text: clocks, syntax, unknown variables, types. By default it must be a truth value."""
    if any(clock in sql.upper() for clock in _CLOCKS):
        yield f"{where}：不能使用当前时间，请用 reference_date"
        return
    try:
        unknown = variables_in(sql) - types.keys()
        if unknown:
            yield f"{where}：不认识的变量 {'、'.join(sorted(unknown))}"
            return
        made = pl.DataFrame(schema=dict(types)).select(compile_sql(sql).alias("outcome")).schema["outcome"]
    except pl.exceptions.PolarsError as error:
        yield f"{where}：SQL 有错（{_short(error)}）"
        return
    expected = wanted or pl.Boolean()
    if made != expected and not (made.is_integer() and expected.is_integer()):
        yield f"{where}：结果类型是 {made}，应为 {expected}"


def _short(error: Exception) -> str:
    return str(error).splitlines()[0][:120]


def _sheets(design: Design) -> Iterator[tuple[str, Sheet]]:
    questionnaires: Iterable[Questionnaire] = design.questionnaires.values()
    for questionnaire in questionnaires:
        for sheet in questionnaire.sheets:
            yield questionnaire.edition, sheet
