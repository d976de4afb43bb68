"""A seal on a line that we have written and people fill in: it shows whether the line still says what it said.

Not a secret and no proof against ill will: it tells a line that was changed, or sorted apart, by mistake.
"""

from collections.abc import Iterable

from bishan_survey.handwritten.texts import squeezed
from bishan_survey.hashes import BETWEEN, digest


def sealed(names: Iterable[str], texts: Iterable[str | None]) -> str:
    """The names that a line goes by, with a seal over them and over the texts that stand beside.

    Args:
        names: without a hyphen.
        texts: of the other cells; what spreadsheet programs do to blanks makes no difference.
    """
    known = [*names]
    return "-".join([*known, digest(BETWEEN.join([*known, *(squeezed(text or "") for text in texts)]))])


def unsealed(code: str) -> list[str]:
    """The names in a code, without its seal; none if it is no code."""
    return squeezed(code).split("-")[:-1]
