"""Arguments and options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

WorkspaceArgument = Annotated[Path, typer.Argument(metavar="工作区", help="工作区文件夹（其中有 survey.toml）。")]
JsonOption = Annotated[bool, typer.Option("--json", help="结果以 JSON 输出到标准输出，格式见 docs/reference/json.md。")]
EditionOption = Annotated[str | None, typer.Option("--edition", metavar="版本", help="调查表版本，如 bishan-2025。")]
YearOption = Annotated[int | None, typer.Option("--year", metavar="年份", min=2000, max=2100, help="调查年份。")]
