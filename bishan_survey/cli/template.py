"""The command that makes forms: one, or those of all villages, blank or with last round's persons."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bishan_survey.cli.chinese import ChineseCommand
from bishan_survey.cli.examine import show_findings
from bishan_survey.cli.frame import Frame, frame_of
from bishan_survey.cli.options import (
    EditionOption,
    JsonOption,
    YearOption,
    finished,
    finished_folder,
    new_folder,
    output_path,
)
from bishan_survey.cli.show import Show, ShownProgress
from bishan_survey.cli.unmask import on_record
from bishan_survey.cli.validate import must_be_there, submissions_at
from bishan_survey.cli.volume import working
from bishan_survey.errors import EXIT_HARD_FINDINGS, UsageError

if TYPE_CHECKING:
    from bishan_survey.handout import HandedOut, Roster
    from bishan_survey.model import AreaFrame, Village

_LEFT_OUT = {
    "gone": "上轮已去世、迁出，不再列入",
    "repeated": "名册中重复，只列一次",
    "unplaced": "不知是哪个村，没有列入",
}
_IN_FILES = "请改好名册后再运行"
_IN_WORKSPACE = "证号请在上轮的工作区里更正，再运行一次 nightly；认不出村的，请核对这一轮的 areas.csv"
_NEXT = "发给村（社区）填写；收回后用 bishan-survey validate 查错"


def register(app: typer.Typer) -> None:
    """Add the command of this page."""
    app.command("template", cls=ChineseCommand, epilog="例：bishan-survey template 空白表 --roster 2024年调查")(
        template
    )


@working
def template(
    target: Annotated[
        Path, typer.Argument(metavar="文件夹或文件", help="写到哪个文件夹（每村一份）；或要写的一个 .xlsx 文件。")
    ],
    edition: EditionOption = None,
    town: Annotated[str | None, typer.Option("--town", metavar="镇街", help="只写这个镇街的：名称或9位代码。")] = None,
    village: Annotated[
        str | None, typer.Option("--village", metavar="代码", help="只写这个村（社区）的：12位代码。")
    ] = None,
    roster: Annotated[
        Path | None,
        typer.Option("--roster", metavar="名册", help="预填上轮的人：表格文件、文件夹，或上轮的工作区。"),
    ] = None,
    keep_faulty: Annotated[
        bool, typer.Option("--keep-faulty", help="名册有问题也写：坏号码照样填入，归不了村的不写，都列出来。")
    ] = False,
    year: YearOption = None,
    workspace: Annotated[
        Path | None, typer.Option("--workspace", metavar="工作区", help="按这个工作区的日期、版本和村（社区）名单。")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """写调查表：全区每村一份，或一个镇街、一个村的。

    写到文件夹时，每个镇街一个子文件夹，每村一个文件，另有一份发表清单。加 --roster
    把上轮的人预填进去，村里只需更新。名册有问题时先列出问题，一份也不写。
    """
    frame = frame_of(edition, year, workspace)
    show = Show(as_json)
    if target.suffix:
        _write_one(target, frame, village, town, roster, show)
        return
    villages = _villages(frame.areas, town, village)
    new_folder(target)
    filled = _roster(roster, frame, villages, show, keep_faulty)
    _write_all(target, frame, villages, filled, show)


def _villages(areas: "AreaFrame", town: str | None, village: str | None) -> "list[Village]":
    """The villages that forms are wanted for.

    Raises:
        UsageError: there is no such 镇街 or village, or the village is not in the 镇街.
    """
    in_town = [one for one in areas.villages if town in (None, one.town, one.town_code)]
    if town is not None and not in_town:
        raise UsageError(f"没有镇街“{town}”", f"现有：{'、'.join(areas.towns.values())}")
    if village is None:
        return in_town
    one = _village(village, areas)
    if one not in in_town:
        raise UsageError(f"{one.name}（{one.code}）在{one.town}，不在“{town}”", "请去掉 --town，或改成这个镇街")
    return [one]


def _village(code: str, areas: "AreaFrame") -> "Village":
    village = areas.by_code.get(code)
    if village is None:
        raise UsageError(f"没有代码为 {code} 的村（社区）", "12位代码见工作区的 areas.csv")
    return village


def _write_one(
    path: Path, frame: Frame, village: str | None, town: str | None, roster: Path | None, show: Show
) -> None:
    """One blank form, for a village or for none in particular."""
    from bishan_survey.forms import FormContent, write_form

    if roster is not None or town is not None:
        raise UsageError("预填名册、按镇街写，都要写到文件夹", "例如：bishan-survey template 空白表 --town 璧城街道")
    output_path(path, ".xlsx")
    edition = frame.survey.editions[0]
    content = FormContent(_village(village, frame.areas)) if village else FormContent(villages=frame.areas.villages)
    with finished(path) as beside:
        write_form(beside, frame.design, frame.design.questionnaires[edition], frame.survey, content)
    show.heading(f"已写出 {path}")
    show.pairs([("版本", edition), ("下一步", _NEXT)])
    show.document("template/1", {"file": str(path), "edition": edition, "village": village or None})


def _roster(path: Path | None, frame: Frame, villages: "list[Village]", show: Show, keep_faulty: bool) -> "Roster":
    """Last round's persons of some villages; what is wrong with them is told, all of it, before anything is written."""
    from bishan_survey.handout import Roster, columns_needed

    if path is None:
        return Roster()
    must_be_there([path])
    from_workspace = (path / "survey.toml").is_file()
    roster = (_roster_of_workspace if from_workspace else _roster_of_files)(path, frame).within(villages)
    if roster.problems.is_empty():
        return roster
    show.heading(f"名册有{roster.problems.height}处问题")
    show_findings(show, roster.problems, most=None)
    if roster.lacks_columns and not from_workspace:
        show.remark(f"名册要有这些列：{columns_needed(frame.design, frame.survey)}。列名写在一行表头里。")
    if not keep_faulty:
        advice = _IN_WORKSPACE if from_workspace else _IN_FILES
        show.remark(f"一份表也没有写。{advice}；确要照样写的，加 --keep-faulty。")
        show.document("template/1", {"problems": _problems(roster)})
        raise typer.Exit(EXIT_HARD_FINDINGS)
    return roster


