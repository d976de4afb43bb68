"""The page of a run: that its numbers are the run's, that it names nobody, and that everybody can read it."""

import json
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from bishan_survey.delivery.codebook import codebook_html
from bishan_survey.model import Design
from bishan_survey.overview import OVERVIEW
from tests.areas import TOWNS, few_areas
from tests.pages import PHONE, WIDE, violations
from tests.people import certificate
from tests.returns.sending import OTHER_VILLAGE, person
from tests.returns.test_nights import District

_VOID = {"meta", "circle", "polyline"}


class Outline(HTMLParser):
    """What a page is made of; tags that do not fit together are refused."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.levels: list[int] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tables = self.captions = 0
        self.text = ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag not in _VOID:
            self.open.append(tag)
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))
        self.tables += tag == "table"
        self.captions += tag == "caption"
        self.ids += [told["id"]] if told.get("id") else []
        self.links += [told["href"]] if told.get("href") else []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _VOID

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@dataclass(frozen=True)
class Shown:
    folder: Path
    text: str
    outline: Outline


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, design: Design) -> Shown:
    """The page of a second night, on which another village has come in."""
    district = District(tmp_path_factory.mktemp("overview") / "工作区", design)
    district.send("大旺社区.xlsx", [person(1), person(3, education="99")])
    district.night()
    district.send("别村.xlsx", [person(5), person(7, mobile="12")], OTHER_VILLAGE)
    folder = district.night().folder
    text = (folder / OVERVIEW).read_text(encoding="utf-8")
    return Shown(folder, text, Outline(text))


def test_its_numbers_are_those_of_the_run(shown: Shown) -> None:
    record = json.loads((shown.folder / "run.json").read_text(encoding="utf-8"))
    rows, said = record["rows"], shown.outline.text
    ledger = re.findall(r"读入\d+|计入\d+", re.sub(r"\s", "", said))
    assert ledger[:2] == [f"读入{rows['read']}", f"计入{rows['accepted']}"]
    assert f"应报送的村（社区）{len(few_areas())}" in said
    assert f"必须改正{record['findings']['hard']}" in said
    assert record["id"] in said
    names = [row["name"] for row in few_areas()]
    assert all(name in said for name in names)
    assert len({row["town_name"] for row in few_areas()}) == TOWNS
    assert "报送有变化的村（社区）1" in said
    assert "新报来的" in said


def test_the_first_night_says_that_it_is_the_first(tmp_path: Path, design: Design) -> None:
    district = District(tmp_path / "工作区", design)
    folder = district.night().folder
    assert "这是第一次运行" in (folder / OVERVIEW).read_text(encoding="utf-8")


def test_it_names_nobody_and_asks_nothing_of_the_network(shown: Shown) -> None:
    assert not re.search(r"\d{17}[\dX]", shown.text)
    assert not any(certificate(order=order)[:14] in shown.text for order in (1, 3, 5, 7))
    assert "试验" not in shown.text
    assert not re.search(r"https?:|<script|<link|@import|url\(", shown.text)
    assert (shown.folder / OVERVIEW).stat().st_mode & 0o077 == 0
    assert len(shown.text) < 1_000_000


def test_its_links_lead_somewhere(shown: Shown) -> None:
    assert len(shown.outline.links) > 15
    for link in shown.outline.links:
        if link.startswith("#"):
            assert link[1:] in shown.outline.ids
        else:
            assert (shown.folder / link).is_file(), link
    assert len(set(shown.outline.ids)) == len(shown.outline.ids)


def test_it_can_be_listened_to(shown: Shown) -> None:
    levels = shown.outline.levels
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert shown.outline.tables == shown.outline.captions > 4


@pytest.mark.parametrize(("size", "dark"), [(WIDE, False), (WIDE, True), (PHONE, False), (PHONE, True)])
def test_axe_finds_nothing(shown: Shown, tmp_path: Path, size: tuple[int, int], dark: bool) -> None:
    assert violations(shown.folder / OVERVIEW, tmp_path, size, dark=dark) == []


def test_axe_finds_nothing_in_the_codebook(tmp_path: Path, design: Design) -> None:
    page = tmp_path / "代码簿.html"
    page.write_text(codebook_html(design), encoding="utf-8")
    assert violations(page, tmp_path) == []


def test_a_planted_fault_is_found(shown: Shown, tmp_path: Path) -> None:
    page = tmp_path / "坏.html"
    faulty = shown.text.replace(' lang="zh-CN"', "").replace("--soft:#46525e", "--soft:#ccc")
    page.write_text(faulty, encoding="utf-8")
    assert {"html-has-lang", "color-contrast"} <= {one[0] for one in violations(page, tmp_path)}
