"""``python -m tests.fuzz --seconds 60``: exit code 1, and the bytes kept, if a file does what none may."""

import argparse
import sys
import time
from pathlib import Path

from tests.fuzz.run import Outcome, fuzz


def main() -> int:
    """Run, and say what came of it."""
    asked = _parser().parse_args()
    seed = asked.seed if asked.seed is not None else time.time_ns() % 10**6
    outcome = fuzz(asked.seconds, seed, asked.keep)
    _tell(outcome)
    return 1 if outcome.offences else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long (default: 60)")
    parser.add_argument("--seed", type=int, help="repeat a run; a new one is drawn if it is not given")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-found"), help="folder for the bytes of offenders")
    return parser


def _tell(outcome: Outcome) -> None:
    answers = "  ".join(f"{name}: {count}" for name, count in outcome.answers.most_common())
    print(f"seed {outcome.seed}: {outcome.files} files  {answers}")
    print(f"slowest {outcome.slowest:.1f} s, most memory {outcome.largest / 2**20:.0f} MiB")
    if outcome.curious:
        print(f"{len(outcome.curious)} files cost a worker, as they may. One of them: {outcome.curious[0]}")
    for line in outcome.offences:
        print(f"WRONG: {line}")


if __name__ == "__main__":
    sys.exit(main())
