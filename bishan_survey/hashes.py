"""Short hashes by which the same thing is known again on another night."""

from hashlib import blake2b

import polars as pl

BETWEEN = "\x1f"
"""Stands between texts that are joined, and in none of them."""
_BYTES = 6


def joined(*parts: pl.Expr | str) -> pl.Expr:
    """Texts as one that no other texts give; what is missing is empty."""
    texts = [pl.col(part) if isinstance(part, str) else part for part in parts]
    return pl.concat_str([text.fill_null("") for text in texts], separator=BETWEEN) if texts else pl.lit("")


def hashed(texts: pl.Series) -> pl.Series:
    """A short hash of each text: equal texts alone are equal."""
    return pl.Series(texts.name, [digest(text) for text in texts.to_list()], dtype=pl.String)


def digest(text: str) -> str:
    """A short hash of a text."""
    return blake2b(text.encode(), digest_size=_BYTES).hexdigest()
