"""The supervisor with real, small programs."""

import io
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from portfolio.stack.kernel import members_of_group, start_ticks
from portfolio.stack.processes import FatalError, Program, Supervisor
from portfolio.stack.terminal import Terminal
from tests.portfolio.stack.deadlines import eventually

SLEEPER = "import signal, sys; print('up', flush=True); signal.pause()"


def make_program(name: str, code: str, **options: object) -> Program:
    return Program(name, [sys.executable, "-c", textwrap.dedent(code)], **options)  # type: ignore[arg-type]


@pytest.fixture
def screen() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def supervisor(tmp_path: Path, screen: io.StringIO) -> Iterator[Supervisor]:
    made = Supervisor(tmp_path, Terminal(screen))
    yield made
    made.stop([])


def log_of(folder: Path, name: str) -> str:
    return (folder / "log" / f"{name}.log").read_text()


def test_a_program_that_ends_is_started_again_later_each_time(
    supervisor: Supervisor, tmp_path: Path, screen: io.StringIO
) -> None:
    supervisor.show_from_now_on()
    supervisor.start(make_program("crashing", "print('born', flush=True); raise SystemExit(3)"))

    supervisor.wait_for(lambda: log_of(tmp_path, "crashing").count("born") == 3, "third start", seconds=20)

    said = [line for line in screen.getvalue().splitlines() if "starting it again" in line]
    assert said[:2] == [
        "crashing ended (exit code 3); starting it again in 0.5 s",
        "crashing ended (exit code 3); starting it again in 1 s",
    ]


def test_a_killed_program_is_started_again_and_the_others_stay(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.show_from_now_on()
    supervisor.start(make_program("victim", SLEEPER))
    supervisor.start(make_program("bystander", SLEEPER))
    supervisor.wait_for(lambda: "up" in log_of(tmp_path, "victim"), "first start", seconds=20)
    first, bystander = supervisor.pid("victim"), supervisor.pid("bystander")

    os.kill(first, signal.SIGKILL)
    supervisor.wait_for(lambda: log_of(tmp_path, "victim").count("up") == 2, "second start", seconds=20)

    assert supervisor.pid("victim") != first
    assert supervisor.pid("bystander") == bystander


def test_what_a_dead_program_leaves_behind_is_ended(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.show_from_now_on()
    parent = "import subprocess, sys; subprocess.Popen(['sleep', '600']); print('up', flush=True); sys.stdin.read()"
    code = parent.replace("sys.stdin.read()", "import signal; signal.pause()")
    supervisor.start(make_program("parent", code))
    group = supervisor.pid("parent")
    supervisor.wait_for(lambda: "up" in log_of(tmp_path, "parent"), "parent", seconds=20)
    assert len(members_of_group(group)) == 2

    os.kill(group, signal.SIGKILL)
    supervisor.wait_for(lambda: supervisor.pid("parent") != group, "successor", seconds=20)

    assert members_of_group(group) == []


def test_programs_stop_in_the_order_that_is_asked_for(supervisor: Supervisor, tmp_path: Path) -> None:
    ends = tmp_path / "ends"
    code = f"""
        import signal, sys
        def end(*_):
            open({str(ends)!r}, "a").write(sys.argv[1] + " ")
            sys.exit(0)
        signal.signal(signal.SIGTERM, end)
        print("up", flush=True)
        while True: signal.pause()
    """
    for name in ("database", "web", "worker"):
        program = make_program(name, code)
        supervisor.start(Program(name, [*program.command, name]))
        supervisor.wait_for(lambda name=name: "up" in log_of(tmp_path, name), name, seconds=20)  # type: ignore[misc]

    supervisor.stop([["web"], ["worker"], ["database"]])

    assert ends.read_text() == "web worker database "


def test_a_program_that_does_not_stop_is_killed_and_named(
    supervisor: Supervisor, tmp_path: Path, screen: io.StringIO
) -> None:
    code = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True)\nwhile True: signal.pause()"
    supervisor.start(make_program("stubborn", code, stop_seconds=0.2))
    supervisor.wait_for(lambda: "up" in log_of(tmp_path, "stubborn"), "stubborn", seconds=20)

    supervisor.stop([["stubborn"]])

    assert "stubborn did not stop in 0.2 s: killed" in screen.getvalue()
    assert not supervisor.is_running("stubborn")


def test_a_mistake_in_the_configuration_stops_the_start_with_its_reason(supervisor: Supervisor) -> None:
    supervisor.start(make_program("web", "raise SystemExit('ImproperlyConfigured: EMAIL_URL is not an address')"))

    with pytest.raises(FatalError, match="EMAIL_URL is not an address"):
        supervisor.wait_for(lambda: False, "web", seconds=20)


def test_a_program_that_fails_once_and_for_all_shows_its_last_lines(supervisor: Supervisor) -> None:
    supervisor.start(make_program("migrate", "print('relation is missing'); raise SystemExit(1)", once=True))

    with pytest.raises(FatalError, match=r"(?s)migrate ended \(exit code 1\).*relation is missing"):
        supervisor.wait_for(lambda: supervisor.finished("migrate"), "migrate", seconds=20)


def test_lines_carry_the_name_of_their_program(supervisor: Supervisor, screen: io.StringIO) -> None:
    supervisor.show_from_now_on()
    supervisor.start(
        make_program("web", "print('GET /'); import signal; signal.pause()", environment={"PYTHONUNBUFFERED": "1"})
    )

    supervisor.wait_for(lambda: "GET /" in screen.getvalue(), "line", seconds=20)

    assert screen.getvalue() == "web         | GET /\n"


def test_nothing_outlives_a_killed_supervisor_and_the_next_one_cleans_up(tmp_path: Path) -> None:
    code = f"""
        import io, os, sys, time
        from pathlib import Path
        from portfolio.stack.processes import Program, Supervisor
        from portfolio.stack.terminal import Terminal
        supervisor = Supervisor(Path({str(tmp_path)!r}), Terminal(io.StringIO()))
        ignoring = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True)\\nwhile True: signal.pause()"
        supervisor.start(Program("obedient", ["sleep", "600"]))
        supervisor.start(Program("stubborn", [sys.executable, "-c", ignoring]))
        print(supervisor.pid("obedient"), supervisor.pid("stubborn"), flush=True)
        supervisor.run()
    """
    killed = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True)
    assert killed.stdout is not None
    obedient, stubborn = (int(pid) for pid in killed.stdout.readline().split())
    eventually(lambda: "up" in log_of(tmp_path, "stubborn"), "stubborn runs")

    killed.kill()
    killed.wait()

    eventually(lambda: start_ticks(obedient) is None, "the kernel ends the obedient one")
    successor = Supervisor(tmp_path, Terminal(io.StringIO()))
    assert start_ticks(stubborn) is not None
    assert successor.recover(grace_seconds=0.2) == ["stubborn"]
    assert start_ticks(stubborn) is None
    assert successor.recover() == []
