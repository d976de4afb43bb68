"""``deliver`` and ``receipts`` as a person runs them: a round trip with a receiver that rejects some."""

import json
import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from tests.blanks import SHEET, blank_workbook, parts_of
from tests.cli.conftest import PEOPLE
from tests.conftest import ROOT
from tests.program import run
from tests.workbooks import sheets_of, table, write_cells

PROFILE = ("--profile", "system-person")
NUMBERS = [person["certificate_no"] for person in PEOPLE]


@pytest.fixture
def workspace(counted: Path, tmp_path: Path) -> Path:
    """A copy of the workspace after a night that tests may write into."""
    return Path(shutil.copytree(counted, tmp_path / "ws"))


def _delivered(folder: Path) -> list[str]:
    (rows,) = sheets_of(folder / "残疾人口基础信息.xlsx").values()
    place = rows[0].index("残疾证号")
    return [str(row[place]) for row in rows[1:]]


def _answer(path: Path, *lines: tuple[str, str, str]) -> Path:
    """A list as a system gives it: a title above the heading."""
    return write_cells(
        path, {"结果": {"A1": "导入结果一览"} | table((2, 1), [("残疾人证号", "状态", "失败原因"), *lines])}
    )


def test_a_round_trip_delivers_exactly_the_rejected(workspace: Path, tmp_path: Path) -> None:
    first = run("deliver", workspace, *PROFILE, "--to", tmp_path / "一", "--json")
    assert first.returncode == 0, first.stderr
    assert _delivered(tmp_path / "一") == NUMBERS
    answer = [(NUMBERS[0], "成功", ""), (NUMBERS[1], "失败", "某原因"), (NUMBERS[2], "失败", "某原因")]
    told = run(
        "receipts", workspace, _answer(tmp_path / "回执.xlsx", *answer), *PROFILE, "--list", tmp_path / "退.xlsx"
    )
    assert told.returncode == 0, told.stderr
    assert "成功：1；退回：2；还没有结果：0" in told.stdout
    assert [row[-1] for row in sheets_of(tmp_path / "退.xlsx")["退回"][1:]] == ["某原因"] * 2
    second = run("deliver", workspace, *PROFILE, "--rejected", "--to", tmp_path / "二")
    assert second.returncode == 0, second.stderr
    assert _delivered(tmp_path / "二") == NUMBERS[1:]
    rest = run("receipts", workspace, _answer(tmp_path / "二.xlsx", answer[1]), *PROFILE, "--rest-accepted")
    assert "成功：1；退回：1；还没有结果：0" in rest.stdout
    assert "要报的：1" in run("deliver", workspace, *PROFILE, "--rejected", "--check").stdout
    none = run("deliver", workspace, *PROFILE, "--changed", "--to", tmp_path / "三")
    assert none.returncode == 0
    assert "没有要报的" in none.stdout
    assert not (tmp_path / "三").exists()
    for shown in (first, told, second, rest):
        assert not any(number[:18] in shown.stdout + shown.stderr for number in NUMBERS)
        assert "试验甲" not in shown.stdout + shown.stderr


def test_the_manifest_reconciles(workspace: Path, tmp_path: Path) -> None:
    shown = json.loads(run("deliver", workspace, *PROFILE, "--to", tmp_path / "一", "--json").stdout)
    manifest = json.loads((tmp_path / "一" / "manifest.json").read_text(encoding="utf-8"))
    assert shown["manifest"] == manifest
    assert manifest["counts"] == {"counted": 3, "not_meant": 0, "not_wanted": 0, "left_out": 0, "delivered": 3}
    assert sum(manifest["towns"].values()) == sum(file["rows"] for file in manifest["files"]) == 3
    for file in manifest["files"]:
        content = (tmp_path / "一" / file["name"]).read_bytes()
        assert (file["bytes"], file["sha256"]) == (len(content), sha256(content).hexdigest())
    assert manifest["run"] == (workspace / "runs" / "current.txt").read_text(encoding="utf-8")
    private = [
        *(tmp_path / "一").iterdir(),
        *(path for path in (workspace / "deliveries").rglob("*") if path.is_file()),
    ]
    assert all(path.stat().st_mode & 0o077 == 0 for path in private)


def test_faults_are_told_and_nothing_is_written(workspace: Path, tmp_path: Path) -> None:
    _spoil(workspace)
    shown = run("deliver", workspace, *PROFILE, "--to", tmp_path / "一", "--list", tmp_path / "问题.xlsx")
    assert shown.returncode == 1
    assert "行：6；列：移动电话；为什么：超过20个字；怎么办：请改短" in shown.stdout
    assert "--skip-faulty" in shown.stderr
    assert not (tmp_path / "一").exists()
    assert not (workspace / "deliveries").exists()
    assert "199" not in shown.stdout
    (_, fault) = sheets_of(tmp_path / "问题.xlsx")["问题"]
    assert _LONG in fault
    kept = run("deliver", workspace, *PROFILE, "--to", tmp_path / "一", "--skip-faulty")
    assert kept.returncode == 1
    assert _delivered(tmp_path / "一") == [NUMBERS[0], NUMBERS[2]]
    assert len(sheets_of(tmp_path / "一" / "没有上报的.xlsx")["问题"]) == 2
    assert "要报的：1" in run("deliver", workspace, *PROFILE, "--changed", "--check").stdout


_LONG = "19900000001、19900000002"


