"""The sample against the real intake, validation and deduplication: its key is found in full, and nothing else."""

import csv
from collections import Counter
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import groupby
from pathlib import Path

import pytest

from bishan_survey.deduplication import deduplicate, match_records
from bishan_survey.design.areas import frame_of, shipped_area_rows
from bishan_survey.errors import UsageError
from bishan_survey.intake import Submission, read_batch
from bishan_survey.model import AreaFrame, Batch, Design, Survey
from bishan_survey.synthesis import SampleSummary, write_sample
from bishan_survey.validation import validate

PERSONS, SEED = 1200, 3


@dataclass(frozen=True)
class Sample:
    """A written sample, and what the program makes of it."""

    folder: Path
    summary: SampleSummary
    validated: Batch
    deduplicated: Batch

    def key(self, name: str) -> list[dict[str, str]]:
        """Lines of one of the answers."""
        with (self.folder / "key" / name).open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def district() -> AreaFrame:
    """Four villages in each of three towns."""
    rows = shipped_area_rows("bishan-2021")
    towns = [list(rows) for _, rows in groupby(rows, key=lambda row: row["town_code"])]
    return frame_of([row for town in (towns[0], towns[1], towns[-1]) for row in town[:4]], "500120", "璧山区")


def write(folder: Path, design: Design, survey: Survey, district: AreaFrame, seed: int = SEED) -> SampleSummary:
    """Write the sample of these tests."""
    return write_sample(
        folder / "inbox",
        folder / "key",
        design,
        survey,
        district,
        roster=folder / "roster.csv",
        persons=PERSONS,
        seed=seed,
        faults_per_kind=1,
    )


def submissions(inbox: Path) -> list[Submission]:
    """The files in an inbox."""
    return [
        Submission(path.relative_to(inbox).as_posix(), path, sha256(path.read_bytes()).hexdigest(), path.stat().st_size)
        for path in sorted(inbox.rglob("*"))
        if path.is_file()
    ]


def contents(folder: Path) -> dict[str, str]:
    """Hash of every file by its name."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory, design: Design, survey: Survey, district: AreaFrame) -> Sample:
    """The sample, read and checked."""
    folder = tmp_path_factory.mktemp("sample")
    summary = write(folder, design, survey, district)
    validated = validate(read_batch(submissions(folder / "inbox"), design, survey, district), design, survey)
    return Sample(folder, summary, validated, deduplicate(match_records(validated, design), design))


FINDING = ("file", "sheet", "row", "cell", "rule", "item")


def told(batch: Batch) -> Counter[tuple[str, ...]]:
    """The findings of a batch as the key writes them."""
    rows = batch.findings.select(FINDING).iter_rows()
    return Counter(tuple("" if value is None else str(value) for value in row) for row in rows)


def test_every_finding_of_the_key_is_found_and_nothing_else(sample: Sample) -> None:
    key = [line for line in sample.key("findings.csv") if not line["rule"].startswith("D0")]
    assert told(sample.validated) == Counter(tuple(line[name] for name in FINDING) for line in key)


def test_duplicates_add_the_findings_of_the_key(sample: Sample) -> None:
    key = sample.key("findings.csv")
    assert told(sample.deduplicated) == Counter(tuple(line[name] for name in FINDING) for line in key)


def test_records_count_as_the_key_says(sample: Sample) -> None:
    links = sample.deduplicated.links.select("file", "sheet", "row", "outcome", "rule").iter_rows()
    key = sample.key("duplicates.csv")
    assert Counter((f, s, str(n), o, r) for f, s, n, o, r in links) == Counter(
        (line["file"], line["sheet"], line["row"], line["outcome"], line["step"]) for line in key
    )
    assert {line["step"] for line in key} == {"S1", "S2", "S3", "S4", "S5", "S6", "D03"}
    assert {line["outcome"] for line in key} == {"kept", "duplicate", "held"}


def test_what_is_written_otherwise_is_understood(sample: Sample) -> None:
    names = ("file", "sheet", "cell", "item", "original", "value")
    found = Counter(sample.validated.normalised.select(names).iter_rows())
    assert found == Counter(tuple(line[name] for name in names) for line in sample.key("normalised.csv"))
    assert found


def test_faults_are_many_and_various(sample: Sample) -> None:
    assert sample.summary.kinds >= 150
    assert sample.summary.faults >= sample.summary.kinds
    rules = {line["rule"] for line in sample.key("findings.csv")}
    assert {"F01", "F04", "F05", "F11"} <= rules
    assert {rule[0] for rule in rules if rule[1:].isdigit()} == set("ACDEFHKNPSTUVWX")
    implied = {"not_asked", "required", "range", "readable", "exclusive"}
    assert implied == {rule.partition(".")[2] for rule in rules if "." in rule}


def test_every_village_reports_and_everybody_stands_in_a_sheet(sample: Sample, district: AreaFrame) -> None:
    records = sample.validated.records["bishan-2025", "person"]
    assert set(records["_village"]) == set(district.by_code)
    assert records["_village"].null_count() == 0
    assert records.height == sample.summary.persons + sample.summary.duplicates
    assert sample.summary.persons == pytest.approx(PERSONS, rel=0.05)


def test_sheets_of_their_own_making_are_read(sample: Sample) -> None:
    assert set(sample.validated.not_records["reason"]) >= {"total", "remark"}
    assert set(sample.validated.sources["recognised_by"].drop_nulls()) >= {"form", "title", "file"}


def test_the_people_do_not_exist(sample: Sample) -> None:
    with (sample.folder / "roster.csv").open(encoding="utf-8-sig", newline="") as file:
        roster = list(csv.DictReader(file))
    assert all(line["certificate_no"].startswith("99") for line in roster)
    records = sample.validated.records["bishan-2025", "person"]
    assert records["household_head_id"].drop_nulls().str.starts_with("99").all()


def test_the_roster_differs_from_the_sheets_as_the_key_says(sample: Sample) -> None:
    with (sample.folder / "roster.csv").open(encoding="utf-8-sig", newline="") as file:
        listed = {line["certificate_no"][:18] for line in csv.DictReader(file)}
    differences = sample.key("roster.csv")
    missing = {line["certificate_no"][:18] for line in differences if line["difference"] == "missing"}
    extra = {line["certificate_no"][:18] for line in differences if line["difference"] == "extra"}
    surveyed = set(sample.validated.records["bishan-2025", "person"]["person_key"].drop_nulls())
    assert missing <= listed
    assert not missing & surveyed
    assert surveyed - listed == extra
    assert missing
    assert extra


def test_equal_arguments_give_equal_bytes(
    sample: Sample, tmp_path: Path, design: Design, survey: Survey, district: AreaFrame
) -> None:
    assert write(tmp_path, design, survey, district) == sample.summary
    assert contents(tmp_path) == contents(sample.folder)


def test_the_edition_must_be_open(tmp_path: Path, design: Design, survey: Survey, district: AreaFrame) -> None:
    with pytest.raises(UsageError, match="bishan-2025"):
        write(tmp_path, design, replace(survey, editions=("cdpf-2018",)), district)
