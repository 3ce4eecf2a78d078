"""``manage.py up``: brings the whole platform up on one machine and stays in front of it.

The order: lock, ports, what a killed start has left; Postgres, Valkey and the mail catcher, while front end and message
catalogs are built; roles and database; migrations; web, workers and beat; demo data once the pages answer.
A service whose address is in the environment (``DATABASE_URL``, ``REDIS_URL``, ``EMAIL_URL``) is used, not started.
No Django here: this process stays small and starts in a moment. See ``processes`` for the supervision.
"""

import argparse
import contextlib
import os
import shutil
import signal
import sys
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from portfolio.stack import announce, commands, environment, lock, places, ports, postgres, valkey
from portfolio.stack.database import NotReadyError
from portfolio.stack.migrations import Database
from portfolio.stack.processes import EX_CONFIG, FatalError, Program, Supervisor
from portfolio.stack.terminal import Terminal

OWN = ("web", "worker", "beat")
SERVICES = ("postgres", "valkey", "mail")
VARIABLES = {"postgres": "DATABASE_URL", "valkey": "REDIS_URL", "mail": "EMAIL_URL"}
STOP_ORDER = [["web"], ["beat"], ["worker-fast", "worker-slow"], ["mail"], ["valkey"], ["postgres"]]
READY_SECONDS = 120
GIVES_WAY = 5  # niceness of the workers: pages come first
REFUSALS = (
    lock.AlreadyRunningError,
    postgres.PostgresError,
    valkey.ValkeyError,
    NotReadyError,
    FatalError,
)


