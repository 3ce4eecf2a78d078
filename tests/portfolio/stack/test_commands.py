"""Command lines: what each process is started with, checked against the programs themselves."""

import subprocess

import pytest

from portfolio.stack import announce, commands, environment, up


@pytest.mark.parametrize("role", ["worker", "worker-fast", "worker-slow"])
def test_celery_knows_every_option_of_a_worker(role: str) -> None:
    command = commands.command(role, {})
    options = [part for part in command[command.index("worker") :] if part.startswith("--")]

    known = subprocess.run([*command[:3], "worker", "--help"], capture_output=True, text=True, check=True).stdout

    assert [option for option in options if option not in known] == []
    assert {"--disable-prefetch", "--without-gossip", "--without-mingle", "--without-heartbeat"} <= set(options)


def test_granian_knows_every_option_of_the_web_server() -> None:
    command = commands.web({})
    options = [part for part in command if part.startswith("--")]

    known = subprocess.run([command[0], "--help"], capture_output=True, text=True, check=True).stdout

    assert [option for option in options if option.replace("--no-ws", "--ws / --no-ws") not in known] == []


def test_the_environment_decides_how_many() -> None:
    values = {"WEB_WORKERS": "5", "WEB_THREADS": "3", "WORKERS_FAST": "7", "PORT": "9000", "HOST": "0.0.0.0"}

    web, worker = commands.web(values), commands.command("worker-fast", values)

    assert web[web.index("--workers") + 1] == "5"
    assert web[web.index("--blocking-threads") + 1] == "3"
    assert web[web.index("--port") + 1] == "9000"
    assert web[web.index("--host") + 1] == "0.0.0.0"
    assert worker[worker.index("--concurrency") + 1] == "7"


def test_services_are_started_where_the_environment_names_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in up.VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)
    assert up.chosen("") == {"web", "worker", "beat", "postgres", "valkey", "mail"}
    assert up.chosen("postgres") == {"postgres"}

    monkeypatch.setenv("DATABASE_URL", "postgresql://app@database.example/portfolio")
    monkeypatch.setenv("REDIS_URL", "redis://broker.example/0")

    assert up.chosen("") == {"web", "worker", "beat", "mail"}
    assert up.chosen("web, worker") == {"web", "worker", "mail"}


def test_an_unknown_name_is_refused_with_those_there_are() -> None:
    with pytest.raises(up.UsageError, match="--only web,wrk: wrk is none of web, worker, beat, postgres, valkey, mail"):
        up.chosen("web,wrk")


def test_the_block_at_the_end_of_a_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announce.time, "time", lambda: 138.4)
    values = {"BASE_URL": "http://127.0.0.1:8000", "DEMO": "1"}

    shown = announce.block(values, up.places.ROOT / "var", {"web", "mail"}, started_at=100.0)

    assert shown == (
        "Ready in 38 s   http://127.0.0.1:8000\n"
        "Sign in         marta@andina.example / demo-andina      (or choose a person on the page)\n"
        "Mail            http://127.0.0.1:8000/mail              every mail lands here, nothing leaves this machine\n"
        "Data            var/        stop: Ctrl-C        start over: make reset"
    )


def test_the_block_names_only_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"BASE_URL": "http://127.0.0.1:8000", "DEMO": "0"}

    shown = announce.block(values, up.places.ROOT / "var", {"web"}, started_at=0.0)

    assert "Sign in" not in shown
    assert "Mail" not in shown


def test_a_secret_is_made_once_and_nobody_else_may_read_it(tmp_path: "environment.Path") -> None:
    first = environment.secret(tmp_path / "secret_key")

    assert len(first) >= 50
    assert environment.secret(tmp_path / "secret_key") == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_an_environment_file_comes_back_as_it_was_written(tmp_path: "environment.Path") -> None:
    values = {"SECRET_KEY": "a=b#c", "DATABASE_URL": "postgresql://app:p%40ss@host/db"}
    file = tmp_path / "environment"

    environment.write_file(file, values)

    assert environment.read_file(file) == values
    assert file.stat().st_mode & 0o777 == 0o600
