"""How the rest of the platform talks to a running simulator."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Any, Final
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from config.common.errors import InvalidError, UnavailableError

TIMEOUT_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class InjectedReply:
    """An MO that the simulator took. With no `receivers` it waits until a receiver binds."""

    operator: str
    message_id: str
    parts: int
    receivers: int


def inject_reply(
    control_url: str, operator: str | None, from_: str, to: str, text: str
) -> InjectedReply:
    """Let a handset `from_` send `text` to the short code or number `to`, through `operator`.

    Without an operator the first one that somebody is bound to carries it. Raises UnavailableError
    when no simulator answers and InvalidError when it refuses an input.
    """
    answer = _request(
        control_url, "POST", "/mo", {"operator": operator, "from": from_, "to": to, "text": text}
    )
    return InjectedReply(
        str(answer["operator"]),
        str(answer["message_id"]),
        int(answer["parts"]),
        int(answer["receivers"]),
    )


def turn_to_scenario(
    control_url: str, operator: str | None, name: str, seconds: float
) -> list[str]:
    """Switch a scenario on for a while; return the operators it holds for. Errors as above."""
    answer = _request(
        control_url, "POST", "/scenario", {"operator": operator, "name": name, "seconds": seconds}
    )
    return [str(item) for item in answer["operators"]]


def stats(control_url: str) -> dict[str, dict[str, Any]]:  # Any: JSON values of many kinds
    """Counters by operator (see `carriers.simulator.stats`); UnavailableError as above."""
    answer = _request(control_url, "GET", "/stats", None)
    operators: dict[str, dict[str, Any]] = answer["operators"]
    return operators


def handset_texts(control_url: str, operator: str, number: str) -> list[str]:
    """What the imagined handset of a number has shown, oldest first. Errors as above."""
    answer = _request(control_url, "POST", "/handset", {"operator": operator, "number": number})
    return [str(text) for text in answer["texts"]]


def _request(
    control_url: str, method: str, path: str, values: dict[str, object] | None
) -> dict[str, Any]:  # Any: straight from JSON
    address = urlsplit(control_url)
    connection = HTTPConnection(address.hostname or "", address.port, timeout=TIMEOUT_SECONDS)
    body = None if values is None else json.dumps(values)
    headers = {"Content-Type": "application/json"} if body else {}
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        answer: dict[str, Any] = json.loads(response.read())
    except (OSError, HTTPException, ValueError) as error:
        raise UnavailableError(
            "simulator_not_running",
            _(
                "The carrier simulator does not answer at %(url)s. Start it with `make run` or "
                "`manage.py simulator`, or correct SIMULATOR_CONTROL_URL."
            )
            % {"url": control_url},
            url=control_url,
        ) from error
    finally:
        connection.close()
    if response.status != HTTPStatus.OK:
        raise InvalidError(
            "simulator_refused",
            _("The carrier simulator refused this: %(reason)s.")
            % {"reason": answer.get("error", response.reason)},
            field=str(answer.get("field", "")),
        )
    return answer
