"""Commands that describe the data: codebook, package."""

from pathlib import Path
from typing import Annotated

import typer

from bishan_survey.cli.chinese import ChineseCommand
from bishan_survey.cli.encryption import taken_out
from bishan_survey.cli.examine import open_workspace
from bishan_survey.cli.options import (
    EditionOption,
    JsonOption,
    WorkspaceArgument,
    finished_folder,
    new_folder,
)
from bishan_survey.cli.show import Show
from bishan_survey.cli.unmask import on_record
from bishan_survey.errors import UsageError

FolderOption = Annotated[Path, typer.Option("--to", metavar="文件夹", help="写到哪个文件夹（新的或空的）。")]

TakenOption = Annotated[
    Path, typer.Option("--to", metavar="文件夹", help="写到哪个文件夹（新的或空的）；以 .age 结尾的，加密成一个文件。")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this page."""
    app.command("codebook", cls=ChineseCommand, epilog="例：bishan-survey codebook --to 代码簿")(codebook)
    app.command("package", cls=ChineseCommand, epilog="例：bishan-survey package 2025年调查 --to 数据包")(package)


def codebook(to: FolderOption, edition: EditionOption = None) -> None:
    """代码簿：每个变量的含义、类型、代码，写成网页和工作簿。

    由定义生成，不需要数据，不含任何人的信息。
    """
    from bishan_survey.delivery import CODEBOOK, write_codebook_html, write_codebook_xlsx
    from bishan_survey.design import load_defaults, load_design

    design = load_design()
    if edition is not None and edition not in design.questionnaires:
        raise UsageError(f"没有调查表版本 {edition}", f"现有：{'、'.join(design.questionnaires)}")
    new_folder(to)
    survey = load_defaults().survey(design)
    with finished_folder(to, private=False) as beside:
        write_codebook_html(beside / f"{CODEBOOK}.html", design, edition)
        write_codebook_xlsx(beside / f"{CODEBOOK}.xlsx", design, survey, edition)
    Show().heading(f"代码簿已写到 {to}")


def package(workspace: WorkspaceArgument, to: TakenOption, as_json: JsonOption = False) -> None:
    """数据包：计入的记录写成 CSV 和 Parquet，附数据说明和代码簿。

    datapackage.json 按 Frictionless Data Package 的规范说明每一列，供别的程序读取。
    """
    from bishan_survey.delivery import CODEBOOK, read_counted, write_codebook_html, write_codebook_xlsx, write_package
    from bishan_survey.workspace import current_run, read_record

    opened, design = open_workspace(workspace)
    target = taken_out(to, opened)
    run, survey = current_run(opened), opened.settings.survey
    counted = {unit: read_counted(run.path, unit) for unit in ("person", "village")}
    records = {unit: frame for unit, frame in counted.items() if frame is not None}
    with target as beside:
        descriptor = write_package(beside, records, design, survey, read_record(run))
        write_codebook_html(beside / f"{CODEBOOK}.html", design)
        write_codebook_xlsx(beside / f"{CODEBOOK}.xlsx", design, survey)
        on_record(opened.root, "package", {name: frame.height for name, frame in records.items()})
    show = Show(as_json)
    show.heading(f"数据包已写到 {to}")
    rows = [
        (part["path"], records[part["name"]].height, len(part["schema"]["fields"])) for part in descriptor["resources"]
    ]
    show.table(("文件", "条数", "列数"), rows)
    show.remark("文件含个人信息，请妥善保管。")
    files = [{"file": file, "records": count, "fields": fields} for file, count, fields in rows]
    show.document("package/1", {"folder": str(to), "run": run.id, "files": files})
