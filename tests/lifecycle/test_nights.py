"""Nights of one workspace, through the command: files are replaced in the inbox, and the findings' lives go on."""

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from bishan_survey.design import load_defaults
from bishan_survey.forms import FormContent, write_form
from bishan_survey.model import Design, Survey
from tests.areas import TOWNS, few_areas, of_few_areas
from tests.conftest import EDITION
from tests.program import run
from tests.returns.sending import OTHER_VILLAGE, VILLAGE, person
from tests.workbooks import sheets_of

_ROUNDS = (
    [person(1, education=""), person(3, mobile="12"), person(5, education="99")],
    [person(5, education="98"), person(3, mobile="12"), person(1)],
    [person(7), person(1, education=""), person(5), person(3)],
)


class Inbox:
    """A workspace, and what a village puts into its inbox."""

    def __init__(self, folder: Path, design: Design, survey: Survey) -> None:
        self.folder = folder
        self._design, self._survey = design, survey

    def replace(self, people: list[dict[str, str]], code: str = VILLAGE) -> Path:
        """The village's file, in place of the one that was there."""
        village = load_defaults().areas().by_code[code]
        path = self.folder / "inbox" / village.town / f"{village.name}.xlsx"
        path.unlink(missing_ok=True)
        own = {"town": village.town, "village": village.name}
        content = FormContent(village, {"person": [one | own for one in people]})
        write_form(path, self._design, self._design.questionnaires[EDITION], self._survey, content)
        return path

    def night(self) -> dict:
        """What a night says."""
        done = run("nightly", self.folder, "--json")
        assert done.returncode in (0, 5), done.stderr
        return json.loads(done.stdout)

    def last_night(self) -> Path:
        """The folder of the run that is current."""
        return self.folder / "runs" / (self.folder / "runs" / "current.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory, design: Design, survey: Survey) -> Path:
    """A workspace after the first round; nobody changes it."""
    inbox = Inbox(tmp_path_factory.mktemp("once") / "ws", design, survey)
    assert run("init", inbox.folder).returncode == 0
    of_few_areas(inbox.folder)
    inbox.replace(_ROUNDS[0])
    assert inbox.night()["lifecycle"] == {"new": 3}
    return inbox.folder


@pytest.fixture
def inbox(once: Path, tmp_path: Path, design: Design, survey: Survey) -> Inbox:
    """The workspace after the first round."""
    return Inbox(Path(shutil.copytree(once, tmp_path / "ws")), design, survey)


def lives(night: Path) -> dict[tuple[str, str], int]:
    """Findings by item and status."""
    frame = pl.read_csv(night / "restricted" / "findings-life.csv", infer_schema=False)
    return {(item, status): count for item, status, count in frame.group_by("item", "status").len().rows()}


def test_three_rounds_in_a_workspace(inbox: Inbox) -> None:
    folders, nights = [inbox.last_night()], []
    for people in _ROUNDS[1:]:
        inbox.replace(people)
        nights.append(inbox.night())
        folders.append(inbox.last_night())
    first, second, third = map(lives, folders)
    assert first == {("education", "new"): 2, ("mobile", "new"): 1}
    assert second == {("education", "fixed"): 2, ("education", "new"): 1, ("mobile", "open"): 1}
    assert third == {("education", "fixed"): 2, ("education", "reopened"): 1, ("mobile", "fixed"): 1}
    assert [night["lifecycle"] for night in nights] == [
        {"fixed": 1, "new": 1, "open": 1},  # 99 became 98: another wrong answer, nothing is mended
        {"fixed": 2, "reopened": 1},
    ]
    assert nights[-1]["flagged_rules"] == []
    assert nights[-1]["never_fired"] > 400

    folder = folders[1]
    (_, head, *lines) = sheets_of(folder / "restricted" / "问题清单.xlsx")["问题清单"]
    told = {line[head.index("项目")]: line[head.index("状态")] for line in lines}
    assert told == {"受教育程度": "新", "手机号码": "仍在"}
    findings = json.loads((folder / "restricted" / "findings.json").read_text(encoding="utf-8"))["findings"]
    assert sorted((f["status"], f["rounds"]) for f in findings) == [("new", 1), ("open", 2)]
    (_, head, district, *_) = sheets_of(folder / "restricted" / "问题清单.xlsx")["改错进度"]
    assert dict(zip(head, district, strict=True)) | {"记录": 3, "必须改正，未改": 1, "已改好": 1} == dict(
        zip(head, district, strict=True)
    )


def test_fixed_is_the_same_number_wherever_it_is_told(inbox: Inbox) -> None:
    inbox.replace(_ROUNDS[1])
    shown = run("nightly", inbox.folder)
    assert "到现在为止已改好的：1\n" in shown.stdout
    district = json.loads(run("progress", inbox.folder, "--json").stdout)["league"][0]
    assert district["fixed"] == inbox.night()["lifecycle"]["fixed"] == 1


def test_a_damaged_file_leaves_the_lives_alone_and_a_renamed_one_too(inbox: Inbox) -> None:
    (path,) = (inbox.folder / "inbox").rglob("*.xlsx")
    first, good = lives(inbox.last_night()), path.read_bytes()
    path.write_bytes(good[:300])
    inbox.night()
    assert {key: count for key, count in lives(inbox.last_night()).items() if key[0]} == first
    path.write_bytes(good)
    path.rename(path.with_name("改了名.xlsx"))
    inbox.night()
    assert {key: count for key, count in lives(inbox.last_night()).items() if key[0]} == first


def test_what_is_published_names_nobody(inbox: Inbox) -> None:
    night = inbox.last_night()
    ids = pl.read_csv(night / "restricted" / "findings-life.csv", infer_schema=False)["id"]
    published = [*night.glob("statistics/*.csv"), *night.glob("**/*.json")]
    assert {"改错进度.csv", "规则统计.csv", "progress.json", "run.json"} <= {path.name for path in published}
    for path in published:
        text = path.read_text(encoding="utf-8")
        if path.parent.name != "restricted":
            assert not any(person(o)["certificate_no"] in text for o in (1, 3, 5))
            assert not any(identity in text for identity in ids)


def test_progress_shows_towns_then_villages(inbox: Inbox) -> None:
    inbox.replace([person(9)], OTHER_VILLAGE)
    inbox.night()
    shown = run("progress", inbox.folder)
    assert shown.returncode == 0
    district, town = shown.stdout.split("\n")[2:4]
    for line in (district, town):
        assert "错误率%：50；未改：3；已改好：0；次数：1；天数：0" in line
    assert f"待完成的村：{len(few_areas()) - 1}" in district
    villages = run("progress", inbox.folder, "--town", "璧城街道").stdout
    assert "进度：等待改正" in villages
    assert "进度：没有必改的" in villages
    assert "进度：未报送" in villages
    assert "三合镇" not in villages
    assert run("progress", inbox.folder, "--town", "500120001").stdout == villages
    assert all(len(line) < 400 for line in run("progress", inbox.folder, columns=40).stdout.splitlines())


def test_progress_as_json(inbox: Inbox) -> None:
    told = json.loads(run("progress", inbox.folder, "--json").stdout)
    assert told["schema"] == "bishan-survey/progress/1"
    assert [area["level"] for area in told["league"]] == ["district"] + ["town"] * TOWNS
    assert (told["league"][0]["hard_open"], told["league"][0]["soft_open"]) == (2, 1)
    assert told["flagged_rules"] == {}
    assert "P001" in told["never_fired"]


def test_progress_needs_a_night_and_a_known_town(inbox: Inbox) -> None:
    unknown = run("progress", inbox.folder, "--town", "别的镇")
    assert unknown.returncode == 2
    assert "三合镇" in unknown.stderr
    (inbox.folder / "runs" / "current.txt").unlink()
    assert run("progress", inbox.folder).returncode == 4


@pytest.mark.parametrize("fault", ["gone", "cut", "run"])
def test_lives_are_never_begun_anew_in_silence(inbox: Inbox, fault: str) -> None:
    remembered = inbox.last_night() / "restricted" / "findings-life.parquet"
    if fault == "gone":
        remembered.unlink()
    elif fault == "cut":
        remembered.write_bytes(remembered.read_bytes()[:-9])
    else:
        (inbox.folder / "runs" / "current.txt").write_text("20200101-000000", encoding="utf-8")
    refused = run("nightly", inbox.folder)
    assert refused.returncode == 4
    assert "从头记起" in refused.stderr
    (inbox.folder / "runs" / "current.txt").unlink()
    assert inbox.night()["lifecycle"] == {"new": 3}


def test_after_a_night_of_an_older_program_everything_is_new(inbox: Inbox) -> None:
    folder = inbox.last_night()
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    del record["lifecycle"]
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
    for path in folder.glob("restricted/findings-life.*"):
        path.unlink()
    assert inbox.night()["lifecycle"] == {"new": 3}
