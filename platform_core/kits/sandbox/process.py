"""One sandbox child as its parent sees it: started, asked, watched by the wall clock.

Killed with its whole process group.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from platform_core.kits.sandbox import wire

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[3]
FOLDER = "portfolio-sandbox-"
PIPE_BYTES = 1024 * 1024
F_SETPIPE_SZ = 1031
START_SECONDS = 60
Reason = Literal["killed", "cpu", "wall", "memory", "exit", "start"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may use. CPU and wall seconds are for one reply.

    After `items` replies or that much growth it is replaced.
    """

    memory_bytes: int = 1024 * 1024 * 1024
    cpu_seconds: float = 20
    wall_seconds: float = 60
    items: int = 500
    growth_bytes: int = 300 * 1024 * 1024
    file_bytes: int = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """What a handler answered: plain values and raw bytes."""

    head: dict[str, Any]
    body: bytes


class SandboxCrash(Exception):
    """The child did not answer: killed from outside, out of CPU, wall clock or memory, ended by itself.

    Or never started.
    """

    def __init__(self, reason: Reason, detail: str = "") -> None:
        self.reason, self.detail = reason, detail
        super().__init__(f"{reason}: {detail}" if detail else reason)


class Child:
    """A running child. Used by one thread at a time."""

    def __init__(self, handler: str, limits: Limits, config: Mapping[str, Any]) -> None:
        self.limits, self.items, self.broken = limits, 0, False
        sweep()
        self.folder = tempfile.mkdtemp(prefix=f"{FOLDER}{os.getpid()}-")
        user = unprivileged_user()
        if user is not None:
            os.chown(self.folder, *user)
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the child
        settings = {
            "parent": os.getpid(),
            "main_thread": threading.current_thread() is threading.main_thread(),
            "uid": user[0] if user else None,
            "gid": user[1] if user else None,
            "memory_bytes": limits.memory_bytes,
            "file_bytes": limits.file_bytes,
            "cpu_seconds": limits.cpu_seconds,
            "config": dict(config),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-s", "-P", "-m", "platform_core.kits.sandbox.child", handler, json.dumps(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            cwd=self.folder,
            env=_environment(self.folder),
            start_new_session=True,
            bufsize=0,
        )
        assert self.process.stdin is not None and self.process.stdout is not None
        self.sink, self.source = self.process.stdin.fileno(), self.process.stdout.fileno()
        for descriptor in (self.sink, self.source):
            os.set_blocking(descriptor, False)
            _widen(descriptor)
        ready = self._receive(time.monotonic() + START_SECONDS)
        if ready is None or ready[0].get("kind") != "ready":
            crash = self._crash("exit")
            raise SandboxCrash("start", crash.detail)
        self.first_resident = self.resident = int(ready[0]["resident"])

    def ask(self, request: Mapping[str, Any], body: bytes = b"") -> Iterator[Reply]:
        """This will send a request and give replies until the child says that it is done; raises SandboxCrash."""
        self.broken = True  # until the end is seen: whoever stops listening leaves a child in the middle of its work
        deadline = time.monotonic() + self.limits.wall_seconds
        try:
            wire.send(self.sink, request, body, deadline=deadline)
        except wire.WireTimeout:
            raise self._crash("wall") from None
        except wire.WireClosed:
            raise self._crash("exit") from None
        while True:
            message = self._receive(time.monotonic() + self.limits.wall_seconds)
            if message is None:
                raise self._crash("exit")
            head, content = message
            if head.get("kind") == "end":
                self.resident, self.broken = int(head["resident"]), False
                return
            self.items += 1
            yield Reply(head["reply"], content)

    def fit(self) -> bool:
        """This will say whether the child may work on: alive, whole, not too old and not too fat."""
        grown = self.resident - self.first_resident
        fresh = self.items < self.limits.items and grown < self.limits.growth_bytes
        return fresh and not self.broken and self.process.poll() is None

    def end(self) -> None:
        """This will end the child and everything that it started, and remove its folder."""
        with contextlib.suppress(OSError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.forget()
        shutil.rmtree(self.folder, ignore_errors=True)

    def forget(self) -> None:
        """This will close our ends of the pipes."""
        for stream in (self.process.stdin, self.process.stdout, self.errors):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def _receive(self, deadline: float) -> tuple[dict[str, Any], bytes] | None:
        try:
            return wire.receive(self.source, deadline=deadline)
        except wire.WireTimeout:
            raise self._crash("wall") from None
        except wire.WireClosed:
            return None

    def _crash(self, reason: Reason) -> SandboxCrash:
        """Kill what is left, then tell from exit code and last words what happened."""
        self.broken = True
        if reason != "wall":
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=2)
        code = self.process.poll()
        with contextlib.suppress(OSError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        last_words = _tail(self.errors)
        if reason != "wall":
            reason = _reason(code, last_words)
        logger.warning("sandbox.crashed", extra={"reason": reason, "exit_code": code, "last_words": last_words[-500:]})
        return SandboxCrash(reason, last_words.strip().splitlines()[-1][:300] if last_words.strip() else "")


def _reason(code: int | None, last_words: str) -> Reason:
    if "MemoryError" in last_words or "memory allocation of" in last_words or "bad_alloc" in last_words:
        return "memory"
    if code == -signal.SIGXCPU:
        return "cpu"
    if code == -signal.SIGKILL:
        return "killed"
    return "exit"


def _tail(stream: Any) -> str:
    """The last words, read past the child's own position (it shares the file)."""
    size = os.fstat(stream.fileno()).st_size
    return os.pread(stream.fileno(), 4096, max(0, size - 4096)).decode(errors="replace")


def _environment(folder: str) -> dict[str, str]:
    """Nothing of ours goes into the child: no secrets, no proxies, one thread an engine, few memory arenas.

    They eat address space.
    """
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": folder,
        "TMPDIR": folder,
        "XDG_CACHE_HOME": folder,
        "MALLOC_ARENA_MAX": "2",
        "RAYON_NUM_THREADS": "1",
    }


def _widen(descriptor: int) -> None:
    import fcntl

    with contextlib.suppress(OSError):  # more than an ordinary user may have: the usual size does too
        fcntl.fcntl(descriptor, F_SETPIPE_SZ, PIPE_BYTES)


@cache
def sweep() -> None:
    """This will remove, once a process, the folders of children whose parents were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        owner = folder.name.removeprefix(FOLDER).split("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(folder, ignore_errors=True)


@cache
def unprivileged_user() -> tuple[int, int] | None:
    """This will give uid and gid that children drop to: nobody's if we are root and nobody can read the code.

    Else none.
    """
    if os.geteuid() != 0:
        return None
    closed = next((place for place in _needed_places() if not _open_to_all(place)), None)
    if closed is not None:
        logger.warning("sandbox.runs_as_root", extra={"closed_folder": str(closed)})
        return None
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _needed_places() -> list[Path]:
    places = [Path(sys.executable), Path(os.path.realpath(sys.executable)), Path(sys.base_prefix), ROOT]
    places += [Path(entry) for entry in sys.path if entry]
    return [place for place in places if place.exists()]


def _open_to_all(place: Path) -> bool:
    for folder in (place, *place.parents):
        wanted = stat.S_IXOTH if folder.is_dir() else stat.S_IROTH
        if not folder.stat().st_mode & wanted:
            return False
    return True
