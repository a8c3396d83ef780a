"""From an API client's request to the submit_sm at the SMSC, idle and beside a full campaign."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from threading import Event
from typing import Any

from campaigns.services.campaigns import campaign_launch
from campaigns.services.preflight import preflight_run
from carriers.models import Bind
from config.bench import sink
from config.bench.audience import Audience, campaign_draft
from config.bench.client import Client
from config.bench.figures import Figure, milliseconds
from config.bench.rig import tell
from config.bench.throughput import settings_of
from config.bench.world import SHORT_CODE, World
from messaging.constants import MessageStatus
from messaging.selectors.tallies import campaign_counts

MESSAGES, EVERY_SECONDS = 200, 0.1
PACED_PER_SECOND = 2_000.0
_WARM_UP = 40
_CLIENTS = 8
_TEXT = "MAX sign-in. Don't share this code with anyone: {code:06}\n+QyYAqib1U4"
# Numbers that no audience has: those count up from the prefix and do not come so far.
_FIRST_NUMBER = 84_909_000_000
_STEADY_SHARE = 20  # the campaign is under way once a twentieth of it has left
_LOOK_EVERY = 10


@dataclass(frozen=True, slots=True)
class Sample:
    """One request: Unix times at the client."""

    msisdn: str
    asked_at: float
    answered_at: float
    status: int


class Sender:
    """Posts OTPs, each to a number of its own."""

    def __init__(self, client: Client, numbers: Iterator[int]) -> None:
        self._client, self._numbers = client, numbers

    def send(self) -> Sample:
        """Posts one message and waits for the answer."""
        number = next(self._numbers)
        body = {
            "to": f"+{number}",
            "from": SHORT_CODE,
            "class": "otp",
            "text": _TEXT.format(code=number % 1_000_000),
        }
        asked = self._client.post("/api/v1/messages", body)
        return Sample(str(number), asked.asked_at, asked.answered_at, asked.status)


class Latency:
    """Sends at a steady pace and asks the sink when each message came."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._sender = Sender(Client(world.api_key), count(_FIRST_NUMBER))

    def idle(self) -> Figure:
        """Nothing else is sent."""
        self._warm_up()
        start = sink.mark()
        return self._figure("idle", start, self._send(lambda: True), {})

    def paced(self, audience: Audience) -> Figure:
        """While a campaign takes all of the same bind's contract, and processors have time left."""
        bind_id = self._world.bind.pk
        Bind.objects.filter(pk=bind_id).update(throughput=PACED_PER_SECOND)
        try:
            figure = self._beside(audience, "paced")
        finally:
            Bind.objects.filter(pk=bind_id).update(throughput=None)
        return figure

    def loaded(self, audience: Audience) -> Figure:
        """While a campaign takes all that the same bind and both processors give."""
        return self._beside(audience, "loaded")

    def _beside(self, audience: Audience, condition: str) -> Figure:
        campaign = campaign_draft(self._world, audience, "latency")
        preflight_run(campaign.pk)
        self._warm_up()
        campaign_launch(campaign=campaign, actor=None)

        def sent() -> int:
            return campaign_counts([campaign.pk])[campaign.pk].of(MessageStatus.SENT)

        pause = Event()
        while sent() * _STEADY_SHARE < audience.count:
            pause.wait(0.05)
        start, began, already = sink.mark_now(), time.monotonic(), sent()
        most = audience.count * 0.9  # then the bind is not saturated any more
        samples = self._send(lambda: sent() < most)
        rate = (sent() - already) / (time.monotonic() - began)
        return self._figure(condition, start, samples, {"bulk_messages_per_second": round(rate, 1)})

    def _warm_up(self) -> None:
        """Connections, threads and caches as after the first minute of a day."""
        tell(f"warming up with {_WARM_UP} messages")
        with ThreadPoolExecutor(_CLIENTS) as threads:
            for one in [threads.submit(self._sender.send) for _ in range(_WARM_UP)]:
                one.result()

    def _send(self, goes_on: Callable[[], bool]) -> list[Sample]:
        """One message per tenth of a second, however long answers take."""
        tell(f"sending {MESSAGES} messages, one each {EVERY_SECONDS:g} s")
        began, pause = time.monotonic(), Event()
        with ThreadPoolExecutor(_CLIENTS) as threads:
            asked = []
            for index in range(MESSAGES):
                pause.wait(max(0.0, began + index * EVERY_SECONDS - time.monotonic()))
                if index % _LOOK_EVERY == 0 and not goes_on():
                    break
                asked.append(threads.submit(self._sender.send))
            return [one.result() for one in asked]

    def _figure(
        self, condition: str, start: sink.Mark, samples: Sequence[Sample], more: dict[str, Any]
    ) -> Figure:
        arrived = sink.arrivals(start, [sample.msisdn for sample in samples])
        to_wire = [arrived[s.msisdn] - s.asked_at for s in samples if s.msisdn in arrived]
        answers = milliseconds([s.answered_at - s.asked_at for s in samples])
        values = {
            "condition": condition,
            **milliseconds(to_wire),
            **{f"answer_{name}": value for name, value in answers.items()},
            "messages": len(samples),
            **more,
        }
        is_sound = len(arrived) == len(samples) and all(s.status == 201 for s in samples)
        settings_ = settings_of(self._world) | {"class": "otp", "every_seconds": EVERY_SECONDS}
        return Figure("latency", values, settings_, is_sound)
