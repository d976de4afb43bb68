"""The command that shows how often each answer has changed since last year."""

from typing import Annotated, Any

import typer

from bishan_survey.cli.chinese import ChineseCommand
from bishan_survey.cli.examine import open_workspace
from bishan_survey.cli.options import JsonOption, WorkspaceArgument, town_code
from bishan_survey.cli.show import Show
from bishan_survey.errors import UsageError

_HEADS = ("可比", "变了", "%")
_MEANING = (
    "可比：两年都填了这一项的人。变了：其中答案不同的。今年才填的、今年没有填的不算在内，见 上年变动.csv。"
    "具体是谁、从什么变成什么，见 与上年比较.xlsx。"
)


def register(app: typer.Typer) -> None:
    """Add the command of this page."""
    app.command("changes", cls=ChineseCommand, epilog="例：bishan-survey changes 2025年调查 --item 受教育程度")(changes)


def changes(
    workspace: WorkspaceArgument,
    town: Annotated[
        str | None, typer.Option("--town", metavar="镇街", help="只看这个镇街的各项：名称或9位代码。")
    ] = None,
    item: Annotated[
        str | None, typer.Option("--item", metavar="项目", help="只看这一项在各镇街：项目名称或变量名。")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """与上年比较：每一项有多少人的答案变了。

    按最近一次夜间运行：默认列出全区的各项，变得多的排在前面；也可以只看一个镇街，或一项在各镇街。
    """
    from bishan_survey.delivery import OUTCOMES, read_last_year_statistics
    from bishan_survey.workspace import current_run, read_record

    opened, _ = open_workspace(workspace)
    code = None if town is None else town_code(opened.areas, town)
    run = current_run(opened)
    published = read_last_year_statistics(run.path)
    rows = _wanted(published["items"], code, item)
    started = read_record(run)["started"]
    show = Show(as_json)
    show.heading(f"与上年比较（截至{started[:10]}）")
    persons = [(label, published["persons"][outcome.value]) for outcome, label in OUTCOMES.items()]
    show.pairs([*persons, ("两年都有而转到别的村（社区）的", published["moved"])])
    show.heading("答案变了的人")
    first, name = ("项目", "label") if item is None else ("地区", "area_name")
    show.table((first, *_HEADS), [(row[name], row["compared"], row["changed"], _share(row)) for row in rows])
    show.remark(_MEANING)
    told = {"persons": published["persons"], "moved": published["moved"], "items": rows}
    show.document("changes/1", {"run": run.id, "started": started, **told})


def _wanted(items: list[dict[str, Any]], town: str | None, item: str | None) -> list[dict[str, Any]]:
    """The items of the district or of a 镇街, those that changed most first; or one item in every 镇街."""
    if item is not None and item not in {known for row in items for known in (row["item"], row["label"])}:
        raise UsageError(f"没有比较过的项目 {item}", f"现有：{'、'.join(dict.fromkeys(row['label'] for row in items))}")
    of_item = [row for row in items if item in (None, row["item"], row["label"])]
    if town is not None:
        of_item = [row for row in of_item if row["area"] == town and row["level"] == "town"]
    elif item is None:
        of_item = [row for row in of_item if row["level"] == "district"]
    return sorted(of_item, key=lambda row: (row["level"], -(row["share"] or 0)))


def _share(row: dict[str, Any]) -> str:
    return "" if row["share"] is None else f"{row['share']:.1f}"
