"""What of an attempt is kept for whoever looks for a mistake: short, and without secrets. Pure.

Of the request only what differs between attempts is stored; the body is the event's, and the
headers can be told from it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

USER_AGENT: Final = "Signalbox-Webhooks/1"
BODY_AT_MOST: Final = 1_000
_VALUE_AT_MOST: Final = 200
_HEADERS_AT_MOST: Final = 20
# Attempts of a delivery that are kept; replays may add to it without end.
KEPT: Final = 20
# A receiver's answer may carry its own secrets.
_HIDDEN: Final = frozenset(
    {"set-cookie", "authorization", "proxy-authorization", "www-authenticate", "x-api-key"}
)


def answer_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The first twenty headers of an answer, cut; what may be a secret is named, not shown."""
    kept: dict[str, str] = {}
    for name, value in headers.items():
        if len(kept) == _HEADERS_AT_MOST:
            break
        word = _plain(name)[:_VALUE_AT_MOST].lower()
        kept[word] = "…" if word in _HIDDEN else _plain(value)[:_VALUE_AT_MOST]
    return kept


def answer_body(octets: bytes, *, is_encoded: bool) -> str:
    """The beginning of an answer's body as text; a compressed one is only counted."""
    if is_encoded:
        return f"({len(octets)} octets, compressed)" if octets else ""
    return _plain(octets[: BODY_AT_MOST * 4].decode("utf-8", "replace"))[:BODY_AT_MOST]


def _plain(text: str) -> str:
    """PostgreSQL's JSON holds no NUL, and UTF-8 no half of a surrogate pair."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def without_query(url: str) -> str:
    """An URL as the log shows it: what is behind the question mark may be a secret."""
    path, mark, _query = url.partition("?")
    return f"{path}?…" if mark else path


def request_headers(message_id: str, signed_at: int, signatures: int) -> dict[str, str]:
    """The headers that an attempt carried; signatures are counted, not shown."""
    return {
        "content-type": "application/json",
        "user-agent": USER_AGENT,
        "webhook-id": message_id,
        "webhook-timestamp": str(signed_at),
        "webhook-signature": " ".join(["v1,…"] * signatures),
    }


def entry(
    *,
    at: datetime,
    url: str,
    signed_at: int,
    signatures: int,
    status: int | None,
    error: str,
    milliseconds: int,
    headers: Mapping[str, str],
    body: str,
) -> dict[str, Any]:
    """An attempt as the delivery's log keeps it; empty things are left out."""
    found = {
        "at": at.isoformat(),
        "url": without_query(url),
        "signed_at": signed_at or None,
        "signatures": signatures or None,
        "status": status,
        "error": error,
        "ms": milliseconds,
        "headers": dict(headers),
        "body": body,
    }
    return {name: value for name, value in found.items() if value not in ("", None, {})}


def attempt_shown(event_id: str, kept: Mapping[str, Any]) -> dict[str, Any]:
    """An entry as people and callers see it: `at`, `error`, `request` and `response`."""
    signatures = kept.get("signatures", 0)
    return {
        "at": kept["at"].replace("+00:00", "Z"),
        "error": kept.get("error"),
        "request": {
            "url": kept.get("url"),
            "headers": (
                request_headers(event_id, kept["signed_at"], signatures) if signatures else {}
            ),
        },
        "response": {
            "status": kept.get("status"),
            "headers": kept.get("headers", {}),
            "body": kept.get("body", ""),
            "ms": kept["ms"],
        },
    }
