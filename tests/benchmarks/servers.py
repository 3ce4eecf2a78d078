"""The stack's processes by name, and how to make each web process busy with clients that stand still."""

import contextlib
import json
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.measuring import children_of, rss_megabytes

A_WORKER_MEGABYTES = 40  # helpers (resource tracker) are smaller, whatever serves Django is larger
MOST_TRIES = 200


def pid_of(folder: Path, program: str) -> int:
    """This will give the process id of a program of the stack (web, worker-fast, …)."""
    pid: int = json.loads((folder / "children.json").read_text())[program][0]
    return pid


def web_workers(folder: Path) -> list[int]:
    """This will list the processes that answer requests."""
    return [pid for pid in children_of(pid_of(folder, "web")) if rss_megabytes(pid) > A_WORKER_MEGABYTES]


def workers(folder: Path) -> list[int]:
    """This will list the fast worker's processes with their sandbox children."""
    first = pid_of(folder, "worker-fast")
    return [first, *children_of(first)]


def on_every_worker(workers: list[int], port: int, stall: Callable[[], socket.socket]) -> list[socket.socket]:
    """This will open stalled connections until each worker holds one, close those too many, and give the rest."""
    held: dict[int, socket.socket] = {}
    spare: list[socket.socket] = []
    for _ in range(MOST_TRIES):
        connection = stall()
        pid = _holder(workers, port, connection.getsockname()[1])
        if pid is None or pid in held:
            spare.append(connection)
        else:
            held[pid] = connection
        if len(held) == len(workers):
            break
    for connection in spare:
        connection.close()
    if len(held) < len(workers):
        raise RuntimeError(f"{len(held)} of {len(workers)} web processes took a connection in {MOST_TRIES} tries")
    return list(held.values())


def stalled(port: int, head: str, body: bytes = b"", *, read: int = 0) -> socket.socket:
    """This will send a request's head and the beginning of its body, read so many bytes, and stand still."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", port))
    connection.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)
    if read:
        connection.settimeout(30)
        answer = connection.recv(read)
        if b" 200 " not in answer[:20]:
            raise RuntimeError(f"refused: {answer[:200]!r}")
    return connection


def _holder(workers: list[int], port: int, client_port: int) -> int | None:
    """Which process has accepted the connection that a client made from ``client_port``."""
    ends = f":{port:04X}", f":{client_port:04X}"
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    inodes = [f"socket:[{each[9]}]" for each in lines if each[1].endswith(ends[0]) and each[2].endswith(ends[1])]
    deadline = time.monotonic() + 2
    while inodes and time.monotonic() < deadline:
        for pid in workers:
            if inodes[0] in _open_files(pid):
                return pid
        time.sleep(0.01)
    return None


def _open_files(pid: int) -> set[str]:
    found = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            found.add(os.readlink(link))
    return found
