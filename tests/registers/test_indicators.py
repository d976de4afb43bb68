"""Indicators of a real night, beside plain counting over the published records, straight from the definitions."""

import csv
import json
from collections import Counter
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from bishan_survey.model import Design
from bishan_survey.nightly import Night
from bishan_survey.tracing import Part, TracedFigure, counted_units, published_indicator, trace_figure
from tests.areas import TOWNS
from tests.people import certificate, identity
from tests.registers.lists import FAR, HERE
from tests.returns.sending import person
from tests.returns.test_nights import District

Person = dict[str, str]


_OF_ADULTS = ("marital_status", "education", "employed", "employment_help_needs", "training_received")


def _child(order: int, **changes: str) -> Person:
    number = certificate("20150101", order, "53")
    nothing = dict.fromkeys([*_OF_ADULTS, "employee_insurance", "resident_pension"], "")
    return person(order, **{"certificate_no": number, "category": "5", "grade": "3"} | nothing | changes)


def _people() -> list[Person]:
    """Thirteen persons of one village whose answers differ in all that indicators look at."""
    severe = {"certificate_no": certificate(order=21, kind="42"), "grade": "2", "care_needs": "4"}
    home = identity("19500101", 77)
    return [
        person(1),
        person(3, social_assistance="1", living_allowance="1"),
        person(5, social_assistance="1", living_allowance="2", resident_pension="2"),
        person(7, social_assistance="2", nursing_allowance="2", resident_medical="2", resident_medical_subsidy=""),
        person(9, employee_insurance="1,2", resident_pension="2", resident_medical="2", resident_medical_subsidy=""),
        person(11, services_received="6", services_needed="4"),
        person(13, services_received="4", services_needed="6"),
        person(15, services_received="6", services_needed="6"),
        person(17, training_received="1", training_times="3"),
        person(19, household_size="4", household_income="12000"),
        person(21, **severe, social_assistance="1", nursing_allowance="1", accessibility_needs="1,2")
        | {"household_head_id": home},
        _child(23, school="2"),
        _child(25, remarks="未入学"),
    ]


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory, design) -> District:
    made = District(tmp_path_factory.mktemp("指标") / "工作区", design)
    made.send("大旺社区.xlsx", _people())
    village = made.workspace.areas.by_code[FAR]
    there = {"town": village.town, "village": village.name}
    made.send("三合.xlsx", [person(101, resident_pension="2", **there), person(103, **there)], FAR)
    return made


def published(night: Night) -> list[Person]:
    """The records that count, as the run's CSV has them."""
    path = night.folder / "restricted" / "person-bishan-2025.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.DictReader(file) if row["_status"] == "accepted" and row["survey_status"] == "6"]


def figures(night: Night) -> dict[tuple[str, str], tuple[float | None, ...]]:
    """Both numbers by indicator and 镇街 (district: an empty text)."""
    document = json.loads((night.folder / "statistics" / "indicators.json").read_text(encoding="utf-8"))
    return {
        (one["id"], row["town"] if row["level"] == "town" else ""): (row["numerator"], row["denominator"])
        for one in document["indicators"]
        for row in one["figures"]
    }


class Tracing:
    """A night's figures, back to the records behind them."""

    def __init__(self, district: District, night: Night, design: Design) -> None:
        self._run, self._design = night.folder, design
        self._counting = counted_units(night.folder, design, district.workspace.settings.survey)
        self._areas = ("500120", HERE[:9], FAR[:9])

    def figure(self, indicator: str, area: str, part: Part) -> TracedFigure:
        told = published_indicator(self._run, indicator)
        return trace_figure(self._run, self._design, self._counting, told, area, part)

    def every_figure_has_its_records(self) -> None:
        document = json.loads((self._run / "statistics" / "indicators.json").read_text(encoding="utf-8"))
        computed = [one["id"] for one in document["indicators"] if one["way"]]
        for name, area, part in product(computed, self._areas, Part):
            found = self.figure(name, area, part)
            assert (found.number or 0) == pytest.approx(found.published or 0), (name, area, part)


def _has(row: Person, item: str, code: str) -> bool:
    return code in row[item].split(",")


def _number(row: Person) -> str:
    return row["certificate_no"][:18]


