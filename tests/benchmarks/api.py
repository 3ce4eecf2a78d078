"""The API's list of 25 runs: a random organization of 100 and a random page each request, key in the header, no cache of answers.

Peer: the same fields by a plain DRF ModelViewSet with a look-up of the key (`peer_api.py`) under gunicorn with as many
processes and threads, in turns; it has no row-level security, rate limit, audit, log or metric to keep. Must: 2.5 times
its requests a second. Aim: 4 times, 1,000 a second and p99 under 30 ms at 16 connections, generator and Postgres on the
same cores.

Beside it stands what any API of ours could reach on this machine (`bare_api.py`): the list's one statement under
row-level security with nothing around it, and an empty answer, which also bounds the load generator.
"""

import os
import random
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.urls import NoReverseMatch, reverse

from portfolio.stack.commands import web
from portfolio.stack.environment import defaults, read_file
from portfolio.stack.places import ROOT
from portfolio.stack.ports import free_port
from tests.benchmarks import crowd, pages
from tests.benchmarks.bench import Bench, NotThereError, python
from tests.benchmarks.load import Load, Requests, under_load
from tests.benchmarks.measuring import in_turns, percentile, ratio, wait_until
from tests.benchmarks.results import Bound, Figure, shown

ROUTE, OURS, BARE = "api-runs", "portfolio.wsgi:application", "bare statement"
ORGANIZATIONS, RUNS, CONNECTIONS, SECONDS = 100, 200, 16, 15
THINK_SECONDS = 10  # a person's time between two requests, for the target of concurrent users


def run(bench: Bench) -> Iterator[Figure]:
    """This will measure requests a second and times of answer against the peer."""
    try:
        reverse(ROUTE, kwargs={"slug": "any"})
    except NoReverseMatch:
        raise NotThereError(f"there is no route {ROUTE} yet") from None
    bench.say("organizations, runs and keys …")
    keys = crowd.made(bench.size(ORGANIZATIONS), RUNS)
    loads: dict[str, list[Load]] = {"ours": [], "plain DRF": [], BARE: []}
    seconds = 4 if bench.quick else SECONDS
    with peer() as peer_port, served("tests.benchmarks.bare_api:application") as bare_port:
        ports = {"ours": pages.port(), "plain DRF": peer_port}
        same_answers(keys, ports)
        requests = {name: every_page(port, keys) for name, port in ports.items()}
        ports[BARE] = bare_port
        requests[BARE] = below_lists(keys, "bare/")

        def turn(name: str) -> float:
            load = under_load(port=ports[name], requests=requests[name], connections=CONNECTIONS, seconds=seconds)
            loads[name].append(load)
            return load.per_second

        found = in_turns(
            {name: lambda _, name=name: turn(name) for name in ports},  # type: ignore[misc]
            rounds=bench.rounds,
            say=bench.say,
        )
        empty = under_load(
            port=bare_port, requests=below_lists(keys, "empty/"), connections=CONNECTIONS, seconds=seconds
        )
    yield limit(found, empty)
    yield from _figures(found, loads, f"{len(keys)} organizations × {RUNS} runs", len(requests["ours"]))


def limit(found: dict[str, list[float]], empty: Load) -> Figure:
    """This will set our rate beside what the machine allows at all."""
    value = ratio(found["ours"], found[BARE])
    return Figure(
        "API list, of its bare statement",
        value,
        f"{shown(value)}: {shown(max(found['ours']))} requests/s against {shown(max(found[BARE]))}",
        f"Django with the list's one statement under row-level security, without key, limits, log, middleware or Django REST"
        f" framework, same web server, in turns; with an empty answer the same machine reaches {shown(empty.per_second)}",
        values=found,
    )


