"""What takes long to make and nobody changes: made once, however many workers the tests run in."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that the first worker who needs it makes; the others wait for it.

    Args:
        factory: of temporary folders.
        name: by which the workers know it.
        make: makes it; the folder is not there yet.
    """
    own = factory.getbasetemp()
    common = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder, made = common / name, common / f"{name}.made"
    with FileLock(common / f"{name}.lock"):
        if not made.exists():
            make(folder)
            made.touch()
    return folder
