"""The life of a finding over a village's rounds: new, open, fixed, reopened, accepted."""

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bishan_survey.model import AreaFrame, Design, FollowUp, Survey
from tests.laws import tried
from tests.lifecycle.nights import Nights, accepting, life, moment, saying, statuses, without
from tests.returns.sending import OTHER_VILLAGE, VILLAGE, File, person

_MOBILE, _EDUCATION, _NUMBER = "P014", "education.required", "certificate_no.readable"
_LOST = "5.00E+17"


@pytest.fixture
def nights(design: Design, survey: Survey, areas: AreaFrame) -> Nights:
    return Nights(design, survey, areas)


def test_three_rounds(nights: Nights) -> None:
    """Fixed, broken again, wrong in another way; rows move, the sheet grows, and nothing is taken for another."""
    faulty = [person(1, education=""), person(3, mobile="12"), person(5, mobile="13")]
    first = nights.over(File("v1.xlsx", faulty))
    assert statuses(first) == {(_MOBILE, "mobile"): ["new", "new"], (_EDUCATION, "education"): ["new"]}

    second = nights.over(File("v2.xlsx", [person(7), person(5, mobile="14"), person(3, mobile="12"), person(1)]))
    assert statuses(second) == {
        (_MOBILE, "mobile"): ["fixed", "new", "open"],
        (_EDUCATION, "education"): ["fixed"],
    }
    assert second.lives.findings.filter(status="fixed").select("rule", "remark", "fixed_on").rows() == [
        (_EDUCATION, None, moment(1)),
        (_MOBILE, "changed", moment(1)),
    ]

    third = nights.over(File("v3.xlsx", [person(3), person(5), person(1, education=""), person(7)]))
    assert statuses(third) == {
        (_MOBILE, "mobile"): ["fixed", "fixed", "fixed"],
        (_EDUCATION, "education"): ["reopened"],
    }
    back = life(third, _EDUCATION)
    assert (back["first_seen"], back["last_seen"], back["fixed_on"]) == (moment(0), moment(2), None)
    assert (back["times_reopened"], back["rounds"], back["round"]) == (1, 2, 3)
    assert (back["file"], back["row"], back["cell"]) == ("v3.xlsx", 4, "C4")

    fourth = nights.over(File("v4.xlsx", [person(3), person(5), person(1), person(7)]))
    assert set(fourth.lives.findings["status"]) == {"fixed"}
    assert fourth.tonight.is_empty()


def test_a_night_that_brings_nothing_changes_nothing(nights: Nights) -> None:
    file = File("v1.xlsx", [person(1, education=""), person(3, mobile="12")])
    nights.over(file)
    second = nights.over(replace(file, people=[*file.people, person(5, mobile="1")], name="v2.xlsx"))
    renamed = replace(file, people=[*file.people, person(5, mobile="1")], name="v2.xlsx")
    third = nights.over(renamed)
    assert third.lives.findings.equals(second.lives.findings)
    assert third.lives.rounds.equals(second.lives.rounds)
    assert sorted(third.tonight["status"]) == ["new", "open", "open"]


def test_a_value_that_comes_back_is_the_old_finding(nights: Nights) -> None:
    ids = []
    for number, mobile in enumerate(("12", "13", " 12 ")):
        followed = nights.over(File(f"v{number}.xlsx", [person(1, mobile=mobile), person(3)]))
        ids.append(followed.tonight["id"].item())
    assert ids[0] == ids[2] != ids[1]
    assert followed.tonight["status"].to_list() == ["reopened"]


def test_equal_rows_are_counted_not_confused(nights: Nights) -> None:
    """Of three that nobody can tell apart one is mended: two are open, one is fixed."""
    alike = person(1, certificate_no="", mobile="12")
    first = nights.over(File("v1.xlsx", [alike, alike, person(3), alike]))
    assert first.tonight["id"].is_unique().all()
    second = nights.over(File("v2.xlsx", [alike, person(3), alike]))
    assert statuses(second)[_MOBILE, "mobile"] == ["fixed", "open", "open"]


def test_whose_number_was_lost_is_known_by_name(nights: Nights) -> None:
    """Spreadsheet programs make one number of many: 5.00E+17."""
    lost = {"certificate_no": _LOST, "mobile": "12"}
    people = [person(n, name=name, **lost) for n, name in ((1, "试验丙"), (3, "试验丁"))]
    first = nights.over(File("v1.xlsx", people))
    assert first.lives.findings["subject"].n_unique() == 2
    second = nights.over(File("v2.xlsx", [people[1] | {"mobile": "19900000003"}, people[0]]))
    subject = first.lives.findings.filter(rule=_MOBILE, row=2)["subject"].item()
    assert second.lives.findings.filter(rule=_MOBILE, status="open")["subject"].to_list() == [subject]


