"""Write the reference pages that follow from the definitions and the commands.

``python docs/generate.py`` writes ``docs/reference/rules.md``, ``not-accepted.md``, ``questionnaires.md``,
``tables.md``, ``commands.md`` and ``settings.md``; with ``--check`` it writes nothing, names the pages that are stale,
and exits 1 if there are any. Equal definitions and commands give equal bytes.
"""

import csv
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import typer

from bishan_survey.cli.app import app
from bishan_survey.delivery import SEVERITIES
from bishan_survey.delivery.codebook import TYPES
from bishan_survey.design import load_design, rules_for, time_rules_for
from bishan_survey.errors import EXIT_CODES
from bishan_survey.model import (
    LAST,
    CodeList,
    Column,
    DeliveryProfile,
    Design,
    EditRule,
    ImpliedText,
    Item,
    Questionnaire,
    Sheet,
    TableShell,
    TimeRule,
    Verdict,
)
from bishan_survey.reading.archives import MAX_MEMBERS, MAX_TOTAL
from bishan_survey.reading.grid import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, MAX_TEXT
from bishan_survey.reading.limits import MEMORY
from bishan_survey.reading.parts import MAX_UNPACKED
from bishan_survey.reading.pool import SECONDS
from bishan_survey.reading.read import MAX_FILE
from bishan_survey.reading.spreadsheet import MAX_SHEETS
from bishan_survey.validation.checks import asked_sql
from bishan_survey.workspace.keys import KEYS, Key, Need, as_toml

_BLANK = re.compile(r"\{\w+\}")
FOLDER = Path(__file__).resolve().parent / "reference"
_MADE = "本页由 `python docs/generate.py` 生成，请不要直接修改；要改内容，请改{what}，再重新生成。"
_MARKS = (
    "标记说明这一条有多可靠：VERIFIED 见过出处；INFERRED 由出处推定；RECALLED-high、RECALLED-medium、RECALLED-low "
    "凭一般了解（把握依次降低），没有见到出处；PROPOSED 本工具的建议。除 VERIFIED 外，使用前请区残联核实。"
)
_LEVELS = {"district": "全区", "town": "各镇街", "village": "各村（社区）"}
_VERDICTS = {
    Verdict.SAME: "是同一人，不问",
    Verdict.DIFFERENT: "不是同一人，不问",
    Verdict.POSSIBLE: "可能是，请人核对",
}
_UNITS = {"person": "人", "village": "村（社区）", "table": "汇总表的单元格"}


def pages(design: Design) -> dict[str, str]:
    """Text of every generated page by its file name."""
    made = {
        "rules.md": rules_page(design),
        "not-accepted.md": not_accepted_page(design),
        "questionnaires.md": questionnaires_page(design),
        "tables.md": tables_page(design),
        "commands.md": commands_page(typer.main.get_command(app)),
        "settings.md": settings_page(),
    }
    return {name: "\n".join(lines).rstrip("\n") + "\n" for name, lines in made.items()}


