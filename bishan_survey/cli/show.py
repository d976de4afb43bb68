"""What the commands print: results to stdout, progress and remarks to stderr, people's identifiers nowhere.

Commands show no identifiers. Where one stands in what they show all the same (in the name of a file, say) it is masked
here, unless somebody has given a reason (``cli/unmask.py``).

On a terminal with colour and bars, elsewhere as plain lines; every fact is said in words, so that colour and layout
carry nothing alone. rich is imported when something is shown.
"""

import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal

from bishan_survey.masks import without_numbers
from bishan_survey.widths import display_width, folded

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bars


_NUMBER = re.compile(r"-?[\d,.]*[％%]?|——")
_TEXT, _HEADER, _HEADER_LINES, _GAP = 10, 4, 3, 2
"""Places that a text and a header need at least in a table, lines of a header at most, places between columns."""


class Volume(Enum):
    """How much a command says besides its errors and warnings."""

    QUIET = "quiet"
    NORMAL = "normal"
    VERBOSE = "verbose"


_volume = Volume.NORMAL


def set_volume(volume: Volume) -> None:
    """How much is said from now on."""
    global _volume  # noqa: PLW0603 - one process, one command line
    _volume = volume


def plain(stream: Any) -> bool:
    """Whether a stream is no terminal that can show bars and tables."""
    return not stream.isatty() or os.environ.get("TERM") == "dumb"


class Show:
    """Shows the results of one command, as text or as one JSON document."""

    def __init__(self, as_json: bool = False, *, unmasked: bool = False) -> None:
        """A way to show.

        Args:
            as_json: whether one JSON document is wanted instead of text.
            unmasked: whether identifiers may be seen; somebody has given a reason then.
        """
        self._as_json = as_json
        self._silent = as_json or _volume is Volume.QUIET
        self._unmasked = unmasked

    def heading(self, text: str) -> None:
        """A line above what follows."""
        if not self._silent:
            self._out().print(self._seen(f"\n{text}"), style="bold")

    def pairs(self, pairs: Sequence[tuple[str, object]]) -> None:
        """Lines of the form "what: how much"."""
        if not self._silent:
            for what, said in pairs:
                self._out().print(self._seen(f"  {what}：{_figure(said)}"))

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[object]], *, whole: bool = False) -> None:
        """A table on a terminal; elsewhere a line for each row, its fields named.

        Args:
            columns: what stands above the columns.
            rows: the lines.
            whole: whether a table that is wider than the terminal becomes lines too, instead of being folded. One that
                cannot be folded so that it is read becomes lines in any case.
        """
        if self._silent:
            return
        rows = [[value if isinstance(value, int) else self._seen(str(value)) for value in row] for row in rows]
        texts = [[_figure(value) for value in row] for row in rows]
        parts = [_Part.of(column, [row[n] for row in texts], whole) for n, column in enumerate(columns)]
        width = None if plain(sys.stdout) else self._out().width
        if width is None or sum(part.least + _GAP for part in parts) > width:
            for row in texts:
                _print(_line([f"{c}：{v}" for c, v in zip(columns, row, strict=True)], width))
            return
        from rich.table import Table

        table, narrow = Table(box=None, pad_edge=True), sum(part.widest + _GAP for part in parts) > width
        for part in parts:
            header = "\n".join(folded(part.header, part.least)) if narrow else part.header
            justify: Literal["left", "right"] = "right" if part.numeric else "left"
            table.add_column(header, justify=justify, overflow="fold", no_wrap=part.numeric)
        for row in texts:
            table.add_row(*row)
        self._out().print(table)

    def document(self, schema: str, content: dict[str, Any]) -> None:
        """The one JSON document of a command, if it was asked for."""
        if self._as_json:
            whole = {"schema": f"bishan-survey/{schema}", **content}
            _print(json.dumps(self._all_seen(whole), ensure_ascii=False, indent=1))

    def remark(self, text: str) -> None:
        """A word to the person at the keyboard, not part of the result."""
        self._err().print(self._seen(text))

    def _all_seen(self, value: Any) -> Any:
        """The texts of a document as they may be seen; its numbers, which may be as long, are as they are."""
        if isinstance(value, str):
            return self._seen(value)
        if isinstance(value, Mapping):
            return {self._all_seen(key): self._all_seen(one) for key, one in value.items()}
        return [self._all_seen(one) for one in value] if isinstance(value, list | tuple) else value

    def _seen(self, text: str) -> str:
        return text if self._unmasked else without_numbers(text)

    def _out(self) -> "Console":
        return _console(stderr=False)

    def _err(self) -> "Console":
        return _console(stderr=True)


