"""What the API accepts, while the pipeline sends what was accepted: single messages and batches."""

import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from threading import Event
from typing import Any

from django.db import connection

from campaigns.models import Contact
from config.bench.audience import Audience
from config.bench.client import Asked, Client
from config.bench.cpu import Accounts
from config.bench.figures import Figure, milliseconds
from config.bench.rig import tell
from config.bench.throughput import by_client, by_process, clients, settings_of
from config.bench.world import BRANDNAME, SHORT_CODE, World

SINGLE_SECONDS, STEADY_PER_SECOND = 10.0, 200
BATCH_ROWS = 10_000
_CLIENTS = {"single": 40, "steady": 24, "batch": 2}
_TEXT = "MAI sign-in. Don't share this code with anyone: {code:06}"
# Numbers that no audience has: those count up from the prefix and do not come so far.
_FIRST_NUMBER = 84_908_000_000
_EMPTY_SECONDS = 180.0
_WAITING = """
SELECT (SELECT count(*) FROM messaging_dispatch) + (SELECT count(*) FROM messaging_waiting)
"""


class Acceptance:
    """Asks the API as integrators do, over HTTP."""

    def __init__(self, world: World, roots: dict[str, int]) -> None:
        self._world, self._roots = world, roots
        self._client = Client(world.api_key)
        self._numbers = count(_FIRST_NUMBER)

    def single(self) -> Figure:
        """As many single messages as clients get accepted who each wait for their answer."""
        self._warm_up()
        until = time.monotonic() + SINGLE_SECONDS

        def ask() -> list[Asked]:
            found = []
            while time.monotonic() < until:
                found.append(self._one())
            return found

        def work() -> list[Asked]:
            with ThreadPoolExecutor(_CLIENTS["single"]) as threads:
                asked = [threads.submit(ask) for _ in range(_CLIENTS["single"])]
                return [one for task in asked for one in task.result()]

        return self._measured("single", work)

    def steady(self) -> Figure:
        """Single messages at half of what is asked of the platform, evenly."""
        self._warm_up()

        def work() -> list[Asked]:
            began, pause = time.monotonic(), Event()
            with ThreadPoolExecutor(_CLIENTS["steady"]) as threads:
                asked = []
                for index in range(int(SINGLE_SECONDS * STEADY_PER_SECOND)):
                    due = began + index / STEADY_PER_SECOND
                    pause.wait(max(0.0, due - time.monotonic()))
                    asked.append(threads.submit(self._one))
                return [one.result() for one in asked]

        return self._measured("steady", work)

    def batch(self, audience: Audience) -> Figure:
        """Batches of a template with a name and a code for each row."""
        bodies = [json.dumps(one).encode() for one in _batches(self._world, audience)]
        rows = _rows_of(bodies)

        def work() -> list[Asked]:
            with ThreadPoolExecutor(_CLIENTS["batch"]) as threads:
                ask = partial(self._client.post, "/api/v1/messages/batch")
                return list(threads.map(ask, bodies))

        return self._measured("batch", work, rows=rows)

    def _one(self) -> Asked:
        number = next(self._numbers)
        body = {
            "to": f"+{number}",
            "from": SHORT_CODE,
            "class": "otp",
            "text": _TEXT.format(code=number % 1_000_000),
        }
        return self._client.post("/api/v1/messages", body)

    def _warm_up(self) -> None:
        with ThreadPoolExecutor(_CLIENTS["steady"]) as threads:
            for one in [threads.submit(self._one) for _ in range(200)]:
                one.result()
        _emptied()

    def _measured(self, kind: str, work: Any, *, rows: int | None = None) -> Figure:
        tell(f"accepting: {kind}")
        accounts, began = Accounts(self._roots), time.monotonic()
        asked: Sequence[Asked] = work()
        seconds = time.monotonic() - began
        spent = accounts.since(clients())
        accepted = _accepted(asked)
        waits = _waiting()
        values = {
            "kind": kind,
            "per_second": round(accepted / seconds, 1),
            "accepted": accepted,
            "seconds": round(seconds, 2),
            "requests": len(asked),
            **milliseconds([one.answered_at - one.asked_at for one in asked]),
            "cpu_us_per_message": by_process(spent.by_name, accepted),
            "postgres_us_per_message": by_client(spent, accepted),
            "sent_meanwhile": accepted - waits,
            "emptied_after_seconds": round(_emptied(), 1),
        }
        expected = len(asked) if rows is None else rows
        return Figure("accept", values, settings_of(self._world), accepted == expected)


def _batches(world: World, audience: Audience) -> Iterator[dict[str, Any]]:
    people = Contact.objects.filter(memberships__contact_list=audience.contact_list)
    rows = [
        {"to": f"+{number}", "parameters": {"name": name, "code": attributes["code"]}}
        for number, name, attributes in people.values_list("msisdn", "name", "attributes")
    ]
    shared = {"from": BRANDNAME, "template": world.version.template.slug}
    for first in range(0, len(rows), BATCH_ROWS):
        yield shared | {"messages": rows[first : first + BATCH_ROWS]}


def _rows_of(bodies: Sequence[bytes]) -> int:
    return sum(len(json.loads(one)["messages"]) for one in bodies)


def _accepted(asked: Sequence[Asked]) -> int:
    """What the answers say was stored."""
    single = sum(one.status == 201 for one in asked)
    batches = [json.loads(one.body) for one in asked if one.status == 202]
    return single + sum(int(one["accepted_count"]) for one in batches)


def _waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute(_WAITING)
        return int(cursor.fetchone()[0])


def _emptied() -> float:
    """Seconds until nothing waits any more. Raises TimeoutError."""
    began, pause = time.monotonic(), Event()
    while _waiting():
        if time.monotonic() - began > _EMPTY_SECONDS:
            raise TimeoutError(f"{_waiting()} messages still wait")
        pause.wait(0.1)
    return time.monotonic() - began
