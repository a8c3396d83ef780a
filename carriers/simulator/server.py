"""All simulated operators and the control endpoint in one event loop."""

import asyncio
import errno
import signal
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from carriers.simulator import http_carrier
from carriers.simulator.control import Control
from carriers.simulator.http_carrier import HttpCarrier, HttpManner
from carriers.simulator.journal import Journal, journal_path
from carriers.simulator.operators import OperatorProfile
from carriers.simulator.recovery import Recovered, recover, set_aside
from carriers.simulator.smsc import Smsc

_BACKLOG: Final = 512
# How long a stopping simulator waits for the answers to its unbinds.
UNBIND_SECONDS = 1.0


class PortTakenError(OSError):
    """Another process listens where the simulator wants to."""

    def __init__(self, owner: str, host: str, port: int) -> None:
        super().__init__(errno.EADDRINUSE, f"port {port} for {owner} is taken")
        self.owner = owner
        self.host = host
        self.port = port


@dataclass(frozen=True, slots=True)
class SimulatorConfig:
    """What a simulator needs to know. Port 0 takes any free one; None keeps no journal.

    Without `http_port` there is no carrier over HTTP.
    """

    profiles: tuple[OperatorProfile, ...]
    journal_directory: Path | None
    control_port: int = 0
    host: str = "127.0.0.1"
    http_port: int | None = None
    http_manner: HttpManner = field(default_factory=HttpManner)


class Simulator:
    """Start, use `operators` and `control_url`, stop."""

    def __init__(self, config: SimulatorConfig) -> None:
        self._config = config
        self._servers: list[asyncio.Server] = []
        self.operators: dict[str, Smsc] = {}
        self.http: HttpCarrier | None = None
        self.http_url = ""
        self.control_url = ""

    async def start(self) -> None:
        """Listen on every port, or on none: PortTakenError. OSError when a journal cannot open."""
        config = self._config
        wanted = {profile.name: profile.port for profile in config.profiles}
        others = {"the control endpoint": config.control_port}
        if config.http_port is not None:
            others["the carrier over HTTP"] = config.http_port
        sockets = _listen(config.host, {**wanted, **others})
        operator_sockets, control_socket = sockets[: len(wanted)], sockets[len(wanted)]
        loop = asyncio.get_running_loop()
        for profile, listener in zip(config.profiles, operator_sockets, strict=True):
            listening = replace(profile, port=listener.getsockname()[1])
            smsc = _open_operator(listening, config.journal_directory, loop)
            self.operators[profile.name] = smsc
            self._servers.append(await loop.create_server(smsc.connect, sock=listener))
        control = Control(self.operators)
        self._servers.append(await asyncio.start_server(control.serve, sock=control_socket))
        self.control_url = f"http://{config.host}:{control_socket.getsockname()[1]}"
        if config.http_port is not None:
            await self._start_http(sockets[-1])

    async def _start_http(self, listener: socket.socket) -> None:
        directory = self._config.journal_directory
        path = None if directory is None else journal_path(directory, http_carrier.NAME)
        if path is not None:
            set_aside(path)
        self.http = HttpCarrier(self._config.http_manner, Journal(path))
        self._servers.append(await asyncio.start_server(self.http.serve, sock=listener))
        self.http_url = f"http://{self._config.host}:{listener.getsockname()[1]}"

    async def stop(self) -> None:
        """Unbind everybody, wait a moment, close the journals."""
        for server in self._servers:
            server.close()
        for smsc in self.operators.values():
            smsc.unbind_all()
        deadline = asyncio.get_running_loop().time() + UNBIND_SECONDS
        while self._is_connected() and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.01)
        for smsc in self.operators.values():
            smsc.close()
        if self.http is not None:
            await self.http.close()
        # Aborted connections report their end in the next pass of the loop.
        await asyncio.sleep(0)

    def _is_connected(self) -> bool:
        return any(smsc.sessions for smsc in self.operators.values())


def _open_operator(
    profile: OperatorProfile, directory: Path | None, loop: asyncio.AbstractEventLoop
) -> Smsc:
    if directory is None:
        return Smsc(profile, Journal(None), Recovered(), loop)
    path = journal_path(directory, profile.name)
    recovered = recover(path)
    set_aside(path)
    return Smsc(profile, Journal(path, fsync=profile.journal_fsync), recovered, loop)


def _listen(host: str, ports: Mapping[str, int]) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    for owner, port in ports.items():
        try:
            sockets.append(socket.create_server((host, port), backlog=_BACKLOG))
        except OSError as error:
            for opened in sockets:
                opened.close()
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                raise PortTakenError(owner, host, port) from error
            raise
    return sockets


async def serve(config: SimulatorConfig, announce: Callable[[Simulator], None]) -> None:
    """Run until SIGTERM or SIGINT; `announce` is called once everything listens.

    Raises what broke a pass of the loop (a full disk, say): an operator that cannot keep its book
    must not go on answering.
    """
    loop = asyncio.get_running_loop()
    stopped: asyncio.Future[None] = loop.create_future()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _settle, stopped, None)
    loop.set_exception_handler(lambda _, context: _settle(stopped, _cause(context)))
    simulator = Simulator(config)
    await simulator.start()
    announce(simulator)
    try:
        await stopped
    finally:
        await simulator.stop()


def _settle(stopped: asyncio.Future[None], error: BaseException | None) -> None:
    if stopped.done():
        return
    if error is None:
        stopped.set_result(None)
    else:
        stopped.set_exception(error)


def _cause(context: Mapping[str, Any]) -> BaseException:  # Any: asyncio's own context
    error = context.get("exception")
    if isinstance(error, BaseException):
        return error
    return RuntimeError(str(context.get("message")))
