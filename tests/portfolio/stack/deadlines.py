"""Waiting for a real process, bounded: poll until it is so, fail when time is up."""

import time
from collections.abc import Callable


def eventually(condition: Callable[[], object], what: str, *, seconds: float = 20) -> None:
    """This will return as soon as ``condition`` holds, and fail after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)