class UsageError(FatalError):
    """The command line or the environment asks for something impossible; the message says what to change."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """This will add the options of ``up`` to a parser."""
    names = ", ".join((*OWN, *SERVICES))
    parser.add_argument("--only", default="", metavar="NAMES", help=f"start only these (comma separated): {names}")
    parser.add_argument("--no-build", action="store_true", help="do not build front end and message catalogs")


def main(arguments: list[str]) -> int:
    """This will run ``up`` in the foreground and return its exit code."""
    parser = argparse.ArgumentParser(prog="manage.py up", description="Bring the platform up on this machine.")
    add_arguments(parser)
    options = parser.parse_args(arguments)
    return run(only=options.only, build=not options.no_build)


def run(*, only: str = "", build: bool = True) -> int:
    """This will bring up what is asked for, serve until a signal comes, and return the exit code."""
    terminal = Terminal()
    try:
        stack = Stack(chosen(only), build=build, terminal=terminal)
        with stack.locked():
            return stack.serve()
    except REFUSALS as refusal:
        terminal.say(str(refusal))
        return EX_CONFIG if isinstance(refusal, FatalError) else 1


def chosen(only: str) -> set[str]:
    """This will return the names of what to start: those in ``only`` and the services they need and nobody gives."""
    names = {name.strip() for name in only.split(",") if name.strip()}
    if unknown := names - {*OWN, *SERVICES}:
        raise UsageError(f"--only {only}: {', '.join(sorted(unknown))} is none of {', '.join((*OWN, *SERVICES))}.")
    names = names or set(OWN)
    if names & set(OWN):
        names |= {service for service, variable in VARIABLES.items() if not os.environ.get(variable)}
    return names


class Stack:
    """One ``up``: what it starts, with which environment."""

    def __init__(self, names: set[str], *, build: bool, terminal: Terminal) -> None:
        self.names = names
        self.build = build
        self.terminal = terminal
        self.started_at = announce.started_at()
        self.data = places.data_folder()
        self.environment = environment.defaults()
        self.supervisor = Supervisor(self.data, terminal)
        self.server: postgres.Postgres | None = None

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """This will hold the lock of the data folder, or raise AlreadyRunningError or UsageError (port taken)."""
        with lock.acquire(self.data / "up.lock", url=self.environment["BASE_URL"]):
            if left := self.supervisor.recover():
                self.terminal.say(f"The last start was killed; ended what it left: {', '.join(left)}.")
            if "web" in self.names:
                refuse_taken_port(int(self.environment["PORT"]), self.environment["HOST"])
            yield

    def serve(self) -> int:
        """This will start everything, announce it, and stop it in order when a signal comes. Returns the exit code."""
        self.supervisor.listen_for_signals()
        try:
            self._start()
            self.supervisor.run()
        except KeyboardInterrupt:
            pass
        except NotReadyError:
            if self.supervisor.stopping is None:
                raise
        finally:
            if self.supervisor.ready or self.supervisor.stopping is not None:
                self.terminal.say("Stopping …")
            self.supervisor.stop(STOP_ORDER)
            (self.data / "environment").unlink(missing_ok=True)
        self.terminal.say("Stopped. Everything is kept in the data folder.")
        return 0

    def _start(self) -> None:
        self._start_services()
        building = self._start_building()
        if "DATABASE_URL" in self.environment:
            self._prepare_database(Database(self.environment, self.server))
        self._finish_building(building)
        environment.write_file(self.data / "environment", environment.of_the_stack(self.environment))
        self._start_web()
        self._start_workers()
        self.supervisor.show_from_now_on()
        self._load_demo()
        self.terminal.say(announce.block(self.environment, self.data, self.names, started_at=self.started_at))

    def _start_services(self) -> None:
        chosen_ports = ports.remembered_ports(self.data / "ports.json", SERVICES)
        if "postgres" in self.names:
            folder = self.data / "postgres"
            secret = environment.secret(self.data / "database_password")
            self.server = postgres.prepare(folder, port=chosen_ports["postgres"], password=secret)
            self.supervisor.start(_postgres(self.server))
            for name, role in (("DATABASE_URL", "portfolio_app"), ("DATABASE_OWNER_URL", "portfolio_owner")):
                self.environment[name] = self.server.url(role, password=secret, database="portfolio")
        if "valkey" in self.names:
            secret = environment.secret(self.data / "valkey_password")
            broker = valkey.Valkey(self.data / "valkey", chosen_ports["valkey"], secret)
            self.supervisor.start(Program("valkey", broker.command, only_warnings=True))
            self.environment["REDIS_URL"] = broker.url
        if "mail" in self.names:
            catcher = ["-m", "portfolio.stack.mailcatcher", str(chosen_ports["mail"]), str(places.mail_folder())]
            self.supervisor.start(Program("mail", [sys.executable, *catcher], popen={"cwd": places.ROOT}))
            self.environment["EMAIL_URL"] = f"smtp://{ports.LOOPBACK}:{chosen_ports['mail']}"

    def _start_building(self) -> list[str]:
        if not self.build or not self.names & set(OWN):
            return []
        for name, module in (("front-end", "node"), ("catalogs", "catalogs")):
            self._start_once(name, [sys.executable, "-m", f"portfolio.stack.{module}"])
        return ["front-end", "catalogs"]

    def _finish_building(self, names: list[str]) -> None:
        for name in names:
            self.supervisor.wait_for(partial(self.supervisor.finished, name), name, seconds=600)
        if not names:
            return
        collected = places.build_folder() / "collected.stamp"
        with lock.one_at_a_time(collected.with_suffix(".lock")):  # stacks may share what is built
            if places.collect_stamp() != places.read(collected):
                self._run_once("collect-static", commands.manage("collectstatic", "--no-input", "-v", "0"), seconds=300)
                collected.write_text(places.collect_stamp())

    def _prepare_database(self, database: Database) -> None:
        database.prepare(alive=self._postgres_lives)
        if self.names & set(OWN) and database.must_migrate():
            self.terminal.say("Migrating the database …")
            owner = {**self.environment, "DATABASE_OWNER_URL": database.owner_url}
            self._run_once("migrate", commands.command("migrate"), seconds=600, environment=owner)
            database.note_migrated()

    def _postgres_lives(self) -> bool:
        self.supervisor.tick(0)
        if self.supervisor.stopping is not None:
            return False
        return "postgres" not in self.names or self.supervisor.is_running("postgres")

    def _start_web(self) -> None:
        shutil.rmtree(self.data / "metrics", ignore_errors=True)  # counters of processes that are no more
        for folder in ("metrics", "beat", "storage"):
            (self.data / folder).mkdir(mode=0o700, exist_ok=True)
        if "web" in self.names:
            self._start_program("web", commands.command("web", self.environment), stop_seconds=15)
            self.supervisor.wait_for(lambda: answers_ready(self.environment), "web", seconds=READY_SECONDS)

    def _start_workers(self) -> None:
        """After the pages: on two cores all at once would take the pages twice as long.

        When the supervisor is killed the broker ends too, and a worker would wait for it: so it is killed at once.
        """
        if "worker" in self.names:
            for name in ("worker-fast", "worker-slow"):
                command = commands.command(name, self.environment)
                self._start_program(name, command, stop_seconds=30, nice=GIVES_WAY, death=signal.SIGKILL)
        if "beat" in self.names:
            self._start_program("beat", commands.command("beat", self.environment), nice=GIVES_WAY)

    def _load_demo(self) -> None:
        if self.environment.get("DEMO") == "1" and "web" in self.names and places.has_command("load_demo"):
            self._start_once("demo", commands.manage("load_demo"), nice=GIVES_WAY)

    def _start_program(
        self, name: str, command: list[str], *, stop_seconds: float = 10, nice: int = 0, death: int = signal.SIGTERM
    ) -> None:
        secret_free = {key: value for key, value in self.environment.items() if key not in environment.OWNER_ONLY}
        if os.geteuid() == 0:  # Celery's page-long warning helps nobody here: it is one machine, in the foreground
            secret_free.setdefault("PYTHONWARNINGS", "ignore:You're running the worker with superuser")
        secret_free["PROMETHEUS_MULTIPROC_DIR"] = str(self.data / "metrics")
        self.supervisor.start(
            Program(
                name,
                command,
                environment=secret_free,
                stop_seconds=stop_seconds,
                nice=nice,
                death_signal=death,
                popen={"cwd": places.ROOT},
            )
        )

    def _start_once(
        self, name: str, command: list[str], *, nice: int = 0, environment: dict[str, str] | None = None
    ) -> None:
        values = environment or self.environment
        self.supervisor.start(
            Program(name, command, environment=values, nice=nice, once=True, popen={"cwd": places.ROOT})
        )

    def _run_once(
        self, name: str, command: list[str], *, seconds: float, environment: dict[str, str] | None = None
    ) -> None:
        self._start_once(name, command, environment=environment)
        self.supervisor.wait_for(lambda: self.supervisor.finished(name), name, seconds=seconds)


def refuse_taken_port(port: int, host: str) -> None:
    """This will raise UsageError when ``port`` is taken, naming who holds it where the system tells."""
    if ports.is_taken(port, host):
        by = ports.holder(port)
        raise UsageError(f"Port {port} is taken{by and f' by {by}'}. Choose another: PORT={port + 1} make run")


def answers_ready(values: dict[str, str]) -> bool:
    """Whether ``/readyz`` of the web server answers 200."""
    host = ports.LOOPBACK if values["HOST"] == "0.0.0.0" else values["HOST"]
    try:
        with urllib.request.urlopen(f"http://{host}:{values['PORT']}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _postgres(server: postgres.Postgres) -> Program:
    # SIGINT is Postgres' fast shutdown: sessions are ended, everything is written.
    return Program(
        "postgres",
        server.command,
        stop_signal=signal.SIGINT,
        death_signal=signal.SIGINT,
        stop_seconds=30,
        only_warnings=True,
        popen=server.popen,
    )


def remove_data(folder: Path) -> list[str]:
    """This will delete what a stack has stored below ``folder``, but nothing that was built or downloaded."""
    with lock.acquire(folder / "up.lock", url=""):
        postgres.remove(folder / "postgres")
        removed = [name for name in sorted(os.listdir(folder)) if name not in KEPT]
        for name in removed:
            path = folder / name
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    return removed


KEPT = {
    "static",
    "static.stamp",
    "static-collected",
    "collected.stamp",
    "collected.lock",
    "fonts",
    "browser",
    "cache",
    "up.lock",
}


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
