"""A simulator in a thread, for whoever needs one within a process: tests, mostly."""

import asyncio
from collections.abc import Callable, Coroutine
from threading import Thread
from types import TracebackType
from typing import Final, Self, TypeVar

from carriers.simulator.server import Simulator, SimulatorConfig

Result = TypeVar("Result")

_START_SECONDS: Final = 10.0


class SimulatorThread:
    """`with SimulatorThread(config) as simulator: simulator.port("viettel")`."""

    def __init__(self, config: SimulatorConfig) -> None:
        self._simulator = Simulator(config)
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="simulator", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            self._run(self._simulator.start())
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._run(self._simulator.stop())
        finally:
            self._end()

    @property
    def control_url(self) -> str:
        return self._simulator.control_url

    @property
    def http_url(self) -> str:
        """Where the carrier over HTTP listens, if there is one."""
        return self._simulator.http_url

    def port(self, operator: str) -> int:
        """The port an operator listens on; useful when any free one was asked for."""
        return self._simulator.operators[operator].profile.port

    def call(self, action: Callable[[Simulator], Result]) -> Result:
        """Run `action(simulator)` in the simulator's own thread and return what it returns."""

        async def run() -> Result:
            return action(self._simulator)

        return self._run(run())

    def _run(self, work: Coroutine[object, object, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_START_SECONDS)

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_START_SECONDS)
        self._loop.close()
