"""The fuzzer itself: it repeats itself, and a short run finds nothing."""

from pathlib import Path

from tests.fuzz.run import case, fuzz


def test_equal_seeds_make_equal_files() -> None:
    assert [case(5, number) for number in range(50)] == [case(5, number) for number in range(50)]


def test_a_short_run_finds_nothing(tmp_path: Path) -> None:
    outcome = fuzz(seconds=60, seed=1, keep=tmp_path / "found", most=150)
    assert outcome.files == 150
    assert outcome.offences == []
