"""``manage.py up`` as a whole: real processes in a folder of their own, beside whatever else runs here."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from portfolio.stack.environment import read_file
from portfolio.stack.kernel import start_ticks
from portfolio.stack.places import ROOT
from portfolio.stack.ports import free_port
from tests.portfolio.stack.deadlines import eventually

OURS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "EMAIL_URL", "ENVIRONMENT", "SECRET_KEY", "BASE_URL", "PORT")


@dataclass
class Stack:
    """One data folder and the ``up`` that serves it."""

    folder: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = None
    starts: int = 0
    output: Path = field(init=False)

    def command(self, **variables: str) -> dict[str, object]:
        inherited = {name: value for name, value in os.environ.items() if name not in OURS}
        ours = {"DATA_DIR": str(self.folder), "BUILD_DIR": str(ROOT / "var"), "PORT": str(self.port), "DEMO": "0"}
        few = {"WEB_WORKERS": "1", "WORKERS_FAST": "1", "WORKERS_SLOW": "1"}
        return {
            "args": [sys.executable, "manage.py", "up", "--no-build"],
            "cwd": ROOT,
            "env": {**inherited, **ours, **few, **variables},
        }

    def start(self) -> None:
        self.starts += 1
        self.output = self.folder / f"output-{self.starts}"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(stdout=output, stderr=subprocess.STDOUT, **self.command())  # type: ignore[call-overload]
        eventually(self._started_or_ended, "the stack is ready", seconds=120)
        assert "Ready in" in self.said, self.said

    def refused(self, **variables: str) -> str:
        done = subprocess.run(capture_output=True, text=True, timeout=60, **self.command(**variables))  # type: ignore[call-overload]
        assert done.returncode != 0
        return str(done.stdout)

    def stop(self, number: int = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(60)

    @property
    def said(self) -> str:
        return self.output.read_text()

    @property
    def children(self) -> dict[str, int]:
        assert self.process is not None
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return {Path(f"/proc/{pid}/cmdline").read_bytes().decode(): int(pid) for pid in listed}

    def child(self, part: str) -> int:
        return next(pid for command, pid in self.children.items() if part in command)

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def database(self) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(read_file(self.folder / "environment")["DATABASE_OWNER_URL"], autocommit=True)

    def _started_or_ended(self) -> bool:
        return "Ready in" in self.said or (self.process is not None and self.process.poll() is not None)


@pytest.fixture
def stack(open_folder: Path) -> Iterator[Stack]:
    made = Stack(open_folder, free_port())
    yield made
    if made.process is not None and made.process.poll() is None:
        made.stop()


def test_a_stack_from_first_start_to_second(stack: Stack) -> None:
    stack.start()
    assert stack.answers()
    assert re.search(rf"^Ready in \d+ s +http://127\.0\.0\.1:{stack.port}$", stack.said, re.MULTILINE)

    # a second one beside it says so and touches nothing
    assert f"Already running: http://127.0.0.1:{stack.port} (process {stack.process.pid})" in stack.refused()  # type: ignore[union-attr]
    elsewhere = stack.refused(DATA_DIR=str(stack.folder / "another"))
    assert f"Port {stack.port} is taken" in elsewhere
    assert f"PORT={stack.port + 1} make run" in elsewhere

    # a killed web server comes back, and so does a killed broker
    for part in ("granian", "valkey-server"):
        killed = stack.child(part)
        os.kill(killed, signal.SIGKILL)
        eventually(lambda killed=killed: killed not in stack.children.values(), f"{part} is gone")
        eventually(lambda part=part: any(part in command for command in stack.children), f"{part} is started again")
        eventually(stack.answers, "pages answer again", seconds=60)

    # web and workers cannot become the owner of the tables; SIGTERM stops everything and keeps it
    web = Path(f"/proc/{stack.child('granian')}/environ").read_text()
    assert "DATABASE_URL=" in web
    assert "DATABASE_OWNER_URL=" not in web
    with stack.database() as owner:
        owner.execute("CREATE TABLE kept AS SELECT 7 AS number")
    secret, children = (stack.folder / "secret_key").read_text(), list(stack.children.values())
    assert stack.stop() == 0
    assert [pid for pid in children if start_ticks(pid) is not None] == []
    assert not (stack.folder / "environment").exists()

    # the second start finds all of it, and nothing to migrate
    stack.start()
    with stack.database() as owner:
        assert owner.execute("SELECT number FROM kept").fetchall() == [(7,)]
    assert (stack.folder / "secret_key").read_text() == secret
    assert "Migrating" not in stack.said
    assert stack.stop(signal.SIGINT) == 0


def test_a_killed_supervisor_takes_all_with_it_and_the_next_start_recovers(stack: Stack) -> None:
    stack.start()
    children = list(stack.children.values())
    assert len(children) == 7

    stack.stop(signal.SIGKILL)

    eventually(lambda: not any(start_ticks(pid) for pid in children), "no child is left", seconds=30)
    stack.start()
    assert stack.answers()


def test_a_mistake_in_the_environment_is_named_at_once(stack: Stack) -> None:
    said = stack.refused(EMAIL_URL="carrier-pigeon://loft")

    assert "EMAIL_URL must begin with smtp://" in said
    assert "Ready" not in said
