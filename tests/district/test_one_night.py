"""The whole synthetic district: every seeded fault is found at its cell, and nothing else is."""

from pathlib import Path

import polars as pl

_PLACE = ["file", "sheet", "cell", "rule"]


def read(path: Path) -> pl.DataFrame:
    return pl.read_csv(path, infer_schema=False)


def test_its_size(district) -> None:
    folder, _, told = district
    villages = told["villages"]
    assert (villages["expected"], villages["reported"], villages["missing"]) == (191, 191, [])
    assert told["sample"]["fault_kinds"] >= 40
    assert told["sample"]["persons"] > 17_000
    assert len(read(folder / "roster.csv")) > 17_000


def test_precision_and_recall_of_findings_are_one(district) -> None:
    folder, results, _ = district
    found = read(results / "restricted" / "findings.csv").select(_PLACE).fill_null("").sort(_PLACE)
    key = read(folder / "answer-key" / "findings.csv").select(_PLACE).fill_null("").sort(_PLACE)
    assert key.height > 500
    assert found.rows() == key.rows()


def test_what_was_normalised_is_what_was_planted(district) -> None:
    folder, results, _ = district
    place = ["file", "sheet", "cell", "item", "original", "value"]
    found = read(results / "restricted" / "normalised.csv").select(place).sort(place)
    assert found.rows() == read(folder / "answer-key" / "normalised.csv").select(place).sort(place).rows()


def test_every_duplicate_is_decided_as_the_key_says(district) -> None:
    folder, results, _ = district
    place = ["file", "sheet", "row", "outcome"]
    found = read(results / "restricted" / "links.csv")
    key = read(folder / "answer-key" / "duplicates.csv")
    assert found.select(place).sort(place).rows() == key.select(place).sort(place).rows()
    assert found.filter(across_towns="true")["group"].n_unique() >= 40


def test_every_row_is_accounted_for(district) -> None:
    _, results, told = district
    rows = told["rows"]
    assert rows["read"] == sum(count for fate, count in rows.items() if fate != "read")
    sources = read(results / "restricted" / "sources.csv")
    assert sources["rows_read"].cast(pl.Int64).sum() == rows["read"]


def test_nobodys_number_begins_as_a_real_one_does(district) -> None:
    _, results, _ = district
    numbers = read(results / "restricted" / "person-bishan-2025.csv")["certificate_no"].drop_nulls()
    assert numbers.str.starts_with("99").all()
