"""Who is at the door: the request that is being answered, for records written meanwhile."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from config.common import logs
from config.common.client_certificates import ClientCertificate, certificate_read, is_within
from config.common.ids import uuid7

log = logs.get_logger(__name__)

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LONGEST_AGENT = 40
# In this order: each of them also names those below it (RFC 9110 §10.1.5, "Mozilla/5.0 …").
_FAMILIES = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)


@dataclass(slots=True)
class Caller:
    """A request's address, the family of its program, and its id; `api_key` is what the key
    behind it begins with, once that is known; `certificate` is what a trusted proxy says that it
    showed. `noted` collects what was written about objects
    while it was answered, as (action, object)."""

    address: str
    agent: str
    request_id: str
    api_key: str = ""
    certificate: ClientCertificate | None = None
    noted: list[tuple[str, str]] = field(default_factory=list)

    def as_facts(self) -> dict[str, str]:
        """What is known, as plain values."""
        facts = {
            "address": self.address,
            "agent": self.agent,
            "request": self.request_id,
            "api_key": self.api_key,
        }
        return {name: value for name, value in facts.items() if value}


_caller: ContextVar[Caller | None] = ContextVar("caller", default=None)


def caller() -> Caller | None:
    """The request that is being answered; None in tasks and commands."""
    return _caller.get()


@contextmanager
def answering(one: Caller) -> Iterator[None]:
    """While a request is answered."""
    token = _caller.set(one)
    try:
        yield
    finally:
        _caller.reset(token)


def caller_of(meta: Mapping[str, Any]) -> Caller:
    """The caller in a request's `META`."""
    given = str(meta.get("HTTP_X_REQUEST_ID", ""))
    request_id = given if _ID.fullmatch(given) else str(uuid7())
    agent = agent_family(str(meta.get("HTTP_USER_AGENT", "")))
    return Caller(remote_address(meta), agent, request_id, certificate=client_certificate(meta))


def client_certificate(meta: Mapping[str, Any]) -> ClientCertificate | None:
    """What CLIENT_CERTIFICATE_HEADER says, if the peer is one of CLIENT_CERTIFICATE_PROXIES.

    From anybody else the header is no more than a claim, and is not looked at.
    """
    name = str(settings.CLIENT_CERTIFICATE_HEADER)
    if not name:
        return None
    header = str(meta.get("HTTP_" + name.upper().replace("-", "_"), ""))
    if not header:
        return None
    if not is_within(str(meta.get("REMOTE_ADDR", "")), settings.CLIENT_CERTIFICATE_PROXIES):
        log.warning("client certificate from an untrusted address ignored")
        return None
    return certificate_read(header)


def remote_address(meta: Mapping[str, Any]) -> str:
    """The caller's address: the last hop that TRUSTED_PROXIES proxies of ours have reported."""
    trusted = int(settings.TRUSTED_PROXIES)
    reported = [hop.strip() for hop in str(meta.get("HTTP_X_FORWARDED_FOR", "")).split(",")]
    if trusted and len(reported) >= trusted and reported[-trusted]:
        return reported[-trusted]
    return str(meta.get("REMOTE_ADDR", ""))


def agent_family(user_agent: str) -> str:
    """`Firefox` and the like, or the first product that a program names ("curl")."""
    for mark, name in _FAMILIES:
        if mark in user_agent:
            return name
    product = user_agent.partition("/")[0].strip()
    printable = "".join(letter for letter in product if letter.isprintable())
    return printable[:_LONGEST_AGENT]
