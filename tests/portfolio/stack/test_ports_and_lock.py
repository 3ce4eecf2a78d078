"""Ports and the lock: what a second start is told."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from portfolio.stack import lock, ports
from portfolio.stack.up import UsageError, refuse_taken_port


@pytest.fixture
def listener() -> "socket.socket":
    return socket.create_server((ports.LOOPBACK, 0))


def test_a_taken_port_is_refused_with_its_holder_and_a_way_out(listener: "socket.socket") -> None:
    with listener:
        port = listener.getsockname()[1]
        wanted = f"Port {port} is taken by .+ \\(process {os.getpid()}\\)\\. Choose another: PORT={port + 1} make run"

        with pytest.raises(UsageError, match=wanted):
            refuse_taken_port(port, ports.LOOPBACK)


def test_a_free_port_is_not_refused() -> None:
    refuse_taken_port(ports.free_port(), ports.LOOPBACK)


def test_internal_ports_are_chosen_once(tmp_path: Path) -> None:
    file = tmp_path / "ports.json"

    first = ports.remembered_ports(file, ("postgres", "valkey"))

    assert ports.remembered_ports(file, ("postgres", "valkey")) == first
    assert len(set(first.values())) == 2


def test_a_remembered_port_that_is_taken_now_is_replaced(tmp_path: Path, listener: "socket.socket") -> None:
    file = tmp_path / "ports.json"
    with listener:
        file.write_text(f'{{"postgres": {listener.getsockname()[1]}}}')

        chosen = ports.remembered_ports(file, ("postgres",))

        assert chosen["postgres"] != listener.getsockname()[1]
    assert str(chosen["postgres"]) in file.read_text()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"postgres": "x"}'])
def test_a_broken_port_file_is_written_anew(tmp_path: Path, content: str) -> None:
    file = tmp_path / "ports.json"
    file.write_text(content)

    assert ports.remembered_ports(file, ("postgres",))["postgres"] > 1023


def test_a_second_holder_is_told_who_runs_where(tmp_path: Path) -> None:
    file = tmp_path / "up.lock"
    with lock.acquire(file, url="http://127.0.0.1:8000"):
        message = re.escape(f"Already running: http://127.0.0.1:8000 (process {os.getpid()}).")

        with pytest.raises(lock.AlreadyRunningError, match=message):
            lock.acquire(file, url="http://127.0.0.1:9000")

    lock.acquire(file, url="http://127.0.0.1:9000").close()


def test_the_lock_ends_with_its_holder(tmp_path: Path) -> None:
    file = tmp_path / "up.lock"
    code = f"""
import pathlib, signal
from portfolio.stack import lock
held = lock.acquire(pathlib.Path({str(file)!r}), url="http://127.0.0.1:8000")
print("held", flush=True)
signal.pause()
"""
    holder = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None and holder.stdout.readline() == "held\n"
    with pytest.raises(lock.AlreadyRunningError):
        lock.refuse_a_second(file)

    holder.kill()
    holder.wait()

    lock.refuse_a_second(file)
