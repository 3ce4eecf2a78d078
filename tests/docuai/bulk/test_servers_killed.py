"""kill -9 of Valkey, Postgres and the web server in the middle of a run, on a stack of its own: nothing missing, nothing twice."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

import psycopg
import pytest

from portfolio.stack.ports import free_port
from tests.portfolio.stack.deadlines import eventually

ROOT = Path(__file__).resolve().parents[3]
ROWS = 1500
DEADLINE_SECONDS = 240
START = """
from datetime import date
from docuai.bulk import services
from docuai.library.models import TemplateVersion
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import Organization
with unscoped():
    organization = Organization.objects.get(slug="universidad-andina")
    with tenant(organization.pk):
        version = TemplateVersion.objects.select_related("template").get(template__slug="certificate", state="published")
        rows = [{{**version.sample, "name": f"Person {{n}}", "number": f"UA-{{n:05}}"}} for n in range({rows})]
        print(services.request_run(
            actor=None, organization=organization, version=version, rows=rows, today=date(2026, 11, 24)
        ).pk)
"""


class Stack:
    """A whole ``manage.py up`` in a folder of its own."""

    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        self.environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("DATABASE", "REDIS", "STORAGE"))
            },
            "ENVIRONMENT": "development",
            "DATA_DIR": str(folder),
            "BUILD_DIR": str(ROOT / "var"),
            "PORT": str(self.port),
        }
        command = [sys.executable, str(ROOT / "manage.py"), "up"]
        self.log = (folder / "up.log").open("wb")
        self.process = subprocess.Popen(
            command, env=self.environment, cwd=ROOT, stdout=self.log, stderr=subprocess.STDOUT, start_new_session=True
        )

    def settings(self):
        lines = (self.folder / "environment").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)

    def query(self, sql):
        """One row, past the policies; None while Postgres is away."""
        try:
            with psycopg.connect(self.settings()["DATABASE_URL"], connect_timeout=2) as connection:
                connection.execute("SET ROLE portfolio_service")
                return connection.execute(sql).fetchone()
        except psycopg.Error:
            return None

    def kill(self, name):
        children = json.loads((self.folder / "children.json").read_text())
        os.kill(children[name][0], signal.SIGKILL)

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(40)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.log.close()


wait_until = partial(eventually, seconds=DEADLINE_SECONDS)


@pytest.fixture
def stack():
    with tempfile.TemporaryDirectory(
        prefix="portfolio-stack-"
    ) as name:  # not pytest's folder: it is closed to Postgres
        Path(name).chmod(0o755)
        running = Stack(Path(name))
        yield running
        running.stop()


def test_valkey_postgres_and_web_killed_in_mid_run_lose_nothing_and_repeat_nothing(stack):
    wait_until(lambda: (stack.folder / "demo.json").exists(), "the start")
    environment = {**stack.environment, **stack.settings()}
    started = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "shell", "-c", START.format(rows=ROWS)],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert started.returncode == 0, started.stderr[-2000:]
    run_id = started.stdout.split()[-1]  # the demo has runs of its own

    def done():
        found = stack.query(f"SELECT count(*) FROM docuai_runrow WHERE state = 'done' AND run_id = '{run_id}'")
        return found[0] if found else 0

    for name in ("valkey", "postgres", "web"):
        wait_until(lambda: done() > 0, "the first documents")
        before = done()
        wait_until(lambda before=before: done() >= before + 100, f"work before {name} is killed")
        assert done() < ROWS, "the run ended too soon to kill anything"
        stack.kill(name)
    wait_until(
        lambda: stack.query(
            "SELECT 1 FROM platform_core_job JOIN docuai_bulkrun run ON run.job_id = platform_core_job.id"
            f" WHERE run.id = '{run_id}' AND state = 'done'"
        ),
        "the end",
    )

    rows = stack.query(
        f"SELECT count(*) FILTER (WHERE state IN ('done', 'failed')) = {ROWS}, count(*) FROM docuai_runrow"
        f" WHERE run_id = '{run_id}'"
    )
    documents = stack.query(
        "SELECT count(*) FILTER (WHERE state = 'valid'), count(DISTINCT row_id) FROM docuai_document"
        f" WHERE run_id = '{run_id}'"
    )
    assert rows == (True, ROWS)
    assert documents == (ROWS, ROWS)
