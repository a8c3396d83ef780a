"""HTTP/1.1 for the simulated carrier: requests read, answers written, receipts posted."""

import asyncio
import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

MAX_BODY_OCTETS: Final = 64 * 1024
POST_SECONDS: Final = 10.0
CUT: Final = -1  # the connection ended before an answer: what was posted may be known
_LOCAL_HOSTS: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class WireError(ValueError):
    """Not HTTP, or not what this carrier takes."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request; header names in lower case, values by name whatever the format was."""

    method: str
    path: str
    headers: dict[str, str]
    values: dict[str, Any]  # Any: straight from JSON


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """The next request of a connection, None at its end."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    except asyncio.LimitOverrunError as error:
        raise WireError("the header is too long") from error
    first, *rest = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    words = first.split(" ")
    if len(words) != 3:
        raise WireError("this is not HTTP/1.1")
    pairs = (line.partition(":") for line in rest)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > MAX_BODY_OCTETS:
        raise WireError(f"Content-Length must be at most {MAX_BODY_OCTETS}")
    body = await reader.readexactly(int(length))
    path, _, query = words[1].partition("?")
    return Request(words[0], path, headers, _values(headers, body, query))


def _values(headers: dict[str, str], body: bytes, query: str) -> dict[str, Any]:
    values: Any = dict(parse_qsl(query, keep_blank_values=True))
    if body and "json" in headers.get("content-type", ""):
        try:
            values = json.loads(body)
        except ValueError as error:
            raise WireError("the body is not JSON") from error
    elif body:
        values |= dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    if not isinstance(values, dict):
        raise WireError("the body must be a JSON object")
    return values


def answer(status: int, values: dict[str, object], *, retry_after: int = 0) -> bytes:
    """The octets of an answer that keeps the connection."""
    body = json.dumps(values).encode()
    pause = f"Retry-After: {retry_after}\r\n" if retry_after else ""
    return (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: application/json\r\n"
        f"{pause}Content-Length: {len(body)}\r\n\r\n"
    ).encode("ascii") + body


def is_local(url: str) -> bool:
    """Receipts go to this machine only: nobody's simulator posts into the world."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname in _LOCAL_HOSTS


async def post(url: str, values: dict[str, object]) -> int:
    """Post JSON and return the status, or CUT; OSError or TimeoutError where that fails."""
    parts = urlsplit(url)
    body = json.dumps(values).encode()
    head = (
        f"POST {parts.path or '/'} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    ).encode("ascii")
    async with asyncio.timeout(POST_SECONDS):
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
        try:
            writer.write(head + body)
            await writer.drain()
            words = (await reader.readline()).split(b" ")
            return int(words[1]) if len(words) > 1 and words[1].isdigit() else CUT
        finally:
            writer.close()
