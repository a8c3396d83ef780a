"""A simulated carrier without SMPP: JSON or a form in, receipts posted back.

    POST /messages   Authorization: Bearer sim-http
    {"from": "53849", "to": "84912345678", "text": "…", "reference": "…", "callback": "http://…"}
    → 202 {"message": {"id": "h-1a2b", "state": "accepted"}}
    → 4xx/5xx {"error": {"code": 1101, "text": "…"}}

Destinations' suffixes do what they do at the operators (carriers.simulator.behaviours). What it
took stands in its own journal before it is answered; receipts are posted until they get a 200.
"""

import asyncio
from dataclasses import dataclass
from hmac import compare_digest
from time import time
from typing import Any, Final

from carriers.simulator import http_wire as wire
from carriers.simulator.behaviours import (
    BY_SUFFIX,
    DELIVERED,
    ESME_RSYSERR,
    ESME_RTHROTTLED,
    Behaviour,
)
from carriers.simulator.journal import Journal
from carriers.simulator.receipt_text import STATES
from carriers.smpp import pdu

NAME: Final = "http"
TOKEN: Final = "sim-http"  # noqa: S105  a simulator's, for everybody to know
PORT_OFFSET: Final = 10
_BAD_NUMBER: Final = (400, 1101, "the number is not in service")
_REFUSALS: Final = {
    ESME_RTHROTTLED: (429, 1501, "too many requests"),
    ESME_RSYSERR: (503, 1502, "temporarily out of order"),
}
_NEXT_RECEIPT_SECONDS: Final = 0.25


@dataclass(frozen=True, slots=True)
class HttpManner:
    """How the simulated carrier behaves; times in seconds."""

    latency_seconds: float = 0.02
    receipt_delay_seconds: float = 0.5
    receipt_retry_seconds: float = 0.5
    token: str = TOKEN


class HttpCarrier:
    """`serve` connections; `close` when the loop ends."""

    def __init__(self, manner: HttpManner, journal: Journal) -> None:
        self._manner = manner
        self._journal = journal
        self._serial = int(time() * 1000) << 8
        self._refusals: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self.taken = 0
        self.most_under_way = 0
        self._under_way = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, request after request; used with `asyncio.start_server`."""
        self._writers.add(writer)
        try:
            while (request := await wire.read_request(reader)) is not None:
                octets = await self._answer(request)
                if octets is None:
                    await reader.read()  # silence until the client gives up
                    return
                writer.write(octets)
                await writer.drain()
        except wire.WireError as error:
            writer.write(wire.answer(400, _error(1000, str(error))))
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client has gone
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _answer(self, request: wire.Request) -> bytes | None:
        if (request.method, request.path) not in {("POST", "/messages"), ("GET", "/messages")}:
            return wire.answer(404, _error(1004, "POST /messages is all there is"))
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not compare_digest(given.encode(), self._manner.token.encode()):
            return wire.answer(401, _error(1001, "the token is wrong"))
        self._under_way += 1
        self.most_under_way = max(self.most_under_way, self._under_way)
        try:
            return await self._message(request.values)
        finally:
            self._under_way -= 1

    async def _message(self, values: dict[str, Any]) -> bytes | None:
        destination, text = str(values.get("to", "")), str(values.get("text", ""))
        if not (destination.isdecimal() and text):
            return wire.answer(400, _error(1100, "to and text are needed"))
        await asyncio.sleep(self._manner.latency_seconds)
        behaviour = BY_SUFFIX.get(destination[-3:], DELIVERED)
        if self._is_refused(behaviour, destination, values):
            status, code, why = _REFUSALS.get(behaviour.refusal_status, _BAD_NUMBER)
            self._note(values, status, "", behaviour, answered=True)
            return wire.answer(status, _error(code, why), retry_after=int(status == 429))
        self._serial += 1
        message_id = f"h-{self._serial:x}"
        self.taken += 1
        self._note(values, 0, message_id, behaviour, answered=behaviour.responds)
        self._owe(message_id, behaviour, values)
        if not behaviour.responds:
            return None
        await asyncio.sleep(behaviour.response_delay_seconds)
        return wire.answer(202, {"message": {"id": message_id, "state": "accepted"}})

    def _is_refused(self, behaviour: Behaviour, destination: str, values: dict[str, Any]) -> bool:
        if not behaviour.refusal_status:
            return False
        if int(values.get("segment") or 1) < behaviour.refused_from_part:
            return False
        if behaviour.refusals is None:
            return True
        tried = self._refusals.get(destination, 0)
        self._refusals[destination] = tried + 1
        return tried < behaviour.refusals

    def _note(
        self,
        values: dict[str, Any],
        status: int,
        message_id: str,
        behaviour: Behaviour,
        *,
        answered: bool,
    ) -> None:
        segment = int(values.get("segment") or 1)
        self._journal.note(
            "submit",
            time(),
            source=str(values.get("from", "")),
            destination=str(values.get("to", "")),
            status=status,
            message_id=message_id,
            answered=answered,
            behaviour=behaviour.name,
            octets=str(values.get("text", "")).encode().hex(),
            name=str(values.get("reference", "")),
            tlvs=[[pdu.TLV_SAR_SEGMENT_SEQNUM, f"{segment:02x}"]] if segment > 1 else [],
        )
        self._journal.flush()

    def _owe(self, message_id: str, behaviour: Behaviour, values: dict[str, Any]) -> None:
        url = str(values.get("callback", ""))
        if not wire.is_local(url):
            return
        delay = self._manner.receipt_delay_seconds + behaviour.receipt_delay_seconds
        for index, state in enumerate(behaviour.receipts):
            receipt: dict[str, object] = {
                "id": message_id,
                "status": state,
                "error": STATES[state][1],
                "to": values.get("to"),
                "reference": values.get("reference"),
                "time": int(time()),
            }
            after = 0.0 if behaviour.receipt_first else delay + index * _NEXT_RECEIPT_SECONDS
            task = asyncio.get_running_loop().create_task(self._report(url, receipt, after))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _report(self, url: str, receipt: dict[str, object], after: float) -> None:
        await asyncio.sleep(after)
        while True:
            try:
                status = await wire.post(url, receipt)
            except ConnectionRefusedError:
                status = 0
            except (OSError, TimeoutError):
                status = wire.CUT
            self._journal.note(
                "receipt", time(), status=status, message_id=receipt["id"], state=receipt["status"]
            )
            if status == 200:
                break
            await asyncio.sleep(self._manner.receipt_retry_seconds)
        self._journal.note(
            "receipt_ack",
            time(),
            status=0,
            message_id=receipt["id"],
            state=receipt["status"],
        )
        self._journal.flush()

    async def close(self) -> None:
        """Drop what is still owed and close the book."""
        for task in list(self._tasks):
            task.cancel()
        for writer in list(self._writers):
            writer.close()
        await asyncio.sleep(0)
        self._journal.close()


def _error(code: int, why: str) -> dict[str, object]:
    return {"error": {"code": code, "text": why}}
