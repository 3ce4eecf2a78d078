"""The demo as a person meets it: a whole ``manage.py up`` in a folder of its own, shared by all browser tests of a session.

While tests are written, ``BROWSER_SITE=FOLDER`` lets them visit one that runs already (its ``DATA_DIR``).
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portfolio.stack.places import ROOT
from portfolio.stack.ports import free_port
from tests.portfolio.stack.deadlines import eventually

OURS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "EMAIL_URL", "ENVIRONMENT", "SECRET_KEY", "BASE_URL", "PORT")


@dataclass(frozen=True)
class Site:
    """Where it answers, and what ``demo.json`` says."""

    url: str
    demo: dict[str, Any]
    folder: Path

    def address(self, path: str) -> str:
        """This will give the address of a page; ``{org}`` stands for the first organization's slug."""
        return self.url + path.replace("{org}", self.demo["organization"])


@contextmanager
def running(folder: Path) -> Iterator[Site]:
    """This will bring the demo up in ``folder``, with its data loaded, and take it down again. What is built is shared."""
    if there := os.environ.get("BROWSER_SITE"):
        demo = json.loads(Path(there, "demo.json").read_text())
        yield Site(demo["url"], demo, Path(there))
        return
    port = free_port()
    folder.chmod(0o755)  # as root Postgres runs as nobody
    inherited = {name: value for name, value in os.environ.items() if name not in OURS}
    ours = {"DATA_DIR": str(folder), "BUILD_DIR": str(ROOT / "var"), "PORT": str(port), "DEMO": "1"}
    with (folder / "output").open("wb") as output:
        command = [sys.executable, "manage.py", "up"]
        process = subprocess.Popen(
            command, cwd=ROOT, env={**inherited, **ours}, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        demo = folder / "demo.json"
        eventually(lambda: demo.exists() or process.poll() is not None, "the demo is loaded", seconds=180)
        assert process.poll() is None, (folder / "output").read_text()[-3000:]
        yield Site(f"http://127.0.0.1:{port}", json.loads(demo.read_text()), folder)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