# --- markdown ----------------------------------------------------------------------------------------------------


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table and an empty line after it."""
    yield _row(heads)
    yield _row(["---"] * len(heads))
    yield from (_row(row) for row in rows)
    yield ""


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"


def code(text: str | None) -> str:
    """Text as code in a line; empty if there is none."""
    return f"`{' '.join(text.split())}`" if text else ""


def sql_block(text: str) -> Iterator[str]:
    """SQL as a block of its own."""
    yield from ("```sql", text.strip(), "```", "")


def based_on(source: str, mark: str) -> str:
    """Source of an entry, and how sure it is."""
    return f"{source}（{mark}）" if mark else source


# --- rules -------------------------------------------------------------------------------------------------------


def rules_page(design: Design) -> Iterator[str]:
    """The rule handbook: every check, what is wrong, what to do, why."""
    files = {file: list(rules) for file, rules in groupby(design.rules, key=lambda rule: rule.file)}
    yield from ("# 规则手册", "", _MADE.format(what=" `validators/` 和 `templates/` 中的定义"), "", _MARKS, "")
    yield from (
        "检查条件是三值的 SQL：为真，通过；为假，有问题；缺少所需的答案，无法判断，不提示。",
        "程度：必须改正（hard）的，整条记录暂不计入统计；请核实（soft）的，照常计入；提示（note）的，不用处理。",
        "",
    )
    yield from table(("主题", "规则", "条数"), (_contents(design, file, rules) for file, rules in files.items()))
    for file, rules in files.items():
        yield from (f'<a id="{Path(file).stem}"></a>', "", f"## {_title(design, file)}", "", f"文件：`{file}`", "")
        for rule in rules:
            yield from _rule(design, rule, _editions(design, rule))
    yield from _over_time(design)
    yield from _implied(design.implied.values())
    yield from _notices(design)
    yield from _matching(design)
    yield from _derived(design)


def _contents(design: Design, file: str, rules: Sequence[EditRule]) -> tuple[str, str, str]:
    link = f"[{_title(design, file)}](#{Path(file).stem})"
    return link, f"{rules[0].id}—{rules[-1].id}", str(len(rules))


def _title(design: Design, file: str) -> str:
    """What a definition file is about: its first line, up to the first full stop."""
    first = (design.root / file).read_text(encoding="utf-8-sig").splitlines()[0]
    return first.removeprefix("#").split("。")[0].strip()


def _rule(design: Design, rule: EditRule | TimeRule, editions: Sequence[str]) -> Iterator[str]:
    yield from (f"### {rule.id} {_label(design, rule)}", "")
    yield f"- 问题：{rule.message}"
    yield f"- 怎么办：{rule.action}"
    yield f"- 程度：{SEVERITIES[rule.severity]}（{rule.severity}）"
    yield f"- 项目：{code(rule.item)}；适用版本：{'、'.join(editions)}"
    yield f"- 依据：{based_on(rule.source, rule.mark)}"
    yield ""
    yield from sql_block(rule.check)


def _over_time(design: Design) -> Iterator[str]:
    """The rules between two years, and what is not compared."""
    if not design.time_rules:
        return
    yield from ('<a id="over-time"></a>', "", "## 与上年比较", "", f"文件：`{design.time_rules[0].file}`", "")
    yield from (
        f"同一人（残疾人证号前18位相同）今年的答案与上年的对不上，请人核实。变量前面有 `{LAST}` 的是上年的；问题里的"
        " `{last}` 写出上年的答案。上年没有填、没有问、读不出的，无法判断，不提示。怎样比较，"
        "见[与上年比较](../how-to/compare-with-last-year.md)。",
        "",
    )
    for rule in design.time_rules:
        editions = [e for e in design.questionnaires if rule in time_rules_for(design, e, rule.unit)]
        yield from _rule(design, rule, editions)
    yield from ("不列入变动的项目，以及各版本里另填的（`asked_anew`）：", "")
    yield from table(
        ("项目", "为什么"),
        (
            ("、".join(_named(name, design.variable_labels) for name in entry.items), entry.reason)
            for entry in design.not_compared
        ),
    )


def _label(design: Design, rule: EditRule | TimeRule) -> str:
    items = (sheet.by_name.get(rule.item) for form in design.questionnaires.values() for sheet in form.sheets)
    return next((item.label for item in items if item), rule.item)


def _editions(design: Design, rule: EditRule) -> list[str]:
    return [edition for edition in design.questionnaires if rule in rules_for(design, edition, rule.unit)]


def _implied(texts: Iterable[ImpliedText]) -> Iterator[str]:
    yield from ('<a id="implied"></a>', "", "## 由调查表带出的检查", "")
    yield from (
        "这些检查由调查表的定义直接得出，不另写规则。编号是变量名加后缀，例如 `marital_status.not_asked`。",
        "哪些项目必填、谁填、有哪些选项，见[调查表](questionnaires.md)。",
        "",
    )
    rows = (
        (code("." + _suffix(text.kind)), text.message, text.action, f"{SEVERITIES[text.severity]}（{text.severity}）")
        for text in texts
    )
    yield from table(("后缀", "问题", "怎么办", "程度"), rows)


def _suffix(kind: str) -> str:
    """Last part of the id of an implied check: all that say "cannot be read" share one."""
    return "readable" if kind.startswith(("unreadable", "lost")) else kind


def _notices(design: Design) -> Iterator[str]:
    yield from ('<a id="notices"></a>', "", "## 对文件、工作表、列和重复登记的提示", "")
    rows = ((n.id, n.message, n.action, f"{SEVERITIES[n.severity]}（{n.severity}）") for n in design.notices.values())
    yield from table(("编号", "问题", "怎么办", "程度"), rows)
    yield from ('<a id="survivor"></a>', "", "## 同一人有几条记录时以哪一条为准", "")
    yield from ("从上到下，第一条能分出高下的规则决定；都分不出的，各条都暂不计入（D03）。", "")
    yield from table(
        ("编号", "依据", "取大者（SQL）"), ((s.id, s.reason, code(s.prefer)) for s in design.survivor_rules)
    )


def _matching(design: Design) -> Iterator[str]:
    yield from ('<a id="matching"></a>', "", "## 怎样认出同一人的几条登记", "")
    yield from (
        "只比较有相同内容的登记（见 `validators/matching.toml` 的分组）。从上到下，第一条成立的决定；都不成立的，"
        "是两个人。",
        "",
    )
    rows = (
        (r.id, _UNITS[r.unit], _VERDICTS[r.verdict], r.reason, code(r.when), r.source) for r in design.matching.rules
    )
    yield from table(("编号", "单位", "结论", "理由", "条件（SQL）", "依据"), rows)


def _derived(design: Design) -> Iterator[str]:
    yield from ('<a id="derived"></a>', "", "## 推算变量", "")
    yield from ("由表中各项算出，规则、填报范围和统计表都可以使用。", "")
    rows = (
        (
            code(d.name),
            d.label,
            _units(design)[d.unit],
            TYPES[d.type] + ("（可多选）" if d.multiple else ""),
            code(d.sql) or f"{code(d.of)} 的 {code(d.part)}",
            d.source,
        )
        for d in design.derived
    )
    yield from table(("变量", "含义", "单位", "类型", "怎样得出", "依据"), rows)
    yield from _groupings(design)


def _groupings(design: Design) -> Iterator[str]:
    if not design.groupings:
        return
    yield from ('<a id="groupings"></a>', "", "## 归并的单位", "")
    yield from ("没有人填表、由记录归并成的单位；它的推算变量由各成员的答案得出，只供统计表使用。", "")
    rows = (
        (g.label, _units(design)[g.of], code(g.key), code(g.where), f"{code(g.order)} 最小的成员", g.source)
        for g in design.groupings
    )
    yield from table(("单位", "成员", "哪些归在一起", "哪些记录参加", "算在谁所在的村（社区）", "依据"), rows)


def _units(design: Design) -> dict[str, str]:
    return _UNITS | {grouping.unit: grouping.label for grouping in design.groupings}


# --- what is not read --------------------------------------------------------------------------------------------


def not_accepted_page(design: Design) -> Iterator[str]:
    """Why a file, a sheet or a column was not read: every reason there is, what to do, and the limits."""
    yield from ("# 表为什么没有被接收", "", _MADE.format(what=" `validators/notices.toml`"), "")
    yield from (
        "收表时，读不了的文件、工作表、列都写进问题清单，一处一个代码，别的文件照常处理；原件一律留在归档里。"
        "看一个文件是怎样读的，用 `bishan-survey ingest --explain 文件`。",
        "",
    )
    lost = [notice for notice in design.notices.values() if notice.unread]
    for unread, notices in groupby(sorted(lost, key=lambda n: _WHAT.index(n.unread)), key=lambda n: n.unread):
        yield from (f"## {unread}没有读取", "")
        for notice in notices:
            yield from (f'<a id="{notice.id}"></a>', "", f"### {notice.id} {_told(notice.message)}", "")
            yield from (f"- 常见原因：{notice.cause}", f"- 怎么办：{_told(notice.action)}", "")
    yield from ("## 能读的格式", "", "看内容，不看后缀：", "")
    yield from table(("格式", "说明"), _FORMATS)
    yield from ("## 限度", "")
    yield from table(("项目", "限度"), _limits())


_WHAT = ["整个文件", "压缩包中的这个文件", "这个工作表", "第二个表头以下的各行", "这一列"]
_FORMATS = (
    ("xlsx、xlsm、xlsb", "Excel 2007 及以后、WPS；宏不运行，外部链接不跟随"),
    ("xls、et", "Excel 5.0 至 2003、WPS 表格"),
    ("ods", "LibreOffice、WPS"),
    ("csv、txt、tsv", "UTF-8、GB18030、UTF-16；逗号、制表符、分号分隔"),
    ("html、mht、xml", "网页或 XML 表格存成的 .xls"),
    ("zip", "装有以上各种的压缩包；不解到磁盘上"),
)


def _told(text: str) -> str:
    """Words of a notice with its blanks shown as such."""
    return _BLANK.sub("……", text)


def _limits() -> Iterator[tuple[str, str]]:
    mib = 2**20
    yield "一个文件", f"{MAX_FILE // mib} MiB"
    yield "一个工作簿展开后", f"{MAX_UNPACKED // mib} MiB，{MAX_SHEETS:,}个工作表，{MAX_CELLS:,}格，{MAX_TEXT:,}个字"
    yield "一个文件的内容", f"{MAX_ROWS:,}行，每行{MAX_COLUMNS:,}格（只数有内容的）"
    yield "一个压缩包", f"{MAX_MEMBERS}个文件，展开后共 {MAX_TOTAL // mib} MiB"
    yield "读一个文件的时间", f"{SECONDS:.0f}秒"
    yield "读一个文件占用的内存", f"{MEMORY // 2**30} GiB"


# --- questionnaires ------------------------------------------------------------------------------------------------


def questionnaires_page(design: Design) -> Iterator[str]:
    """Editions of the form, their items and the code lists."""
    yield from ("# 调查表", "", _MADE.format(what=" `templates/forms/` 和 `templates/codes/`"), "", _MARKS, "")
    yield from (f"- [{form.edition}](#{form.edition})：{form.title}" for form in design.questionnaires.values())
    yield from ("- [代码表](#codes)", "")
    for form in design.questionnaires.values():
        yield from _form(form)
    yield from ('<a id="codes"></a>', "", "## 代码表", "")
    for codes in design.code_lists.values():
        yield from _code_list(design, codes)


def _form(form: Questionnaire) -> Iterator[str]:
    yield from (f'<a id="{form.edition}"></a>', "", f"## {form.edition} {form.title}", "")
    yield from (f"版本：{form.version}。来源：{form.source}。", "")
    for sheet in form.sheets:
        yield from (f"### {form.edition}：{sheet.name}", "", f"一行是一个{_UNITS[sheet.unit]}（`{sheet.unit}`）。", "")
        labels = {subject.id: subject.label for subject in sheet.subjects}
        rows = (_item(sheet, item, labels) for item in sheet.items)
        yield from table(("主题", "编号", "项目", "变量", "类型", "谁填", "必填", "选项或区间", "怎么填", "依据"), rows)


def _item(sheet: Sheet, item: Item, labels: Mapping[str, str]) -> tuple[str, ...]:
    kind = TYPES[item.type] + ("（可多选）" if item.multiple else "")
    return (
        labels[item.subject],
        item.number,
        item.label,
        code(item.name),
        kind + ("；个人信息" if item.identifying else ""),
        code(asked_sql(sheet, item)) or "所有人",
        {None: "否", "TRUE": "是"}.get(item.required) or code(item.required),
        f"[{item.codes}](#codes-{item.codes})" if item.codes else _range(item),
        item.help,
        based_on(item.source, item.mark),
    )


def _range(item: Item) -> str:
    if item.min is None and item.max is None:
        return ""
    low, high = ("不限" if bound is None else f"{bound:.10g}" for bound in (item.min, item.max))
    return f"{low}—{high}"


def _code_list(design: Design, codes: CodeList) -> Iterator[str]:
    path = design.root / "templates" / "codes" / f"{codes.id}.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        sources = {row["code"]: (row.get("mark") or "", row.get("source") or "") for row in csv.DictReader(file)}
    yield from (f'<a id="codes-{codes.id}"></a>', "", f"### {codes.id}", "")
    rows = ((c.code, c.label, "、".join(c.aliases), "是" if c.exclusive else "", *sources[c.code]) for c in codes.codes)
    yield from table(("代码", "名称", "也认作", "只能单独选", "标记", "来源"), rows)


# --- tables --------------------------------------------------------------------------------------------------------


def tables_page(design: Design) -> Iterator[str]:
    """Shells of the statistical tables and layouts of the delivery profiles."""
    shells = sorted(design.shells, key=lambda shell: shell.id)
    yield from (
        "# 统计表和上报格式",
        "",
        _MADE.format(what=" `templates/tables/`、`templates/roster/` 和 `templates/delivery/`"),
        "",
    )
    rows = ((f"[{s.id}](#{s.id.lower()})", s.title, s.subject, s.measure) for s in shells)
    yield from table(("表号", "表名", "主题", "单位"), rows)
    labels = _variable_labels(design)
    for shell in shells:
        yield from _shell(shell, labels)
    yield from _roster(design)
    if design.indicators or design.lists:
        yield from _indicators(design)
        yield from _lists(design)
    yield from _profiles(design)


def _roster(design: Design) -> Iterator[str]:
    """What is counted of the roster, the rates, and the certificates that expire."""
    roster = design.roster
    yield from ('<a id="roster"></a>', "", "## 底册：人数、比例、证件到期", "", "文件：`templates/roster/`", "")
    yield from table(("人数", "数谁（SQL）"), ((count.label, code(count.where)) for count in roster.counts))
    rates = (
        (r.label, r.definition, code(r.numerator), code(r.denominator), based_on(r.source, r.mark))
        for r in roster.rates
    )
    yield from table(("比例", "定义", "分子（SQL）", "分母（SQL）", "依据"), rates)
    yield from (f"证件有效期的最后一天（{based_on(roster.policy.source, roster.policy.mark)}）：", "")
    yield from sql_block(roster.policy.valid_until)
    expiries = ((e.label, code(e.where), based_on(e.source, e.mark)) for e in roster.expiries)
    yield from table(("证件到期", "条件（SQL）", "依据"), expiries)


def _indicators(design: Design) -> Iterator[str]:
    """Every indicator with its target and each way of computing it."""
    yield from ('<a id="indicators"></a>', "", "## 规划指标", "", "文件：`templates/indicators/`", "")
    for one in design.indicators:
        title = f"{one.id} {one.name}"
        kind = "约束性" if one.binding else "预期性"
        compared = f"；达到：{code(one.reached)}" if one.reached else ""
        yield from (f"### {title}", "", f"目标值：{one.target}（{kind}）{compared}。{one.source}", "")
        rows = (
            (
                way.id,
                way.definition,
                code(way.unit),
                *(code(" ".join(sql.split())) if sql else "" for sql in (way.where, way.numerator, way.denominator)),
                based_on(way.source, way.mark),
            )
            for way in one.ways
        )
        yield from table(("算法", "定义", "单位", "范围（SQL）", "分子（SQL）", "分母（SQL）", "依据"), rows)


def _lists(design: Design) -> Iterator[str]:
    """Every list that a department keeps, and how its columns are called."""
    yield from ('<a id="registers"></a>', "", "## 部门名单", "", "文件：`templates/registers/`", "")
    for one in design.lists:
        told = [f"文件夹 `registers/{one.id}/`，变量 {code(one.variable)}。一行是{one.row}。"]
        told += [f"{based_on(one.source, one.mark)}。"]
        told += [f"只算：{code(one.where)}。"] if one.where else []
        told += [f"与调查的回答对照：{code(one.survey)}。"] if one.survey else []
        yield from (f"### {one.title}（{one.department}）", "", "".join(told), "")
        rows = ((c.label, "、".join(c.aliases), c.type.value, "是" if c.required else "") for c in one.columns)
        yield from table(("列", "也认作", "类型", "必须有"), rows)


def _variable_labels(design: Design) -> dict[str, str]:
    items = (item for form in design.questionnaires.values() for sheet in form.sheets for item in sheet.items)
    return {item.name: item.label for item in items} | {d.name: d.label for d in design.derived}


def _shell(shell: TableShell, labels: Mapping[str, str]) -> Iterator[str]:
    yield from (f'<a id="{shell.id.lower()}"></a>', "", f"## {shell.id} {shell.title}", "")
    yield f"- 统计范围：{shell.universe}：{code(shell.where)}"
    yield f"- 计量单位：{shell.measure}；地区：{'、'.join(_LEVELS[level] for level in shell.areas)}"
    if shell.public:
        yield "- 公开版里有" + ("" if shell.about_people else "，不作抑制")
    yield f"- 行：{_named(shell.stub, labels) if shell.stub else '地区'}"
    if shell.head:
        between = "、" if shell.beside else " × "
        yield f"- 列：{between.join(_named(name, labels) for name in shell.head)}{'，并列' if shell.beside else ''}"
    yield from (f"- 列“{column.label}”：{_counted(column)}" for column in shell.columns)
    yield from (f"- 注：{note}" for note in shell.notes)
    yield from (f"- 资料来源：{shell.source or '本次调查'}", "")


def _named(variable: str, labels: Mapping[str, str]) -> str:
    return f"{labels[variable]}（{code(variable)}）"


def _counted(column: Column) -> str:
    what = f"{code(column.sum)} 之和" if column.sum else "记录数"
    return f"{what}，条件 {code(column.where)}" if column.where else what


def _profiles(design: Design) -> Iterator[str]:
    yield from ('<a id="profiles"></a>', "", "## 上报格式", "")
    for profile in design.profiles.values():
        yield from (f"### {profile.id} {profile.title}", "")
        yield from (f"一行是一个{_UNITS[profile.unit]}。依据：{based_on(profile.source, profile.mark)}。", "")
        yield from _profile_lines(profile) if profile.lines else _profile_columns(profile)


def _profile_columns(profile: DeliveryProfile) -> Iterator[str]:
    rows = (
        (str(n), c.header, code(c.sql), str(c.max_length or ""), "、".join(f"{a}→{b}" for a, b in c.recode.items()))
        for n, c in enumerate(profile.columns, 1)
    )
    yield from table(("列", "列名", "内容（SQL）", "最多几个字", "代码对应"), rows)


def _profile_lines(profile: DeliveryProfile) -> Iterator[str]:
    rows = ((line.code, line.label.strip(), line.table, line.stub, line.column) for line in profile.lines)
    yield from table(("指标代码", "指标名称", "表号", "行", "列"), rows)


# --- commands ------------------------------------------------------------------------------------------------------


def settings_page() -> Iterator[str]:
    """Every key of ``survey.toml``."""
    yield from ("# 设置（survey.toml）", "", _MADE.format(what=" `bishan_survey/workspace/keys.py`"), "")
    yield from (
        "先看命令行的 `--set 节.键=值`（写在命令名前面，如 "
        "`bishan-survey --set thresholds.held_share=0.1 nightly 2025年调查`），"
        "再看环境变量，再看 `survey.toml`，都没有的用默认。"
        "环境变量和 `--set` 里，列表用英文逗号隔开，日期写成 2025-06-30。"
        "它们只改本工作区的设置，不改上年的工作区的。",
        "",
        "不认识的节、键、环境变量（以 `BISHAN_SURVEY_` 和节名开头的）都会指出来；所有错处一次说完，退出码4。",
        "",
    )
    yield from table(
        ("节和键", "含义", "应是", "默认", "环境变量"),
        (
            (f"`[{key.section}] {key.name}`", key.about, key.kind.value, _default(key), f"`{key.environment}`")
            for key in KEYS
        ),
    )


def _default(key: Key) -> str:
    return key.default.value if isinstance(key.default, Need) else as_toml(key.default)


def commands_page(program: Any) -> Iterator[str]:
    """Help of every command."""
    yield from ("# 命令", "", _MADE.format(what=" `bishan_survey/cli/` 中的说明文字"), "")
    yield from (program.help, "", "任何命令后加 `-h` 都显示说明。各命令的退出码见[退出码](exit-codes.md)。", "")
    commands = list(_commands(program, program.name))
    yield from table(
        ("命令", "做什么"), ((f"[{name}](#{_anchor(name)})", _first_line(command)) for name, command in commands)
    )
    yield from ("## 各命令共有的选项", "", *_parameters(program, "option"))
    for name, command in commands:
        yield from _command(name, command)
    yield from ("## 退出码", "", *table(("退出码", "含义"), ((str(n), said) for n, said in sorted(EXIT_CODES.items()))))


def _commands(group: Any, path: str) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        inner = getattr(command, "commands", None)
        yield from _commands(command, f"{path} {name}") if inner else [(f"{path} {name}", command)]


def _anchor(name: str) -> str:
    return name.split(" ", 1)[1].replace(" ", "-")


def _first_line(command: Any) -> str:
    return str(command.help).strip().splitlines()[0]


def _command(name: str, command: Any) -> Iterator[str]:
    yield from (f'<a id="{_anchor(name)}"></a>', "", f"## {name}", "")
    yield from (line.strip() for line in str(command.help).strip().splitlines())
    yield ""
    given = " ".join(p.metavar if p.required else f"[{p.metavar}]" for p in _arguments(command))
    yield from ("```text", f"{name} [选项] {given}".strip(), "```", "")
    yield from _parameters(command, "argument")
    yield from _parameters(command, "option")
    if command.epilog:
        yield from ("```bash", command.epilog.removeprefix("例："), "```", "")


def _arguments(command: Any) -> list[Any]:
    return [p for p in command.params if p.param_type_name == "argument"]


def _options(command: Any) -> list[Any]:
    """All options but ``--help``; asking for them puts typer's own words into Chinese."""
    return [p for p in command.get_params(typer.Context(command)) if p.param_type_name == "option" and p.name != "help"]


