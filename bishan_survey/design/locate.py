"""Where the definitions lie: beside the package in a checkout, inside it in an installed wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def definitions_root() -> Path:
    """Folder that holds ``templates/`` and ``validators/``."""
    installed = _PACKAGE / "templates"
    return _PACKAGE if installed.is_dir() else _PACKAGE.parent
