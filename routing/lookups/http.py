"""A lookup service over HTTP: checked address, one deadline, JSON in both directions."""

import json
import ssl
from collections.abc import Mapping, Sequence
from functools import cache
from ipaddress import ip_network
from typing import Any, Final

from django.conf import settings
from urllib3 import BaseHTTPResponse, PoolManager, Timeout
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    ReadTimeoutError,
    SSLError,
)

from config.common.guarded.addresses import Address
from config.common.guarded.connections import (
    GuardedHTTPPool,
    GuardedHTTPSPool,
    RefusedAddressError,
    exchange,
)
from routing.lookups.json_answers import AnswerError, Reading, answers_read
from routing.lookups.protocol import Answered, LookupFailedError
from routing.models import LookupProvider

CONNECTIONS_PER_HOST: Final = 8
_MOST_OCTETS: Final = 4 * 1024 * 1024
_PLACE: Final = "{numbers}"


@cache
def _pools() -> PoolManager:
    """Kept connections per host, shared by the process's threads."""
    manager = PoolManager(
        num_pools=20,
        maxsize=CONNECTIONS_PER_HOST,
        retries=False,
        ssl_context=ssl.create_default_context(),
    )
    manager.pool_classes_by_scheme = {"http": GuardedHTTPPool, "https": GuardedHTTPSPool}
    return manager


class HttpProvider:
    """Asks by the row's address, headers and body, and reads the answer by its paths."""

    def __init__(self, row: LookupProvider, codes: Mapping[str, str]) -> None:
        self._row = row
        own = {str(word).casefold(): str(code) for word, code in row.networks.items()}
        self._reading = Reading(
            items_path=row.items_path,
            number_path=row.number_path,
            network_path=row.network_path,
            status_path=row.status_path,
            absent_words=frozenset(word.strip().casefold() for word in row.absent_words),
            codes={word.casefold(): code for word, code in codes.items()} | own,
        )

    def ask(self, msisdns: Sequence[str], *, seconds: float) -> list[Answered]:
        """One request. Raises LookupFailedError with refused_address, connection_failed,
        tls_failed, timeout, http_<status> or broken_answer."""
        exchange.begin(seconds, _is_allowed)
        try:
            return self._ask(msisdns, seconds)
        except RefusedAddressError as error:
            raise LookupFailedError("refused_address") from error
        except (HTTPError, OSError) as error:
            word = "timeout" if exchange.is_over() else _word(error)
            raise LookupFailedError(word) from error
        except (AnswerError, ValueError) as error:
            raise LookupFailedError("broken_answer") from error
        finally:
            exchange.end()

    def _ask(self, msisdns: Sequence[str], seconds: float) -> list[Answered]:
        row = self._row
        headers = {"Accept": "application/json", **{k: str(v) for k, v in row.headers.items()}}
        if row.secret:
            headers[row.secret_header or "Authorization"] = row.secret
        body = None
        if row.body:
            headers.setdefault("Content-Type", "application/json")
            body = row.body.replace(_PLACE, json.dumps(list(msisdns))).encode()
        response = _pools().urlopen(
            "POST" if row.body else "GET",
            row.url.replace(_PLACE, ",".join(msisdns)),
            body=body,
            headers=headers,
            redirect=False,
            preload_content=False,
            timeout=Timeout(connect=seconds / 2, read=seconds),
        )
        octets = _read(response)
        if response.status != 200:
            raise LookupFailedError(f"http_{response.status}")
        answer: Any = json.loads(octets)  # Any: straight from JSON, the paths say what of it
        return list(answers_read(self._reading, answer, msisdns))


def _read(response: BaseHTTPResponse) -> bytes:
    octets = response.read(_MOST_OCTETS + 1)
    if len(octets) > _MOST_OCTETS:
        response.close()
        raise AnswerError("the answer is too long")
    response.release_conn()
    return octets


def _is_allowed(address: Address) -> bool:
    """Databases of ported numbers often stand in a network of one's own: those that the machine
    names are allowed besides the public ones."""
    return any(address in ip_network(one) for one in settings.LOOKUP_PRIVATE_NETWORKS)


def _word(error: Exception) -> str:
    if isinstance(error, NewConnectionError):  # first: urllib3 derives it from a timeout
        return "connection_failed"
    if isinstance(error, ConnectTimeoutError | ReadTimeoutError | TimeoutError):
        return "timeout"
    if isinstance(error, SSLError | ssl.SSLError):
        return "tls_failed"
    return "broken_answer"
