"""The sandbox child: `python -m platform_core.kits.sandbox.child HANDLER SETTINGS`.

Small on purpose: no Django, no settings, no project.

Confines itself, imports the handler (`package.module:function`), says that it is ready, then answers one request after
another until its input ends. The handler takes (request, body) and returns one (reply, body) or yields many; each may
use its own CPU allowance.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import sys
from collections.abc import Iterator
from typing import Any

from platform_core.kits.sandbox import confinement, wire

Answer = tuple[dict[str, Any], bytes]


def serve(handler: Any, source: int, sink: int, cpu_seconds: float) -> None:
    """This will answer requests until the input ends."""
    while True:
        try:
            request, body = wire.receive(source)
        except wire.WireClosed:
            return
        confinement.allow_cpu(cpu_seconds)
        try:
            answers = handler(request, body)
            for reply, content in _each(answers):
                wire.send(sink, {"kind": "item", "reply": reply}, content)
                confinement.allow_cpu(cpu_seconds)
        except MemoryError:
            os.write(2, b"MemoryError\n")
            os._exit(3)
        wire.send(sink, {"kind": "end", "resident": confinement.resident_bytes()})


def _each(answers: Answer | Iterator[Answer]) -> Iterator[Answer]:
    if isinstance(answers, tuple):
        yield answers
    else:
        yield from answers


def _own_channel() -> tuple[int, int]:
    """Messages move away from descriptors 0 and 1, so that a stray print of a library cannot break the stream."""
    source, sink = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(2, 1)
    return source, sink


def main(handler_name: str, settings: dict[str, Any]) -> None:
    """This will confine the process, import the handler, and serve."""
    source, sink = _own_channel()
    if settings["uid"] is not None:
        confinement.become(settings["uid"], settings["gid"])
    confinement.die_with_parent(settings["parent"], by_signal=settings["main_thread"])
    confinement.cut_network()
    confinement.limit(settings["memory_bytes"], settings["file_bytes"])
    module_name, _, function_name = handler_name.partition(":")
    module = importlib.import_module(module_name)
    if hasattr(module, "configure"):
        module.configure(settings["config"])
    wire.send(sink, {"kind": "ready", "uid": os.getuid(), "resident": confinement.resident_bytes()})
    try:
        serve(getattr(module, function_name), source, sink, settings["cpu_seconds"])
    except wire.WireClosed:
        pass
    finally:
        shutil.rmtree(os.getcwd(), ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