def _age(row: Person) -> int:
    birth = _number(row)[6:14]
    return 2025 - int(birth[:4]) - ((int(birth[4:6]), int(birth[6:])) > (6, 30))


def _poor(row: Person) -> bool:
    limit = 735 * 12 if row["hukou"] == "2" else 600 * 12
    return float(row["household_income"]) / int(row["household_size"]) < limit


def _low(row: Person) -> bool:
    return _has(row, "social_assistance", "1")


def _cared(row: Person) -> bool:
    return _has(row, "social_assistance", "2")


def _served(row: Person) -> bool:
    return not _has(row, "services_received", "6")


_BY_SURVEY: dict[str, tuple[Callable[[Person], bool], Callable[[Person], bool]]] = {
    "I03": (_low, lambda row: _low(row) or (not _cared(row) and _poor(row))),
    "I04": (lambda row: row["living_allowance"] == "1", lambda row: _low(row) and not _cared(row)),
    "I05": (
        lambda row: row["nursing_allowance"] == "1",
        lambda row: row["certificate_no"][19] in "12" and not _cared(row),
    ),
    "I06": (
        lambda row: row["resident_pension"] == "1",
        lambda row: _age(row) >= 16 and not row["school"] and not _has(row, "employee_insurance", "1"),
    ),
    "I07": (lambda row: row["resident_medical"] == "1", lambda row: not _has(row, "employee_insurance", "2")),
    "I08": (lambda row: bool(row["school"]), lambda row: 6 <= _age(row) <= 14),
    "I09a": (_served, lambda row: _served(row) or not _has(row, "services_needed", "6")),
    "I09b": (_served, lambda row: True),
    "I10": (
        lambda row: _has(row, "services_received", "4"),
        lambda row: _has(row, "services_received", "4") or _has(row, "services_needed", "4"),
    ),
}


def _counted(rows: list[Person], part: Callable[[Person], bool], whole: Callable[[Person], bool]) -> dict[str, tuple]:
    inside = [row for row in rows if whole(row)]
    wholes, parts = Counter(row["_town"] for row in inside), Counter(row["_town"] for row in inside if part(row))
    towns = {row["_town"] for row in rows}
    return {"": (parts.total(), wholes.total())} | {town: (parts[town], wholes[town]) for town in towns}


def test_from_the_survey_alone(district: District, design: Design) -> None:
    night = district.night()
    rows, told = published(night), figures(night)
    hard = [f for f in night.examined.batch.findings.iter_rows(named=True) if f["severity"] == "hard"]
    assert not hard, "every record counts"
    assert len(rows) == 15
    for name, (part, whole) in _BY_SURVEY.items():
        for town, numbers in _counted(rows, part, whole).items():
            assert told[name, town] == numbers, (name, town)
        assert len([key for key in told if key[0] == name]) == 1 + TOWNS
    assert told["I02", ""] == (sum(int(row["training_times"] or 0) for row in rows), None)
    homes: dict[str, list[Person]] = {}
    for row in rows:
        if row["in_institution"] == "2" and row["household_head_id"]:
            homes.setdefault(row["household_head_id"], []).append(row)
    hard = [
        home
        for home in homes.values()
        if any(row["certificate_no"][19] in "12" for row in home)
        and any(_low(row) or _cared(row) for row in home)
        and any(not _has(row, "accessibility_needs", "9") or row["accessibility_done"] == "1" for row in home)
    ]
    done = [home for home in hard if any(row["accessibility_done"] == "1" for row in home)]
    assert told["I11", ""] == (len(done), len(hard)) == (0, 1)
    document = json.loads((night.folder / "statistics" / "indicators.json").read_text(encoding="utf-8"))
    (income,) = [one for one in document["indicators"] if one["id"] == "I01"]
    assert "残疾人家庭收入" in income["reason"]
    assert income["figures"] == []
    Tracing(district, night, design).every_figure_has_its_records()


_LISTS = {
    "minimum-living": (3, 7, 9),
    "living-allowance": (3, 9, 11),
    "nursing-allowance": (21,),
    "resident-pension": (1, 3, 5),
    "resident-medical": (1, 3, 5, 7, 101),
    "school-roll": (23, 25),
    "rehabilitation": (11, 15),
    "devices": (13, 15),
    "home-adaptation": (21,),
}


