"""Nights of one workspace: a village sends v1, then v2, then v2 under another name."""

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from bishan_survey.design import load_defaults
from bishan_survey.forms import FormContent, write_form
from bishan_survey.model import Design
from bishan_survey.nightly import Night, nightly
from bishan_survey.workspace import Workspace, create_workspace
from tests.areas import few_areas
from tests.conftest import EDITION
from tests.returns.sending import VILLAGE, Silent, person
from tests.workbooks import sheets_of

_FIRST_NIGHT = datetime(2025, 11, 1, 2, tzinfo=UTC)
_V1 = [person(1), person(3), person(5, education="4")]
_V2 = [person(1), person(5, education="5"), person(7)]


class District:
    """A workspace, what villages put into its inbox, and its nights."""

    def __init__(self, root: Path, design: Design) -> None:
        defaults = load_defaults()
        survey = defaults.survey(design)
        create_workspace(root, survey, few_areas(), defaults.district_code, defaults.district)
        self.workspace = Workspace.open(root, frozenset(design.questionnaires))
        self._design = design
        self._nights = 0

    def send(self, name: str, people: Sequence[dict[str, str]], code: str = VILLAGE) -> Path:
        """A village's form, filled in."""
        village = self.workspace.areas.by_code[code]
        path = self.workspace.inbox / village.town / name
        content = FormContent(village, {"person": people})
        write_form(path, self._design, self._design.questionnaires[EDITION], self.workspace.settings.survey, content)
        return path

    def night(self) -> Night:
        """The next night."""
        started = _FIRST_NIGHT + timedelta(days=self._nights)
        self._nights += 1
        return nightly(self.workspace, self._design, started, Silent())


@pytest.fixture
def district(tmp_path: Path, design: Design) -> District:
    return District(tmp_path / "工作区", design)


def results(night: Night) -> dict[str, bytes]:
    """Every table and every delivered file of a night: what counts, and nothing of how it came."""
    files = [*night.folder.glob("statistics/tables/*.csv"), *night.folder.glob("restricted/system-*.csv")]
    return {path.name: path.read_bytes() for path in files}


def test_three_nights(district: District, tmp_path: Path, design: Design) -> None:
    district.send("大旺社区.xlsx", _V1)
    district.night()
    v2 = district.send("大旺社区改.xlsx", _V2)
    shutil.copy(v2, v2.with_name("大旺社区 - 副本.xlsx"))
    second, third = district.night(), district.night()

    alone = District(tmp_path / "只有第二份", design)
    alone.send("大旺社区改.xlsx", _V2)
    assert results(second) == results(alone.night())
    assert len(results(second)) > 60

    differences = pl.read_csv(second.folder / "restricted" / "differences.csv", infer_schema=False)
    assert differences.select("change", "item", "old", "new").rows() == [
        ("removed", "certificate_no", person(3)["certificate_no"], None),
        ("changed", "education", "4", "5"),
        ("added", "certificate_no", None, person(7)["certificate_no"]),
    ]
    for side, cells in (("earlier", [True, True, None]), ("later", [None, True, True])):
        assert differences[f"{side}_cell"].str.contains(r"^[A-Z]+\d+$").to_list() == cells

    (_, head, *lines) = sheets_of(second.folder / "restricted" / "问题清单.xlsx")["差异"]
    assert [line[head.index("变化")] for line in lines] == ["减少", "改动", "新增"]

    ledger, coverage = second.examined.ledger, second.examined.coverage
    assert (ledger.read, ledger.superseded, ledger.accepted, ledger.not_a_record) == (8, 3, 3, 2)
    assert (coverage.reported, coverage.files, coverage.copies, coverage.superseded) == (1, 3, 1, 1)
    rules = dict(second.examined.batch.findings.select("rule", "file").iter_rows())
    assert set(rules) == {"F22", "F23", "F26"}
    same = [path.relative_to(second.folder) for path in second.folder.rglob("*") if path.is_file()]
    for path in same:
        if path.name not in ("run.json", "报告.html"):
            assert (second.folder / path).read_bytes() == (third.folder / path).read_bytes(), path


def test_the_register_names_every_village_and_no_person(district: District) -> None:
    district.send("大旺社区.xlsx", _V1)
    night = district.night()
    register = pl.read_csv(night.folder / "statistics" / "收表台账.csv", infer_schema=False)
    assert register.height == len(few_areas())
    row = register.row(by_predicate=pl.col("代码") == VILLAGE, named=True)
    assert (row["报送情况"], row["残疾人记录"], row["首次收到"]) == ("已报送", "3", "2025-11-01 02:00")
    on_sheet = sheets_of(night.folder / "statistics" / "统计表.xlsx")["收表台账"]
    assert len(on_sheet) == 2 + len(few_areas())
    assert _V1[0]["certificate_no"] not in (night.folder / "statistics" / "收表台账.csv").read_text(encoding="utf-8")
