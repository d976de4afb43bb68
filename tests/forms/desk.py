"""The office's desk: return workbooks go out from it, and what comes back is read; nobody may be lost or go astray."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import polars as pl
from xlsxwriter.utility import xl_cell_to_rowcol

from bishan_survey.examination import examine_files
from bishan_survey.forms import FormContent, write_form, write_returns
from bishan_survey.intake import Submission
from bishan_survey.model import AreaFrame, Batch, Design, Survey
from tests.conftest import EDITION
from tests.forms.book import Book
from tests.people import identity
from tests.returns.sending import Silent, person
from tests.workbooks import sheets_of, submission

VILLAGE, NEIGHBOUR = "500120001001", "500120107001"
SENT_AS = "璧城街道/大旺社区.xlsx"
"""What the village's file is called."""
Person = tuple[int, str, Mapping[str, str]]
"""Order in the identity number, name, and what is wrong."""
AT_HOME: Sequence[Person] = (
    (1, "试验甲", {}),
    (3, "试验丙", {"education": "初种"}),
    (5, "试验丁", {}),
    (7, "试验戊", {"hukou": "城里"}),
)
NEXT_DOOR: Sequence[Person] = ((11, "试验己", {"education": "初种"}), (13, "试验庚", {}))
HOMES = dict.fromkeys((identity(order=one[0]) for one in AT_HOME), VILLAGE) | dict.fromkeys(
    (identity(order=one[0]) for one in NEXT_DOOR), NEIGHBOUR
)
"""The village of each person, by identity number."""

_RESOURCES = {"committee_staff": "0", "office_area": "60", "yuxin_home": "2", "rehab_station": "1", "culture_site": "2"}
_RESOURCES |= {"accessible_facilities": "1", "visits_made": "3", "reporter": "采集员甲", "report_date": "2025-07-01"}
_CERTIFICATE = re.compile(r"\s*99012\d{12}[\dX]\d{2}\s*")
_NOT_READ = {"F05", "F06", "F07", "F17", "F40", "F43"}
"""Notices by which a sheet, or a file, is not read at all."""


@dataclass(frozen=True)
class Desk:
    """Where forms are filled in, handed back, and read again."""

    folder: Path
    design: Design
    survey: Survey
    areas: AreaFrame

    def examine(self, *files: Submission) -> Batch:
        """The stages over some files."""
        return examine_files(files, self.design, self.survey, self.areas, Silent())

    def form(self, village: str | None, people: Sequence[Person], edition: str = EDITION) -> Path:
        """A form as it is filled in; in a form of no village nobody has written where."""
        place = self.areas.by_code[village] if village else None
        area = {"town": place.town, "village": place.name} if place else {"town": "", "village": ""}
        rows = {"person": [person(order, **{**area, "name": name, **wrong}) for order, name, wrong in people]}
        if place and edition == EDITION:
            rows["village"] = [area | _RESOURCES]
        path = self.folder / "报来" / f"{village}-{edition}.xlsx"
        path.parent.mkdir(exist_ok=True)
        content = FormContent(place, rows, self.areas.villages)
        write_form(path, self.design, self.design.questionnaires[edition], self.survey, content)
        return path

    def hand_back(self, *files: Submission) -> Path:
        """The one return workbook for some files."""
        (self.folder / "退表").mkdir(exist_ok=True)
        folder = Path(mkdtemp(dir=self.folder / "退表"))
        (one,) = write_returns(folder, self.examine(*files), self.design, self.survey, self.areas, "0")
        return folder / one.file

    def returned(self, village: str | None, people: Sequence[Person], edition: str = EDITION) -> Path:
        """The return workbook for somebody's form."""
        place = self.areas.by_code[village] if village else None
        name = f"{place.town}/{place.name}.xlsx" if place else "上报/汇总.xlsx"
        return self.hand_back(submission(self.form(village, people, edition), name))

    def read(self, path: Path, name: str = SENT_AS) -> Batch:
        """What is made of a file: in any case all of it, findings at true cells, and everybody at home."""
        batch = self.examine(submission(path, name))
        assert misplaced_findings(batch, path) == []
        assert unaccounted_rows(batch, path) == []
        assert people_elsewhere(batch) == []
        return batch

    def reread(self, book: Book, name: str = SENT_AS) -> Batch:
        """The same of a workbook that was changed."""
        return self.read(book.save(self.folder / "damaged.xlsx"), name)


def misplaced_findings(batch: Batch, path: Path) -> list[tuple[str, str, str]]:
    """Every finding whose value does not stand at its cell; long numbers are shown otherwise than they are stored."""
    sheets = sheets_of(path)
    told = batch.findings.drop_nulls(["value", "cell"]).select("rule", "sheet", "cell", "value")
    shown = [(rule, sheet, cell, value) for rule, sheet, cell, value in told.rows() if "E+" not in value]
    return [
        (rule, sheet, cell)
        for rule, sheet, cell, value in shown
        if "".join(value.split()) != "".join(_text_at(sheets[sheet], cell).split())
    ]


def _text_at(rows: Sequence[Sequence[object]], cell: str) -> str:
    row, column = xl_cell_to_rowcol(cell)
    return str(rows[row][column]).removesuffix(".0")


def unaccounted_rows(batch: Batch, path: Path) -> list[tuple[str, int]]:
    """Rows with a certificate number that are no record, on sheets of which nobody is told that they are not read."""
    unread = batch.findings.filter(pl.col("rule").is_in(_NOT_READ))["sheet"].to_list()
    if None in unread:
        return []
    read = {place for frame in batch.verbatim.values() for place in frame.select("_sheet", "_row").rows()}
    return [
        (name, number)
        for name, rows in sheets_of(path).items()
        for number, row in enumerate(rows, 1)
        if name not in unread and (name, number) not in read and any(_CERTIFICATE.fullmatch(str(cell)) for cell in row)
    ]


def people_elsewhere(batch: Batch) -> list[tuple[str, str]]:
    """Identity number and village of everybody who counts in a village that is not theirs."""
    counted = batch.records[EDITION, "person"].filter(_status="accepted").select("identity_no", "_village")
    return [(number, village) for number, village in counted.rows() if HOMES.get(number, VILLAGE) != village]


def answers(batch: Batch, unit: str = "person") -> list[dict[str, str | None]]:
    """What was read of each record, in order; not where it stood."""
    frame = batch.verbatim[EDITION, unit]
    return frame.select(name for name in frame.columns if not name.startswith(("_", "village_"))).rows(named=True)


def told(batch: Batch) -> list[tuple[str | None, str, str | None]]:
    """Who has which finding, and over what; of a column that is missing, nobody."""
    names = batch.verbatim[EDITION, "person"].select(file="_file", sheet="_sheet", row="_row", name="name")
    about = batch.findings.filter(pl.col("records") > 0).join(names, on=["file", "sheet", "row"], how="left")
    return about.select("name", "rule", "value").sort("name", "rule", "value", nulls_last=True).rows()


def statuses(batch: Batch) -> dict[str | None, str]:
    """Whether each person counts, by name."""
    return dict(batch.records[EDITION, "person"].select("name", "_status").rows())


def notices(batch: Batch) -> list[str]:
    """What is said of the file, its sheets and columns."""
    return batch.findings.filter(records=0)["rule"].sort().to_list()
