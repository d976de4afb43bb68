"""How often laws about whole batches are tried: each try costs a good part of a second."""

import os

from hypothesis import HealthCheck, settings


def tried(few: int) -> settings:
    """A few times where CI waits for it, thrice as often by hand.

    Args:
        few: how many times in CI.
    """
    times = few if os.environ.get("CI") else 3 * few
    return settings(max_examples=times, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
