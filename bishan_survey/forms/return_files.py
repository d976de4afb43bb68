"""All return workbooks of a night, a folder for each 镇街; what has not changed is taken from the night before."""

import csv
import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from bishan_survey.forms.crew import write_all
from bishan_survey.forms.return_book import ReturnJob
from bishan_survey.forms.returned import ReturnBook, return_books
from bishan_survey.model import AreaFrame, Batch, Design, Severity, Survey
from bishan_survey.private import OWNER_ONLY_FILE, create_private, make_private_folder

RETURNS_LIST = "退表清单.csv"
_HEADS = ("文件", "镇街", "村（社区）", "代码", "报来的文件", "必须改正", "请核实", "内容指纹")
_UNPLACED = "认不出村（社区）的"


@dataclass(frozen=True, slots=True)
class Returned:
    """A return workbook that was written."""

    file: str
    """Below the folder, with forward slashes."""
    town: str
    village: str
    code: str
    source: str
    hard: int
    soft: int
    digest: str
    """Of all that the workbook is made from: equal digests, equal bytes."""


def write_returns(
    folder: Path,
    batch: Batch,
    design: Design,
    survey: Survey,
    areas: AreaFrame,
    program: str,
    before: Path | None = None,
    each: Callable[[], None] = lambda: None,
) -> list[Returned]:
    """Write a workbook for each file in which something is to be corrected or confirmed, and a list of them.

    Args:
        folder: where to; it is made if needed.
        batch: after validation and deduplication.
        design: the definitions.
        survey: for dates.
        areas: the villages.
        program: version of the program: another one may write other workbooks.
        before: folder of an earlier night's return workbooks. It saves time and changes no byte.
        each: called after each workbook.
    """
    make_private_folder(folder)
    known = _known(before) if before else {}
    done: list[Returned] = []
    jobs: list[ReturnJob] = []
    taken: set[str] = set()
    for book in return_books(batch, design, areas):
        one = _returned(book, _free_name(book, taken), _digest(book, design, survey, program))
        path = folder / one.file
        make_private_folder(path.parent)
        path.touch(OWNER_ONLY_FILE)  # what is written into it keeps this mode
        done.append(one)
        if one.digest in known:
            shutil.copyfile(known[one.digest], path)
            each()
        else:
            jobs.append(ReturnJob(path, areas, book))
    write_all(jobs, design, survey, each)
    _write_list(folder / RETURNS_LIST, done)
    return done


def _returned(book: ReturnBook, file: str, digest: str) -> Returned:
    village = book.village
    place = (village.town, village.name, village.code) if village else ("", "", "")
    return Returned(file, *place, book.file, book.count(Severity.HARD), book.count(Severity.SOFT), digest)


def _free_name(book: ReturnBook, taken: set[str]) -> str:
    """Below the 镇街, by code and name; of several files of a village the later ones bear a number."""
    village = book.village
    stem = f"{village.town}/{village.code}{village.name}" if village else f"{_UNPLACED}/{Path(book.file).stem}"
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}-{number}"
    taken.add(name)
    return f"{name}.xlsx"


def _digest(book: ReturnBook, design: Design, survey: Survey, program: str) -> str:
    digest = hashlib.sha256(repr((program, design.digest, survey, book.called, book.village)).encode())
    digest.update(repr(book.about_file.rows()).encode())
    for part in book.sheets:
        digest.update(repr((part.rows, part.origins, part.extras, part.findings.rows())).encode())
    return digest.hexdigest()


def _known(before: Path) -> Mapping[str, Path]:
    """An earlier night's workbooks by digest, those that are still there."""
    return {
        line["内容指纹"]: path for line in _lines(before / RETURNS_LIST) if (path := before / line["文件"]).is_file()
    }


def _lines(path: Path) -> Iterator[dict[str, str]]:
    if path.is_file():
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from (line for line in csv.DictReader(file) if set(_HEADS) <= line.keys())


def _write_list(path: Path, done: Sequence[Returned]) -> None:
    assert len(_HEADS) == len(fields(Returned))  # noqa: S101 - one head for each
    with create_private(path).open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_HEADS)
        writer.writerows(map(astuple, done))
