"""The supervisor: starts programs, starts them again when they end, stops them in order.

Each program writes straight into ``<log folder>/<name>.log``; the supervisor copies new lines to the terminal with the
name in front. So no output is lost when the supervisor itself is killed, and nothing waits for it to read.
Every program is the leader of its own session: what it leaves behind (workers of a killed web server) is ended by
process group. All programs are started by the main thread, see ``kernel``.
"""

import contextlib
import json
import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portfolio.stack.kernel import boot_id, child_setup, members_of_group, start_ticks
from portfolio.stack.terminal import Follower, Terminal

FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0
CALM_SECONDS = 30.0  # whoever has lived so long starts counting from nothing
EX_CONFIG = 78
HOPELESS = re.compile(r"ImproperlyConfigured|SystemCheckError|CommandError")
GIVE_UP_AFTER = 5  # ends in a row before the first time the stack was ready


class FatalError(Exception):
    """A program cannot run, starting it again would not help; the message holds its last lines."""


@dataclass(frozen=True)
class Program:
    """One program: how it is started and stopped."""

    name: str
    command: list[str]
    environment: Mapping[str, str] | None = None
    stop_signal: int = signal.SIGTERM
    death_signal: int = signal.SIGTERM  # sent by the kernel when the supervisor dies
    stop_seconds: float = 10
    nice: int = 0
    only_warnings: bool = False  # chatty: the terminal gets its warnings and errors, the file everything
    once: bool = False  # ends by itself; never started again
    popen: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class _Child:
    program: Program
    process: "subprocess.Popen[bytes]"
    follower: Follower
    started: float
    ends: int = 0  # in a row
    due: float | None = None  # when it is started again
    ticks: int | None = None
    done: bool = False  # its end has been dealt with

    @property
    def running(self) -> bool:
        return self.due is None and self.process.poll() is None


