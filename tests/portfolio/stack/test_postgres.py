"""The embedded server: who it runs as, what survives, and where the way to its folder is closed."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from portfolio.stack import database, postgres
from portfolio.stack.ports import free_port

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes the user")
PASSWORD = "only for this test"


@contextmanager
def served(server: postgres.Postgres, *, end: int = signal.SIGINT) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    log = server.data.parent.parent / "postgres.log"
    with log.open("ab") as output:
        process = subprocess.Popen(server.command, stdout=output, stderr=output, start_new_session=True, **server.popen)
    try:
        url = server.url(password=PASSWORD)
        with database.wait_until_ready(url, alive=lambda: process.poll() is None) as administrator:
            yield administrator
    finally:
        os.killpg(process.pid, end) if end == signal.SIGKILL else process.send_signal(end)
        process.wait(20)


def test_roles_and_extensions_are_made_once_and_rows_survive_a_kill(open_folder: Path) -> None:
    folder = open_folder / "postgres"
    with served(postgres.prepare(folder, port=free_port(), password=PASSWORD), end=signal.SIGKILL) as administrator:
        database.create_everything(administrator, database="portfolio", password=PASSWORD)
        database.create_everything(administrator, database="portfolio", password=PASSWORD)
        administrator.execute("CREATE TABLE kept AS SELECT 7 AS number")

    with served(postgres.prepare(folder, port=free_port(), password=PASSWORD)) as administrator:
        kept = administrator.execute("SELECT number FROM kept").fetchall()
        roles = administrator.execute(
            r"SELECT rolname, rolcanlogin, rolbypassrls, rolsuper FROM pg_roles WHERE rolname LIKE 'portfolio\_%' ORDER BY 1"
        ).fetchall()
        owner = administrator.execute("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'portfolio'")
        assert owner.fetchall() == [("portfolio_owner",)]

    assert kept == [(7,)]
    assert roles == [
        ("portfolio_app", True, False, False),
        ("portfolio_owner", True, False, False),
        ("portfolio_service", False, True, False),
    ]


def test_a_wrong_password_is_refused(open_folder: Path) -> None:
    server = postgres.prepare(open_folder / "postgres", port=free_port(), password=PASSWORD)
    with served(server), pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.url(password="another"))


@as_root
def test_as_root_it_runs_as_nobody_on_a_folder_of_its_own(open_folder: Path) -> None:
    server = postgres.prepare(open_folder / "postgres", port=free_port(), password=PASSWORD)

    assert server.user == "nobody"
    assert server.data.owner() == "nobody"
    assert server.data.stat().st_mode & 0o077 == 0
    with served(server) as administrator:
        assert administrator.execute("SELECT 1").fetchone() == (1,)


@as_root
def test_as_root_in_a_closed_home_the_data_lies_outside_behind_a_link(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside, home = open_folder / "outside", open_folder / "home"
    home.mkdir(mode=0o700)
    monkeypatch.setattr(postgres, "_OUTSIDE", (outside,))

    server = postgres.prepare(home / "postgres", port=free_port(), password=PASSWORD)

    assert (home / "postgres").is_symlink()
    assert server.data.resolve().is_relative_to(outside)
    with served(server) as administrator:
        assert administrator.execute("SELECT 1").fetchone() == (1,)
    postgres.remove(home / "postgres")
    assert not (home / "postgres").exists()
    assert list(outside.glob("postgres-*")) == []


def test_a_half_made_data_folder_is_made_anew(open_folder: Path) -> None:
    folder = open_folder / "postgres"
    (folder / "making").mkdir(parents=True)
    (folder / "making" / "PG_VERSION").write_text("18\n")

    with served(postgres.prepare(folder, port=free_port(), password=PASSWORD)) as administrator:
        assert administrator.execute("SELECT 1").fetchone() == (1,)


def test_a_folder_of_another_version_is_refused_with_a_way_out(open_folder: Path) -> None:
    folder = open_folder / "postgres"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "PG_VERSION").write_text("13\n")

    with pytest.raises(postgres.PostgresError, match=r"made by Postgres 13, here is Postgres \d+: .*make reset"):
        postgres.prepare(folder, port=free_port())
