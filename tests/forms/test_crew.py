"""Several processes write what one would have written, whatever happens to them."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from bishan_survey import processes
from bishan_survey.errors import InternalError
from bishan_survey.forms import FormContent, FormJob, write_all
from bishan_survey.model import AreaFrame, Design, Survey
from tests.conftest import EDITION
from tests.people import adult

_MANY = 40


@dataclass(frozen=True)
class Signed:
    """A job that says in which process it was done, and may go wrong there."""

    path: Path
    mishap: str = ""
    first: int = os.getpid()

    def write(self, design: Design, survey: Survey) -> None:
        if self.mishap == "always":
            raise InternalError("写不出", "请报告")
        if self.mishap and os.getpid() != self.first:
            os._exit(9) if self.mishap == "dies" else 1 / 0
        self.path.write_text(f"{os.getpid()} {survey.title}", encoding="utf-8")


@pytest.fixture(autouse=True)
def several_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine with three processors."""
    monkeypatch.setattr(processes.os, "cpu_count", lambda: 3)


def test_they_write_the_bytes_that_one_process_writes(
    tmp_path: Path, design: Design, survey: Survey, areas: AreaFrame
) -> None:
    form, content = design.questionnaires[EDITION], FormContent(areas.villages[0], {"person": [adult()]})
    jobs = [FormJob(tmp_path / f"{number}.xlsx", form, content) for number in range(_MANY)]
    told: list[int] = []
    write_all(jobs, design, survey, lambda: told.append(1))
    write_all([FormJob(tmp_path / "one.xlsx", form, content)], design, survey)
    assert len(told) == _MANY
    assert {job.path.read_bytes() for job in jobs} == {(tmp_path / "one.xlsx").read_bytes()}


def test_the_work_is_shared(tmp_path: Path, design: Design, survey: Survey) -> None:
    jobs = [Signed(tmp_path / str(number)) for number in range(_MANY)]
    write_all(jobs, design, survey)
    assert len({job.path.read_text(encoding="utf-8") for job in jobs}) == 3


@pytest.mark.parametrize("mishap", ["dies", "fails"])
def test_what_a_process_leaves_undone_is_done_all_the_same(
    mishap: str, tmp_path: Path, design: Design, survey: Survey
) -> None:
    jobs = [Signed(tmp_path / str(number), mishap if number == 22 else "") for number in range(_MANY)]
    told: list[int] = []
    write_all(jobs, design, survey, lambda: told.append(1))
    assert all(job.path.is_file() for job in jobs)
    assert len(told) == _MANY
    assert len({job.path.read_text(encoding="utf-8") for job in jobs}) == 3


def test_what_cannot_be_written_at_all_is_told(tmp_path: Path, design: Design, survey: Survey) -> None:
    jobs = [Signed(tmp_path / str(number), "always" if number == 22 else "") for number in range(_MANY)]
    with pytest.raises(InternalError, match="写不出"):
        write_all(jobs, design, survey)
