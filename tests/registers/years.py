"""Two years of a district, without workbooks."""

from collections.abc import Mapping

from bishan_survey import frames
from bishan_survey.examination import beside_last_year
from bishan_survey.model import AreaFrame, Batch, Design, LastYear, OverTime, Survey
from bishan_survey.registers import CodeBooks, last_years_persons
from tests.conftest import EDITION
from tests.returns.sending import File, night

PERSON = (EDITION, "person")


class Years:
    """A district whose nights are compared with the year before."""

    def __init__(self, design: Design, survey: Survey, areas: AreaFrame) -> None:
        self.parts = design, survey, areas
        self.design = design

    def night(self, *files: File) -> Batch:
        """A night over files, compared with nothing."""
        return night(*self.parts, *files)

    def last(self, batch: Batch, books: CodeBooks | None = None) -> LastYear:
        """A batch as it is known a year later."""
        persons = last_years_persons([batch.records[PERSON]], books or {}, self.design)
        return LastYear(persons, batch.columns, frames.empty(frames.FINDINGS), books_known=True)

    def beside(
        self, now: Batch, before: Batch, changes: Mapping[str, str] | None = None, books: CodeBooks | None = None
    ) -> tuple[Batch, OverTime]:
        """A year beside the year before."""
        return beside_last_year(now, self.last(before, books), self.design, changes)


def outcomes(over_time: OverTime) -> dict[str, int]:
    """How many rows have each outcome."""
    return dict(over_time.persons.group_by("outcome").len().sort("outcome").rows())


def changed(over_time: OverTime) -> list[tuple[str, str, str | None, str | None]]:
    """Item, kind, old and new answer of every difference."""
    return over_time.changes.select("item", "change", "old", "new").rows()


def asked(batch: Batch) -> list[tuple[str, str, str | None, int | None, str]]:
    """The findings of rules between two years."""
    told = batch.findings.filter(batch.findings["rule"].str.starts_with("Y"))
    return told.select("rule", "severity", "cell", "row", "message").rows()
