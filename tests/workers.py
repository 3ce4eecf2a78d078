"""Real Celery workers on the test's own database and broker, to be killed in the middle of their work."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

from portfolio.stack.commands import command

Worker = subprocess.Popen[bytes]


@contextmanager
def workers(**environment: str) -> Iterator[Callable[[], Worker]]:
    """This will lend a function that starts a worker; all of them are killed at the end."""
    database = connection.settings_dict
    full = {
        **os.environ,
        "DATABASE_URL": f"postgresql://{database['USER']}@{database['HOST']}:{database['PORT']}/{database['NAME']}",
        "REDIS_URL": settings.REDIS_URL,
        "STORAGE_URL": settings.STORAGE_URL,
        **environment,
    }
    started: list[Worker] = []

    def start() -> Worker:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        started.append(subprocess.Popen(command("worker-fast", full), env=full, start_new_session=True, **quiet))
        return started[-1]

    try:
        yield start
    finally:
        for process in started:
            kill(process)


def kill(process: Worker) -> None:
    """This will end a worker and its pool at once, as the kernel does when memory is short."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
