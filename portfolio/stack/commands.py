"""The command line of every process of ours, in one place: ``manage.py up``, the Docker image and Kubernetes use these.

Environment: ``HOST`` ``PORT`` ``WEB_WORKERS`` ``WEB_THREADS`` ``WORKERS_FAST`` ``WORKERS_SLOW`` ``LOG_LEVEL``.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

ROLES = ("web", "worker", "worker-fast", "worker-slow", "beat", "migrate")
TASKS_PER_CHILD = "500"  # a worker's child is replaced after so many tasks: memory stays flat


def command(role: str, environment: Mapping[str, str] = os.environ) -> list[str]:
    """This will return the command line of ``role``; ``worker`` is one worker for both queues."""
    match role:
        case "web":
            return web(environment)
        case "worker":
            return worker("both", ("fast", "slow"), environment.get("WORKERS_FAST", "2"), environment)
        case "worker-fast":
            return worker("fast", ("fast",), environment.get("WORKERS_FAST", "2"), environment)
        case "worker-slow":
            return worker("slow", ("slow",), environment.get("WORKERS_SLOW", "1"), environment)
        case "beat":
            return beat(environment)
        case "migrate":
            return manage("migrate", "--no-input")
    raise ValueError(f"No such role: {role}. One of: {', '.join(ROLES)}.")


def web(environment: Mapping[str, str] = os.environ) -> list[str]:
    """This will return the web server's. Eight threads: one stalled upload leaves seven others to answer."""
    workers, threads = environment.get("WEB_WORKERS", "2"), environment.get("WEB_THREADS", "8")
    where = ["--host", environment.get("HOST", "127.0.0.1"), "--port", environment.get("PORT", "8000")]
    processes = ["--workers", workers, "--blocking-threads", threads, "--respawn-failed-workers"]
    limits = ["--workers-kill-timeout", "5s", "--no-ws", "--http", "1", "--log-level", "error"]
    return [_program("granian"), "--interface", "wsgi", *where, *processes, *limits, "portfolio.wsgi:application"]


def worker(name: str, queues: tuple[str, ...], concurrency: str, environment: Mapping[str, str]) -> list[str]:
    """This will return a Celery worker's for ``queues``.

    No gossip, mingle or heartbeat: our own leases decide who is alive. No prefetch: a message waits in the queue,
    where another worker can take it, not in a busy one.
    """
    return [
        *_celery("worker", environment),
        *("--hostname", f"{name}@%h", "--queues", ",".join(queues), "--concurrency", concurrency),
        *("--prefetch-multiplier", "1", "--disable-prefetch", "--max-tasks-per-child", TASKS_PER_CHILD),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]


def beat(environment: Mapping[str, str] = os.environ) -> list[str]:
    """This will return the clock's. Exactly one runs; two would only wake the same rows twice."""
    schedule = Path(environment.get("DATA_DIR", "var")).absolute() / "beat"
    return [*_celery("beat", environment), "--schedule", str(schedule / "schedule"), "--pidfile", ""]


def manage(*arguments: str) -> list[str]:
    """This will return a management command's."""
    return [sys.executable, str(Path(__file__).resolve().parents[2] / "manage.py"), *arguments]


def _celery(what: str, environment: Mapping[str, str]) -> list[str]:
    level = environment.get("LOG_LEVEL", "INFO")
    return [sys.executable, "-m", "celery", "--app", "portfolio", "--quiet", what, "--loglevel", level]


def _program(name: str) -> str:
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else name
