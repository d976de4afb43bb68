"""Departments' lists beside the survey: whose row each is, who is in a list, and where the two do not agree.

People are known by their number alone. Where one number stands beside several names in a list, or is one of 15 digits,
the name must agree as well; nobody is guessed.
"""

from collections.abc import Mapping, Sequence

import polars as pl

from bishan_survey import frames
from bishan_survey.changes import Changes, today
from bishan_survey.design import compile_sql, variables_in
from bishan_survey.frames import STATUS
from bishan_survey.model import PERSON, Batch, DepartmentList, Design, ListCheck, ListRead, RowStatus
from bishan_survey.registers.persons import PLACE

KEY, HOME = "person_key", "household_key"
OLD_LENGTH = 15
"""Digits of an identity number of the first generation: without ``19`` and without the check digit."""
_RECORD = "_record"
_FOUND = "found_"


def check_lists(
    batch: Batch, lists: Sequence[ListRead], district: str, design: Design, changes: Changes
) -> list[ListCheck]:
    """Compare every list with the persons who count or are held.

    Args:
        batch: after all stages.
        lists: as they were read, their numbers as they are today.
        district: code of the district; 镇街 in the rows of lists begin with it.
        design: the definitions.
        changes: identity numbers that have changed, old to new.
    """
    persons = _persons(batch, design)
    borne = _numbers(batch, persons, changes)
    return [_checked(read, persons, borne, district) for read in lists if read.usable]


def with_lists(
    counting: Mapping[str, pl.DataFrame], checks: Sequence[ListCheck], grouped: Mapping[str, str]
) -> dict[str, pl.DataFrame]:
    """Persons and households that count, each with whether they are in each of the lists; and the lists' own rows.

    Args:
        counting: the records that count, by unit.
        checks: the lists.
        grouped: for each unit that is a group of persons, the variable that is equal in its members.
    """
    units = dict(counting)
    members = units[PERSON]
    for check in checks:
        name = check.read.list.variable
        members = members.join(
            check.answers.select(_PLACE_OF, pl.col("listed").alias(name)),
            left_on=_OWN_PLACE,
            right_on=PLACE,
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )
        units[name] = _own_rows(check)
    units[PERSON] = members
    for unit, key in grouped.items():
        if unit in units:
            any_of = [pl.col(check.read.list.variable).max() for check in checks]
            in_lists = members.drop_nulls(key).group_by(key).agg(any_of)
            units[unit] = units[unit].join(in_lists, on=key, how="left", maintain_order="left")
    return units


_OWN_PLACE = [f"_{name}" for name in PLACE]
_PLACE_OF = pl.col(PLACE)


def _own_rows(check: ListCheck) -> pl.DataFrame:
    """The rows of a list that count, as records: each in the village of its person, as far as that is known."""
    counting = [RowStatus.MATCHED, RowStatus.HELD, RowStatus.UNSURVEYED, RowStatus.UNCLEAR]
    return check.rows.filter(pl.col("status").is_in(counting)).with_columns(
        matched=pl.col("status") == RowStatus.MATCHED.value, _village=pl.coalesce(_FOUND + "village", "town_code")
    )


# --- whose numbers ---------------------------------------------------------------------------------------------------


def _persons(batch: Batch, design: Design) -> pl.DataFrame:
    """Every person's record that counts or is held, with the survey's own answer to each list."""
    parts = []
    for (_, unit), frame in batch.records.items():
        if unit == PERSON:
            known = frame.filter(pl.col(STATUS).is_in(["accepted", "held"]))
            parts.append(known.select(*_told(known), *(_said(known, one) for one in design.lists)))
    whole = pl.concat(parts)
    return whole.with_row_index(_RECORD)


def _told(records: pl.DataFrame) -> list[pl.Expr]:
    address = [pl.col(f"_{name}").alias(name) for name in (*PLACE, *frames.AREA)]
    asked = [
        (pl.col(name) if name in records.columns else pl.lit(None, dtype=pl.String)).alias(name)
        for name in (KEY, HOME, "name")
    ]
    return [*address, pl.col(STATUS).alias("status"), *asked]


def _said(records: pl.DataFrame, one: DepartmentList) -> pl.Expr:
    known = one.survey is not None and variables_in(one.survey) <= set(records.columns)
    answer = compile_sql(one.survey) if one.survey and known else pl.lit(None, dtype=pl.Boolean)
    return answer.alias(f"said {one.variable}")


