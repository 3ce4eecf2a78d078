"""A throw-away Postgres and Valkey: for the tests, and beside an editor.

``python -m portfolio.stack.devservers FOLDER`` starts both, prints two lines of environment and serves until it is
told to stop. Tests start their own through ``throw_away_servers`` (see ``tests/servers.py``).
"""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portfolio.stack import database, postgres, valkey
from portfolio.stack.kernel import child_setup
from portfolio.stack.ports import LOOPBACK, free_port


@contextmanager
def throw_away_servers(folder: Path) -> Iterator[dict[str, str]]:
    """This will serve both from ``folder`` and yield ``TEST_DATABASE_SERVER`` and ``TEST_REDIS_URL``."""
    server = postgres.prepare(folder / "postgres", port=free_port(), throw_away=True)
    broker = valkey.Valkey(folder / "valkey", free_port(), throw_away=True)
    with (
        _running(server.command, signal.SIGQUIT, folder / "postgres.log", **server.popen) as process,
        _running(broker.command, signal.SIGTERM, folder / "valkey.log"),
    ):
        with database.wait_until_ready(server.url(), alive=lambda: process.poll() is None) as administrator:
            database.create_everything(administrator, may_create_databases=True)
        yield {"TEST_DATABASE_SERVER": f"{LOOPBACK}:{server.port}", "TEST_REDIS_URL": broker.url}


@contextmanager
def _running(command: list[str], stop: int, log: Path, **popen: object) -> Iterator["subprocess.Popen[bytes]"]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=child_setup(stop),
            **popen,  # type: ignore[call-overload]
        )
        try:
            yield process
        finally:
            process.send_signal(stop)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def main(folder: Path) -> None:
    """This will serve from ``folder`` until SIGINT or SIGTERM."""
    folder.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with throw_away_servers(folder) as environment:
            lines = "".join(f"{name}={value}\n" for name, value in environment.items())
            (folder / "environment").write_text(lines)
            print(lines, end="", flush=True)
            signal.pause()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
