"""The load generator: `python -m tests.benchmarks.generator`, a process of its own, keep-alive connections, raw HTTP/1.1.

Reads one order from standard input, {"port", "connections", "seconds", "warm", "requests": [[path, headers], …]}, and
answers {"count", "seconds", "errors", "milliseconds": […]}. Each connection takes random requests of the list, one
after another. Reads only what it must: the status and the length of each answer. Costs about 60 microseconds a request.
"""

import asyncio
import json
import random
import re
import sys
import time

LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding: chunked", re.IGNORECASE)


class Connection(asyncio.Protocol):
    """One connection that asks, waits for the whole answer, and asks again until told to stop."""

    def __init__(self, load: "Load") -> None:
        self.load = load
        self.received = bytearray()
        self.asked_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self.ask()

    def ask(self) -> None:
        self.received.clear()
        self.asked_at = time.perf_counter()
        self.transport.write(random.choice(self.load.requests))

    def data_received(self, data: bytes) -> None:
        self.received += data
        head = self.received.find(b"\r\n\r\n")
        if head < 0 or not self._is_whole(head):
            return
        self.load.note(self.asked_at, time.perf_counter(), is_error=self.received[9:12] != b"200")
        if self.load.is_over:
            self.transport.close()
        elif b"onnection: close" in self.received[:head]:
            self.transport.close()
            self.load.reconnect()
        else:
            self.ask()

    def _is_whole(self, head: int) -> bool:
        top = bytes(self.received[: head + 2])
        if found := LENGTH.search(top):
            return len(self.received) >= head + 4 + int(found[1])
        return bool(CHUNKED.search(top)) and self.received.endswith(b"0\r\n\r\n")

    def connection_lost(self, error: Exception | None) -> None:
        if error is not None and not self.load.is_over:
            self.load.errors += 1
            self.load.reconnect()


class Load:
    """What is asked, until when, and what came back after the warm-up."""

    def __init__(self, order: dict[str, object]) -> None:
        self.order = order
        self.port: int = order["port"]  # type: ignore[assignment]
        self.requests = [_request(path, headers) for path, headers in order["requests"]]  # type: ignore[attr-defined]
        self.begin = time.perf_counter() + float(order["warm"])  # type: ignore[arg-type]
        self.end = self.begin + float(order["seconds"])  # type: ignore[arg-type]
        self.milliseconds: list[float] = []
        self.errors = 0
        self.tasks: set[asyncio.Task[object]] = set()

    @property
    def is_over(self) -> bool:
        return time.perf_counter() >= self.end

    def note(self, asked: float, answered: float, *, is_error: bool) -> None:
        if asked >= self.begin:
            self.milliseconds.append((answered - asked) * 1000)
            self.errors += is_error

    def reconnect(self) -> None:
        loop = asyncio.get_running_loop()
        task = loop.create_task(loop.create_connection(lambda: Connection(self), "127.0.0.1", self.port))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def run(self) -> dict[str, object]:
        for _ in range(int(self.order["connections"])):  # type: ignore[call-overload]
            self.reconnect()
        await asyncio.sleep(self.end - time.perf_counter() + 0.5)
        seconds = float(self.order["seconds"])  # type: ignore[arg-type]
        count = len(self.milliseconds)
        return {"count": count, "seconds": seconds, "errors": self.errors, "milliseconds": sorted(self.milliseconds)}


def _request(path: str, headers: dict[str, str]) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


if __name__ == "__main__":
    print(json.dumps(asyncio.run(Load(json.loads(sys.stdin.readline())).run())))
