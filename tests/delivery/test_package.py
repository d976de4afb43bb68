"""The data package says of its files what they hold; the codebook knows every variable and names nobody."""

import csv
import json
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from bishan_survey.delivery import codebook_html, entries_of, write_codebook_xlsx, write_package
from bishan_survey.model import Design, Survey
from tests.workbooks import sheets_of

_RUN = {"id": "20250701-000000", "started": "2025-07-01T00:00:00+08:00", "program": "0", "design": "d"}
_RECORDS = pl.DataFrame(
    {
        "_file": ["甲.xlsx", "甲.xlsx"],
        "_row": [5, 6],
        "_person": ["P0000001", None],
        "_status": ["accepted", "accepted"],
        "name": ["=HYPERLINK(1)", "试验甲"],
        "mobile": ["+86 199", None],
        "sex": ["1", "2"],
        "services_needed": [["1", "4"], None],
        "age": [40, None],
        "severe": [True, False],
        "birth_date": [None, None],
    },
    schema_overrides={"birth_date": pl.Date},
)


@pytest.fixture
def package(tmp_path: Path, design: Design, survey: Survey) -> Path:
    """A package of two persons."""
    write_package(tmp_path, {"person": _RECORDS}, design, survey, _RUN)
    return tmp_path


def test_the_descriptor_is_what_the_files_are(package: Path) -> None:
    (resource,) = json.loads((package / "datapackage.json").read_text(encoding="utf-8"))["resources"]
    content = (package / resource["path"]).read_bytes()
    assert resource["bytes"] == len(content)
    assert resource["hash"] == f"sha256:{sha256(content).hexdigest()}"
    fields = resource["schema"]["fields"]
    rows = [*csv.reader(content.decode("utf-8-sig").splitlines())]
    assert [field["name"] for field in fields] == rows[0]
    assert {field["type"] for field in fields} <= {"string", "integer", "number", "date", "boolean"}
    types = {field["name"]: field["type"] for field in fields}
    assert [types[name] for name in ("source_row", "age", "severe", "birth_date", "services_needed")] == [
        *("integer", "integer", "boolean", "date", "string")
    ]
    (sex,) = [field for field in fields if field["name"] == "sex"]
    assert {"1", "2"} <= set(sex["constraints"]["enum"])
    first = dict(zip(rows[0], rows[1], strict=True))
    assert (first["services_needed"], first["severe"], first["person_id"]) == ("1,4", "true", "P0000001")
    assert all(path.stat().st_mode & 0o077 == 0 for path in package.iterdir())


def test_a_formula_is_harmless_in_the_csv_and_as_it_is_in_parquet(package: Path) -> None:
    written = pl.read_csv(package / "person.csv", infer_schema=False)
    assert written["name"].to_list() == ["'=HYPERLINK(1)", "试验甲"]
    assert written["mobile"].to_list() == ["+86 199", None]
    assert pl.read_parquet(package / "person.parquet")["name"].to_list() == _RECORDS["name"].to_list()


def test_what_tells_who_somebody_is_is_marked(design: Design) -> None:
    known = {entry.name: entry for entry in entries_of(design, "person")}
    assert all(known[name].identifying for name in ("name", "certificate_no", "identity_no", "person_key", "mobile"))
    assert not any(known[name].identifying for name in ("hukou", "age", "severe", "certificate_grade"))


class _Reader(HTMLParser):
    """Counts what a page is made of and notes links and anchors."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: set[str] = set()
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        told = dict(attrs)
        self.links.add(told.get("href") or "")
        self.anchors.add(f"#{told.get('id')}")
        assert "src" not in told


def test_the_page_stands_alone_and_can_be_listened_to(design: Design) -> None:
    page = codebook_html(design)
    reader = _Reader()
    reader.feed(page)
    assert reader.links - {""} <= reader.anchors
    assert reader.tags.count("table") == reader.tags.count("caption") > 2
    assert '<html lang="zh-CN">' in page
    assert all(f"<code>{entry.name}</code>" in page for entry in entries_of(design, "person"))


def test_equal_definitions_give_equal_workbooks(design: Design, survey: Survey, tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_codebook_xlsx(tmp_path / name, design, survey)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    sheets = sheets_of(tmp_path / "a.xlsx")
    assert any("hukou" in row for row in sheets["持证残疾人"])
    assert any(row[:2] == ["hukou", "1"] for row in sheets["代码"])
