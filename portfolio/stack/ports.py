"""Ports: which are free, and the ones chosen once for Postgres, Valkey and the mail catcher.

The public port is the user's choice (``PORT``) and never moved silently. The internal ones are taken from the kernel
and remembered in ``ports.json``, so that a client of yesterday still finds them.
"""

import contextlib
import json
import os
import socket
from pathlib import Path

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """This will return a port of the loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def is_taken(port: int, host: str = LOOPBACK) -> bool:
    """This will say whether binding ``port`` would fail (a connection in TIME_WAIT does not count)."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
        return False


def answers(port: int, host: str = LOOPBACK) -> bool:
    """This will say whether somebody accepts connections on ``port``."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def remembered_ports(file: Path, names: tuple[str, ...]) -> dict[str, int]:
    """This will return a port for each name: the one in ``file`` where it is still free, else a new one, remembered."""
    try:
        known = {str(name): int(port) for name, port in json.loads(file.read_text()).items()}
    except (OSError, ValueError, AttributeError, TypeError):
        known = {}
    chosen: dict[str, int] = {}
    for name in names:
        port = known.get(name)
        while port is None or port in chosen.values() or is_taken(port):
            port = free_port()
        chosen[name] = port
    if {**known, **chosen} != known:
        file.write_text(json.dumps({**known, **chosen}, indent=1) + "\n")
    return chosen


def holder(port: int) -> str:
    """This will name the process that listens on ``port``, or return nothing where the system does not tell."""
    inodes = set()
    for table in ("tcp", "tcp6"):
        for line in _lines(Path(f"/proc/net/{table}"))[1:]:
            fields = line.split()
            if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{fields[9]}]")
    for process in Path("/proc").glob("[0-9]*"):
        if inodes & _open_files(process):
            return f"{'/'.join(_lines(process / 'comm'))} (process {process.name})"
    return ""


def _open_files(process: Path) -> set[str]:
    """What a process has open: nothing where it is another user's; a file may be closed while we look."""
    found = set()
    with contextlib.suppress(OSError):
        for link in (process / "fd").iterdir():
            with contextlib.suppress(OSError):
                found.add(os.readlink(link))
    return found


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text().splitlines()
    except OSError:
        return []
