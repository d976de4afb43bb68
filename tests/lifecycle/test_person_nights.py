"""Who is who in a workspace: remembered by every run, carried on by the next, and into the next year."""

import json
from pathlib import Path

import polars as pl
import pytest

from bishan_survey.errors import WorkspaceError
from bishan_survey.frames import PERSON
from bishan_survey.model import Design
from bishan_survey.nightly import Night, remembered_persons
from tests.people import certificate
from tests.returns.sending import person
from tests.returns.test_nights import District
from tests.workspace.tiny import few_tables

_PEOPLE = [person(1), person(3), person(5), person(1, certificate_no=certificate(order=1, kind="43", reissue="B1"))]


@pytest.fixture
def district(tmp_path: Path, design: Design) -> District:
    return District(tmp_path / "工作区", few_tables(design))


def restricted(night: Night) -> Path:
    return night.folder / "restricted"


def ids(night: Night) -> dict[str, str]:
    """The id of each number."""
    frame = pl.read_parquet(restricted(night) / "person-bishan-2025.parquet")
    return dict(frame.select("person_key", PERSON).rows())


def test_ids_go_on_from_night_to_night_and_into_the_next_year(
    district: District, tmp_path: Path, design: Design
) -> None:
    path = district.send("大旺社区.xlsx", _PEOPLE)
    first = district.night()
    assert sorted(ids(first).values()) == ["P0000001", "P0000002", "P0000003"]
    path.unlink()
    district.send("大旺社区（改）.xlsx", [person(7), *reversed(_PEOPLE[1:])])
    second = district.night()
    assert ids(second).items() >= ids(first).items()
    assert len({*ids(second).values()}) == 4

    links = pl.read_csv(restricted(first) / "links.csv", infer_schema=False)
    assert links["person"].to_list() == [ids(first)[key] for key in links["key"]]
    told = pl.read_csv(restricted(first) / "person-bishan-2025.csv", infer_schema=False)
    assert dict(told.select("person_key", PERSON).rows()) == ids(first)
    assert {"one_person", "other_person"} <= {*pl.read_csv(restricted(first) / "pairs.csv").columns}
    record = json.loads((second.folder / "run.json").read_text(encoding="utf-8"))
    assert record["persons"] == {"remembered": 4, "merged": 0}

    next_year = District(tmp_path / "明年", few_tables(design)).workspace
    assert remembered_persons(next_year).is_empty()
    assert remembered_persons(next_year, district.workspace).equals(remembered_persons(district.workspace))

    (restricted(second) / "persons.parquet").write_bytes(b"PAR1")
    with pytest.raises(WorkspaceError, match="已损坏") as damaged:
        district.night()
    assert "编号" in str(damaged.value.advice)
    (restricted(second) / "persons.parquet").unlink()
    with pytest.raises(WorkspaceError, match="没有 persons"):
        remembered_persons(next_year, district.workspace)
    assert len([*(district.workspace.runs).glob("2025*")]) == 2


def test_a_run_of_an_older_program_remembers_nobody(district: District) -> None:
    district.send("大旺社区.xlsx", _PEOPLE)
    night = district.night()
    record = json.loads((night.folder / "run.json").read_text(encoding="utf-8"))
    del record["persons"]
    (night.folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
    assert remembered_persons(district.workspace).is_empty()
