"""A webhook receiver that takes everything: `python -m config.bench.receiver <port>`."""

import asyncio
import sys

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = b"content-length:"


class Receiver(asyncio.Protocol):
    """Answers 200 to each request of a connection and keeps nothing."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._request_end()) is not None:
            self._buffer = self._buffer[end:]
            if self._transport is not None:
                self._transport.write(_ANSWER)

    def _request_end(self) -> int | None:
        head, found, _body = self._buffer.partition(_END_OF_HEAD)
        if not found:
            return None
        lines = head.lower().split(b"\r\n")
        lengths = [line[len(_LENGTH) :] for line in lines if line.startswith(_LENGTH)]
        end = len(head) + len(_END_OF_HEAD) + (int(lengths[0]) if lengths else 0)
        return end if len(self._buffer) >= end else None


async def serve(port: int) -> None:
    """Listens on loopback until the process is ended."""
    server = await asyncio.get_running_loop().create_server(Receiver, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
