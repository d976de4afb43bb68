"""What people wrote, made comparable: never stored."""

import re
import unicodedata

_UNSEEN = re.compile(r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u00ad\u200b-\u200f\u2060\ufeff]")


def folded(text: str) -> str:
    """Without what cannot be seen, without blanks at the ends, full-width characters made half-width."""
    return unicodedata.normalize("NFKC", _UNSEEN.sub("", text)).strip()


def squeezed(text: str) -> str:
    """Without blanks and case as well: for words of which there are only a few."""
    return "".join(folded(text).split()).casefold()
