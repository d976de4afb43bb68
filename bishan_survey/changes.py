"""Identity numbers that were changed, and the number that counts today."""

from collections.abc import Mapping

Changes = Mapping[str, str]
"""The number that has taken the place of each identity number that was changed."""


def latest(number: str, changes: Changes) -> str:
    """The number that counts today, where a number was changed (more than once, perhaps)."""
    seen = {number}
    while number in changes and changes[number] not in seen:
        number = changes[number]
        seen.add(number)
    return number


def today(changes: Changes) -> dict[str, str]:
    """For each number that was changed, the one that counts today."""
    return {number: latest(number, changes) for number in changes}