def _roster_of_workspace(path: Path, frame: Frame) -> "Roster":
    from bishan_survey.handout import roster_of_workspace
    from bishan_survey.workspace import Workspace

    last = Workspace.open(path, frozenset(frame.design.questionnaires))
    return roster_of_workspace(last, frame.design, frame.survey, frame.areas)


def _roster_of_files(path: Path, frame: Frame) -> "Roster":
    from bishan_survey.handout import roster_of_files

    with ShownProgress() as progress:
        return roster_of_files(submissions_at([path]), frame.design, frame.survey, frame.areas, progress)


def _problems(roster: "Roster") -> list[dict[str, object]]:
    """The problems of a roster for machines, without any person's value."""
    return roster.problems.drop("value").to_dicts()


def _write_all(folder: Path, frame: Frame, villages: "list[Village]", roster: "Roster", show: Show) -> None:
    from bishan_survey.handout import LIST, hand_out

    with ShownProgress() as progress, finished_folder(folder, private=bool(roster.persons)) as beside:
        progress.begin("写调查表", len(villages))
        done = hand_out(beside, frame.design, frame.survey, villages, roster, progress.advance)
        persons = sum(form.persons for form in done)
        if frame.workspace is not None and persons:
            on_record(frame.workspace.root, "template --roster", {"forms": len(done), "persons": persons})
    counts = {
        "forms": len(done),
        "persons": persons,
        "gone": sum(roster.gone.values()),
        "repeated": sum(roster.repeated.values()),
        "unplaced": roster.unplaced,
    }
    show.heading(f"已写出 {folder}")
    show.table(("镇街", "表", "预填的人"), _by_town(done))
    show.pairs([("版本", frame.survey.editions[0]), ("表", counts["forms"]), ("预填的人", counts["persons"])])
    show.pairs([(what, counts[key]) for key, what in _LEFT_OUT.items() if counts[key]])
    show.pairs([("清单", folder / LIST), ("下一步", _NEXT)])
    told = {"folder": str(folder), "edition": frame.survey.editions[0], **counts, "problems": _problems(roster)}
    show.document("template/1", told)


def _by_town(done: "list[HandedOut]") -> list[tuple[str, int, int]]:
    towns = dict.fromkeys(form.village.town for form in done)
    return [
        (town, len(forms), sum(form.persons for form in forms))
        for town in towns
        if (forms := [form for form in done if form.village.town == town])
    ]
