"""What people's hands do to numbers and names."""

import random
from collections.abc import Callable, Mapping

Slip = Callable[[str, random.Random], str]
_IDENTITY = 18
_ALIKE = (
    "伟卫 英瑛 芳方 晓小 玉钰 兰蓝 会惠 容蓉 清青 珍真 贵桂 志治 建健 军均 平萍 林琳 文雯 明铭 福富 成诚 永勇 光广 "
    "秀绣 碧璧 国果 华花 春椿 素诉 淑书 红宏 德得 世士 正政 安庵 思丝 雨宇 欣新 佳家 强墙 全泉 才财 琼穷 群裙 香湘 琴勤"
)
_VARIANTS = (
    "张張 刘劉 陈陳 杨楊 邓鄧 黄黃 吴吳 罗羅 谭譚 钟鐘 华華 兰蘭 国國 贵貴 荣榮 龙龍 云雲 叶葉 肖萧 群羣 喆哲 峰峯"
)
_SPOKEN = {"䶮": "yan", "㛃": "jie", "𬭚": "chun", "翀": "chong", "赟": "yun", "犇": "ben", "喆": "zhe"}


def _other_digit(digit: str, draw: random.Random) -> str:
    return draw.choice([other for other in "0123456789" if other != digit])


def _wrong_at(places: list[int], text: str, draw: random.Random) -> str:
    return "".join(_other_digit(c, draw) if place in places else c for place, c in enumerate(text))


def _one_wrong(text: str, draw: random.Random) -> str:
    return _wrong_at([draw.choice([*range(6), *range(14, 17)])], text, draw)


def _two_wrong(text: str, draw: random.Random) -> str:
    return _wrong_at(draw.sample([*range(6), *range(14, 17)], 2), text, draw)


def _wrong_birth(text: str, draw: random.Random) -> str:
    return _wrong_at([draw.randrange(8, 14)], text, draw)


def _swapped(text: str, draw: random.Random) -> str:
    first = draw.choice([place for place in range(_IDENTITY - 2) if text[place] != text[place + 1]])
    return text[:first] + text[first + 1] + text[first] + text[first + 2 :]


def _swapped_apart(text: str, draw: random.Random) -> str:
    pairs = [(a, b) for a in range(_IDENTITY - 3) for b in range(a + 2, _IDENTITY - 1) if text[a] != text[b]]
    first, second = draw.choice(pairs)
    return text[:first] + text[second] + text[first + 1 : second] + text[first] + text[second + 1 :]


def _missing(text: str, draw: random.Random) -> str:
    place = draw.randrange(_IDENTITY)
    return text[:place] + text[place + 1 :]


def _extra(text: str, draw: random.Random) -> str:
    place = draw.randrange(_IDENTITY)
    return text[:place] + text[place] + text[place:]


def _lost(text: str, draw: random.Random) -> str:
    return draw.choice(("", f"{float(text[:18].replace('X', '0')):.5E}"))


def _letter(text: str, draw: random.Random) -> str:
    """X as another letter; of a number without one, the last digit is smudged."""
    end = draw.choice("x*×") if text[17] == "X" else "*"
    return text[:17] + end + text[18:]


def _letter_o(text: str, draw: random.Random) -> str:
    return text[:18].replace("0", "O") + text[18:]


IN_NUMBERS: Mapping[str, Slip] = {
    "one digit": _one_wrong,
    "two digits": _two_wrong,
    "a digit of the birth date": _wrong_birth,
    "neighbours swapped": _swapped,
    "swapped apart": _swapped_apart,
    "a digit missing": _missing,
    "a digit too many": _extra,
    "lost": _lost,
    "another letter for X": _letter,
    "O for 0": _letter_o,
}
"""Ten ways to spoil the number of a certificate."""


def _table(pairs: str) -> dict[str, str]:
    return {a: b for pair in pairs.split() for a, b in (pair, pair[::-1])}


_HOMOPHONES, _OTHER_FORMS = _table(_ALIKE), _table(_VARIANTS)


def _exchanged(name: str, table: Mapping[str, str], draw: random.Random) -> str:
    places = [place for place, character in enumerate(name) if character in table]
    if not places:
        return name
    place = draw.choice(places)
    return name[:place] + table[name[place]] + name[place + 1 :]


def _homophone(name: str, draw: random.Random) -> str:
    return _exchanged(name, _HOMOPHONES, draw)


def _other_form(name: str, draw: random.Random) -> str:
    spoken = _exchanged(name, _SPOKEN, draw)
    return spoken if spoken != name else _exchanged(name, _OTHER_FORMS, draw)


IN_NAMES: Mapping[str, Slip] = {"a homophone": _homophone, "another form": _other_form}
"""A character that sounds alike; an old, full or spoken form of it."""


def respelt(name: str, draw: random.Random) -> str:
    """A name as another clerk writes it."""
    return IN_NAMES[draw.choice(list(IN_NAMES))](name, draw)