class Supervisor:
    """Runs programs in the calling (main) thread: ``start`` them, ``run`` or ``wait_for``, ``stop`` them."""

    def __init__(self, folder: Path, terminal: Terminal) -> None:
        self.folder = folder
        self.terminal = terminal
        self.ready = False  # before: output goes to the files alone, and ends are counted
        self.stopping: int | None = None  # the signal that asked for it
        self._asked_at = 0.0
        self._children: dict[str, _Child] = {}
        self._log = folder / "log"
        self._log.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._register = folder / "children.json"
        self._wake, self._waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def listen_for_signals(self) -> None:
        """This will end ``run`` and ``wait_for`` on SIGINT, SIGTERM and SIGHUP."""
        signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only to wake up

    def start(self, program: Program) -> None:
        """This will start ``program`` and keep it running."""
        self._children[program.name] = self._spawn(program)
        self._note()

    def show_from_now_on(self) -> None:
        """This will note that the start is over: output goes to the terminal too, and nothing is given up any more."""
        self.ready = True
        for child in self._children.values():
            child.follower.skip()

    def is_running(self, name: str) -> bool:
        """Whether the program runs now (not while it waits to be started again)."""
        child = self._children.get(name)
        return child is not None and child.running

    def pid(self, name: str) -> int:
        """This will return the process id of a program."""
        return self._children[name].process.pid

    def finished(self, name: str) -> bool:
        """Whether a program that runs once has ended well. Raises FatalError when it ended badly."""
        child = self._children[name]
        code = child.process.poll()
        if code is None:
            return False
        if code != 0:
            raise FatalError(self._last_words(child, code))
        return True

    def wait_for(self, condition: Callable[[], bool], what: str, *, seconds: float) -> None:
        """This will watch the programs until ``condition`` holds.

        Raises KeyboardInterrupt when a signal asks to stop, FatalError after ``seconds``.
        """
        deadline = time.monotonic() + seconds
        while not condition():
            self.tick(0.03)
            if self.stopping is not None:
                raise KeyboardInterrupt
            if time.monotonic() > deadline:
                raise FatalError(f"{what} is not ready after {seconds:.0f} s. Its log: {self._log}")

    def run(self) -> None:
        """This will watch the programs until a signal asks to stop."""
        while self.stopping is None:
            self.tick(0.2)

    def tick(self, seconds: float) -> None:
        """This will wait up to ``seconds`` for news, then print it and start again what has ended."""
        if select.select([self._wake], [], [], seconds)[0]:
            os.read(self._wake, 4096)
        now = time.monotonic()
        for child in list(self._children.values()):
            if self.ready:
                child.follower.show(self.terminal)
            if child.due is not None:
                if now >= child.due and self.stopping is None:
                    self._again(child)
            elif not child.done and child.process.poll() is not None and self.stopping is None:
                self._ended(child, now)

    def stop(self, order: list[list[str]]) -> None:
        """This will stop the programs, group after group; those not named come first. Waits for each group."""
        named = {name for group in order for name in group}
        for group in [[name for name in self._children if name not in named], *order]:
            self._stop_group([self._children[name] for name in group if name in self._children])
        self._register.unlink(missing_ok=True)

    def recover(self, *, grace_seconds: float = 3) -> list[str]:
        """This will end what a killed supervisor has left running, and return the names."""
        try:
            register = json.loads(self._register.read_text())
        except (OSError, ValueError):
            return []
        left = []
        if register.pop("boot", None) != boot_id():
            register = {}  # the machine was restarted: these numbers are other processes now
        for name, (pid, ticks, stop_signal) in register.items():
            now = start_ticks(pid)
            alive = now is not None and now == ticks
            if alive:
                _signal(pid, stop_signal)
            if alive or (now is None and members_of_group(pid)):
                left.append(name)
                _end_group(pid, seconds=grace_seconds if alive else 0)
        self._register.unlink(missing_ok=True)
        return left

    def _asked_to_stop(self, number: int, _frame: object) -> None:
        if self.stopping is not None and time.monotonic() > self._asked_at + 0.5:
            for child in self._children.values():
                _kill_group(child.process.pid)
        elif self.stopping is None:
            self._asked_at = time.monotonic()
            self.stopping = number

    def _spawn(self, program: Program) -> _Child:
        file = self._log / f"{program.name}.log"
        follower = Follower(program.name, file, only_warnings=program.only_warnings)
        arguments: dict[str, Any] = {"env": program.environment, **program.popen}
        with file.open("ab") as output:
            process = subprocess.Popen(
                program.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=child_setup(program.death_signal, nice=program.nice),
                **arguments,
            )
        return _Child(program, process, follower, time.monotonic(), ticks=start_ticks(process.pid))

    def _ended(self, child: _Child, now: float) -> None:
        code, name = child.process.returncode, child.program.name
        _kill_group(child.process.pid)  # what it left behind
        if child.program.once:
            child.done = True
            if code and self.ready:
                self.terminal.say(self._last_words(child, code))
            return
        words = self._last_words(child, code)
        child.ends = 1 if now - child.started > CALM_SECONDS else child.ends + 1
        hopeless = code == EX_CONFIG or (code != 0 and HOPELESS.search(words))
        if not self.ready and (hopeless or child.ends >= GIVE_UP_AFTER):
            raise FatalError(words)
        delay = min(LONGEST_DELAY, FIRST_DELAY * 2 ** (child.ends - 1))
        child.due = now + delay
        if self.ready:
            self.terminal.say(f"{name} ended ({_reason(code)}); starting it again in {delay:g} s")
        self._note()

    def _again(self, child: _Child) -> None:
        successor = self._spawn(child.program)
        successor.follower = child.follower
        successor.ends = child.ends
        self._children[child.program.name] = successor
        self._note()

    def _stop_group(self, children: list[_Child]) -> None:
        living = [child for child in children if child.running]
        for child in living:
            _signal(child.process.pid, child.program.stop_signal)
        for child in living:
            try:
                child.process.wait(child.program.stop_seconds)
            except subprocess.TimeoutExpired:
                self.terminal.say(f"{child.program.name} did not stop in {child.program.stop_seconds:g} s: killed")
        for child in children:
            _end_group(child.process.pid, seconds=0)
            child.process.wait()
            if self.ready:
                child.follower.show(self.terminal)

    def _last_words(self, child: _Child, code: int) -> str:
        log = child.follower.file
        lines = "\n".join(f"    {line}" for line in child.follower.tail(20))
        return f"{child.program.name} ended ({_reason(code)}). The last lines of {log}:\n{lines}"

    def _note(self) -> None:
        register: dict[str, object] = {
            name: (child.process.pid, child.ticks, child.program.stop_signal)
            for name, child in self._children.items()
            if child.due is None
        }
        register["boot"] = boot_id()
        making = self._register.with_suffix(".new")
        making.write_text(json.dumps(register))
        making.rename(self._register)


def _reason(code: int) -> str:
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _kill_group(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def _end_group(group: int, *, seconds: float) -> None:
    """Waits for the members to end by themselves, then kills them and waits until they are gone."""
    _wait_until_empty(group, seconds)
    _kill_group(group)
    _wait_until_empty(group, 5)


def _wait_until_empty(group: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while members_of_group(group) and time.monotonic() < deadline:
        time.sleep(0.02)
