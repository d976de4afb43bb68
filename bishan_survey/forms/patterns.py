"""Regular expressions as Excel formulas, as far as Excel can express them.

Excel knows no regular expressions that every version understands. What rules use of them is mostly of one kind: a text
of a few possible lengths whose characters are of known sets. That much is translated; for the rest the answer is
``None``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

Sequence = tuple[str, ...]
"""For each place the characters that may stand there."""

_DIGITS = "0123456789"
_MOST_SEQUENCES = 16
"""More alternatives than this make a formula that nobody can read, or Excel run."""
_MOST_DIGITS = 14
"""So many digits can be read as a number without losing any, with another one before them."""
_SPECIAL = ".*+\\"


class _InexpressibleError(Exception):
    """The pattern is more than a formula can say."""


def pattern_formula(pattern: str, text: str) -> str | None:
    """A formula that is 1 where a text matches a pattern, 0 where it does not, 0.5 where there is no text.

    Args:
        pattern: a regular expression, searched for as ``~`` does.
        text: a formula that gives the text, an error where there is none.
    """
    try:
        branches = [_formula(branch, text) for branch in _branches(pattern)]
    except _InexpressibleError:
        return None
    found = f"--OR({','.join(branches)})"
    # LEN of an error is one: then the text need not be named once more.
    return (
        f"IFERROR({found},0.5)" if all("LEN(" in branch for branch in branches) else f"IF(ISERROR({text}),0.5,{found})"
    )


def digits_only(text: str) -> str:
    """A formula for: nothing but digits, 1 to 14 of them. The 1 before them keeps their leading zeros."""
    return f'IFERROR(EXACT(TEXT(VALUE("1"&{text}),"0"),"1"&{text}),FALSE)'


def quoted(text: str) -> str:
    """A text as Excel writes it in a formula."""
    return '"' + text.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class _Branch:
    """One alternative of a pattern."""

    at_start: bool
    at_end: bool
    sequences: tuple[Sequence, ...]


def _branches(pattern: str) -> Iterator[_Branch]:
    for part in _split(pattern):
        start, end = part.startswith("^"), part.endswith("$")
        body = part[1 if start else 0 : len(part) - 1 if end else None]
        reader = _Reader(body)
        sequences = reader.alternatives()
        if not reader.done or not all(sequences):
            raise _InexpressibleError
        yield _Branch(start, end, tuple(dict.fromkeys(sequences)))


def _split(pattern: str) -> list[str]:
    """The alternatives of the whole pattern: ``|`` outside brackets."""
    parts, depth, inside = [""], 0, False
    for char in pattern:
        inside = char == "[" or (inside and char != "]")
        depth += 0 if inside else {"(": 1, ")": -1}.get(char, 0)
        if char == "|" and not depth and not inside:
            parts.append("")
        else:
            parts[-1] += char
    return parts


class _Reader:
    """Reads a pattern into all sequences that it stands for."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    @property
    def done(self) -> bool:
        """Whether all was read."""
        return self._at == len(self._pattern)

    def alternatives(self) -> list[Sequence]:
        """Sequences up to the end, or to the bracket that closes the group."""
        found = self._concatenation()
        while self._took("|"):
            found += self._concatenation()
        return found

    def _concatenation(self) -> list[Sequence]:
        made: list[Sequence] = [()]
        while not self.done and self._pattern[self._at] not in "|)":
            ends = self._repeated(self._atom())
            made = [before + after for before in made for after in ends]
            if len(made) > _MOST_SEQUENCES:
                raise _InexpressibleError
        return made

    def _atom(self) -> list[Sequence]:
        if self._took("("):
            group = self.alternatives()
            if not self._took(")"):
                raise _InexpressibleError
            return group
        if self._took("["):
            return [(self._class(),)]
        char = self._next()
        if char in _SPECIAL + "^$?{}[]":
            raise _InexpressibleError
        return [(char,)]

    def _class(self) -> str:
        body = ""
        while (char := self._next()) != "]":
            body += char
        if not body or body[0] == "^" or "\\" in body:
            raise _InexpressibleError
        chars, at = "", 0
        while at < len(body):
            ranged = body[at + 1 : at + 2] == "-" and at + 2 < len(body)
            last = body[at + 2] if ranged else body[at]
            chars += "".join(map(chr, range(ord(body[at]), ord(last) + 1)))
            at += 3 if ranged else 1
        return chars

    def _repeated(self, atom: list[Sequence]) -> list[Sequence]:
        least, most = self._times()
        made: list[Sequence] = []
        for count in range(least, most + 1):
            several: list[Sequence] = [()]
            for _ in range(count):
                several = [before + after for before in several for after in atom]
            made += several
        return made

    def _times(self) -> tuple[int, int]:
        if self._took("?"):
            return 0, 1
        if not self._took("{"):
            return 1, 1
        bounds = ""
        while (char := self._next()) != "}":
            bounds += char
        least, _, most = bounds.partition(",")
        if not least.isdigit() or (most and not most.isdigit()) or bounds.endswith(","):
            raise _InexpressibleError
        return int(least), int(most or least)

    def _next(self) -> str:
        if self.done:
            raise _InexpressibleError
        self._at += 1
        return self._pattern[self._at - 1]

    def _took(self, char: str) -> bool:
        took = self._pattern[self._at : self._at + 1] == char
        self._at += took
        return took


