"""Files with a password to open, for workspaces that know one. Needs the extra ``passwords`` (msoffcrypto-tool)."""

import io
from collections.abc import Sequence

from bishan_survey.reading.grid import UnreadableFile

_EVERYBODYS = "VelvetSweatshop"
"""What Excel encrypts workbooks with whose structure alone is protected, and tries itself: it asks nobody for it."""


def unlocked(content: bytes, passwords: Sequence[str]) -> bytes:
    """The content without its password.

    Args:
        content: a workbook of Excel or WPS that is encrypted.
        passwords: those that the workspace knows, tried in turn.

    Raises:
        UnreadableFile: none of them opens it (``F02``).
    """
    try:
        import msoffcrypto
    except ImportError:
        raise UnreadableFile("F02") from None
    for password in (_EVERYBODYS, *passwords):
        opened = io.BytesIO()
        try:
            file = msoffcrypto.OfficeFile(io.BytesIO(content))
            file.load_key(password=password)
            file.decrypt(opened)
        except Exception:  # noqa: S112 - the library raises its own kinds, and whatever damaged bytes make it raise
            continue
        return opened.getvalue()
    raise UnreadableFile("F02")
