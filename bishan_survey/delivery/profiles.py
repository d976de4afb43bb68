"""Records in the layout that another system wants, as its delivery profile says."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import polars as pl
from xlsxwriter import Workbook

from bishan_survey.delivery.filling import write_filled
from bishan_survey.delivery.preflight import prepared
from bishan_survey.delivery.private import write_private_csv
from bishan_survey.design import compile_sql, variables_in
from bishan_survey.errors import DefinitionError, WorkspaceError
from bishan_survey.model import DeliveryProfile, Survey
from bishan_survey.private import create_private

_CELL = 32_767
"""Characters that a cell of a workbook holds. xlsxwriter leaves out what is longer."""


def missing_variables(profile: DeliveryProfile, records: pl.DataFrame) -> set[str]:
    """Variables that a profile needs and the records do not have."""
    texts = [*(column.sql for column in profile.columns), *([profile.where] if profile.where else [])]
    return set[str]().union(*map(variables_in, texts)) - set(records.columns)


def meant_for(profile: DeliveryProfile, records: pl.DataFrame) -> pl.DataFrame:
    """The records that a profile's system is meant to have."""
    return records.filter(compile_sql(profile.where)) if profile.where else records


def profile_frame(profile: DeliveryProfile, records: pl.DataFrame) -> pl.DataFrame:
    """The records meant for the profile's system as it wants them: its columns, its order, its codes.

    Raises:
        DefinitionError: a value would not fit into a column or has no code there. Nothing is cut or altered.
    """
    records = meant_for(profile, records)
    made = prepared(profile, records)
    lost = made.faults.filter(pl.col("fault").is_in(["length", "recode"]))
    problems = [
        f"上报格式 {profile.id}：“{header}”{_told(fault, why, found, records)}"
        for (fault, header, why), found in lost.group_by("fault", "header", "why", maintain_order=True)
    ]
    if problems:
        raise DefinitionError(problems, "请改正表中的值，或 templates/delivery 中的格式；程序不会截断或改动任何值")
    return made.rows


def _told(fault: object, why: object, found: pl.DataFrame, records: pl.DataFrame) -> str:
    """What is wrong in a column: the codes that are not known, or where the values stand that are too long."""
    if fault == "recode":
        return f"的代码 {'、'.join(found['value'].unique().sort())} 没有对应"
    return f"{why}：{_places(records[found['line']])}"


def _places(records: pl.DataFrame) -> str:
    """Where records stand, the first few of them."""
    named = [f"{file} 第{row}行" for file, row in records.select("_file", "_row").head(5).iter_rows()]
    return "、".join(named) + (f" 等{records.height}条" if records.height > len(named) else "")


def write_profile_csv(path: Path, profile: DeliveryProfile, records: pl.DataFrame) -> int:
    """Write a profile's file as CSV; returns the number of records."""
    frame = profile_frame(profile, records)
    write_private_csv(path, frame)
    return frame.height


def write_profile_xlsx(path: Path, profile: DeliveryProfile, records: pl.DataFrame, survey: Survey) -> int:
    """Write a profile's file as a workbook, every cell as text; returns the number of records."""
    frame = profile_frame(profile, records)
    write_workbooks(profile, {path: frame}, survey)
    return frame.height


def write_workbooks(profile: DeliveryProfile, files: Mapping[Path, pl.DataFrame], survey: Survey) -> None:
    """Write lines as workbooks that their owner alone can read: copies of the system's blank one where there is one.

    Args:
        profile: the layout.
        files: where to, each with its lines: the profile's columns, all texts.
        survey: the round of the survey.

    Raises:
        WorkspaceError: a value is longer than a cell of a workbook can hold; or as :func:`filling.write_filled` says.
    """
    for rows in files.values():
        _refuse_long(rows)
    if profile.template:
        write_filled(profile, files)
        return
    for path, rows in files.items():
        write_text_workbook(path, profile.sheet_name, rows, survey)


def _refuse_long(rows: pl.DataFrame) -> None:
    longest = rows.select(pl.all().str.len_chars().max())
    for header, (most,) in zip(longest.columns, longest.iter_columns(), strict=True):
        if (most or 0) > _CELL:
            raise WorkspaceError(f"“{header}”有值超过{_CELL}个字，工作簿的一格放不下", "请改短；程序不会截断")


def write_text_workbook(path: Path, sheet_name: str, frame: pl.DataFrame, survey: Survey) -> None:
    """Write a frame as a workbook that its owner alone can read, every cell as text."""
    create_private(path)
    # In memory, so that nobody's data passes through temporary files.
    with Workbook(str(path), {"in_memory": True, "strings_to_formulas": False}) as workbook:
        workbook.set_properties({"created": datetime.combine(survey.reference_date, datetime.min.time())})
        text = workbook.add_format({"num_format": "@"})
        sheet = workbook.add_worksheet(sheet_name)
        sheet.set_column(0, frame.width - 1, 16, text)
        for row, values in enumerate([tuple(frame.columns), *frame.iter_rows()]):
            for column, value in enumerate(values):
                if value is not None:
                    sheet.write_string(row, column, value, text)
        sheet.freeze_panes(1, 0)