def _put(district: District, name: str, text: str, file: str = "名单.csv") -> Path:
    path = district.workspace.root / "registers" / name / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _numbers() -> dict[int, str]:
    numbers = {order: identity(order=order) for order in (1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 101, 103)}
    return numbers | {order: identity("20150101", order) for order in (23, 25)}


def test_from_lists_in_preference(district: District, design: Design) -> None:
    numbers = _numbers()
    for name, orders in _LISTS.items():
        _put(district, name, "\n".join(["身份证号,姓名", *(f"{numbers[order]}," for order in orders)]) + "\n")
    days = [(1, "2022-03-01", "家政"), (1, "2023年5月6日", "家政"), (3, "2022-03-01", "家政")]
    days += [(1, "2022-03-01", "家政"), (5, "2019-01-01", "家政"), (5, "", "家政")]
    lines = [f"{numbers[order]},{day},{course}" for order, day, course in days]
    # Somebody who was trained and is not among those who were surveyed counts too.
    lines.append(f"{identity('19700101', 1)},2024-01-01,电商")
    _put(district, "training", "\n".join(["身份证号,培训日期,培训项目", *lines]) + "\n")
    money = [(1, 2023, 30000, 3), (1, 2025, 36300, 3), (3, 2023, 20000, 2), (101, 2023, 10000, 1), (101, 2025, 9000, 1)]
    lines = [f"{numbers[order]},{year},{income},{people}" for order, year, income, people in money]
    _put(district, "income", "\n".join(["残疾人证号,年份,家庭可支配收入,家庭人口", *lines]) + "\n")
    night = district.night()
    rows, told = published(night), figures(night)
    inside = {name: {numbers[order] for order in orders} for name, orders in _LISTS.items()}

    def listed(name: str) -> Callable[[Person], bool]:
        return lambda row: _number(row) in inside[name]

    low = listed("minimum-living")
    expected = {
        "I03": (low, lambda row: low(row) or (not _cared(row) and _poor(row))),
        "I04": (listed("living-allowance"), lambda row: low(row) and not _cared(row)),
        "I05": (listed("nursing-allowance"), _BY_SURVEY["I05"][1]),
        "I06": (listed("resident-pension"), _BY_SURVEY["I06"][1]),
        "I07": (listed("resident-medical"), _BY_SURVEY["I07"][1]),
        "I08": (listed("school-roll"), _BY_SURVEY["I08"][1]),
        "I09a": (
            listed("rehabilitation"),
            lambda row: listed("rehabilitation")(row) or not _has(row, "services_needed", "6"),
        ),
        "I09b": (listed("rehabilitation"), lambda row: True),
        "I10": (listed("devices"), lambda row: listed("devices")(row) or _has(row, "services_needed", "4")),
    }
    for name, (part, whole) in expected.items():
        for town, both in _counted(rows, part, whole).items():
            assert told[name, town] == both, (name, town)
    assert told["I02", ""] == (4, None)
    assert told["I02", HERE[:9]] == (3, None)
    assert told["I11", ""] == (1, 1)
    first, last = (30000 + 20000 + 10000) / (3 + 2 + 1), (36300 + 9000) / (3 + 1)
    assert told["I01", ""] == (last, first)
    document = json.loads((night.folder / "statistics" / "indicators.json").read_text(encoding="utf-8"))
    (income,) = [one for one in document["indicators"] if one["id"] == "I01"]
    assert income["figures"][0]["value"] == pytest.approx(100 * ((last / first) ** 0.5 - 1))
    towns = {row["town"]: row["value"] for row in income["figures"] if row["level"] == "town"}
    assert towns[FAR[:9]] == pytest.approx(100 * (0.9**0.5 - 1))
    tracing = Tracing(district, night, design)
    tracing.every_figure_has_its_records()
    trained = tracing.figure("I02", "500120", Part.NUMERATOR).traced
    assert sorted(trained.cells["cell"]) == ["A2", "A3", "A4", "A8"]
    assert numbers[1] in trained.records["key"]
    poor = tracing.figure("I03", HERE[:9], Part.NUMERATOR).traced
    assert set(poor.records["_listed"]) == {"最低生活保障"}
    assert poor.in_lists
