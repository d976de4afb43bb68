"""What a column says to the person who fills it in, within the lengths that Excel allows."""

from collections.abc import Iterable

from bishan_survey.model import CodeList, Item

LONGEST_TITLE = 32
LONGEST_MESSAGE = 255
_CUT = "…"


def fitted(text: str, limit: int) -> str:
    """A text that Excel accepts: what is too long ends with …. Excel counts rare characters twice."""
    if _length(text) <= limit:
        return text
    text = text[:limit]
    while _length(text) + len(_CUT) > limit:
        text = text[:-1]
    return text.rstrip("，。；、：（ ") + _CUT


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def who_answers(item: Item, asked: str | None) -> str:
    """Who answers an item, as far as it can be said in two words; the help says the rest."""
    if item.required is None:
        return "可以不填" if asked is None else "该填的人可以不填"
    if asked is not None:
        return "该填的人必填"
    return "必填" if item.required == "TRUE" else "按情况必填"


def input_message(item: Item, asked: str | None, codes: CodeList | None) -> str:
    """The message beside a cell: who answers it, how, and the codes where there is no drop-down."""
    said = f"【{who_answers(item, asked)}】{item.help}"
    if codes is not None and item.multiple:
        said += "\n" + choices(item, codes)
    return fitted(said, LONGEST_MESSAGE)


def choices(item: Item, codes: CodeList | None) -> str:
    """The answers to choose from."""
    if codes is None:
        return ""
    listed = "；".join(f"{code.code} {code.label}" for code in codes.codes)
    return f"（可多选）{listed}" if item.multiple else listed


def alert(reasons: Iterable[str]) -> str:
    """What is said when an answer is doubted: every reason that there may be."""
    listed = list(dict.fromkeys(reasons))
    marks = [f"{number}. " for number in range(1, len(listed) + 1)] if len(listed) > 1 else [""]
    return fitted("\n".join(mark + reason for mark, reason in zip(marks, listed, strict=True)), LONGEST_MESSAGE)


def words(item: Item, codes: CodeList | None) -> dict[str, str]:
    """What the texts of implied checks may name."""
    listed = codes.codes if codes else ()
    return {
        "label": item.label,
        "number": item.number,
        "help": item.help,
        "codes": "、".join(f"{code.code} {code.label}" for code in listed),
        "exclusive": "、".join(code.label for code in listed if code.exclusive),
        "min": _plain(item.min),
        "max": _plain(item.max),
    }


def _plain(bound: float | None) -> str:
    return "不限" if bound is None else f"{bound:g}" if bound < 1e6 else f"{bound:,.0f}"
