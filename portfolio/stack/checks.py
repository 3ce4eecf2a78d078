"""What ``make test``, ``test-system``, ``check``, ``bench``, ``messages`` and ``schema`` do, step by step.

``python -m portfolio.stack.checks NAME [arguments]``. Each step prints its name; ``check`` runs all of them and then
says which failed. Nothing here talks to a stack that runs: tests bring their own servers.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from portfolio.stack import audits, browser, catalogs, messages, node, pgbouncer
from portfolio.stack.commands import manage
from portfolio.stack.places import APPS, ROOT

Step = Callable[[], bool]
PYTHON_SOURCES = (*APPS, "tests", "manage.py")
# What production cannot start without; nothing of it is used by ``check --deploy``.
PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "checked-and-thrown-away-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
    "DATABASE_URL": "postgresql://portfolio_app@database.example/portfolio?sslmode=verify-full",
    "DATABASE_OWNER_URL": "",
    "REDIS_URL": "rediss://broker.example/0",
    "STORAGE_URL": "s3://key:secret@storage.example/portfolio",
    "EMAIL_URL": "smtp+tls://user:secret@mail.example:587",
    "ENCRYPTION_KEYS": "kms://eu-west-1/alias/portfolio",
    "BASE_URL": "https://portfolio.example",
    "ALLOWED_HOSTS": "portfolio.example",
    "TRUSTED_PROXY_COUNT": "1",
    "METRICS_TOKEN": "checked-and-thrown-away",
    "DEMO": "0",
}
DEVELOPMENT = {"ENVIRONMENT": "test", "SECRET_KEY": "checked-and-thrown-away"}


def test(arguments: list[str]) -> int:
    """This will run the tests on their own servers, two at a time, with a browser."""
    prepare_front_end()
    print(f"Browser: {browser.browser_path()}", flush=True)
    parallel = [] if any(argument.startswith("-n") for argument in arguments) else ["-n", "2", "--dist", "loadgroup"]
    return run("pytest", *parallel, *arguments)


def test_system(arguments: list[str]) -> int:
    """This will run the tests that need what no wheel brings: pgbouncer, installed by apt where it is missing."""
    prepare_front_end()
    print(f"pgbouncer: {pgbouncer.ensure()}", flush=True)
    return run("pytest", "tests/system", *arguments)


def check(_arguments: list[str]) -> int:
    """This will run every check, also after one has failed, and name those that failed."""
    prepare_front_end()
    steps: dict[str, Step] = {
        "format": lambda: run("ruff", "format", "--check", "--quiet", *existing(PYTHON_SOURCES)) == 0,
        "lint": lambda: run("ruff", "check", "--quiet", *existing(PYTHON_SOURCES)) == 0,
        "types": lambda: run("mypy", *existing(APPS)) == 0,
        "import contracts": lambda: run("lint-imports", "--no-cache") == 0,
        "templates, djade": lambda: run("djade", "--check", "--target-version", "5.2", *templates()) == 0,
        "templates, djLint": lambda: run("djlint", "--lint", "--quiet", "templates") == 0,
        "migrations": lambda: django("makemigrations", "--check", "--dry-run", extra=DEVELOPMENT) == 0,
        "production settings": lambda: django("check", "--deploy", "--fail-level", "WARNING", extra=PRODUCTION) == 0,
        "API schema": schema_is_current,
        "translations": translations_are_complete,
        "bandit": audits.bandit,
        "vulnerabilities, Python": audits.python_packages,
        "vulnerabilities, npm": audits.node_packages,
        "secrets": audits.no_secrets,
    }
    failed = [name for name, step in steps.items() if not announced(name, step)]
    print(f"Failed: {', '.join(failed)}" if failed else "All checks passed.")
    return 1 if failed else 0


def bench(arguments: list[str]) -> int:
    """This will measure against peers and limits: ``python -m tests.benchmarks``, which starts a stack of its own."""
    prepare_front_end()
    return subprocess.run([sys.executable, "-m", "tests.benchmarks", *arguments], cwd=ROOT, check=False).returncode


def schema(_arguments: list[str]) -> int:
    """This will write ``portfolio/schema.yaml`` anew."""
    return django(*SPECTACULAR, "--file", str(SCHEMA), extra=DEVELOPMENT)


def write_messages(_arguments: list[str]) -> int:
    """This will extract all messages into the catalogs."""
    return messages.extract()


SCHEMA = ROOT / "portfolio" / "schema.yaml"
SPECTACULAR = ("spectacular", "--validate", "--fail-on-warn")


def schema_is_current() -> bool:
    """Whether ``portfolio/schema.yaml`` is what the code would write."""
    fresh = ROOT / "var" / "schema.yaml"
    if django(*SPECTACULAR, "--file", str(fresh), extra=DEVELOPMENT):
        return False
    if SCHEMA.exists() and fresh.read_bytes() == SCHEMA.read_bytes():
        return True
    print("portfolio/schema.yaml is not what the code says: run make schema and commit it.")
    return False


def translations_are_complete() -> bool:
    """Whether every message of the code stands in the catalogs, translated and not fuzzy."""
    found = [problem for file in catalogs.catalogs() for problem in catalogs.problems(file)] + messages.missing()
    for problem in found:
        print(problem)
    return not found


def prepare_front_end() -> None:
    """This will install and build the front end and compile the catalogs where something changed."""
    node.install(dev=True)
    node.build()
    catalogs.compile_changed()


def announced(name: str, step: Step) -> bool:
    """This will run a step and say how it went."""
    begin = time.monotonic()
    passed = step()
    print(f"{'ok    ' if passed else 'FAILED'} {name} ({time.monotonic() - begin:.0f} s)", flush=True)
    return passed


def run(program: str, *arguments: str, extra: Mapping[str, str] | None = None) -> int:
    """This will run a program of the virtual environment in the repository, and return its exit code."""
    command = [str(Path(sys.executable).with_name(program)), *arguments]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **(extra or {})}, check=False).returncode


def django(*arguments: str, extra: Mapping[str, str]) -> int:
    """This will run a management command in an environment of its own: nothing of a stack that runs here."""
    inherited = {name: value for name, value in os.environ.items() if name not in PRODUCTION}
    defaults = {
        "DATABASE_URL": "postgresql://portfolio_app@127.0.0.1:1/portfolio",
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    return subprocess.run(manage(*arguments), cwd=ROOT, env={**inherited, **defaults, **extra}, check=False).returncode


def templates() -> list[str]:
    """This will list the template files."""
    return sorted(str(file.relative_to(ROOT)) for file in (ROOT / "templates").rglob("*.html"))


def existing(names: tuple[str, ...]) -> list[str]:
    """This will return those names that are there."""
    return [name for name in names if (ROOT / name).exists()]


COMMANDS = {
    "test": test,
    "test-system": test_system,
    "check": check,
    "bench": bench,
    "sbom": lambda _arguments: audits.write_bill(),
    "schema": schema,
    "messages": write_messages,
}


def main(arguments: list[str]) -> int:
    """This will run one of the commands and return its exit code."""
    try:
        return COMMANDS[arguments[0]](arguments[1:])
    except (
        node.NodeError,
        browser.BrowserError,
        catalogs.CatalogError,
        messages.MessagesError,
        pgbouncer.PgbouncerError,
    ) as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
