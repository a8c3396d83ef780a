"""One request to an HTTP carrier, with everything it said: for a person who sets a bind up."""

import json
from dataclasses import dataclass
from typing import Final

from carriers.http.answers import Judgement, judge
from carriers.http.line import FAILURES, Wires, new_connection, why
from carriers.http.templates import HttpRequest, request_of
from config.common.guarded.connections import exchange

_READ_AT_MOST: Final = 64 * 1024
_SHOWN_AT_MOST: Final = 4000
_HIDDEN: Final = "•••"


@dataclass(frozen=True, slots=True)
class Trial:
    """What was asked, with secrets hidden, and what came back; `problem` where nothing did."""

    request: str
    status: int | None = None
    answer: str = ""
    judgement: Judgement | None = None
    problem: str = ""


def try_once(wires: Wires, values: dict[str, object]) -> Trial:
    """Send one message and read the answer; never raises for what a carrier can do."""
    options = wires.options
    request = request_of(options, {**values, "receipt_url": options.receipt_url})
    shown = _shown(request, options.secret, options.receipt_url)
    exchange.begin(wires.response_seconds, wires.allows)
    connection = new_connection(wires)
    try:
        connection.request(
            request.method,
            request.target,
            body=request.body or None,
            headers=request.headers,
            preload_content=False,
            decode_content=True,
        )
        response = connection.getresponse()
        body = response.read(_READ_AT_MOST)
    except FAILURES as error:
        return Trial(shown, problem="timeout" if exchange.is_over() else why(error))
    finally:
        exchange.end()
        connection.close()
    text = body.decode("utf-8", "replace")[:_SHOWN_AT_MOST]
    return Trial(shown, response.status, text, judge(options, response.status, body))


def _shown(request: HttpRequest, secret: str, receipt_url: str) -> str:
    """The request as it goes out; authentication and the secret part of our address hidden."""
    lines = [f"{request.method} {request.target}"]
    for name, value in request.headers.items():
        is_secret = name.lower() == "authorization" or (secret and secret in value)
        lines.append(f"{name}: {_HIDDEN if is_secret else value}")
    text = "\n".join([*lines, "", request.body.decode("utf-8", "replace")])
    token = receipt_url.rsplit("/", 1)[-1]
    for hidden in (token, json.dumps(token)[1:-1], secret):
        text = text.replace(hidden, _HIDDEN) if hidden else text
    return text[:_SHOWN_AT_MOST]
