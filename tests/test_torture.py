"""A few nights killed at random instants; ``make torture`` kills many more."""

import random
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.torture import Torture

_INSTANTS = 20

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the system has no SIGKILL")


def test_a_killed_night_leaves_a_whole_state_and_the_next_one_converges(tmp_path: Path) -> None:
    """Nights are killed one upon another's remains, until one has got through or ten have not."""
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    torture = Torture(tmp_path, seed)
    found: Counter[str] = Counter()
    for number in range(1, _INSTANTS + 1):
        fate = torture.kill()
        found[fate] += 1
        if fate == "new" or number % 10 == 0:
            torture.recover()
    assert found["old"], found
