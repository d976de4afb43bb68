"""``python -m tests.corpus FOLDER`` writes every file of the corpus into a folder."""

import sys
from pathlib import Path

from tests.corpus import write_corpus


def main() -> int:
    """Write the corpus where the one argument says."""
    if len(sys.argv) != 2:
        print("usage: python -m tests.corpus FOLDER", file=sys.stderr)
        return 2
    written = write_corpus(Path(sys.argv[1]))
    print(f"{len(written)} files, {sum(path.stat().st_size for path in written):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
