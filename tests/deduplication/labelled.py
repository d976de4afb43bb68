"""A labelled district: verbatim records of made-up people, of each of which it is known whose it is.

Names are as frequent as in the synthetic samples, so there are many namesakes. People live in households; there are
twins, fathers and sons, namesakes born on one day, numbers copied from the next row, and village clerks whose phone
stands for many. A share of the people stand there twice: moved, reassessed, under an old or a changed number, or with a
slip in number or name.
"""

import csv
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

import polars as pl

from bishan_survey import frames
from bishan_survey.model import Batch, Design
from tests.batches import batch_of
from tests.conftest import EDITION, ROOT
from tests.deduplication.slips import IN_NAMES, IN_NUMBERS, respelt
from tests.people import ADULT, identity

PERSON = (EDITION, "person")
SHEET = "持证残疾人"
_FIRST_DAY, _LAST_DAY = date(1930, 1, 1), date(2018, 12, 31)
_PEOPLE_IN_VILLAGE = 105


@dataclass(frozen=True)
class Human:
    """Somebody made up, as a village that makes no slip would write of them."""

    person: int
    village: str
    number: str
    name: str
    birth: date
    head: str
    head_number: str
    mobile: str
    address: str
    kind: str
    """Category, grade and what follows them in the number of the certificate."""
    certificate: str | None = None
    """What is written instead of the right number."""
    how: str = ""
    """Why the person stands there again, or what makes it look as if."""


@dataclass(frozen=True)
class Labelled:
    """Verbatim records, the numbers that were changed, and whose each record is."""

    batch: Batch
    changes: dict[str, str]
    labels: pl.DataFrame
    """``record`` and its place, whose it is (``person``) and ``how`` it came to be."""


def labelled(design: Design, people: int = 20_000, repeated: float = 0.03, seed: int = 5) -> Labelled:
    """Make a district.

    Args:
        design: the definitions.
        people: how many, about.
        repeated: the share of them that stand there twice.
        seed: equal seeds give equal districts.
    """
    draw = random.Random(seed)
    humans = _Town(draw, people).humans()
    changes: dict[str, str] = {}
    own = [human for human in humans if human.how != "copied"]
    again = [_again(human, draw, changes) for human in draw.sample(own, int(people * repeated))]
    written = sorted([*humans, *again], key=lambda human: (human.village, draw.random()))
    return Labelled(_batch(written, design, draw), changes, _labels(written))


# --- people -------------------------------------------------------------------------------------------------------


