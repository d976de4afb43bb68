"""Three rounds of the whole district: what comes back is corrected and sent again, until nothing is left to correct."""

import csv
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import polars as pl
import pytest

from bishan_survey.design import load_defaults
from bishan_survey.forms import RETURNS_LIST
from bishan_survey.model import Design
from tests.corrections.lines import HEADINGS
from tests.district.villages import Villages
from tests.program import run

_MANNERS = ("unchanged", "corrected", "partly", "with a new fault")
_ABOUT_TWO_VILLAGES = pl.col("rule").str.starts_with("D")
"""Whether a person stands twice depends on what another village does."""


@dataclass(frozen=True)
class Returned:
    """A return workbook."""

    path: Path
    code: str
    source: str
    """The file that it answers, below the inbox."""


class District:
    """The workspace of a district whose villages answer what comes back to them."""

    def __init__(self, folder: Path, results: Path, villages: Villages) -> None:
        self._folder = folder
        self._results = results
        self._villages = villages

    def night(self) -> dict:
        """What a night says."""
        done = run("nightly", self._folder, "--json")
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        self._results = Path(told["folder"])
        return told

    def asking(self) -> pl.DataFrame:
        """Findings of the last night that have to be corrected or confirmed."""
        return self._read("findings.csv").filter(pl.col("severity").is_in(["hard", "soft"]))

    def lives(self) -> pl.DataFrame:
        """What has become of each finding about a record that has to be corrected or confirmed, or had to be."""
        asked = pl.col("severity").is_in(["hard", "soft"]) & pl.col("item").is_not_null()
        return self._read("findings-life.csv").filter(asked)

    def returned(self) -> Iterator[Returned]:
        """What came back last night."""
        folder = self._results / "restricted" / "退表"
        for line in pl.read_csv(folder / RETURNS_LIST, infer_schema=False).iter_rows(named=True):
            yield Returned(folder / line["文件"], line["代码"], line["报来的文件"])

    def send_again(self, book: Returned, manner: str) -> None:
        """Put a village's answer to its return workbook in the place of what it had sent."""
        sent = self._folder / "inbox" / book.source
        sent.unlink()
        target = sent.with_suffix(".xlsx")
        match manner:
            case "unchanged":
                shutil.copyfile(book.path, target)
            case "corrected":
                self._villages.correct(book.code, book.path, target)
            case "partly":
                self._villages.correct(book.code, book.path, target, but=1)
            case "with a new fault":
                self._villages.correct(book.code, book.path, target)
                self._villages.forget_a_name(target)

    def discard_unusable(self) -> None:
        """Take away the files that could not be read."""
        for file in self.asking().filter(pl.col("sheet").is_null())["file"]:
            (self._folder / "inbox" / file).unlink()

    def settle_by_telephone(self) -> int:
        """Ask villages that have nothing to correct about people who stand twice, and drop those of other villages."""
        corrected = {book.code for book in self.returned()}
        twice = self._read("links.csv").filter(~pl.col("village").is_in(corrected)).select("key", "village").rows()
        lines = [(key, code, "删除记录", "住在别村") for key, code in twice if not self._villages.knows(code, key)]
        with (self._folder / "corrections.csv").open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerow(HEADINGS)
            csv.writer(file).writerows([[i, p, "", a, "", "", "", r, "审核员", "2025-11-24"] for i, p, a, r in lines])
        return len(lines)

    def _read(self, name: str) -> pl.DataFrame:
        return pl.read_csv(self._results / "restricted" / name, infer_schema=False)


@pytest.fixture
def after_one_night(district, tmp_path: Path, design: Design) -> District:
    """The district of the sample after its first night, in a folder that may be changed."""
    folder, results, _ = district
    shutil.copytree(folder, tmp_path / "demo")
    defaults = load_defaults()
    villages = Villages(design, defaults.survey(design), defaults.areas())
    return District(tmp_path / "demo", tmp_path / "demo" / results.relative_to(folder), villages)


def statuses(lives: pl.DataFrame) -> dict[str, set[str]]:
    """Which statuses there are, by the manner in which the villages took what came back."""
    of_manner = lives.filter(pl.col("manner").is_not_null()).group_by("manner").agg(pl.col("status").unique())
    return {manner: set(found) for manner, found in of_manner.rows()}


def test_three_rounds_end_without_anything_to_correct(after_one_night: District) -> None:
    district = after_one_night
    assert district.asking().height > 500
    assert set(district.lives()["status"]) == {"new"}

    manners = {}
    for book, manner in zip(district.returned(), cycle(_MANNERS), strict=False):
        district.send_again(book, manner)
        manners[book.code] = manner
    assert len(manners) > 150
    district.discard_unusable()
    district.night()
    own = district.lives().filter(~_ABOUT_TWO_VILLAGES)
    own = own.with_columns(manner=pl.col("village").replace_strict(manners, default=None))
    assert statuses(own) == {
        "unchanged": {"open"},
        "corrected": {"fixed"},
        "partly": {"open", "fixed"},
        "with a new fault": {"fixed", "new"},
    }
    forgotten = own.filter(manner="with a new fault", status="new")
    assert set(forgotten["rule"]) == {"name.required"}
    assert forgotten.height == list(manners.values()).count("with a new fault")

    dropped = district.settle_by_telephone()
    for book in list(district.returned()):
        district.send_again(book, "corrected")
    last = district.night()
    assert district.asking().height == 0
    assert set(district.lives()["status"]) == {"fixed"}
    assert last["corrections"] == {"applied": dropped}
    assert last["findings"].get("hard", 0) == 0
    assert list(district.returned()) == []
