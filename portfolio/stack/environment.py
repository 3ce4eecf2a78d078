"""The environment of the stack's processes: secrets made once, addresses of the services, defaults of development.

What the caller's environment (or ``.env``) says always wins. The result also goes to ``var/environment`` (0600), so that
a management command typed in a second terminal finds the running stack.
"""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from portfolio.stack import lock
from portfolio.stack.places import ROOT, data_folder

# Set in the process that migrates, and nowhere else.
OWNER_ONLY = ("DATABASE_OWNER_URL",)


def read_file(file: Path) -> dict[str, str]:
    """This will return the ``NAME=value`` lines of ``file``, an empty dictionary where there is none."""
    try:
        lines = file.read_text().splitlines()
    except OSError:
        return {}
    pairs = (line.strip().partition("=") for line in lines if "=" in line and not line.lstrip().startswith("#"))
    return {name.strip(): value.strip().strip("'\"") for name, _, value in pairs}


def write_file(file: Path, environment: Mapping[str, str]) -> None:
    """This will write ``environment`` for ``read_file``, readable by its owner alone."""
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text("".join(f"{name}={value}\n" for name, value in sorted(environment.items())))


def load() -> None:
    """This will complete ``os.environ`` from ``.env``."""
    _complete(read_file(ROOT / ".env"))


def load_running_stack() -> None:
    """This will complete ``os.environ`` from the stack that runs here, where no database is named.

    Only while it runs: a killed one leaves its file behind, with the addresses of servers that are no more.
    """
    development = os.environ.get("ENVIRONMENT", "development") == "development"
    if development and "DATABASE_URL" not in os.environ and lock.is_held(data_folder() / "up.lock"):
        _complete(read_file(data_folder() / "environment"))


def secret(file: Path) -> str:
    """This will return the secret in ``file``, made on the first call and readable by its owner alone."""
    if not file.exists():
        making = file.with_name(f".{file.name}.{os.getpid()}")
        making.touch(mode=0o600)
        making.write_text(secrets.token_urlsafe(48))
        making.rename(file)
    return file.read_text().strip()


def defaults() -> dict[str, str]:
    """This will return what every process of a stack on one machine is told, the caller's environment on top."""
    data = data_folder()
    port = os.environ.get("PORT", "8000")
    host = os.environ.get("HOST", "127.0.0.1")
    shown = "127.0.0.1" if host == "0.0.0.0" else host
    ours = {
        "ENVIRONMENT": "development",
        "DEMO": "0" if os.environ.get("ENVIRONMENT") == "production" else "1",
        "PORT": port,
        "HOST": host,
        "BASE_URL": f"http://{shown}:{port}",
        "LOG_FORMAT": "console",
        "STORAGE_URL": f"file://{data / 'storage'}",
        "WEB_WORKERS": "2",
        "WEB_THREADS": "8",
        "WORKERS_FAST": "2",
        "WORKERS_SLOW": "1",
        "PYTHONUNBUFFERED": "1",
    }
    if "SECRET_KEY" not in os.environ:
        ours["SECRET_KEY"] = secret(data / "secret_key")
    return {**ours, **os.environ, "DATA_DIR": str(data)}


def of_the_stack(environment: Mapping[str, str]) -> dict[str, str]:
    """This will return the part of ``environment`` that is ours to write down: no path, home or terminal."""
    return {name: environment[name] for name in sorted(KNOWN & environment.keys())}


KNOWN = frozenset(
    [
        "ENVIRONMENT",
        "SECRET_KEY",
        "DATABASE_URL",
        "DATABASE_OWNER_URL",
        "REDIS_URL",
        "STORAGE_URL",
        "EMAIL_URL",
        "BASE_URL",
        "PORT",
        "HOST",
        "DATA_DIR",
        "DEMO",
        "ALLOWED_HOSTS",
        "TRUSTED_PROXY_COUNT",
        "LOG_FORMAT",
        "LOG_LEVEL",
        "WORKERS_FAST",
        "WORKERS_SLOW",
        "WEB_WORKERS",
        "WEB_THREADS",
    ]
)


def _complete(found: Mapping[str, str]) -> None:
    for name, value in found.items():
        os.environ.setdefault(name, value)