def test_whose_number_and_name_are_missing_is_known_by_the_whole_row(nights: Nights) -> None:
    """A running number that a form fills in tells nothing; what people answered does."""
    nobody = person(1, certificate_no="", name="", mobile="12")
    nights.over(File("v1.xlsx", [nobody | {"serial_no": "1"}, person(3)]))
    same = nights.over(File("v2.xlsx", [person(3), nobody | {"serial_no": "2"}]))
    assert same.tonight.join(same.lives.findings.filter(rule=_MOBILE), on="id")["status"].to_list() == ["open"]
    other = nights.over(File("v3.xlsx", [person(3), nobody | {"ethnicity": "02"}]))
    assert statuses(other)[_MOBILE, "mobile"] == ["fixed", "new"]


def test_a_person_who_is_gone_takes_their_findings_along(nights: Nights) -> None:
    nights.over(File("v1.xlsx", [person(1, mobile="12"), person(3)]))
    gone = life(nights.over(File("v2.xlsx", [person(3)])), _MOBILE)
    assert (gone["status"], gone["remark"]) == ("fixed", "removed")


def test_a_zero_return_takes_everybody_along(nights: Nights) -> None:
    nights.over(File("v1.xlsx", [person(1, mobile="12")]))
    gone = life(nights.over(File("零.xlsx", declared_none=True)), _MOBILE)
    assert (gone["status"], gone["remark"]) == ("fixed", "removed")
    assert nights.lives.rounds.filter(village=VILLAGE)["round"].item() == 2


@pytest.mark.parametrize("files", [[], [File("坏.xlsx", usable=False)], [File("空.xlsx")]])
def test_what_cannot_be_looked_at_stays_as_it_was(nights: Nights, files: list[File]) -> None:
    first = nights.over(File("v1.xlsx", [person(1, mobile="12"), person(3)]))
    waiting = nights.over(*files)
    assert waiting.tonight.is_empty()
    assert waiting.lives.findings.drop("remark").equals(first.lives.findings.drop("remark"))
    assert waiting.lives.findings["remark"].to_list() == ["absent"]
    assert waiting.league.filter(level="village", area=VILLAGE)["soft_open"].item() == 1
    again = life(nights.over(File("v2.xlsx", [person(1, mobile="12"), person(5)])), _MOBILE)
    assert (again["status"], again["rounds"], again["remark"]) == ("open", 2, None)


def test_a_file_that_cannot_be_read_hides_only_who_stood_in_it(nights: Nights) -> None:
    """One of two parts is damaged; the other mends its own."""
    parts = [File(f"{n}.xlsx", [person(n, mobile="12")], received=f"2025-11-0{n}") for n in (1, 3)]
    nights.over(*parts)
    followed = nights.over(replace(parts[0], people=[person(1)], name="1改.xlsx"), File("3.xlsx", usable=False))
    assert sorted(followed.lives.findings.filter(rule=_MOBILE).select("status", "remark").rows(), key=str) == [
        ("fixed", None),
        ("new", "absent"),
    ]


def test_what_is_accepted_is_not_open_until_it_changes(nights: Nights) -> None:
    accepted = nights.over(File("v1.xlsx", [person(1, mobile="12"), person(3)]), changed=accepting(_MOBILE))
    assert accepted.tonight["status"].to_list() == ["accepted"]
    assert accepted.league.filter(level="district").select("soft_open", "accepted").row(0) == (0, 1)
    changed = nights.over(File("v2.xlsx", [person(1, mobile="13"), person(3)]))
    assert statuses(changed)[_MOBILE, "mobile"] == ["fixed", "new"]
    withdrawn = nights.over(File("v3.xlsx", [person(1, mobile="12"), person(3)]))
    assert withdrawn.tonight["status"].to_list() == ["reopened"]


def test_what_goes_away_though_nothing_was_sent_is_told_apart(nights: Nights) -> None:
    """A rule was mended, not the village's sheet; when the rule is back, so is the finding, in the same round."""
    file = File("v1.xlsx", [person(1, mobile="12"), person(3)])
    nights.over(file)
    gone = life(nights.over(file, changed=without(_MOBILE)), _MOBILE)
    assert (gone["status"], gone["remark"]) == ("fixed", "elsewhere")
    back = life(nights.over(file), _MOBILE)
    assert (back["status"], back["rounds"], back["times_reopened"]) == ("reopened", 1, 1)


def test_a_missing_column_is_one_finding_wherever_it_is_missing(nights: Nights) -> None:
    people = [person(n, ethnicity="") for n in (1, 3)]
    first = nights.over(File("v1.xlsx", people))
    second = nights.over(File("别名.xlsx", [people[1], person(5, ethnicity="")]))
    assert first.tonight["id"].to_list() == second.tonight["id"].to_list()
    assert second.tonight["status"].to_list() == ["open"]
    assert second.league.filter(level="district").select("records", "faulty", "hard_open").row(0) == (2, 2, 1)


