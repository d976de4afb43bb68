"""The stages in their order: from files to one record per person. The night goes this way, and so do other commands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bishan_survey.corrections import Checking, Line, apply_corrections
from bishan_survey.deduplication import changed_numbers, deduplicate, match_records, with_changed_numbers
from bishan_survey.handwritten import HandwrittenLine
from bishan_survey.intake import Approved, AreaIndex, Known, Submission, read_batch
from bishan_survey.model import AreaFrame, Batch, Design, LastYear, OverTime, Roster, Survey
from bishan_survey.registers import check_roster, compare, match_last_year
from bishan_survey.returns import sent_again, settle_returns, still_counting, with_superseded
from bishan_survey.validation import checks_for, time_checks, type_batch, validate, validate_over_time

VILLAGE = "village"
"""The item that a list's column of villages' codes is read as."""


class Progress(Protocol):
    """Told how far a night has come; the commands show it."""

    def begin(self, title: str, total: int) -> None:
        """A stage of so many steps begins."""

    def advance(self) -> None:
        """One step is done."""


@dataclass(frozen=True)
class OfficeInput:
    """What the district's office adds to what villages send."""

    corrections: Sequence[Line] = ()
    """The sheet of corrections."""
    changed_numbers: Sequence[HandwrittenLine] = ()
    """The table of changed identity numbers."""
    decisions: Sequence[HandwrittenLine] = ()
    """The sheets of decisions on doubtful pairs."""
    roster: Roster | None = None
    """Who should be surveyed, if there is a roster."""


NOTHING_ADDED = OfficeInput()


def examine_files(
    submissions: Sequence[Submission],
    design: Design,
    survey: Survey,
    areas: AreaFrame,
    progress: Progress,
    known: Known | None = None,
    office: OfficeInput = NOTHING_ADDED,
) -> Batch:
    """The stages from files to one record per person."""
    progress.begin("读取", len(submissions))
    read = read_batch(submissions, design, survey, areas, progress.advance, known or Known())
    return examine_batch(read, design, survey, areas, progress, office)


def examine_list(
    submissions: Sequence[Submission],
    design: Design,
    survey: Survey,
    areas: AreaFrame,
    progress: Progress,
    known: Known | None = None,
) -> Batch:
    """A list of persons through the same stages: one for all or one for each village, in any layout that intake reads.

    It may be of any edition, and a column of villages' codes is known by what the layout calls it.
    """
    codes = tuple(Approved("", header, VILLAGE) for header in design.layout.village_codes)
    known = replace(known or Known(), mappings=codes)
    others = [edition for edition in design.questionnaires if edition not in survey.editions]
    any_edition = replace(survey, editions=(*survey.editions, *others))
    return examine_files(submissions, design, any_edition, areas, progress, known)


def examine_batch(
    read: Batch,
    design: Design,
    survey: Survey,
    areas: AreaFrame,
    progress: Progress,
    office: OfficeInput = NOTHING_ADDED,
) -> Batch:
    """The stages from verbatim records to one record per person; what a later file replaced takes no part in them."""
    progress.begin("核对重报", 1)
    rivals = type_batch(sent_again(read), design, survey)
    settled = settle_returns(read, rivals, design, survey, areas)
    progress.advance()
    progress.begin("更正", 1)
    corrected = correct(still_counting(read, settled), office.corrections, design, survey, areas)
    progress.advance()
    progress.begin("校验", 1)
    batch = validate(corrected, design, survey)
    progress.advance()
    progress.begin("去重", 1)
    changed = changed_numbers(office.changed_numbers, design.changed_numbers)
    matched = match_records(with_changed_numbers(batch, changed, design), design, changed.now, office.decisions)
    batch = deduplicate(matched, design, office.roster.rows if office.roster else None, changed.now)
    progress.advance()
    return check_roster(with_superseded(batch, settled), office.roster, design, areas, changed.now)


def correct(read: Batch, lines: Sequence[Line], design: Design, survey: Survey, areas: AreaFrame) -> Batch:
    """Apply corrections by hand to the records that count, as their villages and values are read everywhere."""
    checking = Checking(
        typed=lambda batch: type_batch(batch, design, survey),
        blamed=lambda edition, unit: {
            check.id: check.item.name for checks in (checks_for, time_checks) for check in checks(design, edition, unit)
        },
    )
    return apply_corrections(read, lines, design, survey, AreaIndex(areas, design.layout), checking)


def beside_last_year(
    batch: Batch, last: LastYear, design: Design, changes: Mapping[str, str] | None = None
) -> tuple[Batch, OverTime]:
    """Compare a batch that has gone through the stages with last year's persons.

    Args:
        batch: this year's.
        last: last year's.
        design: the definitions.
        changes: the number that has taken the place of each identity number that was changed.

    Returns:
        The batch with the findings of the rules between two years, and what has changed.
    """
    matched = match_last_year(batch, last, design, changes)
    differing, items = compare(matched.pairs, batch, last, design)
    told = validate_over_time(batch, matched.answers, design)
    return told, OverTime(matched.persons, differing, items, last.problems, last.books_known)
