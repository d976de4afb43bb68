"""How long the stages of a night took, told by what tells people of the progress; the stages know nothing of it."""

from time import perf_counter

from bishan_survey.examination import Progress


class Timed:
    """Progress that is also timed."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._stage, self._since = "", perf_counter()
        self._seconds: dict[str, float] = {}

    def begin(self, title: str, total: int) -> None:
        """A stage of so many steps begins."""
        self._close(title)
        self._progress.begin(title, total)

    def advance(self) -> None:
        """One step is done."""
        self._progress.advance()

    def seconds(self) -> dict[str, float]:
        """By the title of each stage so far, in order; one that began twice is told once."""
        self._close(self._stage)
        return {title: round(seconds, 3) for title, seconds in self._seconds.items()}

    def _close(self, following: str) -> None:
        now = perf_counter()
        if self._stage:
            self._seconds[self._stage] = self._seconds.get(self._stage, 0.0) + now - self._since
        self._stage, self._since = following, now
