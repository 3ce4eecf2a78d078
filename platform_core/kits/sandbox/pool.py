"""The parent's side: a few killable children for hostile input, shared by the threads of one process.

`Sandbox.call` asks and waits for one reply, `Sandbox.stream` gives replies as they come, `Sandbox.session` keeps one
child for several calls. A child that dies, lies or lingers becomes a `SandboxCrash` with the reason; the next call gets
a fresh one. Safe in threads and in forked workers (a fork forgets its parent's children). Nothing is started before the
first call.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import threading
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from platform_core.kits.sandbox.process import Child, Limits, Reply, SandboxCrash

__all__ = ["Limits", "Reply", "Sandbox", "SandboxCrash", "Session"]

_sandboxes: weakref.WeakSet[Sandbox] = weakref.WeakSet()


@dataclass(slots=True)
class Session:
    """One child, held for several calls in a row, for handlers that keep state between them."""

    child: Child

    def call(self, request: Mapping[str, Any], body: bytes = b"") -> Reply:
        """This will ask and wait for one reply; raises SandboxCrash."""
        return list(self.child.ask(request, body))[-1]

    def stream(self, request: Mapping[str, Any], body: bytes = b"") -> Iterator[Reply]:
        """This will give each reply as it comes; raises SandboxCrash at the reply that did not come."""
        return self.child.ask(request, body)


class Sandbox:
    """Up to `children` processes that run one handler under the same limits."""

    def __init__(
        self, handler: str, limits: Limits | None = None, *, children: int = 1, config: Mapping[str, Any] | None = None
    ) -> None:
        self.handler, self.limits, self.config = handler, limits or Limits(), dict(config or {})
        self._idle: list[Child] = []
        self._places = children
        self._free = threading.Condition()
        self._busy = 0
        _sandboxes.add(self)

    def call(self, request: Mapping[str, Any], body: bytes = b"") -> Reply:
        """This will ask a child and wait for its reply; raises SandboxCrash."""
        with self.session() as session:
            return session.call(request, body)

    def stream(self, request: Mapping[str, Any], body: bytes = b"") -> Iterator[Reply]:
        """This will give replies one by one.

        Whoever stops early costs the child its life, since it is in the middle of its work.
        """
        with self.session() as session:
            yield from session.stream(request, body)

    @contextlib.contextmanager
    def session(self) -> Iterator[Session]:
        """This will hold one child; others wait if all are busy."""
        child = self._take()
        try:
            yield Session(child)
        finally:
            self._give_back(child)

    def close(self) -> None:
        """This will end the idle children; a later call starts new ones."""
        with self._free:
            idle, self._idle = self._idle, []
        for child in idle:
            child.end()

    def _take(self) -> Child:
        with self._free:
            while self._busy >= self._places:
                self._free.wait()
            self._busy += 1
            child = self._idle.pop() if self._idle else None
        if child is not None and child.fit():
            return child
        if child is not None:
            child.end()
        try:
            return Child(self.handler, self.limits, self.config)
        except BaseException:
            self._release(None)
            raise

    def _give_back(self, child: Child) -> None:
        if not child.fit():
            child.end()
            self._release(None)
        else:
            self._release(child)

    def _release(self, child: Child | None) -> None:
        with self._free:
            self._busy -= 1
            if child is not None:
                self._idle.append(child)
            self._free.notify()

    def _forget(self) -> None:
        """After a fork: the children belong to the parent; only our copies of their pipes are closed."""
        for child in self._idle:
            child.forget()
        self._idle, self._busy, self._free = [], 0, threading.Condition()


def _close_all() -> None:
    for sandbox in list(_sandboxes):
        sandbox.close()


def _forget_all() -> None:
    for sandbox in list(_sandboxes):
        sandbox._forget()


atexit.register(_close_all)
os.register_at_fork(after_in_child=_forget_all)
