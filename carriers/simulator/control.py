"""The control endpoint: HTTP/1.1 with JSON on loopback.

    GET  /stats
    POST /mo        {"operator": "viettel", "from": "84…", "to": "53849", "text": "STOP"}
    POST /scenario  {"operator": "viettel", "name": "drop_binds", "seconds": 10}
    POST /lookup    {"msisdns": ["84…", "84…"]}: which operator has each number now
    POST /handset   {"operator": "viettel", "number": "84…"}    what its handset has shown

Without `operator` an MO enters at the first operator that somebody is bound to, a scenario goes to
all. Optional for an MO: `system_id`, and `order`: "reversed" to send the parts last first.
"""

import asyncio
import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from carriers.simulator.mo_text import MoTextError
from carriers.simulator.ported import looked_up
from carriers.simulator.scenarios import Scenario
from carriers.simulator.smsc import Smsc

MAX_BODY_OCTETS: Final = 128 * 1024
_READ_SECONDS: Final = 10.0
_MAX_ADDRESS: Final = 20  # SMPP 3.4 §5.2.8: 21 octets with the NUL
# A web page that resolves its own name to loopback would send that name.
_LOCAL_HOSTS: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})

Answer = tuple[HTTPStatus, dict[str, object]]


class RequestError(ValueError):
    """A request that cannot be honoured; `field` says which input is meant."""

    def __init__(
        self, message: str, *, field: str = "", status: HTTPStatus = HTTPStatus.BAD_REQUEST
    ) -> None:
        super().__init__(message)
        self.field = field
        self.status = status


class Control:
    """Answers one request per connection."""

    def __init__(self, operators: Mapping[str, Smsc]) -> None:
        self._operators = operators

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Handle a connection; used with `asyncio.start_server`."""
        try:
            async with asyncio.timeout(_READ_SECONDS):
                status, answer = await self._answer(reader)
                body = json.dumps(answer).encode()
                writer.write(_head(status, len(body)) + body)
                await writer.drain()
        except (TimeoutError, ConnectionError, asyncio.IncompleteReadError):
            pass  # the client has gone or never finished its request
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader) -> Answer:
        try:
            method, path, headers = await _read_head(reader)
            values = await _read_json(reader, headers) if method == "POST" else {}
            return HTTPStatus.OK, self._result(method, path, values)
        except RequestError as error:
            return error.status, {"error": str(error), "field": error.field}

    def _result(self, method: str, path: str, values: Mapping[str, object]) -> dict[str, object]:
        match method, path:
            case "GET", "/stats":
                return self._stats()
            case "POST", "/mo":
                return self._inject(values)
            case "POST", "/scenario":
                return self._turn(values)
            case "POST", "/lookup":
                return _looked_up(values)
            case "POST", "/handset":
                return self._handset(values)
        raise RequestError(f"there is no {method} {path}", status=HTTPStatus.NOT_FOUND)

    def _stats(self) -> dict[str, object]:
        return {"operators": {name: smsc.as_dict() for name, smsc in self._operators.items()}}

    def _handset(self, values: Mapping[str, object]) -> dict[str, object]:
        smsc, number = self._entry(values), _address(values, "number")
        return {"operator": smsc.profile.name, "texts": smsc.handsets.texts(number)}

    def _inject(self, values: Mapping[str, object]) -> dict[str, object]:
        source = _address(values, "from")
        destination = _address(values, "to")
        text = values.get("text")
        if not isinstance(text, str):
            raise RequestError("text must be a string", field="text")
        smsc = self._entry(values)
        system_id = str(values.get("system_id") or "")
        if system_id and system_id not in {item.system_id for item in smsc.profile.accounts}:
            raise RequestError("system_id has no account there", field="system_id")
        try:
            message_id, parts, receivers = smsc.inject(
                source,
                destination,
                text,
                system_id=system_id,
                reverse=values.get("order") == "reversed",
            )
        except MoTextError as error:
            raise RequestError(str(error), field="text") from error
        return {
            "operator": smsc.profile.name,
            "message_id": message_id,
            "parts": parts,
            "receivers": receivers,
        }

    def _turn(self, values: Mapping[str, object]) -> dict[str, object]:
        try:
            scenario = Scenario(str(values.get("name")))
        except ValueError as error:
            known = ", ".join(Scenario)
            raise RequestError(f"name must be one of {known}", field="name") from error
        seconds = values.get("seconds", 0)
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
            raise RequestError("seconds must be a number of at least 0", field="seconds")
        named = self._named(values)
        chosen = [named] if named else list(self._operators.values())
        for smsc in chosen:
            smsc.scenario.turn_to(scenario, float(seconds))
        return {"operators": [smsc.profile.name for smsc in chosen], "name": scenario.value}

    def _named(self, values: Mapping[str, object]) -> Smsc | None:
        name = values.get("operator")
        if not name:
            return None
        smsc = self._operators.get(str(name))
        if smsc is None:
            known = ", ".join(self._operators)
            raise RequestError(f"operator must be one of {known}", field="operator")
        return smsc

    def _entry(self, values: Mapping[str, object]) -> Smsc:
        named = self._named(values)
        if named is not None:
            return named
        operators = list(self._operators.values())
        bound = (smsc for smsc in operators if any(item.can_receive for item in smsc.sessions))
        return next(bound, operators[0])


def _looked_up(values: Mapping[str, object]) -> dict[str, object]:
    numbers = values.get("msisdns")
    if not isinstance(numbers, list) or not all(isinstance(one, str) for one in numbers):
        raise RequestError("msisdns must be a list of numbers", field="msisdns")
    return {"results": [looked_up(one.strip().removeprefix("+")) for one in numbers]}


def _address(values: Mapping[str, object], field: str) -> str:
    value = str(values.get(field) or "").strip().removeprefix("+")
    if not value.isascii() or not value.isalnum() or len(value) > _MAX_ADDRESS:
        raise RequestError(
            f"{field} must be 1 to {_MAX_ADDRESS} digits or letters, with or without +",
            field=field,
        )
    return value


def _head(status: HTTPStatus, length: int) -> bytes:
    return (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {length}\r\nConnection: close\r\n\r\n"
    ).encode("ascii")


async def _read_head(reader: asyncio.StreamReader) -> tuple[str, str, dict[str, str]]:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError as error:
        raise RequestError("the header is too long") from error
    first, *rest = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    words = first.split(" ")
    if len(words) != 3:
        raise RequestError("this is not HTTP/1.1")
    pairs = (line.partition(":") for line in rest)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    if headers.get("host", "").rsplit(":", 1)[0] not in _LOCAL_HOSTS:
        raise RequestError("the Host header must name this machine's loopback address")
    return words[0], words[1].partition("?")[0], headers


async def _read_json(
    reader: asyncio.StreamReader, headers: Mapping[str, str]
) -> dict[str, Any]:  # Any: straight from JSON
    # A form of a foreign web page cannot send this type without asking first (CORS).
    if not headers.get("content-type", "").startswith("application/json"):
        raise RequestError("Content-Type must be application/json")
    length = headers.get("content-length", "")
    if not length.isdecimal() or int(length) > MAX_BODY_OCTETS:
        raise RequestError(f"Content-Length must be given and at most {MAX_BODY_OCTETS}")
    try:
        values = json.loads(await reader.readexactly(int(length)))
    except ValueError as error:
        raise RequestError("the body is not JSON") from error
    if not isinstance(values, dict):
        raise RequestError("the body must be a JSON object")
    return values
