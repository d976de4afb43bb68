"""The counts of a night for another program: one POST of JSON, no redirect followed, nothing sent again."""

import json
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

TOLD_SCHEMA = "bishan-survey/told/1"
_TIMEOUT = 10


class _NoRedirect(HTTPRedirectHandler):
    """The way that was written down is the way: another might not be secret."""

    def redirect_request(self, *_: object) -> None:
        """None."""


def post(url: str, document: dict[str, Any]) -> list[str]:
    """Post a document.

    Args:
        url: where to; the settings have made sure that nobody can read it on the way.
        document: what to say.

    Returns:
        Why it did not arrive; nothing if it did.
    """
    content = json.dumps({"schema": TOLD_SCHEMA, **document}, ensure_ascii=False).encode()
    request = Request(url, content, {"Content-Type": "application/json; charset=utf-8"}, method="POST")  # noqa: S310
    try:
        with build_opener(_NoRedirect, *_straight(url)).open(request, timeout=_TIMEOUT):
            return []
    except HTTPError as error:
        why = f"对方回答{error.code}"
        error.close()
    except (URLError, OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        why = getattr(reason, "strerror", None) or type(reason).__name__
    return [f"webhook 没有发到：{why}"]


def _straight(url: str) -> list[ProxyHandler]:
    """What is not encrypted is for this machine, and goes through no proxy."""
    return [ProxyHandler({})] if url.lower().startswith("http:") else []
