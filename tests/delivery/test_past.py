"""What was delivered and answered: the next delivery of the rejected is exactly the rejected, whatever was answered."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bishan_survey import frames
from bishan_survey.delivery import (
    PastDelivery,
    last_standing,
    matched,
    read_past,
    whereabouts,
    write_answers,
    write_delivered,
)
from bishan_survey.errors import WorkspaceError
from bishan_survey.handwritten import HandwrittenLine
from bishan_survey.model import DeliveryColumn, DeliveryProfile, DeliveryReceipt

_RECEIPT = DeliveryReceipt(status=("结果",), reason=("原因",), accepted=("成功",), rejected=("失败",))
_PROFILE = DeliveryProfile(
    id="trial",
    title="试验",
    unit="person",
    file_name="试验.xlsx",
    sheet_name="试验",
    source="测试",
    mark="PROPOSED",
    columns=(DeliveryColumn("证号", "certificate_no"),),
    key=("证号",),
    receipt=_RECEIPT,
)
_NOBODY = frames.empty(frames.PERSONS)


def _delivered(*keys: str, digest: str = "d", who: dict[str, str] | None = None) -> pl.DataFrame:
    rows = [
        {
            "key": key,
            "who": (who or {}).get(key, f"P-{key}"),
            "number": f"N-{key}",
            "digest": digest,
            "file": "甲.xlsx",
            "sheet": "表",
            "row": n,
            "name": "试验.xlsx",
            "line": n,
        }
        for n, key in enumerate(keys, 2)
    ]
    return frames.stack(frames.DELIVERED, [pl.DataFrame(rows, schema=frames.empty(frames.DELIVERED).schema)])


def _past(*keys: str, number: int = 1, **settings: str) -> PastDelivery:
    return PastDelivery(number, Path("0001"), _delivered(*keys, **settings), ())


def _answered(past: PastDelivery, *lines: tuple[str, str], rest_accepted: bool = False) -> PastDelivery:
    told = matched(_lines(*lines), past, _PROFILE, _RECEIPT, rest_accepted=rest_accepted)
    return replace(past, answers=(*past.answers, told.answers))


def _lines(*lines: tuple[str, str]) -> list[HandwrittenLine]:
    return [
        HandwrittenLine("回执.xlsx", n, {"证号": key, "status": status, "reason": "某因"})
        for n, (key, status) in enumerate(lines, 2)
    ]


def _present(*keys: str, digest: str = "d", who: dict[str, str] | None = None) -> pl.DataFrame:
    return _delivered(*keys, digest=digest, who=who).select("key", "who", "digest")


def _outcomes(past: list[PastDelivery], present: pl.DataFrame, persons: pl.DataFrame = _NOBODY) -> list[str | None]:
    return whereabouts(past, present, persons)["outcome"].to_list()


_SAID = st.sampled_from(["失败", "失败", "失败", "成功", "?", None])
"""What a receiver says of a record; nothing: it is on no list."""


@settings(deadline=None, max_examples=40)
@given(rounds=st.lists(st.lists(_SAID, min_size=8, max_size=8), min_size=1, max_size=4))
def test_each_next_delivery_of_the_rejected_is_exactly_the_rejected(rounds: list[list[str | None]]) -> None:
    """A receiver answers each delivery as it likes; a plain count in Python says what is left."""
    rejected = set("ABCDEFGH")
    with TemporaryDirectory() as folder:
        for number, said in enumerate(rounds, 1):
            answers = {key: status for key, status in zip("ABCDEFGH", said, strict=True) if status and key in rejected}
            write_delivered(Path(folder), number, _delivered(*sorted(rejected)), {})
            past = read_past(Path(folder))
            told = matched(_lines(*answers.items()), past[-1], _PROFILE, _RECEIPT, rest_accepted=False)
            write_answers(past[-1], told.answers)
            rejected = {key for key in rejected if answers.get(key) == "失败"}
            states = _outcomes(read_past(Path(folder)), _present(*"ABCDEFGH"))
            chosen = {key for key, state in zip("ABCDEFGH", states, strict=True) if state == "rejected"}
            assert chosen == rejected
            if not rejected:
                break


def test_a_person_is_followed_where_the_number_is_changed() -> None:
    past = _answered(_past("A", "B"), ("A", "失败"), ("B", "成功"))
    assert _outcomes([past], _present("A2", "B", who={"A2": "P-A"})) == ["rejected", "accepted"]


def test_a_number_that_is_somebody_elses_now_is_not_followed() -> None:
    past = _answered(_past("A"), ("A", "失败"))
    assert _outcomes([past], _present("A", who={"A": "P-other"})) == [None]


def test_persons_who_turn_out_to_be_one_are_followed() -> None:
    past = _answered(_past("A"), ("A", "失败"))
    rows = {"key": ["N-A"], "own": ["P-A"], "person": ["P-0"], "known": [None], "first_seen": ["2025"]}
    persons = frames.stack(frames.PERSONS, [pl.DataFrame(rows, schema=_NOBODY.schema)])
    assert _outcomes([past], _present("Z", who={"Z": "P-0"}), persons) == ["rejected"]
    assert last_standing([past], persons)["now"].to_list() == ["P-0"]


def test_what_the_last_delivery_was_answered_counts() -> None:
    first = _answered(_past("A", "B"), ("A", "失败"), ("B", "失败"))
    second = _answered(_past("A", number=2), ("A", "成功"))
    assert _outcomes([first, second], _present("A", "B")) == ["accepted", "rejected"]


def test_what_says_something_else_now_is_told() -> None:
    told = whereabouts([_past("A", "B")], pl.concat([_present("A"), _present("B", digest="e"), _present("C")]), _NOBODY)
    assert told["differs"].to_list() == [False, True, False]
    assert told["outcome"].to_list() == ["waiting", "waiting", None]


@pytest.mark.parametrize(
    ("lines", "troubles", "outcomes"),
    [
        ([("A", "成功"), ("X", "失败")], [(3, "unknown")], ["accepted", "waiting"]),
        ([("", "成功")], [(2, "blank")], ["waiting", "waiting"]),
        ([("A", "也许")], [(2, "undecided")], ["waiting", "waiting"]),
        ([("A", "失败"), ("A", "失败")], [(2, "repeated"), (3, "repeated")], ["rejected", "waiting"]),
        ([("A", "失败"), ("A", "成功")], [(2, "contradicts"), (3, "contradicts")], ["waiting", "waiting"]),
        (
            [("A", "失败"), ("A", "也许")],
            [(2, "contradicts"), (3, "undecided"), (3, "contradicts")],
            ["waiting", "waiting"],
        ),
        ([("ａ ", " 成 功"), ("'b", "失败")], [], ["accepted", "rejected"]),
        ([("9.9E+17", "失败")], [(2, "unknown")], ["waiting", "waiting"]),
    ],
)
def test_lines_that_are_not_sure_are_told_and_change_nothing(
    lines: list[tuple[str, str]], troubles: list[tuple[int, str]], outcomes: list[str]
) -> None:
    past = _past("A", "B")
    told = matched(_lines(*lines), past, _PROFILE, _RECEIPT, rest_accepted=False)
    assert [(line, kind) for _, line, kind in told.troubles] == troubles
    assert replace(past, answers=(told.answers,)).standing()["outcome"].to_list() == outcomes


def test_the_rest_was_taken_only_where_every_line_is_known() -> None:
    past = _past("A", "B")
    sure = _answered(past, ("A", "失败"), rest_accepted=True)
    assert sure.standing()["outcome"].to_list() == ["rejected", "accepted"]
    stray = _answered(past, ("A", "失败"), ("X", "失败"), rest_accepted=True)
    assert stray.standing()["outcome"].to_list() == ["rejected", "waiting"]


def test_a_list_without_a_status_is_of_what_the_profile_says() -> None:
    receipt = replace(_RECEIPT, unmarked="rejected")
    line = HandwrittenLine("回执.xlsx", 2, {"证号": "A"})
    told = matched([line], _past("A"), _PROFILE, receipt, rest_accepted=False)
    assert told.answers["outcome"].to_list() == ["rejected"]


def test_an_answer_is_written_once_and_a_later_one_counts(tmp_path: Path) -> None:
    write_delivered(tmp_path, 1, _delivered("A"), {})
    for status in ("失败", "失败", "成功"):
        (past,) = read_past(tmp_path)
        write_answers(past, matched(_lines(("A", status)), past, _PROFILE, _RECEIPT, rest_accepted=False).answers)
    (past,) = read_past(tmp_path)
    assert [frame["outcome"].item() for frame in past.answers] == ["rejected", "accepted"]
    assert past.standing()["outcome"].to_list() == ["accepted"]
    assert all(path.stat().st_mode & 0o077 == 0 for path in past.folder.iterdir())


@pytest.mark.parametrize("damage", [b"", b"PAR1"])
def test_what_is_damaged_stops_the_command(damage: bytes, tmp_path: Path) -> None:
    write_delivered(tmp_path, 1, _delivered("A"), {})
    (tmp_path / "0001" / "delivered.parquet").write_bytes(damage)
    with pytest.raises(WorkspaceError, match="已损坏"):
        read_past(tmp_path)