def _print(text: str) -> None:
    """A line to stdout; a reader that has gone is told apart from findings (typer would exit with 1)."""
    try:
        print(text, flush=True)  # noqa: T201
    except BrokenPipeError:
        raise BrokenPipeError from None


def _console(*, stderr: bool) -> "Console":
    from rich.console import Console

    class PipedConsole(Console):
        """A console that leaves a closed pipe to the program: rich would exit with 1, which means findings."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    stream = sys.stderr if stderr else sys.stdout
    return PipedConsole(
        stderr=stderr,
        markup=False,
        highlight=False,
        emoji=False,
        soft_wrap=plain(stream),
        no_color=bool(os.environ.get("NO_COLOR")) or None,
    )


def _line(fields: Sequence[str], width: int | None) -> str:
    """The fields of a row as a line; on a terminal of a width none is broken that fits in."""
    lines = ["  " + fields[0]]
    for field in fields[1:]:
        if width is not None and display_width(lines[-1]) + display_width(field) + 4 > width:
            lines.append("    " + field)
        else:
            lines[-1] += "；" + field
    return "；\n".join(lines)


@dataclass(frozen=True)
class _Part:
    """A column of a table on a terminal."""

    header: str
    numeric: bool
    """Numbers are never folded: half of one is another number."""
    least: int
    """Places that it needs so that it can be read."""
    widest: int
    """Places that it takes where nothing is folded."""

    @classmethod
    def of(cls, header: str, texts: Sequence[str], whole: bool) -> "_Part":
        """The column with this header and these texts; of the whole of it nothing may be folded."""
        body = max(map(display_width, texts), default=0)
        widest = max(body, display_width(header))
        numeric = all(_NUMBER.fullmatch(text) for text in texts)
        if whole:
            return cls(header, numeric, widest, widest)
        above = max(-(-display_width(header) // _HEADER_LINES), min(display_width(header), _HEADER))
        least = max(body if numeric else min(body, _TEXT), above)
        return cls(header, numeric, max(least, *map(display_width, folded(header, least))), widest)


def _figure(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


class ShownProgress:
    """Progress of the stages: a bar on a terminal, a plain line at the beginning of each stage elsewhere.

    Nothing if the command is to be quiet; if it is to be verbose, also how long each stage took.
    """

    def __init__(self) -> None:
        self._bars: Bars | None = None
        self._plain = plain(sys.stderr) or _volume is Volume.QUIET
        self._stage: tuple[str, float] | None = None

    def __enter__(self) -> "ShownProgress":
        if not self._plain:
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
            )
            self._bars = Progress(*columns, console=_console(stderr=True), transient=True)
            self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._close()
        if self._bars:
            self._bars.stop()

    def begin(self, title: str, total: int) -> None:
        """A stage of so many steps begins."""
        self._close()
        self._stage = title, perf_counter()
        if self._bars:
            self._task = self._bars.add_task(title, total=total)
        elif _volume is not Volume.QUIET:
            count = f"（{total}）" if total > 1 else ""
            print(f"{title}{count}…", file=sys.stderr, flush=True)  # noqa: T201

    def advance(self) -> None:
        """One step is done."""
        if self._bars:
            self._bars.advance(self._task)

    def _close(self) -> None:
        """Say how long the stage took that has just ended, if that is wanted."""
        if self._stage and _volume is Volume.VERBOSE:
            title, began = self._stage
            _console(stderr=True).print(f"{title}：{perf_counter() - began:.2f}秒")
        self._stage = None
