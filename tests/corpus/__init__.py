"""Damaged and odd files, each named for its damage and made when it is asked for. Nothing large is committed.

A kind says what the program must make of it: read it, or refuse it with a certain notice. To add one, write a function
that returns its bytes and put ``@kind(...)`` above it, in the module where it belongs.
"""

from tests.corpus import (
    archives,
    containers,
    layouts,
    old_excel,
    opendocument,
    parts,
    sheets_xml,
    strangers,
    texts,
    webpages,
)
from tests.corpus.people import NAMES, NUMBERS, ROWS, TABLE
from tests.corpus.registry import KINDS, LOST, READ, Kind, kind, write_corpus

__all__ = ["KINDS", "LOST", "NAMES", "NUMBERS", "READ", "ROWS", "TABLE", "Kind", "kind", "write_corpus"]

_MODULES = (
    archives,
    containers,
    layouts,
    old_excel,
    opendocument,
    parts,
    sheets_xml,
    strangers,
    texts,
    webpages,
)
"""Importing them fills the register."""
