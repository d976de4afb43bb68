"""Commands that make things: a workspace, a synthetic district."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bishan_survey.cli.chinese import ChineseCommand
from bishan_survey.cli.options import (
    EditionOption,
    JsonOption,
    YearOption,
)
from bishan_survey.cli.show import Show, ShownProgress
from bishan_survey.cli.volume import working
from bishan_survey.errors import WorkspaceError

if TYPE_CHECKING:
    from bishan_survey.synthesis import SampleSummary

DivisionsOption = Annotated[
    str | None, typer.Option("--divisions", metavar="区划版本", help="区划代码版本，如 bishan-2021。")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this page."""
    app.command("init", cls=ChineseCommand, epilog="例：bishan-survey init 2025年调查 --year 2025")(init)
    app.command("sample", cls=ChineseCommand, epilog="例：bishan-survey sample 演示 --seed 7")(sample)


def init(
    folder: Annotated[Path, typer.Argument(metavar="文件夹", help="要建立的工作区。")],
    year: YearOption = None,
    edition: EditionOption = None,
    divisions: DivisionsOption = None,
    as_json: JsonOption = False,
) -> None:
    """建立工作区：设置、区划名单、收件夹。"""
    from bishan_survey.design import load_defaults, load_design
    from bishan_survey.workspace import create_workspace

    defaults = load_defaults()
    survey = defaults.survey(load_design(), edition, year)
    create_workspace(folder, survey, defaults.area_rows(divisions), defaults.district_code, defaults.district)
    show = Show(as_json)
    show.heading(f"已建立工作区 {folder}")
    show.pairs(
        [
            ("设置", folder / "survey.toml"),
            ("应报送的村（社区）名单", folder / "areas.csv"),
            ("收件夹（各镇街一个）", folder / "inbox"),
            ("下一步", f"把各村的表放进收件夹，然后运行 bishan-survey nightly {folder}"),
        ]
    )
    show.document("init/1", {"folder": str(folder), "editions": list(survey.editions)})


@working
def sample(
    folder: Annotated[Path, typer.Argument(metavar="文件夹", help="写到哪里；会成为一个工作区。")],
    persons: Annotated[int, typer.Option("--persons", min=50, metavar="人数", help="大约多少人。")] = 18000,
    seed: Annotated[int, typer.Option("--seed", metavar="种子", help="同一种子，同样的数据。")] = 1,
    year: YearOption = None,
    force: Annotated[bool, typer.Option("--force", help="先删去该文件夹中以前合成的数据。")] = False,
    as_json: JsonOption = False,
) -> None:
    """合成一个区的数据，供演示和练习。

    191个村（社区）的表、底册、已知的错误和答案。人都是虚构的：证号以99开头，没有哪个地方用这个开头。
    """
    from bishan_survey.design import load_defaults, load_design
    from bishan_survey.synthesis import write_sample
    from bishan_survey.workspace import Workspace, create_workspace

    design, defaults = load_design(), load_defaults()
    survey = defaults.survey(design, year=year)
    _clear_sample(folder, force)
    create_workspace(folder, survey, defaults.area_rows(), defaults.district_code, defaults.district)
    workspace = Workspace.open(folder, frozenset(design.questionnaires))
    (folder / _SAMPLE_MARK).write_text("此文件夹由 bishan-survey sample 合成，可用 --force 重写。\n", encoding="utf-8")
    with ShownProgress() as progress:
        progress.begin("合成各村的表", len(workspace.areas.villages))
        made = write_sample(
            workspace.inbox,
            folder / "answer-key",
            design,
            survey,
            workspace.areas,
            roster=folder / "roster.csv",
            persons=persons,
            seed=seed,
            faults_per_kind=3,
            each=progress.advance,
        )
    _show_sample(Show(as_json), folder, made, persons)


def _show_sample(show: Show, folder: Path, made: "SampleSummary", wanted: int) -> None:
    counts = {
        "files": made.files,
        "persons": made.persons,
        "faults": made.faults,
        "fault_kinds": made.kinds,
        "duplicates": made.duplicates,
    }
    labels = ("文件", "人", "已知的错误", "错误种类", "重复登记")
    show.heading(f"已合成 {folder}")
    show.pairs(list(zip(labels, counts.values(), strict=True)))
    show.pairs([("答案", folder / "answer-key"), ("底册", folder / "roster.csv")])
    if made.persons < wanted * _ENOUGH:
        show.remark(
            f"只合成了{made.persons}人，少于要的{wanted}人：有的规则或必填项使合成的人通不过校验。"
            "新加了项目或规则的，请在 templates/samples/population.toml 中写明怎样填。"
        )
    show.document("sample/1", {"folder": str(folder), **counts})


_ENOUGH = 0.9
"""Share of the wanted people below which something keeps the made-up people from being clean."""
_SAMPLE_MARK = "sample.txt"


def _clear_sample(folder: Path, force: bool) -> None:
    """Only what `sample` itself has made is ever deleted."""
    import shutil

    if not folder.exists() or not any(folder.iterdir()):
        return
    if not force or not (folder / _SAMPLE_MARK).is_file():
        advice = "请换一个文件夹" + ("" if force else "；若其中是以前合成的数据，可加 --force 重写")
        raise WorkspaceError(f"{folder} 不是空文件夹", advice)
    shutil.rmtree(folder)
