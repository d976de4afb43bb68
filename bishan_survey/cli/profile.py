"""Commands for delivery profiles: profile learn."""

from pathlib import Path
from typing import Annotated

import typer

from bishan_survey.cli.chinese import ChineseCommand, ChineseGroup
from bishan_survey.cli.options import finished, output_path
from bishan_survey.cli.show import Show
from bishan_survey.errors import UsageError

_UNITS = ("person", "village")
profile_app = typer.Typer(cls=ChineseGroup, help="上报格式：从对方的空白导入模板起草。", invoke_without_command=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this page."""
    app.add_typer(profile_app, name="profile")
    profile_app.callback()(_profile)
    profile_app.command(
        "learn", cls=ChineseCommand, epilog="例：bishan-survey profile learn 导入模板.xlsx --to 人口.toml"
    )(learn)


def _profile(context: typer.Context) -> None:
    """上报格式：从对方的空白导入模板起草。"""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def learn(
    template: Annotated[Path, typer.Argument(metavar="模板", help="对方系统的空白导入模板。")],
    to: Annotated[Path, typer.Option("--to", metavar="文件", help="写到哪里：.toml，文件名就是格式的 id。")],
    unit: Annotated[
        str, typer.Option("--unit", metavar="单位", help="一行是什么：person 人，village 村（社区）。")
    ] = "person",
) -> None:
    """从对方的空白导入模板起草上报格式，供人补完。

    凭列名认项目，认不出的留空，不猜；下拉的选项写成允许的代码。
    模板也放在草稿旁边：上报时记录填进它的副本，标题行、下拉、隐藏的工作表都在。
    """
    from bishan_survey.design import load_design
    from bishan_survey.learning import learn as understand
    from bishan_survey.learning import profile_text

    if not template.is_file():
        raise UsageError(f"找不到 {template}", "请核对文件名")
    if unit not in _UNITS:
        raise UsageError(f"没有单位 {unit}", f"可以写：{'、'.join(_UNITS)}")
    output_path(to, ".toml")
    kept = to.with_name(template.name)
    if kept.exists() and kept.read_bytes() != template.read_bytes():
        raise UsageError(f"{kept} 已存在，是另一份", "上报格式要和它的模板放在一起；请给模板改个名字")
    design = load_design()
    learnt = understand(template, design, unit)
    if not kept.exists():
        with finished(kept) as beside:
            beside.write_bytes(template.read_bytes())
    with finished(to) as beside:
        text = profile_text(learnt, template.name, to.stem, unit, design)
        beside.write_text(text, encoding="utf-8", newline="\n")
    show = Show()
    show.heading(f"上报格式的草稿已写到 {to}，模板在旁边：{kept.name}")
    known = [header for header, item in learnt.columns if item]
    unknown = [header for header, item in learnt.columns if not item]
    show.pairs([("表头在", f"工作表“{learnt.sheet}”第{learnt.header_row}行"), ("认得的列", len(known))])
    if learnt.held_below:
        show.remark(f"表头下面第{learnt.held_below}行有内容：请在草稿里写 first_row，记录从第几行写起")
    show.pairs([("要人补的列", "、".join(unknown) or "没有")])
