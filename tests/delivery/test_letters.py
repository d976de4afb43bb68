"""The night in one screen: the numbers of the league table, and of a 镇街 its own alone."""

import re

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from bishan_survey import frames
from bishan_survey.delivery import as_html, as_text, letters_of
from bishan_survey.model import AreaFrame, Village

_AREAS = AreaFrame(
    "500120",
    "璧山区",
    (
        Village("500120001001", "大旺社区", "500120001", "璧城街道"),
        Village("500120001201", "平安村<1>", "500120001", "璧城街道"),
        Village("500120107001", "平安社区", "500120107", "三合镇"),
    ),
    (),
)
_COUNTS = ("records", "hard_open", "soft_open", "fixed")
villages = st.lists(
    st.tuples(st.sampled_from(["missing", "unusable", "finished", "waiting"]), *[st.integers(0, 99)] * 4),
    min_size=3,
    max_size=3,
)


def row(level: str, area: str, town: str | None, status: str, counts: list[int], size: int) -> dict[str, object]:
    zeros = dict.fromkeys(("finished", "faulty", "reopened", "accepted"), 0)
    named = dict(zip(_COUNTS, counts, strict=True))
    return {"level": level, "area": area, "town": town, "status": status, "villages": size, **zeros, **named}


def league(sent: list[tuple]) -> pl.DataFrame:
    """A league table of three villages."""
    own = list(zip(_AREAS.villages, sent, strict=True))
    rows = [row("village", v.code, v.town_code, status, counts, 1) for v, (status, *counts) in own]
    for level, area in (("district", "500120"), ("town", "500120001"), ("town", "500120107")):
        below = [counts for v, (_, *counts) in own if v.code.startswith(area)]
        town = area if level == "town" else None
        rows.append(row(level, area, town, "waiting", [sum(column) for column in zip(*below, strict=True)], len(below)))
    return frames.stack(frames.LEAGUE, [pl.DataFrame(rows, infer_schema_length=None)])


@given(villages)
def test_the_letters_add_up(sent: list[tuple]) -> None:
    district, *towns = letters_of(league(sent), _AREAS, "调查")
    assert district.counts == {name: sum(town.counts[name] for town in towns) for name in district.counts}
    for letter in (district, *towns):
        for place, name in enumerate(_COUNTS, -4):
            assert sum(int(line[place]) for line in letter.rows) == letter.counts[name]
    assert district.counts["reported"] == sum(status in ("finished", "waiting") for status, *_ in sent)
    assert district.urgent == any(town.urgent for town in towns)


def test_a_town_is_told_of_its_own_villages_and_what_to_do() -> None:
    told = league([("missing", 0, 0, 0, 0), ("waiting", 7, 2, 1, 3), ("finished", 5, 0, 0, 0)])
    district, town, done = letters_of(told, _AREAS, "调查")
    text = as_text(town)
    assert "催报：还有1个村（社区）没有报送或报的表用不了：大旺社区\n2. 改正：2处" in text
    assert "已报送的村（社区）：1，应报送2" in text
    assert "平安社区" not in text
    assert "三合镇" not in text
    assert "璧城街道1" in as_text(district)
    assert done.to_do == ("都报了，没有要改的，谢谢。",)
    assert not done.urgent


def test_the_page_is_read_aloud_in_order() -> None:
    page = as_html(letters_of(league([("waiting", 7, 2, 1, 3)] * 3), _AREAS, "调查")[1])
    assert '<html lang="zh-CN">' in page
    assert re.findall(r"<(h\d)>", page) == ["h1", "h2", "h2", "h2"]
    assert page.count("<table") == page.count("<caption>") == 2
    assert '<th scope="row">平安村&lt;1&gt;</th><td>等待改正</td>' in page
    assert "color" not in page