def test_what_is_said_of_a_file_is_known_by_the_village_else_by_the_file(nights: Nights) -> None:
    useless = File("坏.xlsx", usable=False)
    of_village = saying(rule="F01", file="坏.xlsx", village=VILLAGE, town=VILLAGE[:9])
    first = nights.over(useless, changed=of_village)
    same = saying(rule="F01", file="又坏.xlsx", village=VILLAGE, town=VILLAGE[:9])
    assert nights.over(replace(useless, name="又坏.xlsx"), changed=same).tonight.equals(first.tonight)
    nowhere = replace(useless, village=None)
    unplaced = [nights.over(nowhere, changed=saying(rule="F01", file=name)).tonight["id"][0] for name in "甲乙"]
    assert unplaced[0] != unplaced[1]


def test_a_town_file_is_a_round_of_each_of_its_villages(nights: Nights) -> None:
    people = [person(1, at=VILLAGE), person(3, at=OTHER_VILLAGE, mobile="12")]
    nights.over(File("全镇.xlsx", people, village=None))
    own = File("自己.xlsx", [person(1, at=VILLAGE)], village=VILLAGE, received="2025-11-02")
    rounds = nights.over(File("全镇.xlsx", people, village=None, received="2025-11-01"), own).lives.rounds
    assert dict(rounds.select("village", "round").head(2).rows()) == {VILLAGE: 2, OTHER_VILLAGE: 1}


def test_nothing_at_all(nights: Nights) -> None:
    followed = nights.over()
    assert followed.lives.findings.is_empty()
    assert set(followed.lives.rounds["round"]) == {0}
    assert set(followed.league["records"]) == {0}


# --- whatever comes --------------------------------------------------------------------------------------------------

_FAULTS = st.sampled_from(
    [{}, {"mobile": "12"}, {"mobile": "13"}, {"education": ""}, {"certificate_no": _LOST}, {"certificate_no": ""}]
)
_PEOPLE = st.lists(st.tuples(st.sampled_from([1, 3, 5]), _FAULTS), max_size=4)
_ROUND = st.tuples(_PEOPLE, _PEOPLE, st.sampled_from(["there", "there", "unusable", "silent"]))


def files_of(number: int, drawn: tuple) -> list[File]:
    """What two villages have in the inbox in a round."""
    first, second, other = drawn
    files = [File(f"一{number}.xlsx", [person(o, **faults) for o, faults in first])]
    if other == "there":
        files.append(File(f"二{number}.xlsx", [person(o, **faults) for o, faults in second], village=OTHER_VILLAGE))
    if other == "unusable":
        files.append(File(f"二{number}.xlsx", village=OTHER_VILLAGE, usable=False))
    return files


def fates(followed: FollowUp) -> list[tuple[object, ...]]:
    """All that is remembered but for places."""
    return followed.lives.findings.drop("file", "sheet", "row", "cell").sort("id").rows()


@tried(4)
@given(rounds=st.lists(_ROUND, min_size=1, max_size=3), seed=st.randoms())
def test_ids_and_statuses_do_not_depend_on_order_and_everything_adds_up(
    design: Design, survey: Survey, areas: AreaFrame, rounds: list, seed
) -> None:
    plain, shuffled = (Nights(design, survey, areas) for _ in range(2))
    for number, drawn in enumerate(rounds):
        files = files_of(number, drawn)
        followed = plain.over(*files)
        mixed = [replace(file, people=seed.sample(file.people, len(file.people))) for file in files]
        assert fates(shuffled.over(*seed.sample(mixed, len(mixed)))) == fates(followed)
        each_once(followed)
        adds_up(followed)


def each_once(followed: FollowUp) -> None:
    """Every finding of tonight is remembered exactly once, and stands; the others are fixed or wait."""
    remembered = followed.lives.findings
    assert remembered["id"].is_unique().all()
    assert followed.tonight["id"].is_unique().all()
    assert set(followed.tonight["status"]) <= {"new", "open", "reopened", "accepted"}
    standing = remembered.join(followed.tonight, on="id", how="semi")
    assert standing.height == followed.tonight.height
    assert standing.join(followed.tonight, on=["id", "status", "rounds"], how="semi").height == standing.height
    others = remembered.join(followed.tonight, on="id", how="anti")
    assert others.filter((pl.col("status") != "fixed") & pl.col("remark").ne_missing("absent")).is_empty()
    assert remembered.filter((pl.col("status") == "fixed") != pl.col("fixed_on").is_not_null()).is_empty()


def adds_up(followed: FollowUp) -> None:
    """Villages add up to their 镇街, and these to the district."""
    counts = ["villages", "finished", "records", "faulty", "hard_open", "soft_open", "fixed", "reopened", "accepted"]
    levels = {level: part for (level, *_), part in followed.league.group_by("level")}
    totals = [levels[level].select(pl.col(counts).sum()).row(0) for level in ("district", "town", "village")]
    assert totals[0] == totals[1] == totals[2]
    towns = levels["village"].group_by("town").agg(pl.col(counts).sum()).sort("town")
    assert towns.equals(levels["town"].select("town", *counts).sort("town"))
    assert (levels["village"]["faulty"] <= levels["village"]["records"]).all()
