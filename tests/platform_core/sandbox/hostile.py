"""A handler for tests of the sandbox: does what it is told, however bad. Runs in the child."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

Answer = tuple[dict[str, Any], bytes]
state: dict[str, Any] = {"calls": 0}


def configure(config: dict[str, Any]) -> None:
    """This will remember what the parent gave along."""
    state["config"] = config


def handle(request: dict[str, Any], body: bytes) -> Answer | Iterator[Answer]:
    """This will do what `op` names."""
    state["calls"] += 1
    return OPERATIONS[request["op"]](request, body)


def echo(request: dict[str, Any], body: bytes) -> Answer:
    head = {"calls": state["calls"], "pid": os.getpid(), "uid": os.getuid(), "config": state.get("config")}
    return head | {"said": request.get("say"), "environment": sorted(os.environ), "modules": sorted(sys.modules)}, body


def connect(request: dict[str, Any], body: bytes) -> Answer:
    try:
        socket.socket(getattr(socket, request["family"]), socket.SOCK_STREAM).close()
    except OSError as error:
        return {"refused": error.errno}, b""
    return {"refused": None}, b""


def connect_from_grandchild(request: dict[str, Any], body: bytes) -> Answer:
    script = "import socket; socket.socket(socket.AF_INET, socket.SOCK_STREAM)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    return {"code": done.returncode, "said": done.stderr}, b""


def spin(request: dict[str, Any], body: bytes) -> Answer:
    while True:
        pass


def burn(request: dict[str, Any], body: bytes) -> Answer:
    start = time.process_time()
    while time.process_time() - start < request["seconds"]:
        pass
    return {"pid": os.getpid()}, b""


def sleep(request: dict[str, Any], body: bytes) -> Answer:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    grandchild = subprocess.Popen(["/bin/sleep", "60"])
    with contextlib.suppress(OSError), open(request["note"], "w") as note:
        note.write(f"{os.getpid()} {grandchild.pid}")
    time.sleep(60)
    return {}, b""


def eat(request: dict[str, Any], body: bytes) -> Answer:
    return {"length": len(bytearray(request["bytes"]))}, b""


def hold(request: dict[str, Any], body: bytes) -> Answer:
    state.setdefault("held", []).append(os.urandom(1) * request["bytes"])
    return {"pid": os.getpid()}, b""


def die(request: dict[str, Any], body: bytes) -> Answer:
    print("last words", file=sys.stderr, flush=True)
    os._exit(7)


def write(request: dict[str, Any], body: bytes) -> Answer:
    with open("large", "wb") as file:
        file.write(bytes(request["bytes"]))
    return {}, b""


def shout(request: dict[str, Any], body: bytes) -> Answer:
    print("this is not a message")
    os.write(1, b"nor is this\n")
    return {"ok": True}, b""


def rows(request: dict[str, Any], body: bytes) -> Iterator[Answer]:
    for number in request["rows"]:
        if number < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        yield {"number": number}, b"x" * request.get("bytes", 0)


OPERATIONS = {
    function.__name__: function
    for function in (echo, connect, connect_from_grandchild, spin, burn, sleep, eat, hold, die, write, shout, rows)
}
