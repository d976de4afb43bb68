"""What is told of a machine: each thing on its own, in words, with advice."""

import signal
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from bishan_survey import clock
from bishan_survey.doctor import Diagnosis, State, machine, told
from bishan_survey.errors import WorkspaceError


def test_this_machine_can_run_the_program() -> None:
    findings = list(told(machine.machine_checks()))
    assert [f.what for f in findings] == [what for what, _ in machine.machine_checks()]
    assert not [f for f in findings if f.state == State.BAD]
    assert all(f.found and (f.advice or f.state == State.GOOD) for f in findings)


@pytest.mark.parametrize("code", [-signal.SIGILL, 128 + signal.SIGILL, 0xC000001D])
def test_a_processor_that_does_not_know_an_instruction_is_told_with_what_to_install(code: int) -> None:
    told_of = machine.polars_on(code, "")
    assert told_of.state == State.BAD
    assert "非法指令" in told_of.found
    assert "polars-runtime-compat" in told_of.advice


def test_an_illegal_instruction_kills_only_the_process_that_tries(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A real process that dies as one does on an old processor."""
    dying = tmp_path / "python"
    dying.write_text("#!/bin/sh\nkill -ILL $$\n", encoding="utf-8")
    dying.chmod(0o755)
    monkeypatch.setattr(machine.sys, "executable", str(dying))
    assert "非法指令" in machine.processor().found


def test_features_that_polars_misses_are_named() -> None:
    said = "RuntimeWarning: Missing required CPU features.\n\nThe following required CPU features were not detected:\n"
    told_of = machine.polars_on(0, f"{said}    avx2, fma\nContinuing to use…")
    assert (told_of.state, "avx2, fma" in told_of.found) == (State.NOTICE, True)


def test_a_program_that_does_not_load_is_told_by_its_last_words() -> None:
    told_of = machine.polars_on(1, "Traceback …\nModuleNotFoundError: No module named 'polars'\n")
    assert told_of.state == State.BAD
    assert "No module named 'polars'" in told_of.found


def test_libraries_that_are_too_old_or_gone_are_named_together() -> None:
    told_of = machine.library_versions([Requirement("polars>=99"), Requirement("no-such-part>=1"), Requirement("rich")])
    assert told_of.state == State.BAD
    assert "polars 要 >=99，现在2" in told_of.found
    assert "no-such-part 要 >=1，现在没有" in told_of.found
    assert "rich" not in told_of.found


@pytest.mark.skipif(not hasattr(clock.time, "tzset"), reason="this system cannot change the time zone of a process")
@pytest.mark.parametrize(("zone", "state"), [("Asia/Shanghai", State.GOOD), ("Asia/Tokyo", State.NOTICE)])
def test_the_time_zone_is_told_by_name(zone: str, state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    clock.time.tzset()
    try:
        told_of = machine.time_zone()
    finally:
        monkeypatch.undo()
        clock.time.tzset()
    assert told_of.state == state
    assert zone in told_of.found


def test_a_terminal_that_knows_no_chinese_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.locale, "getencoding", lambda: "ANSI_X3.4-1968")
    assert machine.encoding().state == State.NOTICE


def test_a_check_that_fails_is_told_and_hides_no_other() -> None:
    def refuses() -> Diagnosis:
        raise WorkspaceError("坏了", "修好")

    def breaks() -> Diagnosis:
        raise ZeroDivisionError

    def unreadable() -> Diagnosis:
        raise PermissionError(13, "Permission denied", "某文件")

    checks = [("一", refuses), ("二", breaks), ("三", unreadable), ("四", lambda: Diagnosis("四", State.GOOD, "好"))]
    findings = list(told(checks))
    assert [f.state for f in findings] == [State.BAD, State.BAD, State.BAD, State.GOOD]
    assert (findings[0].found, findings[0].advice) == ("坏了", "修好")
    assert "ZeroDivisionError" in findings[1].found
    assert "某文件" in findings[2].found
