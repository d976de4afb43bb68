"""Make the small workspace in this folder anew, and its golden outputs: ``make golden``.

Each file in ``inbox/`` is named after its fault. The people are made up; their numbers begin with 99, as no place's do.
"""

import json
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import xlsxwriter

from bishan_survey.design import load_defaults, load_design
from bishan_survey.examination import Progress
from bishan_survey.forms import FormContent, write_form
from bishan_survey.model import Village
from bishan_survey.nightly import nightly
from bishan_survey.workspace import Workspace, create_workspace

HERE = Path(__file__).resolve().parent
WORKSPACE, GOLDEN = HERE / "workspace", HERE / "golden"
TEXTS = ("findings.csv", "links.csv", "normalised.csv", "not_records.csv", "columns.csv", "person-bishan-2025.csv")
VILLAGES = (
    "500120001001",
    "500120001002",
    "500120001003",
    "500120001004",
    "500120107001",
    "500120107201",
    "500120108001",
    "500120108201",
    "500120108202",
    "500120108203",
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
Person = dict[str, str | float]


def identity(order: int, birth: str = "19800101") -> str:
    """An identity number with the right check digit."""
    body = f"990120{birth}{order:03d}"
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11]


def person(order: int, **changes: str | float) -> Person:
    """An adult with a physical disability who gives no finding, with some answers changed."""
    answers = json.loads((HERE / "person.json").read_text(encoding="utf-8"))
    own = {
        "name": f"试验{'甲乙丙丁戊己庚辛壬癸'[order // 2 % 10]}",
        "certificate_no": identity(order) + "44",
        "mobile": f"1990000{order:04d}",
        "household_head_id": identity(order, "19500101"),
    }
    return {**answers, **own, **changes}


RESOURCES: Person = {
    "committee_staff": "1",
    "office_area": "30",
    "yuxin_home": "2",
    "rehab_station": "2",
    "culture_site": "2",
    "accessible_facilities": "1",
    "visits_made": "12",
    "reporter": "填报人甲",
    "report_date": "2025-07-10",
}

FORMS: dict[tuple[str, str], Sequence[Person]] = {
    ("500120001001", "没有问题"): [person(1), person(3), person(5)],
    ("500120001002", "证号变成数字"): [
        person(7, certificate_no=float(identity(7) + "44")),
        person(9, household_head_id=float(identity(9, "19500101"))),
        person(11),
    ],
    ("500120001003", "必填项没有填"): [person(13, name=""), person(15, sex="", survey_date=""), person(17)],
    ("500120001004", "选了无又选别的"): [person(19, employment_help_needs="1,6"), person(21, services_needed="6,1")],
    ("500120107001", "写法不一但看得懂"): [
        person(23, survey_date="2025.7.1", grade="Ⅳ级", sex="男性"),
        person(25, certificate_no="９９" + identity(25)[2:] + "44", survey_date="45839", services_needed="1、3"),
        person(27, mobile="199 0000 0027", name="试 验 丁"),
    ],
    ("500120108001", "迁来的人两地登记"): [person(3, survey_date="2025-07-20"), person(29)],
    ("500120108201", "无法判定以哪条为准"): [person(11, education="4"), person(31)],
    ("500120108202", "同一行填了两次"): [person(33), person(33), person(35)],
}