def _numbers(batch: Batch, persons: pl.DataFrame, changes: Changes) -> dict[bool, pl.DataFrame]:
    """The numbers that each person's record is known by, as they are today: without and with those of the head."""
    groups = batch.links.filter(unit=PERSON).select("group", "key", *PLACE)
    of_group = groups.select("group", *PLACE).join(groups.select("group", "key").unique(), on="group")
    alike = of_group.select(*PLACE, "key").join(
        persons.select(_RECORD, *PLACE), on=PLACE, how="inner", nulls_equal=True
    )
    own = pl.concat([persons.select(_RECORD, key=KEY), alike.select(_RECORD, "key")])
    homes = pl.concat([own, persons.select(_RECORD, key=HOME)])
    return {household: _with_old(numbers, changes) for household, numbers in ((False, own), (True, homes))}


def _with_old(numbers: pl.DataFrame, changes: Changes) -> pl.DataFrame:
    """Numbers as they are today, each also as it was written with 15 digits."""
    now = numbers.drop_nulls("key").with_columns(key=pl.col("key").replace(today(changes)))
    first = now.filter(pl.col("key").str.slice(6, 2) == "19")
    old = first.with_columns(key=pl.col("key").str.head(6) + pl.col("key").str.slice(8, 9))
    return pl.concat([now, old]).unique(maintain_order=True)


# --- row by row ------------------------------------------------------------------------------------------------------


def _checked(read: ListRead, persons: pl.DataFrame, borne: Mapping[bool, pl.DataFrame], district: str) -> ListCheck:
    one, listed = read.list, read.rows.with_row_index("_line")
    told = listed.with_columns(
        unsure=(pl.col("key").str.len_chars() == OLD_LENGTH) | _of_several_names(listed), counts=_counts(one)
    )
    known = persons.rename(lambda name: name if name == _RECORD else _FOUND + name)
    pairs = (
        told.join(borne[one.household], on="key")
        .join(known, on=_RECORD)
        .filter(~pl.col("unsure") | (pl.col("name") == pl.col(_FOUND + "name")).fill_null(False))
    )
    # A household's row may be of several persons: it stands beside the one that counts and comes first.
    best = pairs.sort("_line", pl.col(_FOUND + "status") != "accepted", _RECORD).unique(
        "_line", keep="first", maintain_order=True
    )
    found = told.join(best.select("_line", f"^{_FOUND}.*$"), on="_line", how="left", maintain_order="left")
    rows = found.with_columns(status=_status(one, district))
    counted = rows.filter(pl.col("status").is_in([RowStatus.MATCHED.value, RowStatus.HELD.value]))
    inside = pairs.join(counted, on="_line", how="semi")[_RECORD].unique()
    return ListCheck(read, rows.drop("_line", "unsure", "counts"), _answers(one, persons, inside))


def _of_several_names(listed: pl.DataFrame) -> pl.Expr:
    """Whether a number stands beside several names in the list."""
    names = listed.drop_nulls("key").group_by("key").agg(pl.col("name").drop_nulls().n_unique())
    return pl.col("key").is_in(names.filter(pl.col("name") > 1)["key"].implode()).fill_null(False)


def _counts(one: DepartmentList) -> pl.Expr:
    return compile_sql(one.where).fill_null(False) if one.where else pl.lit(True)


def _status(one: DepartmentList, district: str) -> pl.Expr:
    """What becomes of each row."""
    told_apart = pl.all_horizontal(pl.col(name).is_not_null() for name in one.same) if one.same else pl.lit(True)
    counting = pl.col("counts") & pl.col("key").is_not_null() & told_apart
    who = ["key", pl.when("unsure").then(pl.col("name")), *one.same]
    again = counting & (pl.int_range(pl.len()).over(pl.when(counting).then(pl.struct(who))) > 0)
    steps = (
        (pl.col("key").is_null(), RowStatus.UNREADABLE),
        (~pl.col("counts"), RowStatus.NOT_COUNTED),
        (again, RowStatus.REPEATED),
        (pl.col(_FOUND + "status") == "accepted", RowStatus.MATCHED),
        (pl.col(_FOUND + "status") == "held", RowStatus.HELD),
        (~pl.col("town_code").str.starts_with(district), RowStatus.OUTSIDE),
        (pl.col("unsure"), RowStatus.UNCLEAR),
    )
    chosen = [pl.when(when.fill_null(False)).then(pl.lit(status.value)) for when, status in steps]
    return pl.coalesce(*chosen, pl.lit(RowStatus.UNSURVEYED.value))


def _answers(one: DepartmentList, persons: pl.DataFrame, inside: pl.Series) -> pl.DataFrame:
    """Who of those that count is in the list; of somebody without a number nobody can tell."""
    nameless = pl.col(KEY).is_null() & ~pl.col(_RECORD).is_in(inside.implode())
    return persons.filter(status="accepted").select(
        *PLACE,
        *frames.AREA,
        "name",
        "person_key",
        said=f"said {one.variable}",
        listed=pl.when(~nameless).then(pl.col(_RECORD).is_in(inside.implode())),
    )
