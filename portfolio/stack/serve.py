"""``manage.py serve ROLE``: becomes one process of the platform. The image is started so, once a role.

``web``, ``worker`` (both queues), ``worker-fast``, ``worker-slow``, ``beat`` or ``migrate``. Everything comes from the
environment; nothing is built and no service is started. Replaces this process, so signals reach the program itself.
"""

import argparse
import os
import shutil
import sys
from pathlib import Path

from portfolio.stack import commands


def main(arguments: list[str]) -> int:
    """This will become the program of a role."""
    parser = argparse.ArgumentParser(prog="manage.py serve", description="Become one process of the platform.")
    parser.add_argument("role", choices=commands.ROLES)
    role = parser.parse_args(arguments).role
    prepare_folders(role)
    command = commands.command(role)
    os.execvp(command[0], command)


def prepare_folders(role: str) -> None:
    """This will make the folders a role writes to: the clock's, and one for counters, emptied of former processes'."""
    data = Path(os.environ.get("DATA_DIR", "var")).absolute()
    if role == "beat":
        (data / "beat").mkdir(parents=True, exist_ok=True)
    metrics = Path(os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(data / "metrics")))
    shutil.rmtree(metrics, ignore_errors=True)
    metrics.mkdir(parents=True, exist_ok=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
