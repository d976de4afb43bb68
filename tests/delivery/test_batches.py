"""The files of a delivery: every line once, no more to a file than the system takes, in its encoding."""

import csv
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bishan_survey.delivery import write_batches, write_manifest
from bishan_survey.model import DeliveryColumn, DeliveryProfile, Encoding, Survey
from tests.workbooks import sheets_of

_PROFILE = DeliveryProfile(
    id="trial",
    title="试验",
    unit="person",
    file_name="试验.csv",
    sheet_name="试验",
    source="测试",
    mark="PROPOSED",
    columns=(DeliveryColumn("号码", "number"),),
    key=("号码",),
)


def _rows(count: int) -> pl.DataFrame:
    return pl.DataFrame({"号码": [f"n{n}" for n in range(count)]})


@settings(deadline=None, max_examples=30)
@given(count=st.integers(1, 30), size=st.integers(1, 31))
def test_every_line_is_in_one_file_at_the_place_that_is_told(count: int, size: int, survey: Survey) -> None:
    with TemporaryDirectory() as folder:
        profile = replace(_PROFILE, batch_size=size)
        places = write_batches(Path(folder), profile, _rows(count), survey, 1)
        read = {
            path.name: [*csv.reader(path.read_text(encoding="utf-8-sig").splitlines())]
            for path in Path(folder).iterdir()
        }
        assert all(1 < len(lines) <= size + 1 for lines in read.values())
        told = [read[name][line - 1][0] for name, line in places.iter_rows()]
        assert told == _rows(count)["号码"].to_list()
        sizes = dict(places.group_by("name").len().iter_rows())
        manifest = write_manifest(Path(folder), {"rows": sizes})
        assert sum(file["rows"] for file in manifest["files"]) == count
        assert {file["name"] for file in manifest["files"]} == {*read}


@pytest.mark.parametrize("encoding", Encoding)
def test_the_bytes_are_of_the_encoding(encoding: Encoding, tmp_path: Path, survey: Survey) -> None:
    rows = pl.DataFrame({"号码": ["王，甲"]})
    write_batches(tmp_path, replace(_PROFILE, encoding=encoding), rows, survey, 1)
    content = (tmp_path / "试验.csv").read_bytes()
    assert content.decode(encoding) == "号码\n王，甲\n"
    assert content.startswith(b"\xef\xbb\xbf") == (encoding is Encoding.UTF_8_SIG)


def test_names_of_files_and_workbooks_of_texts(tmp_path: Path, survey: Survey) -> None:
    profile = replace(
        _PROFILE, file_name="试验.xlsx", batch_size=5, batch_name="第{delivery}次-{batch}of{batches}.xlsx"
    )
    write_batches(tmp_path, profile, _rows(52), survey, 3)
    assert sorted(path.name for path in tmp_path.iterdir())[0] == "第3次-01of11.xlsx"
    assert sheets_of(tmp_path / "第3次-11of11.xlsx")["试验"] == [["号码"], ["n50"], ["n51"]]
    assert replace(profile, batch_name="").file_names(1, 3) == ["试验.xlsx"]
