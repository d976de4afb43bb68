"""Submissions read by the workers and understood: archives opened, copies recognised by their content."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from bishan_survey.intake.files import FileReader, ParsedFile, Submission
from bishan_survey.intake.mappings import Approved
from bishan_survey.intake.remarks import Remark
from bishan_survey.reading.grid import Answer, Listing, Request
from bishan_survey.reading.kept import Shelf
from bishan_survey.reading.pool import ReaderPool


@dataclass(frozen=True)
class Known:
    """What a workspace knows of those who send files."""

    mappings: tuple[Approved, ...] = ()
    passwords: tuple[str, ...] = ()
    shelf: Shelf | None = None
    """Where it keeps what was read of their files before."""


@dataclass
class Receiver:
    """Reads and understands submissions; every one comes out as a parsed file, archives with what is in them."""

    reader: FileReader
    pool: ReaderPool
    passwords: tuple[str, ...] = ()
    each: Callable[[], None] = lambda: None
    _read: dict[tuple[str, str], Answer] = field(default_factory=dict)
    """What was read of contents that are still to come again."""

    def receive(self, submissions: Sequence[Submission]) -> list[ParsedFile]:
        """Parsed files in the order of the submissions, the members of an archive behind it."""
        received: list[list[ParsedFile]] = []
        opened: list[tuple[int, list[Submission]]] = []
        for place, (submission, read) in enumerate(self._answers(submissions)):
            self.each()
            if isinstance(read, Listing):
                received.append([_archive(submission, read)])
                opened.append((place, _members(submission, read)))
            else:
                received.append([self.reader.understand(submission, read)])
        for place, members in opened:
            answers = self._answers(members)
            received[place] += [self.reader.understand(s, read) for s, read in answers if not isinstance(read, Listing)]
        return _without_copies([file for files in received for file in files])

    def _answers(self, submissions: Sequence[Submission]) -> Iterator[tuple[Submission, Answer]]:
        """What the workers say of each submission; equal contents are read once."""
        wanted = {_alike(s): s for s in reversed(submissions) if _alike(s) not in self._read}
        asked = [s for s in submissions if wanted.get(_alike(s)) is s]
        answers = self.pool.read([self._request(s) for s in asked])
        left = Counter(map(_alike, submissions))
        for submission in submissions:
            alike = _alike(submission)
            answer = self._read[alike] if alike in self._read else next(answers)
            left[alike] -= 1
            if left[alike]:
                self._read[alike] = answer
            else:
                self._read.pop(alike, None)
            yield submission, answer

    def _request(self, submission: Submission) -> Request:
        return Request(submission.path, submission.name, submission.member, self.passwords, submission.sha256)


def _alike(submission: Submission) -> tuple[str, str]:
    """What two submissions have in common that are read alike: of plain text, the suffix says whether it is a table.

    What could not be read, and has no hash, is like nothing else.
    """
    return submission.sha256 or submission.name, PurePosixPath(submission.name).suffix.lower()


def _archive(submission: Submission, listing: Listing) -> ParsedFile:
    """An archive itself: of use if anything in it is."""
    remarks = [
        Remark("F28", details={"member": PurePosixPath(member.name).name, "why": member.refused})
        for member in listing.members
        if member.refused
    ]
    if not listing.members:
        remarks.append(Remark("F34"))
    if listing.passed_over:
        remarks.append(Remark("F44", details={"count": str(listing.passed_over)}))
    readable = any(not member.refused for member in listing.members)
    return ParsedFile(submission, remarks=tuple(remarks), usable=readable, kind="zip")


def _members(archive: Submission, listing: Listing) -> list[Submission]:
    """The files in an archive as submissions, each with a name of its own: a directory may name two alike."""
    made: dict[str, Submission] = {}
    for member in (member for member in listing.members if not member.refused):
        name = f"{archive.name}/{member.name}"
        while name in made:
            name = f"{name}（同名）"
        made[name] = Submission(name, archive.path, member.sha256, member.size, archive.received, member.index)
    return list(made.values())


def _without_copies(parsed: list[ParsedFile]) -> list[ParsedFile]:
    """Equal contents count once. Which of the names counts does not depend on the order in which they came."""
    groups: dict[str, list[ParsedFile]] = {}
    for file in parsed:
        if file.usable and file.sheets:
            groups.setdefault(file.submission.sha256, []).append(file)
    told = {
        file.submission.name: file
        for group in groups.values()
        if len(group) > 1
        for file in _told_apart(sorted(group, key=lambda f: (f.village is None, f.submission.name)))
    }
    return [told.get(file.submission.name, file) for file in parsed]


def _told_apart(copies: Sequence[ParsedFile]) -> Iterator[ParsedFile]:
    """Of equal contents one counts for each village that they are said to be of; several villages contradict."""
    earliest = min((copy.submission.received for copy in copies if copy.submission.received), default=None)
    first = replace(copies[0], submission=replace(copies[0].submission, received=earliest))
    yield first
    counting = {first.village: first}
    for copy in copies[1:]:
        known = first if copy.village is None else counting.get(copy.village)
        if known:
            remark = Remark("F26", details={"other": known.submission.name})
            yield replace(copy, sheets=(), remarks=(remark,), copy_of=known.submission.name)
        else:
            counting[copy.village] = copy
            both = "、".join(sorted(file.village.name for file in (first, copy) if file.village))
            remark = Remark("F30", details={"other": first.submission.name, "villages": both})
            yield replace(copy, remarks=(*copy.remarks, remark))
