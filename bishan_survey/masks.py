"""Numbers that say who somebody is are taken out of what people read.

What is shown is written so that no number is in it; this is the second line: a village may have named its file after
somebody, or an office its reason.
"""

import re

MASK = "******"
_WHOLE = r"(?<![0-9A-Za-z]){}(?![0-9A-Za-z])"
_PERSONS = re.compile(_WHOLE.format(r"(?:[0-9]{15}|[0-9]{17}[0-9Xx](?:[0-9]{2}(?:[Bb][0-9]{1,2})?)?)"))
"""Identity numbers of 15 and 18 places, and certificates, which add to them."""
_TELLING = re.compile(r"[0-9]{11,}[Xx]?")


def without_numbers(text: str) -> str:
    """A text without identity and certificate numbers; codes of places and hashes stay."""
    return _PERSONS.sub(MASK, text)


def without_long_numbers(text: str) -> str:
    """A text that people have typed freely, without anything that could be a number of a person or a telephone."""
    return _TELLING.sub(MASK, text)
