"""What a night that finds nothing new is measured beside: importing polars, and hashing every file of an inbox."""

import hashlib
import sys
from pathlib import Path

import polars as pl

assert pl.__version__
for path in sorted(Path(sys.argv[1]).rglob("*")):
    if path.is_file():
        hashlib.sha256(path.read_bytes()).hexdigest()
