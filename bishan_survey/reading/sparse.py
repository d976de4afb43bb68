"""Worksheets that are read piece by piece: texts at their places, bounded in what they may span."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bishan_survey.reading.grid import Grid, Place, Span, UnreadableFile

_Range = tuple[int, int]


class Room:
    """The cells that the tables of a file may still span: a single far cell or span must not fill the memory."""

    def __init__(self, cells: int) -> None:
        self._left = cells

    def take(self, cells: int) -> None:
        """Take some.

        Raises:
            UnreadableFile: there are none left (``F03``).
        """
        self._left -= cells
        if self._left < 0:
            raise UnreadableFile("F03")


@dataclass(slots=True)
class Sparse:
    """A worksheet while it is read: texts at their places. It ends with the last row and column that hold a text."""

    room: Room
    texts: dict[Place, str] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    hidden_rows: list[_Range] = field(default_factory=list)
    """First and last of each range."""
    hidden_columns: list[_Range] = field(default_factory=list)
    _height: int = field(default=0, init=False)
    _width: int = field(default=0, init=False)

    def reach(self, row: int, column: int) -> None:
        """Take the room that is needed as far as this cell."""
        height, width = max(self._height, row + 1), max(self._width, column + 1)
        self.room.take(height * width - self._height * self._width)
        self._height, self._width = height, width

    def put(self, row: int, column: int, text: str) -> None:
        """Put a text into a cell."""
        if text:
            self.reach(row, column)
            self.texts[row, column] = text

    def grid(self, name: str, hidden: bool = False) -> Grid:
        """The worksheet in full."""
        height = 1 + max((row for row, _ in self.texts), default=-1)
        width = 1 + max((column for _, column in self.texts), default=-1)
        rows = [[""] * width for _ in range(height)]
        for (row, column), text in self.texts.items():
            rows[row][column] = text
        hidden_rows, hidden_columns = _numbers(self.hidden_rows, height), _numbers(self.hidden_columns, width)
        return Grid(name, rows, hidden, hidden_rows, hidden_columns, tuple(self._spans_within(height, width)))

    def _spans_within(self, height: int, width: int) -> Iterator[Span]:
        """Merged ranges, cut off where the worksheet ends."""
        for top, left, bottom, right in self.spans:
            last = min(bottom, height - 1), min(right, width - 1)
            if top <= last[0] and left <= last[1] and last != (top, left):
                yield top, left, *last


def _numbers(ranges: Sequence[_Range], end: int) -> tuple[int, ...]:
    return tuple(sorted({number for first, last in ranges for number in range(first, min(last + 1, end))}))
