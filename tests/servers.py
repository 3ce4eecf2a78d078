"""The servers of one test session: a throw-away Postgres and Valkey, shared by all xdist workers.

``bootstrap()`` must run before Django's settings are read, so ``tests/conftest.py`` calls it at import and names the
settings module itself (not pytest's ini file: pytest-django would read them before any conftest).

- ``TEST_DATABASE_SERVER`` (host:port, roles made, owner with CREATEDB) and ``TEST_REDIS_URL`` name servers that run
  already; what is missing is started in a temporary folder and ends with the session, also when pytest is killed.
- Uploads, the mail journal and stored files go to a folder of the session's own, one a worker: never to ``var/``.
- ``TEST_DATABASE_NAME`` names the test database (``test_portfolio``); xdist appends its worker.
"""

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

from portfolio.stack.devservers import throw_away_servers
from portfolio.stack.places import ROOT

_session = ExitStack()


def bootstrap() -> None:
    """This will start what is missing, in pytest's main process only, and set the environment of the settings."""
    if not _is_xdist_worker() and not {"TEST_DATABASE_SERVER", "TEST_REDIS_URL"} <= os.environ.keys():
        folder = Path(_session.enter_context(tempfile.TemporaryDirectory(prefix="portfolio-test-")))
        folder.chmod(0o755)  # as root Postgres runs as nobody
        for name, value in _session.enter_context(throw_away_servers(folder)).items():
            os.environ.setdefault(name, value)
    if not _is_xdist_worker():
        data = Path(_session.enter_context(tempfile.TemporaryDirectory(prefix="portfolio-data-")))
        data.chmod(0o755)
        os.environ["TEST_DATA_DIR"] = str(data)
    os.environ.update(environment(os.environ["TEST_DATABASE_SERVER"], os.environ["TEST_REDIS_URL"]))


def environment(server: str, redis_url: str) -> dict[str, str]:
    """This will return what the settings read: each xdist worker gets a Redis database of its own."""
    name = os.environ.get("TEST_DATABASE_NAME", "test_portfolio").removeprefix("test_")
    return {
        "ENVIRONMENT": "test",
        "DATABASE_URL": f"postgresql://portfolio_app@{server}/{name}",
        "DATABASE_OWNER_URL": f"postgresql://portfolio_owner@{server}/{name}",
        "DATA_DIR": f"{os.environ['TEST_DATA_DIR']}/{os.environ.get('PYTEST_XDIST_WORKER', 'main')}",
        "BUILD_DIR": os.environ.get("BUILD_DIR", str(ROOT / "var")),
        "REDIS_URL": f"{redis_url.rpartition('/')[0]}/{_redis_database(redis_url)}",
    }


def shutdown() -> None:
    """This will stop what ``bootstrap`` has started."""
    _session.close()


def _is_xdist_worker() -> bool:
    return "PYTEST_XDIST_WORKER" in os.environ


def _redis_database(redis_url: str) -> int:
    first = int(redis_url.rpartition("/")[2] or 0)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    return first + 1 + int(worker) if worker.isdigit() else first
