"""Files and folders with people's data are readable by their owner alone from the first byte on.

As far as the system knows owners: on Windows what is above a folder decides.
"""

from pathlib import Path

OWNER_ONLY_FILE, OWNER_ONLY_FOLDER = 0o600, 0o700


def create_private(path: Path) -> Path:
    """Make an empty file that only its owner can read; writers then fill it, and its mode stays.

    Raises:
        FileExistsError: it is there already.
    """
    path.touch(mode=OWNER_ONLY_FILE, exist_ok=False)
    return path


def make_private_folder(path: Path) -> None:
    """A folder that its owner alone can open, and the folders above it that are not there yet."""
    missing = [above for above in path.parents if not above.exists()]
    for folder in (*reversed(missing), path):
        folder.mkdir(mode=OWNER_ONLY_FOLDER, exist_ok=True)


def make_private(folder: Path) -> None:
    """Let nobody but the owner into a folder that has been written."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(OWNER_ONLY_FOLDER if path.is_dir() else OWNER_ONLY_FILE)