def write_workspace(folder: Path) -> None:
    """Settings, area file and inbox."""
    design, defaults = load_design(), load_defaults()
    rows = [row for row in defaults.area_rows() if row["code"] in VILLAGES]
    survey = replace(defaults.survey(design), title="小样调查")
    create_workspace(folder, survey, rows, defaults.district_code, defaults.district)
    areas = defaults.areas()
    for (code, name), people in FORMS.items():
        village = areas.by_code[code]
        place = {"town": village.town, "village": village.name}
        filled = {"person": [{**one, **place} for one in people], "village": [{**RESOURCES, **place}]}
        path = folder / "inbox" / village.town / f"{name}.xlsx"
        write_form(path, design, design.questionnaires["bishan-2025"], survey, FormContent(village, filled))
    write_own_sheet(folder / "inbox" / "三合镇" / "自己画的表.xlsx", areas.by_code["500120107201"])
    write_cells(folder / "inbox" / "健龙镇" / "没有表头.xlsx", [["会议通知"], ["请准时参加"]])
    (folder / "inbox" / "三合镇" / "文件损坏.xlsx").write_bytes(b"PK\x03\x04 broken on purpose")
    (folder / "inbox" / "三合镇" / "不是表格.docx").write_bytes("故意放的文字文件".encode())


def write_own_sheet(path: Path, village: Village) -> None:
    """A sheet as villages draw them: titles, other headers, another order, an extra column, a total, a signature."""
    headers = {"序号": "serial_no", "村": "village", "镇街": "town", "血型": "", "残疾证号": "certificate_no"}
    answers = person(37)
    rest = {"残疾类型": "category", "评残等级": "grade"} | {name: name for name in answers}
    named = {*headers.values(), "category", "grade"}
    columns = {**headers, **{h: n for h, n in rest.items() if h != n or n not in named}}
    rows: list[Sequence[object]] = [
        [f"{village.name}持证残疾人花名册"],
        ["填报单位（盖章）", "", "填报日期：2025年7月"],
        [],
    ]
    rows.append(list(columns))
    for number, one in enumerate((person(37), person(39, survey_date="昨天")), 1):
        known: Mapping[str, object] = {**one, "serial_no": number, "village": village.name, "town": village.town}
        rows.append([known.get(name, "A") for name in columns.values()])
        rows.append([])
    rows += [["合计", "", "", "", 2], ["填表人：某某", "", "审核人：某某"]]
    write_cells(path, rows)


def write_cells(path: Path, rows: Sequence[Sequence[object]]) -> None:
    """A plain workbook."""
    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"created": datetime(2025, 6, 1)})  # noqa: DTZ001 - a workbook knows no zone
        sheet = book.add_worksheet("花名册")
        for row, values in enumerate(rows):
            sheet.write_row(row, 0, values)


class Silent(Progress):
    """Nobody watches."""

    def begin(self, title: str, total: int) -> None:
        """Nothing."""

    def advance(self) -> None:
        """Nothing."""


def golden_texts(workspace: Path) -> dict[str, str]:
    """What a night over the workspace gives, as text, its id and time left out."""
    design = load_design()
    opened = Workspace.open(workspace, frozenset(design.questionnaires))
    night = nightly(opened, design, datetime(2025, 12, 1, 2).astimezone(), Silent())
    record = json.loads((night.folder / "run.json").read_text(encoding="utf-8"))
    # Hashes of workbooks depend on the compression library, the design's on every definition: both are told elsewhere.
    left_out = ("id", "started", "program", "design", "inputs", "seconds", "cache", "state")
    kept = {key: value for key, value in record.items() if key not in left_out}
    texts = {name: (night.folder / "restricted" / name).read_text(encoding="utf-8-sig") for name in TEXTS}
    texts["run.json"] = json.dumps(kept, ensure_ascii=False, indent=1) + "\n"
    for table in ("T01", "T06", "T44"):
        path = night.folder / "statistics" / "tables" / f"{table}.csv"
        texts[f"{table}.csv"] = path.read_text(encoding="utf-8-sig")
    return texts


def main() -> None:
    """Write workspace and golden outputs anew."""
    if WORKSPACE.exists():
        shutil.rmtree(WORKSPACE)
    write_workspace(WORKSPACE)
    for unused in ("archive", "runs"):
        shutil.rmtree(WORKSPACE / unused)
    GOLDEN.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "workspace"
        shutil.copytree(WORKSPACE, copy)
        for name, text in golden_texts(copy).items():
            (GOLDEN / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    sys.exit(main())
