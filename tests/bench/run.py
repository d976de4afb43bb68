"""Ratios measured side by side: the two programs in turn, and the median of the ratios of the pairs.

Absolute times mean little on a shared machine; a ratio of neighbours holds when its speed drifts. Run by
``make bench``; the figures of record stand in ``docs/benchmarks.md``.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PAIRS = 5


def seconds(command: Sequence[str]) -> float:
    """Wall time of a whole process; the sample's unusable files make the night exit with 5."""
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True)
    taken = time.perf_counter() - started
    if done.returncode not in (0, 5):
        raise SystemExit(done.stderr.decode())
    return taken


def side_by_side(ours: Sequence[str], other: Sequence[str], pairs: int = PAIRS) -> tuple[float, float, float]:
    """Median seconds of each, and the median of the ratios of neighbours, after one run of each to warm up."""
    seconds(ours)
    seconds(other)
    runs = [(seconds(ours), seconds(other)) for _ in range(pairs)]
    medians = [statistics.median(run[n] for run in runs) for n in (0, 1)]
    return medians[0], medians[1], statistics.median(a / b for a, b in runs)


def show(what: str, ratio: float, aim: str, detail: str = "") -> None:
    print(f"{what:<46}{ratio:8.2f}   aim {aim:<12}{detail}", flush=True)


def told(*command: str) -> dict[str, Any]:
    """What a program prints as JSON."""
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=HERE.parents[1])
    return json.loads(done.stdout)


def matching(bench_python: str, night: float) -> None:
    """Matching of 20,000 labelled people: its share of a night, and beside Splink; and of a million."""
    work = (sys.executable, "-m", "tests.bench.matching")
    with tempfile.TemporaryDirectory() as folder:
        told(*work, "make", folder, "20000")
        ours = told(*work, "ours", folder)
        used = told(bench_python, str(HERE / "splink_pairs.py"), folder)
        show("matching of 20,000 people / night", ours["seconds"] / night, "< 0.1", f"{ours['seconds']:.2f} s")
        show_matching("ours", ours)
        splink = told(*work, "splink", folder)
        show_matching("Splink", used | splink)
        show_matching("Splink, line by the key", used | splink["with_the_key"])
    with tempfile.TemporaryDirectory() as folder:
        told(*work, "make", folder, "1000000")
        show_matching("ours, 1,000,000 people", told(*work, "ours", folder, "1"))


def show_matching(what: str, told: dict[str, Any]) -> None:
    rates = (f"{name} {told[name]:.4f}" for name in ("precision", "recall", "through_questions"))
    used = f"questions {told['asked']}  {told['seconds']:.2f} s  {told['megabytes']:.0f} MB"
    print(f"  {what:<24}", *rates, used, sep="  ", flush=True)


def main() -> None:
    """Print every ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--pandas-python", required=True, help="Python of an environment with pandas, openpyxl and Splink"
    )
    pandas_python = parser.parse_args().pandas_python
    program = [sys.executable, "-m", "bishan_survey"]
    with tempfile.TemporaryDirectory() as folder:
        district = str(Path(folder) / "district")
        subprocess.run([*program, "sample", district], check=True, capture_output=True)
        inbox = str(Path(district) / "inbox")
        night, read = [*program, "nightly", district], [sys.executable, str(HERE / "bare_read.py"), inbox]
        ours, bare, ratio = side_by_side([sys.executable, str(HERE / "guarded_read.py"), inbox], read)
        show("guarded read / bare python-calamine read", ratio, "< 1.4", f"{ours:.2f} s / {bare:.2f} s")
        ours, bare, ratio = side_by_side(night, read)
        show("night / bare python-calamine read", ratio, "< 2.5", f"{ours:.2f} s / {bare:.2f} s")
        look = [*night, "--if-changed"]
        ours, bare, ratio = side_by_side(look, [sys.executable, str(HERE / "bare_look.py"), inbox], 11)
        show("unchanged night / import polars, hash inbox", ratio, "< 2", f"{ours:.2f} s / {bare:.2f} s")
        cache = Path(district) / "cache"
        with_it, without, ratio = side_by_side(night, [sys.executable, str(HERE / "uncached.py"), str(cache), *night])
        show("night with cache / night without", ratio, "< 1", f"{with_it:.2f} s / {without:.2f} s")
        checked = subprocess.run(
            [sys.executable, str(HERE / "validation.py"), district], check=True, capture_output=True, text=True
        )
        said = json.loads(checked.stdout)
        show("validation / bare polars select", said["ratio"], "< 1.5", f"{said['records']} × {said['checks']} checks")
        pandas, whole, ratio = side_by_side([pandas_python, str(HERE / "pandas_read.py"), inbox], night, pairs=3)
        show("pandas + openpyxl read only / night", ratio, "> 5", f"{pandas:.2f} s / {whole:.2f} s")
    matching(pandas_python, whole)
    with tempfile.TemporaryDirectory() as folder:
        calls, forms = str(Path(folder) / "calls"), [sys.executable, str(HERE / "blank_forms.py")]
        subprocess.run([*forms, "record", calls], check=True, capture_output=True)
        ours, bare, ratio = side_by_side([*forms, "ours", folder], [*forms, "bare", folder, calls], pairs=3)
        show("191 forms / bare xlsxwriter, same cells", ratio, "< 1.5", f"{ours:.2f} s / {bare:.2f} s")
    ours, bare, ratio = side_by_side([*program, "--help"], [sys.executable, str(HERE / "bare_typer.py"), "--help"], 11)
    show("--help / bare typer program", ratio, "< 1.3", f"{ours:.3f} s / {bare:.3f} s")


if __name__ == "__main__":
    main()
