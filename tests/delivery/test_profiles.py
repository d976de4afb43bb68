"""Files for other systems: their columns, their codes, and nothing cut or guessed."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from bishan_survey.delivery import missing_variables, write_profile_csv, write_profile_xlsx
from bishan_survey.errors import DefinitionError
from bishan_survey.model import DeliveryColumn, DeliveryProfile, Survey
from tests.workbooks import sheets_of

_PROFILE = DeliveryProfile(
    id="trial",
    title="试验",
    unit="person",
    file_name="试验.xlsx",
    sheet_name="试验",
    columns=(
        DeliveryColumn("姓名", "name", max_length=4),
        DeliveryColumn("户口", "hukou", recode={"1": "2", "2": "1"}),
    ),
    source="测试",
    mark="PROPOSED",
)
_RECORDS = pl.DataFrame(
    {"name": ["=1+1", "甲", None], "hukou": ["1", "2", None], "_file": ["甲.xlsx"] * 3, "_row": [5, 6, 7]}
)


def test_columns_and_codes(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    assert write_profile_csv(path, _PROFILE, _RECORDS) == 3
    assert path.read_text(encoding="utf-8-sig") == "姓名,户口\n=1+1,2\n甲,1\n,\n"
    assert path.stat().st_mode & 0o077 == 0


def test_text_never_becomes_a_formula(tmp_path: Path, survey: Survey) -> None:
    path = tmp_path / "a.xlsx"
    write_profile_xlsx(path, _PROFILE, _RECORDS, survey)
    assert sheets_of(path)["试验"][1] == ["=1+1", "2"]
    assert path.stat().st_mode & 0o077 == 0


def test_a_value_that_does_not_fit_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    long = _RECORDS.with_columns(name=pl.lit("很长的名字"))
    with pytest.raises(DefinitionError, match=r"超过4个字：甲\.xlsx 第5行"):
        write_profile_csv(tmp_path / "a.csv", _PROFILE, long)
    assert not (tmp_path / "a.csv").exists()


def test_a_code_without_counterpart_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="代码 3 没有对应"):
        write_profile_csv(tmp_path / "a.csv", _PROFILE, _RECORDS.with_columns(hukou=pl.lit("3")))


def test_those_that_are_not_meant_for_a_system_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    assert write_profile_csv(path, replace(_PROFILE, where="hukou = '2'"), _RECORDS) == 1
    assert path.read_text(encoding="utf-8-sig") == "姓名,户口\n甲,1\n"


def test_missing_variables_are_named() -> None:
    assert missing_variables(replace(_PROFILE, where="age > 16"), _RECORDS) == {"age"}
    other = replace(_PROFILE, columns=(DeliveryColumn("学历", "education"),))
    assert missing_variables(other, _RECORDS) == {"education"}