def _spoil(workspace: Path) -> None:
    """Give one person two telephone numbers in the published run."""
    import polars as pl

    (path,) = workspace.glob("runs/*/restricted/person-*.parquet")
    records = pl.read_parquet(path)
    second = pl.col("certificate_no") == NUMBERS[1]
    records.with_columns(mobile=pl.when(second).then(pl.lit(_LONG)).otherwise("mobile")).write_parquet(path)


def test_lines_that_nobody_can_be_told_by(workspace: Path, tmp_path: Path) -> None:
    run("deliver", workspace, *PROFILE, "--to", tmp_path / "一")
    path = _answer(tmp_path / "回执.xlsx", (NUMBERS[0], "成功", ""), ("9.90120198001010E+17", "失败", ""))
    told = run("receipts", workspace, path, *PROFILE, "--rest-accepted", "--json")
    assert told.returncode == 1
    document = json.loads(told.stdout)
    assert document["deliveries"] == [{"delivery": 1, "delivered": 3, "accepted": 1, "rejected": 0, "waiting": 2}]
    assert [(one["line"], one["trouble"]) for one in document["lines"]] == [(5, "unknown")]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["deliver", "--profile", "nobody", "--check"], 2, "没有上报格式"),
        (["receipts", "--profile", "system-statistics"], 2, "没有逐条的回执"),
        (["deliver", "--profile", "system-person"], 2, "--to"),
        (["receipts", "--profile", "system-person", "没有.xlsx"], 2, "找不到"),
        (["receipts", "--profile", "system-person", "--rest-accepted"], 2, "一起用"),
    ],
)
def test_what_is_called_wrongly_is_said(words: list[str], code: int, said: str, workspace: Path) -> None:
    shown = run(words[0], workspace, *words[1:])
    assert shown.returncode == code
    assert said in shown.stderr


def test_receipts_before_any_delivery_and_lists_without_heading(workspace: Path, tmp_path: Path) -> None:
    path = _answer(tmp_path / "回执.xlsx", (NUMBERS[0], "成功", ""))
    assert "还没有上报过" in run("receipts", workspace, path, *PROFILE).stderr
    run("deliver", workspace, *PROFILE, "--to", tmp_path / "一")
    bare = write_cells(tmp_path / "空.xlsx", {"结果": {"A1": "没有列名"}})
    shown = run("receipts", workspace, bare, *PROFILE)
    assert shown.returncode == 4
    assert "残疾证号" in shown.stderr
    assert "没有第3次" in run("receipts", workspace, path, *PROFILE, "--delivery", 3).stderr


@pytest.fixture
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the delivery profiles of definitions that a test may add to."""
    for folder in ("templates", "validators"):
        shutil.copytree(ROOT / folder, tmp_path / "definitions" / folder)
    monkeypatch.setattr("bishan_survey.design.load.definitions_root", lambda: tmp_path / "definitions")
    return tmp_path / "definitions" / "templates" / "delivery"


def _completed(draft: Path) -> None:
    """A draft as a person completes it."""
    text = draft.read_text(encoding="utf-8")
    lines = ['sql = "CAST(NULL AS VARCHAR)"' if line.startswith('sql = ""') else line for line in text.splitlines()]
    draft.write_text("\n".join(lines).replace("key = []", 'key = ["残疾人证号"]'), encoding="utf-8")


def test_a_blank_workbook_is_learnt_completed_and_filled(workspace: Path, profiles: Path, tmp_path: Path) -> None:
    template = blank_workbook(tmp_path / "导入模板.xlsx")
    learnt = run("profile", "learn", template, "--to", profiles / "import.toml")
    assert learnt.returncode == 0, learnt.stderr
    assert (profiles / "导入模板.xlsx").read_bytes() == template.read_bytes()
    _completed(profiles / "import.toml")
    shown = run("deliver", workspace, "--profile", "import", "--to", tmp_path / "一")
    assert shown.returncode == 0, shown.stderr
    exported = run("export", workspace, "--profile", "import", "--to", tmp_path / "二.xlsx")
    assert exported.returncode == 0, exported.stderr
    one = tmp_path / "一" / "导入模板.xlsx"
    assert one.read_bytes() == (tmp_path / "二.xlsx").read_bytes()
    rows = sheets_of(one)[SHEET]
    assert rows[:3] == sheets_of(template)[SHEET][:3]
    assert [row[1] for row in rows[3:]] == NUMBERS
    before, after = parts_of(template), parts_of(one)
    assert [name for name in before if before[name] != after[name]] == ["xl/worksheets/sheet1.xml"]
    (profiles / "导入模板.xlsx").unlink()
    gone = run("export", workspace, "--profile", "import", "--to", tmp_path / "三.xlsx")
    assert gone.returncode == 3
    assert "找不到 导入模板.xlsx" in gone.stderr


def test_another_template_of_the_same_name_is_not_overwritten(tmp_path: Path) -> None:
    template = blank_workbook(tmp_path / "导入模板.xlsx")
    (tmp_path / "格式").mkdir()
    (tmp_path / "格式" / "导入模板.xlsx").write_bytes(b"1")
    shown = run("profile", "learn", template, "--to", tmp_path / "格式" / "a.toml")
    assert shown.returncode == 2
    assert "是另一份" in shown.stderr
    assert [path.name for path in (tmp_path / "格式").iterdir()] == ["导入模板.xlsx"]