def _parameters(command: Any, kind: str) -> Iterator[str]:
    """A table of the arguments or the options of a command; nothing if there are none."""
    chosen = _arguments(command) if kind == "argument" else _options(command)
    if chosen:
        head = "参数" if kind == "argument" else "选项"
        yield from table((head, "说明"), ((code(_written(p)), _explained(p)) for p in chosen))


def _written(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return str(parameter.metavar)
    return " ".join([", ".join(parameter.opts), parameter.metavar or ""]).strip()


def _explained(parameter: Any) -> str:
    default = parameter.default
    shown = default is not None and not isinstance(default, bool)
    return f"{parameter.help or ''}{f'（默认：{default}）' if shown else ''}"


# --- writing -------------------------------------------------------------------------------------------------------


def stale(made: Mapping[str, str], folder: Path) -> list[str]:
    """Names of the pages that are missing or differ from what they should be."""
    return [name for name, text in made.items() if _read(folder / name) != text]


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def main(arguments: Sequence[str]) -> int:
    """Write the pages, or only check them."""
    made = pages(load_design())
    old = stale(made, FOLDER)
    if list(arguments) == ["--check"]:
        for name in old:
            print(f"docs/reference/{name} is stale: run python docs/generate.py")
        return 1 if old else 0
    FOLDER.mkdir(exist_ok=True)
    for name in old:
        (FOLDER / name).write_text(made[name], encoding="utf-8", newline="\n")
        print(f"wrote docs/reference/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