class _Town:
    """Draws households until there are enough people."""

    def __init__(self, draw: random.Random, people: int) -> None:
        self._draw = draw
        self._people = people
        self._made: list[Human] = []
        self._numbers: set[str] = set()
        self._villages = [f"5001200{n // 15 + 1:02d}{n % 15 + 1:03d}" for n in range(people // _PEOPLE_IN_VILLAGE + 1)]
        self._clerks = {village: self._mobile() for village in self._villages}

    def humans(self) -> list[Human]:
        while len(self._made) < self._people:
            self._household(self._draw.choice(self._villages))
        for one in self._draw.sample(self._made, self._people // 250):
            self._namesake(one)
        for one in self._draw.sample(self._made, self._people // 500):
            self._copier(one)
        return self._made

    def _household(self, village: str) -> None:
        surname, address = drawn("surname", self._draw), f"{self._draw.randint(1, 12)}组{self._draw.randint(1, 400)}号"
        head_birth = self._day(_FIRST_DAY, date(1990, 12, 31))
        head = (surname + _given("male", self._draw), self._number(head_birth, "male"))
        home = (village, *head, address, self._mobile())
        kind = self._draw.random()
        if kind < 0.75:
            self._one(home, surname, self._day(_FIRST_DAY, _LAST_DAY))
        elif kind < 0.88:
            self._add(home, head[0], head_birth, head[1])
            self._one(home, drawn("surname", self._draw), head_birth + timedelta(days=self._draw.randint(-2000, 3000)))
        elif kind < 0.985:
            self._add(home, head[0], head_birth, head[1])
            self._one(home, surname, head_birth + timedelta(days=self._draw.randint(7500, 9900)), like=head[0])
        else:
            self._twins(home, surname)

    def _twins(self, home: tuple[str, ...], surname: str) -> None:
        """Two of one birth date, of one sex or not, with numbers next to each other and names that are alike."""
        birth, first = self._day(_FIRST_DAY, _LAST_DAY), self._draw.choice("建明春小")
        for ending in self._draw.sample("华平军芳英兰", 2):
            self._one(home, surname, birth, given=first + ending)
            self._made[-1] = replace(self._made[-1], how="twin")

    def _one(self, home: tuple[str, ...], surname: str, birth: date, given: str = "", like: str = "") -> None:
        sex = self._draw.choice(("male", "female"))
        given = given or _given(sex, self._draw)
        while like and (given[0] != like[len(surname)] or surname + given == like):
            # A son's name has a character of his father's, and is not the same.
            given = like[len(surname)] + drawn("male_second", self._draw)
        self._add(home, surname + given, birth, self._number(birth, "male" if like else sex))

    def _namesake(self, one: Human) -> None:
        """Another of the same name and birth date, who lives elsewhere."""
        village = self._draw.choice((one.village, self._draw.choice(self._villages)))
        head = (drawn("surname", self._draw) + _given("male", self._draw), self._number(date(1960, 5, 5), "male"))
        number = self._number(one.birth, "male" if int(one.number[16]) % 2 else "female")
        self._add((village, *head, f"{self._draw.randint(1, 12)}组1号", self._mobile()), one.name, one.birth, number)
        self._made[-1] = replace(self._made[-1], how="namesake")

    def _copier(self, one: Human) -> None:
        """A neighbour in whose row the number of another was copied."""
        self._household(one.village)
        self._made[-1] = replace(self._made[-1], certificate=one.number + one.kind, how="copied")

    def _add(self, home: tuple[str, ...], name: str, birth: date, number: str) -> None:
        village, head, head_number, address, mobile = home
        phone = self._draw.choices((self._mobile(), mobile, self._clerks[village], ""), (50, 25, 10, 15))[0]
        kind = f"{self._draw.choices('1234567', (12, 8, 2, 45, 10, 15, 8))[0]}{self._draw.choice('1234')}"
        self._made.append(Human(len(self._made), village, number, name, birth, head, head_number, phone, address, kind))

    def _number(self, birth: date, sex: str) -> str:
        """A number that nobody has, mostly of this district."""
        while True:
            prefix = "990120" if self._draw.random() < 0.9 else f"99{self._draw.randint(1000, 9999)}"
            order = self._draw.randrange(1 if sex == "male" else 2, 400, 2)
            number = identity(f"{birth:%Y%m%d}", order, prefix)
            if number not in self._numbers:
                self._numbers.add(number)
                return number

    def _day(self, first: date, last: date) -> date:
        return first + timedelta(days=self._draw.randint(0, (last - first).days))

    def _mobile(self) -> str:
        return f"199{self._draw.randint(0, 99_999_999):08d}"


@cache
def _words() -> dict[str, tuple[list[str], list[float]]]:
    rows = list(csv.DictReader((ROOT / "templates/samples/names.csv").read_text("utf-8-sig").splitlines()))
    lists = dict.fromkeys(row["list"] for row in rows)
    return {
        name: ([r["text"] for r in rows if r["list"] == name], [float(r["weight"]) for r in rows if r["list"] == name])
        for name in lists
    }


def drawn(part: str, draw: random.Random) -> str:
    """A part of a name, as often as people have it."""
    return draw.choices(*_words()[part])[0]


def _given(sex: str, draw: random.Random) -> str:
    return drawn(f"{sex}_first", draw) + drawn(f"{sex}_second", draw)


# --- second records -----------------------------------------------------------------------------------------------


def _again(human: Human, draw: random.Random, changes: dict[str, str]) -> Human:
    """The same person once more, for one of the reasons there are."""
    how = draw.choices(list(_REASONS), [weight for weight, _ in _REASONS.values()])[0]
    second = _REASONS[how][1](replace(human, how=how), draw)
    if how == "changed":
        changes[human.number] = second.number
    if draw.random() < 0.05:
        second = replace(second, name=respelt(second.name, draw))
    return second


def _moved(human: Human, draw: random.Random) -> Human:
    mobile = human.mobile if draw.random() < 0.8 else f"199{draw.randint(0, 99_999_999):08d}"
    return replace(human, village=_elsewhere(human, draw), address=f"新址{draw.randint(1, 400)}号", mobile=mobile)


def _elsewhere(human: Human, draw: random.Random) -> str:
    return f"5001200{draw.randint(1, 9):02d}{draw.randint(1, 15):03d}" if draw.random() < 0.95 else human.village


def _reassessed(human: Human, draw: random.Random) -> Human:
    kind = f"{draw.choice('1234567')}{draw.choice('1234')}B{draw.randint(1, 3)}"
    return replace(human if draw.random() < 0.5 else _moved(human, draw), kind=kind)


def _old(human: Human, draw: random.Random) -> Human:
    """Under the number of fifteen digits, if the person is old enough to have had one."""
    if human.birth.year >= 2000:
        return human
    old = human.number[:6] + human.number[8:17]
    return replace(human, certificate=old + (human.kind if draw.random() < 0.5 else ""))


def _changed(human: Human, draw: random.Random) -> Human:
    birth = human.birth + timedelta(days=draw.choice((365, -365, 30, -400)))
    order = int(human.number[14:17])
    number = identity(f"{birth:%Y%m%d}", order + 400, human.number[:6])
    return replace(human, number=number, birth=birth)


def _slip(kind: str) -> Callable[[Human, random.Random], Human]:
    def make(human: Human, draw: random.Random) -> Human:
        placed = human if draw.random() < 0.5 else _moved(human, draw)
        return replace(placed, certificate=IN_NUMBERS[kind](human.number + human.kind, draw))

    return make


def _misspelt(kind: str) -> Callable[[Human, random.Random], Human]:
    return lambda human, draw: replace(_moved(human, draw), name=IN_NAMES[kind](human.name, draw))


_REASONS: dict[str, tuple[float, Callable[[Human, random.Random], Human]]] = {
    "moved": (35, _moved),
    "twice": (12, lambda human, _: human),
    "reassessed": (22, _reassessed),
    "old": (6, _old),
    "changed": (5, _changed),
    **{f"number: {kind}": (1.4, _slip(kind)) for kind in IN_NUMBERS},
    **{f"name: {kind}": (3, _misspelt(kind)) for kind in IN_NAMES},
}


# --- records ------------------------------------------------------------------------------------------------------


def _batch(written: list[Human], design: Design, draw: random.Random) -> Batch:
    sheet = design.questionnaires[EDITION].sheet("person")
    assert sheet is not None
    own = pl.DataFrame([_answers(human, draw) for human in written], infer_schema_length=None)
    everybodys = [
        pl.lit(ADULT.get(name)).cast(pl.String).alias(name) for name in sheet.by_name if name not in own.columns
    ]
    village = pl.col("_village")
    verbatim = own.with_columns(*everybodys, _file=village + ".xlsx", _sheet=pl.lit(SHEET), _town=village.str.head(9))
    known = ("village_known", "village_recognised", "village_matches")
    rows = pl.int_range(2, pl.len() + 2, dtype=pl.Int64)
    placed = verbatim.with_columns(*(pl.lit(True).alias(name) for name in known), _row=rows)
    return batch_of(records={PERSON: placed.select(*frames.ADDRESS, *known, *sheet.by_name)})


def _answers(human: Human, draw: random.Random) -> dict[str, str | None]:
    day = date(2025, 7, 1) + timedelta(days=draw.randint(0, 90))
    right = human.number + human.kind
    texts = {
        "_village": human.village,
        "name": human.name,
        "certificate_no": right if human.certificate is None else human.certificate,
        "id_no": human.number if draw.random() < 0.3 and human.certificate is None else "",
        "sex": "1" if int(human.number[16]) % 2 else "2",
        "birth_date": human.birth.isoformat() if draw.random() < 0.6 else "",
        "category": human.kind[0],
        "grade": human.kind[1],
        "household_head": human.head,
        "household_head_id": human.head_number if draw.random() < 0.9 else "",
        "mobile": human.mobile,
        "address": human.address,
        "survey_date": day.isoformat(),
    }
    return {name: text or None for name, text in texts.items()}


def _labels(written: list[Human]) -> pl.DataFrame:
    rows = [(f"{one.village}.xlsx", SHEET, row, one.person, one.how) for row, one in enumerate(written, 2)]
    schema = frames.PLACE | {"person": pl.Int64(), "how": pl.String()}
    return pl.DataFrame(rows, schema=schema, orient="row").with_row_index("record")
