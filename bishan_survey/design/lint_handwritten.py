"""The lint of handwritten sheets: every word that the program needs is there once, and means one thing."""

from collections import Counter
from collections.abc import Iterator, Mapping
from string import Formatter

from bishan_survey.model import (
    CHANGED_NUMBER_IDS,
    CORRECTION_IDS,
    DECISION_IDS,
    Design,
    EditRule,
    Severity,
    SheetWord,
    SheetWords,
    TimeRule,
    WordIds,
    WordKind,
)

_CHOSEN = (WordKind.COLUMN, WordKind.ACTION)
"""What people write themselves: two of a kind must not be written alike."""


def handwritten_problems(design: Design) -> Iterator[str]:
    """What is wrong with the words of handwritten sheets."""
    yield from _problems("validators：[[correction]]", design.corrections, CORRECTION_IDS)
    yield from _problems("validators：[[decision]]", design.decisions, DECISION_IDS)
    yield from _problems("validators：[[changed_number]]", design.changed_numbers, CHANGED_NUMBER_IDS)


def _problems(where: str, sheet: SheetWords, known: WordIds) -> Iterator[str]:
    for kind, ids in known.items():
        words = [word for word in sheet.words if word.kind is kind]
        told = [
            *_ids(Counter(word.id for word in words), ids),
            *(problem for word in words for problem in _blanks(word, ids.get(word.id, frozenset()))),
            *(_alike(words) if kind in _CHOSEN else ()),
        ]
        yield from (f"{where}：{kind}：{problem}" for problem in told)


def _ids(found: Counter[str], wanted: Mapping[str, frozenset[str]]) -> Iterator[str]:
    yield from (f"缺少 {name}" for name in wanted if name not in found)
    yield from (f"没有用到 {name}（拼写？）" for name in found if name not in wanted)
    yield from (f"{name} 定义了{count}次" for name, count in found.items() if count > 1)


def _blanks(word: SheetWord, known: frozenset[str]) -> Iterator[str]:
    """A text may name only what the program fills in."""
    try:
        named = {name for _, name, _, _ in Formatter().parse(word.text) if name is not None}
    except ValueError:
        yield f"{word.id} 中的{{}}不成对"
        return
    for name in sorted(named - known):
        yield f"{word.id} 中不能写 {{{name}}}"


def _alike(words: list[SheetWord]) -> Iterator[str]:
    spellings = Counter(spelling for word in words for spelling in {word.text, *word.aliases})
    yield from (f"“{text}”有几个意思" for text, count in spellings.items() if count > 1)


def accepted_severities(design: Design) -> Iterator[str]:
    """Definitions whose severity only people can give, to one record at a time."""
    rules: list[EditRule | TimeRule] = [*design.rules, *design.time_rules]
    said = "severity 不能写 accepted：认可要写在工作区的更正单里"
    yield from (f"{r.file}：规则 {r.id}：{said}" for r in rules if r.severity is Severity.ACCEPTED)
    yield from (f"validators：{t.kind}：{said}" for t in design.implied.values() if t.severity is Severity.ACCEPTED)
    yield from (f"validators：{n.id}：{said}" for n in design.notices.values() if n.severity is Severity.ACCEPTED)
