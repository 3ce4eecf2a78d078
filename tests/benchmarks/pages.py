"""Run page and template list: at most 12 queries a page, p95 under 100 ms, beside the page's bare SQL.

The queries are counted in this process; p95 is taken over HTTP from the running web server, one request after another;
the bare SQL is the page's own statements, scope included, sent by psycopg alone.
"""

import time
from collections.abc import Iterator
from functools import cache
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from docuai.library import services as library
from docuai.library.starters import STARTERS
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import Organization
from tests.benchmarks import cast
from tests.benchmarks.bench import Bench
from tests.benchmarks.load import Load, under_load
from tests.benchmarks.measuring import percentile
from tests.benchmarks.results import Bound, Figure, shown

ROWS, SECONDS, TURNS = 400, 10, 100
QUERIES = Bound(12, at_most=True)
TIME = Bound(100, "ms", at_most=True)


def run(bench: Bench) -> Iterator[Figure]:
    """This will count the queries of both pages and time them."""
    cast.wait_until_quiet()
    statements: list[float] = []
    for name, address in scene()[1].items():
        asked = captured(address)
        bare, singles = replayed(asked)
        statements += singles
        load = visited(bench, address)
        how = f"{name} of a run of {ROWS} rows" if name == "run page" else f"{name} of {len(STARTERS)} templates"
        yield Figure(f"{name}, queries", len(asked), str(len(asked)), f"{how}, as the owner sees it", QUERIES)
        yield Figure(
            f"{name}, p95",
            load.p95,
            f"{shown(load.p95)} ms (p50 {shown(load.p50)}); its bare SQL {shown(percentile(bare, 95))} ms",
            f"{load.count:,} requests one after another over HTTP; the bare SQL {TURNS} times by psycopg",
            TIME,
            values={"p99": load.p99, "bare p50": percentile(bare, 50)},
        )
    yield Figure(
        "statements of a page",
        percentile(statements, 95),
        f"{shown(percentile(statements, 95))} ms (p95), {shown(max(statements))} ms at most",
        f"each statement of both pages {TURNS} times by psycopg, scope of row-level security included",
    )


def port() -> int:
    """This will give the port of the stack's web server."""
    return urlsplit(settings.BASE_URL).port or 80


def visited(bench: Bench, address: str) -> Load:
    """This will ask the web server for a page over and over as the owner; raises RuntimeError unless all is well."""
    with cast.signed_in() as client:
        cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME]}"}
    load = under_load(port=port(), requests=[(address, cookie)], connections=1, seconds=5 if bench.quick else SECONDS)
    if load.errors:
        raise RuntimeError(f"{load.errors} of {load.count} answers of {address} were not 200")
    return load


@cache
def scene() -> tuple[Organization, dict[str, str]]:
    """This will make what the pages show, once, and give the organization and the addresses."""
    organization = cast.made_organization("bench-pages")
    with tenant(organization.pk):
        versions = {
            starter.slug: library.create_from_starter(actor=None, organization=organization, starter=starter)
            for starter in STARTERS
        }
    run = cast.run_made(organization, versions["employment-contract"], cast.contracts(5_000_000, ROWS))
    slug = {"slug": organization.slug}
    addresses = {
        "run page": reverse("run", kwargs={**slug, "number": run.number}),
        "template list": reverse("templates", kwargs=slug),
    }
    return organization, addresses


def captured(address: str) -> list[str]:
    """This will give the statements that a page sends, after a first visit has filled what processes keep."""
    with unscoped():
        browser = Client(SERVER_NAME="127.0.0.1")
        browser.force_login(cast.owner(), backend=settings.AUTHENTICATION_BACKENDS[0])
        browser.get(address)
        with CaptureQueriesContext(connection) as queries:
            answer = browser.get(address)
            assert answer.status_code == 200, f"{address} answered {answer.status_code}"
    return [query["sql"] for query in queries.captured_queries]


def replayed(statements: list[str]) -> tuple[list[float], list[float]]:
    """This will send the statements alone: milliseconds of a whole page, TURNS times, and of each statement."""
    pages, singles = [], []
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as bare, bare.cursor() as cursor:
        for _ in range(TURNS):
            begin = time.perf_counter()
            for statement in statements:
                before = time.perf_counter()
                cursor.execute(statement.encode())
                singles.append((time.perf_counter() - before) * 1000)
            pages.append((time.perf_counter() - begin) * 1000)
    return pages, singles
