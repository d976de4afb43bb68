"""What came in, and what was made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bishan_survey.model.outputs import TableShell
from bishan_survey.model.questionnaire import Code
from bishan_survey.model.roster import RosterCheck

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Batch:
    """What the stages hand on. Frames only: no path is opened, nothing is printed, no clock is read.

    ``records`` holds one frame for each (edition, unit): first the address columns ``_file, _sheet, _row,
    _village, _town``, then the variables: text as found in the cells before validation, typed after it. In the end
    ``_status`` says ``accepted``, ``held``, ``duplicate`` or ``superseded``.
    """

    sources: pl.DataFrame
    """One row for each file: path, hash, what it was recognised as, rows read."""
    columns: pl.DataFrame
    """Which column of which sheet holds which item."""
    records: Mapping[tuple[str, str], pl.DataFrame]
    findings: pl.DataFrame
    normalised: pl.DataFrame
    """What was understood though it was not written as the form asks: address, original, value."""
    not_records: pl.DataFrame
    """Rows that are not records (blank, 合计, notes), with their address and the reason."""
    extras: pl.DataFrame
    """What stands in columns that are not read."""
    lacking: pl.DataFrame
    """Findings record by record where one finding about a missing column stands for them."""
    corrections: pl.DataFrame
    """What was corrected by hand, and what could not be."""
    pairs: pl.DataFrame
    """Records that are of one person, or may be."""
    changed_numbers: pl.DataFrame
    """Identity numbers that were changed, line by line, and what became of each line."""
    decisions: pl.DataFrame
    """What the district has decided of pairs, line by line, and what became of each line."""
    questions: pl.DataFrame
    """Pairs that the district is asked to decide."""
    links: pl.DataFrame
    """Records of one person: which counts, which do not, by which rule."""
    returns: pl.DataFrame
    """One row for each village that should report: what came, which file counts, since when."""
    differences: pl.DataFrame
    """What a village's later file changed of its earlier one."""
    verbatim: Mapping[tuple[str, str], pl.DataFrame] = field(default_factory=dict)
    """The records that were checked, as text."""
    dropped: Mapping[tuple[str, str], pl.DataFrame] = field(default_factory=dict)
    """Verbatim records that a correction by hand has taken out of the others, with their ``_position`` among them."""
    roster: RosterCheck | None = None
    """How the records compare with the roster; ``None`` before that is looked at."""


@dataclass(frozen=True)
class Table:
    """A filled table. ``cells`` is long: area, stub code, column key, value."""

    shell: TableShell
    stub: tuple[Code, ...]
    """Codes of the rows in order (empty where the rows are areas)."""
    head: tuple[tuple[str, str], ...]
    """Key and label of each column in order, the total first."""
    cells: pl.DataFrame


@dataclass(frozen=True)
class Ledger:
    """Where every row went. ``read`` is the sum of the others, or the run is refused."""

    read: int
    accepted: int
    held: int
    duplicate: int
    superseded: int
    """Records whose village has sent a later file in place of theirs."""
    not_a_record: int

    @property
    def balanced(self) -> bool:
        """Whether every row read is accounted for exactly once."""
        return self.read == self.accepted + self.held + self.duplicate + self.superseded + self.not_a_record


@dataclass(frozen=True)
class Lives:
    """What is remembered of findings from one night to the next. Frames only; codes, no values of answers."""

    findings: pl.DataFrame
    """Every finding that there ever was, with its status."""
    rounds: pl.DataFrame
    """How many returns of each village have counted so far, and which contents count now."""


@dataclass(frozen=True)
class FollowUp:
    """How a district's findings fare: what is handed to delivery, beside the batch."""

    lives: Lives
    tonight: pl.DataFrame
    """Id and status of each of the batch's findings, in their order."""
    league: pl.DataFrame
    """How far the district, each 镇街 and each 村（社区） have come."""
    rules: pl.DataFrame
    """How often each rule fails, and whether the rule itself is suspected."""
