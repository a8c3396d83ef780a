"""An API client whose threads each keep a connection."""

import json
import time
from dataclasses import dataclass
from http.client import HTTPConnection, RemoteDisconnected
from threading import local
from typing import Any

from django.conf import settings

_TIMEOUT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: Unix times at the client."""

    asked_at: float
    answered_at: float
    status: int
    body: bytes


class Client:
    """Posts JSON with a key."""

    def __init__(self, api_key: str) -> None:
        self._headers = {"Authorization": f"Bearer {api_key}", "Content-Type": "application/json"}
        self._kept = local()

    def post(self, path: str, body: Any) -> Asked:
        """Posts a body (octets as they are) and waits for the answer."""
        octets = body if isinstance(body, bytes) else json.dumps(body).encode()
        asked_at = time.time()
        status, answer = self._post(path, octets)
        return Asked(asked_at, time.time(), status, answer)

    def _post(self, path: str, octets: bytes) -> tuple[int, bytes]:
        """On a new connection where the server has closed the idle one."""
        link: HTTPConnection | None = getattr(self._kept, "link", None)
        if link is not None:
            try:
                return self._exchange(link, path, octets)
            except (RemoteDisconnected, ConnectionError):
                link.close()
        self._kept.link = HTTPConnection("127.0.0.1", settings.PORT, timeout=_TIMEOUT_SECONDS)
        return self._exchange(self._kept.link, path, octets)

    def _exchange(self, link: HTTPConnection, path: str, octets: bytes) -> tuple[int, bytes]:
        link.request("POST", path, octets, self._headers)
        response = link.getresponse()
        return response.status, response.read()
