"""One stack for one data folder: a lock that the kernel lets go of when its holder ends, however it ends."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


class AlreadyRunningError(Exception):
    """Another ``up`` serves this data folder; the message names it."""


def acquire(file: Path, *, url: str) -> IO[str]:
    """This will take the lock and note process and address in it, or raise AlreadyRunningError.

    Keep the returned file open for as long as the lock is meant to hold. Children do not inherit it.
    """
    handle = file.open("a+")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise AlreadyRunningError(_describe(handle)) from None
    handle.seek(0)
    handle.truncate()
    json.dump({"pid": os.getpid(), "url": url}, handle)
    handle.flush()
    return handle


@contextmanager
def one_at_a_time(file: Path) -> Iterator[None]:
    """This will wait until nobody else holds the lock, and hold it for the block."""
    with file.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def refuse_a_second(file: Path) -> None:
    """This will raise AlreadyRunningError where somebody holds the lock, and take nothing."""
    if not file.exists():
        return
    with file.open() as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunningError(_describe(handle)) from None


def is_held(file: Path) -> bool:
    """Whether somebody holds the lock now."""
    try:
        refuse_a_second(file)
    except AlreadyRunningError:
        return True
    return False


def _describe(handle: IO[str]) -> str:
    handle.seek(0)
    try:
        holder = json.load(handle)
        pid, url = int(holder["pid"]), str(holder["url"])
    except (ValueError, KeyError, TypeError):
        return "Already starting here. Wait for it, or stop it with Ctrl-C in its terminal."
    return f"Already running: {url} (process {pid}). Stop it with Ctrl-C in its terminal, or: kill {pid}"
