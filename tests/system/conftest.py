"""pgbouncer between the tests and their Postgres: transaction mode, one server connection for everybody."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from portfolio.stack import pgbouncer
from portfolio.stack.kernel import child_setup
from portfolio.stack.ports import free_port
from tests.portfolio.stack.deadlines import eventually

USERS = ("portfolio_app", "portfolio_owner", "postgres")


@pytest.fixture(scope="session")
def bouncer(django_db_setup: None) -> Iterator[int]:
    """The port of a running pgbouncer. Missing is a failure, never a skip: ``make test-system`` installs it.

    Ends before the test database is dropped: it holds a connection to it.
    """
    binary = pgbouncer.find()
    assert binary, "pgbouncer is missing: run make test-system"
    host, _, server_port = os.environ["TEST_DATABASE_SERVER"].rpartition(":")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="portfolio-pgbouncer-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        file = pgbouncer.write_configuration(folder, port=port, server=(host, int(server_port)), users=USERS)
        user = {"user": "nobody"} if os.geteuid() == 0 else {}  # it refuses to run as root
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen([binary, str(file)], stdout=log, stderr=log, preexec_fn=child_setup(15), **user)
        try:
            eventually(lambda: answers(port), "pgbouncer answers")
            yield port
        finally:
            process.terminate()
            process.wait(10)


def answers(port: int) -> bool:
    """Whether a statement gets through."""
    try:
        with psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres", connect_timeout=2) as session:
            return session.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


@pytest.fixture
def pooled(bouncer: int, transactional_db: None, settings) -> Iterator[int]:
    """Every thread of this test, and the workers it starts, reach the database through pgbouncer."""
    direct = {name: connection.settings_dict[name] for name in ("HOST", "PORT", "DISABLE_SERVER_SIDE_CURSORS")}
    settings.ROOT_URLCONF = "tests.system.urls"
    connection.close()
    connection.settings_dict.update(HOST="127.0.0.1", PORT=str(bouncer), DISABLE_SERVER_SIDE_CURSORS=True)
    yield bouncer
    connection.close()
    connection.settings_dict.update(direct)