def _formula(branch: _Branch, text: str) -> str:
    """The conditions of one branch, between commas: any of them will do."""
    if not branch.at_start and not branch.at_end:
        return ",".join(_anywhere(sequence, text) for sequence in branch.sequences)
    if not branch.at_start:
        return ",".join(_ending(sequence, text) for sequence in branch.sequences)
    return _beginning(branch, text)


def _beginning(branch: _Branch, text: str) -> str:
    """What all sequences begin with is looked at once."""
    shared = _shared(branch.sequences)
    comparison = "=" if branch.at_end else ">="
    rests = [
        _all([f"LEN({text}){comparison}{len(sequence)}", *_places(sequence[shared:], text, shared + 1)])
        for sequence in branch.sequences
    ]
    return _all([*_places(branch.sequences[0][:shared], text, 1), _any(rests)])


def _shared(sequences: tuple[Sequence, ...]) -> int:
    """How many places at the beginning are the same in all sequences."""
    count = 0
    for places in zip(*sequences, strict=False):
        if len(set(places)) > 1:
            break
        count += 1
    return count


def _ending(sequence: Sequence, text: str) -> str:
    end = f"RIGHT({text},{len(sequence)})"
    return _all([f"LEN({text})>={len(sequence)}", *_places(sequence, end, 1)])


def _all(conditions: list[str]) -> str:
    return conditions[0] if len(conditions) == 1 else f"AND({','.join(conditions)})"


def _any(conditions: list[str]) -> str:
    return conditions[0] if len(conditions) == 1 else f"OR({','.join(conditions)})"


def _anywhere(sequence: Sequence, text: str) -> str:
    """A literal, or one character of a set, wherever it stands."""
    if all(len(chars) == 1 for chars in sequence):
        return f"ISNUMBER(FIND({quoted(''.join(sequence))},{text}))"
    if len(sequence) > 1:
        raise _InexpressibleError
    return ",".join(f"ISNUMBER(FIND({quoted(char)},{text}))" for char in sequence[0])


def _places(sequence: Sequence, base: str, start: int) -> Iterator[str]:
    """A condition for each run of places of one kind. FIND finds nothing anywhere: the length is looked at too."""
    for kind, run in groupby(sequence, _kind):
        places = list(run)
        if kind == "literal":
            yield f"EXACT(MID({base},{start},{len(places)}),{quoted(''.join(places))})"
        elif kind == "digits" and len(places) > 1:
            for at in range(0, len(places), _MOST_DIGITS):
                yield digits_only(f"MID({base},{start + at},{min(_MOST_DIGITS, len(places) - at)})")
        else:
            for at, chars in enumerate(places):
                yield f"ISNUMBER(FIND(MID({base},{start + at},1),{quoted(chars)}))"
        start += len(places)


def _kind(chars: str) -> str:
    return "literal" if len(chars) == 1 else "digits" if chars == _DIGITS else "set"
