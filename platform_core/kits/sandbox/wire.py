"""Messages between a parent and its sandbox child: two lengths, a JSON head, raw bytes.

No pickles: the child is not trusted.
"""

from __future__ import annotations

import json
import os
import select
import struct
import time
from collections.abc import Mapping
from typing import Any

LENGTHS = struct.Struct(">II")
MAX_HEAD_BYTES = 64 * 1024 * 1024
MAX_BODY_BYTES = 512 * 1024 * 1024
CHUNK = 1024 * 1024


class WireClosed(Exception):
    """The other end is gone, or what it sent is no message."""


class WireTimeout(Exception):
    """The other end did not answer in time."""


def encode(head: Mapping[str, Any], body: bytes = b"") -> list[bytes]:
    """This will make the pieces of one message, without copying the body."""
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return [LENGTHS.pack(len(text), len(body)) + text, body]


def send(fd: int, head: Mapping[str, Any], body: bytes = b"", *, deadline: float | None = None) -> None:
    """This will write one message; with a deadline (of time.monotonic) the descriptor must be non-blocking."""
    for piece in encode(head, body):
        view = memoryview(piece)
        while view:
            try:
                view = view[os.write(fd, view[:CHUNK]) :]
            except BlockingIOError:
                _wait(fd, select.POLLOUT, deadline)
            except BrokenPipeError as error:
                raise WireClosed from error


def receive(fd: int, *, deadline: float | None = None) -> tuple[dict[str, Any], bytes]:
    """This will read one message; raises WireClosed at the end of the stream and WireTimeout at the deadline."""
    head_length, body_length = LENGTHS.unpack(_exactly(fd, LENGTHS.size, deadline))
    if head_length > MAX_HEAD_BYTES or body_length > MAX_BODY_BYTES:
        raise WireClosed("message too long")
    try:
        head = json.loads(bytes(_exactly(fd, head_length, deadline)).decode("utf-8", "surrogatepass"))
    except ValueError as error:
        raise WireClosed("no message") from error
    if not isinstance(head, dict):
        raise WireClosed("no message")
    return head, bytes(_exactly(fd, body_length, deadline))


def pack(blobs: Mapping[str, bytes]) -> tuple[list[list[Any]], bytes]:
    """This will lay named blobs end to end: the list of names and lengths for the head, and the body."""
    return [[name, len(blob)] for name, blob in blobs.items()], b"".join(blobs.values())


def unpack(layout: list[list[Any]], body: bytes) -> dict[str, bytes]:
    """This will take apart what `pack` laid together."""
    blobs, start = {}, 0
    for name, length in layout:
        blobs[name] = body[start : start + length]
        start += length
    return blobs


def _exactly(fd: int, length: int, deadline: float | None) -> bytearray:
    received = bytearray()
    while len(received) < length:
        try:
            piece = os.read(fd, min(CHUNK, length - len(received)))
        except BlockingIOError:
            _wait(fd, select.POLLIN, deadline)
            continue
        if not piece:
            raise WireClosed("end of stream")
        received += piece
    return received


def _wait(fd: int, event: int, deadline: float | None) -> None:
    poll = select.poll()
    poll.register(fd, event)
    milliseconds = None if deadline is None else max(0, int((deadline - time.monotonic()) * 1000) + 1)
    if not poll.poll(milliseconds):
        raise WireTimeout
