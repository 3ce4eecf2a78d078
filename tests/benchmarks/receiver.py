"""A receiver of webhooks that costs little: `python -m tests.benchmarks.receiver`. Keep-alive where the caller wants it.

Prints its port; then, for each line ``PATH COUNT`` on standard input, waits until that path has had so many POSTs and
prints the instant of the last (``time.monotonic``, which all processes of a machine share).
"""

import asyncio
import sys
import time
from collections import Counter
from itertools import count

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n%s\r\nok"
CLOSE = b"Connection: close\r\n"
got: Counter[str] = Counter()
last: dict[tuple[str, int], float] = {}
news = asyncio.Event()


class Conversation(asyncio.Protocol):
    """One connection: requests one after another, their bodies read and dropped."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self.received = b""

    def data_received(self, data: bytes) -> None:
        self.received += data
        for _ in count():
            head, blank, rest = self.received.partition(b"\r\n\r\n")
            lower = head.lower()
            size = int(lower.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
            if not blank or len(rest) < size:
                return
            self.received = rest[size:]
            note(head.split(b" ", 2)[1].decode())
            closes = b"connection: close" in lower
            self.transport.write(ANSWER % (CLOSE if closes else b""))
            if closes:
                self.transport.close()


def note(path: str) -> None:
    """This will count a call."""
    got[path] += 1
    last[path, got[path]] = time.monotonic()
    news.set()


async def main() -> None:
    """This will serve, and answer the questions of standard input, until that ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Conversation, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        path, wanted = line.split()
        while (path, int(wanted)) not in last:
            news.clear()
            await news.wait()
        print(last[path, int(wanted)], flush=True)


if __name__ == "__main__":
    asyncio.run(main())
