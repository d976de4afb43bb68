"""Damage by chance: the corpus's files, changed at random, are read through the workers for a bounded time."""