def _figures(
    found: dict[str, list[float]], loads: dict[str, list[Load]], crowd: str, addresses: int
) -> Iterator[Figure]:
    ours, theirs = loads["ours"], loads["plain DRF"]
    best = max(ours, key=lambda load: load.per_second)
    times = ratio(found["ours"], found["plain DRF"])
    how = (
        f"list of 25 runs, {CONNECTIONS} connections, random of {addresses:,} pages of {crowd}; "
        f"best of {len(ours)} rounds, generator and Postgres on the same cores"
    )
    yield Figure(
        "API list, times plain DRF under gunicorn",
        times,
        f"{shown(times)} times: {shown(best.per_second)} requests/s against {shown(max(found['plain DRF']))}",
        f"the same answers by a ModelViewSet with a key look-up, as many processes and threads, {len(ours)} rounds in turns",
        Bound(2.5, "times"),
        Bound(4, "times"),
        values=found,
    )
    rate = f"{shown(best.per_second)} requests/s"
    yield Figure("api rate", best.per_second, rate, how, aim=Bound(1000, "requests/s"))
    p99 = percentile([load.p99 for load in ours], 50)
    p50 = percentile([load.p50 for load in ours], 50)
    told = f"p99 {shown(p99)} ms, p50 {shown(p50)} ms (plain DRF: {shown(percentile([each.p99 for each in theirs], 50))} ms)"
    yield Figure("api p99", p99, told, how, aim=Bound(30, "ms", at_most=True))
    errors = sum(load.errors for load in ours) / sum(load.count for load in ours)
    yield Figure(
        "api errors",
        errors * 100,
        f"{shown(errors * 100)} %",
        f"{sum(load.count for load in ours):,} answers under this load",
    )
    users = best.per_second * THINK_SECONDS
    told = f"{shown(users)} people who each ask every {THINK_SECONDS} s"
    yield Figure(
        "users", users, told, f"by Little's law from the rate above ({rate}) on this one machine; not so many sockets"
    )


@contextmanager
def served(application: str, **environment: str) -> Iterator[int]:
    """This will serve an application as our own web server serves ours, and give its port."""
    port = free_port()
    command = [application if part == OURS else part for part in web({**defaults(), "PORT": str(port)})]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment})
    try:
        wait_until(lambda: is_up(port) or process.poll() is not None, "it answers", seconds=120, every=0.2)
        yield port
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def peer() -> Iterator[int]:
    """This will serve the peer with as many processes and threads as our web server has, and give its port."""
    port, known = free_port(), defaults()
    environment = {
        **os.environ,
        "PEER_DATABASE_URL": administrator(Path(settings.DATA_DIR)),
        "DJANGO_SETTINGS_MODULE": "tests.benchmarks.peer_settings",
    }
    size = ["--workers", known["WEB_WORKERS"], "--threads", known["WEB_THREADS"], "--worker-class", "gthread"]
    where = ["--bind", f"127.0.0.1:{port}", "--log-level", "warning"]
    command = [*python("gunicorn"), *size, *where, "tests.benchmarks.peer_api:application"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        wait_until(lambda: is_up(port) or process.poll() is not None, "gunicorn answers", seconds=120, every=0.2)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def administrator(folder: Path) -> str:
    """This will give the address of the stack's database for its superuser, whom no policy binds."""
    owner = urlsplit(read_file(folder / "environment")["DATABASE_OWNER_URL"])
    secret = (folder / "database_password").read_text().strip()
    return f"postgresql://postgres:{secret}@{owner.hostname}:{owner.port}{owner.path}"


def is_up(port: int) -> bool:
    """Whether a process has loaded Django: an answer of any kind."""
    try:
        return bool(httpx.get(f"http://127.0.0.1:{port}/", timeout=30).status_code)
    except httpx.TransportError:
        return False


def _bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def every_page(port: int, keys: dict[str, str]) -> Requests:
    """This will list all pages of all organizations by following ``next``."""
    found: Requests = []
    with httpx.Client(timeout=30) as client:
        for slug, key in keys.items():
            address: str | None = f"http://127.0.0.1:{port}{reverse(ROUTE, kwargs={'slug': slug})}"
            while address:
                parts = urlsplit(address)
                path = f"{parts.path}?{parts.query}" if parts.query else parts.path
                found.append((path, _bearer(key)))
                answer = client.get(f"http://127.0.0.1:{port}{path}", headers=_bearer(key)).raise_for_status()
                address = answer.json()["next"]
    return found


def below_lists(keys: dict[str, str], end: str) -> Requests:
    """This will name an address below each organization's list."""
    return [(f"{reverse(ROUTE, kwargs={'slug': slug})}{end}", {}) for slug in keys]


def same_answers(keys: dict[str, str], ports: dict[str, int]) -> None:
    """This will raise AssertionError unless both say the same: else the race says nothing."""
    for slug in random.sample(sorted(keys), min(5, len(keys))):
        path = reverse(ROUTE, kwargs={"slug": slug})
        said = {
            name: httpx.get(f"http://127.0.0.1:{port}{path}", headers=_bearer(keys[slug]), timeout=30)
            .raise_for_status()
            .json()["results"]
            for name, port in ports.items()
        }
        ours, theirs = said.values()
        assert len(ours) == 25, f"{len(ours)} rows a page"
        assert ours == theirs, f"the peer says something else: {ours[0]} … {theirs[0]}"
