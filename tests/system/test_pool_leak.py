"""Two organizations through pgbouncer in transaction mode with one server connection: B never sees A.

Requests of both interleave on many threads, some break in mid-transaction, some stream, a worker renders: all of it on
the same backend of Postgres. The first test shows that the set-up would leak if the scope stayed on a connection.
"""

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

import psycopg
import pytest
from django.db import connection, transaction
from django.test import Client

from docuai.bulk.models import RunRow
from platform_core.jobs.models import Job
from platform_core.kits.tenancy.scope import ScopeError, tenant, unscoped
from tests.factories.keys import bearer, make_key
from tests.factories.organizations import make_member, make_organization
from tests.factories.runs import make_run
from tests.portfolio.stack.deadlines import eventually
from tests.workers import workers

pytestmark = pytest.mark.django_db(transaction=True)
MARKERS = {"andina": "Papeles de Andina", "norte": "Norte confidential"}
OTHER = {"andina": "norte", "norte": "andina"}
ROUNDS, THREADS, JOBS = 20, 8, 12


@pytest.fixture
def organizations(pooled):
    """Both organizations, each with jobs that carry its marker."""
    found = {}
    with unscoped():
        for slug, marker in MARKERS.items():
            found[slug] = make_organization(slug)
            with tenant(found[slug].pk):
                for number in range(JOBS):
                    Job.objects.create(organization=found[slug], kind="t", title=f"{marker} {number}")
    return found


def session(port: int) -> "psycopg.Connection[tuple[object, ...]]":
    name = connection.settings_dict["NAME"]
    return psycopg.connect(f"postgresql://portfolio_app@127.0.0.1:{port}/{name}", autocommit=True)


def test_a_setting_of_the_session_would_leak_here(organizations, pooled):
    connection.close()
    with session(pooled) as first, session(pooled) as second:
        backends = {each.execute("SELECT pg_backend_pid()").fetchone() for each in (first, second)}
        assert len(backends) == 1, "two server connections: nothing could leak and nothing is shown"
        first.execute("SELECT set_config('app.organization_id', %s, false)", [str(organizations["andina"].pk)])
        leaked = second.execute("SELECT count(*) FROM platform_core_job").fetchone()
        second.execute("RESET ALL")

    assert leaked == (JOBS,)


def test_without_a_scope_there_are_no_rows(organizations, pooled):
    with unscoped(), tenant(organizations["andina"].pk):
        assert Job.objects.count() == JOBS
    with session(pooled) as raw:
        assert raw.execute("SELECT count(*) FROM platform_core_job").fetchone() == (0,)
    with unscoped(), pytest.raises(ScopeError):
        Job.objects.count()


def test_an_error_in_mid_transaction_leaves_nothing_on_the_connection(organizations, pooled):
    with pytest.raises(ZeroDivisionError), unscoped(), tenant(organizations["andina"].pk), transaction.atomic():
        assert Job.objects.count() == JOBS
        raise ZeroDivisionError
    with session(pooled) as raw:
        assert raw.execute("SELECT current_setting('app.organization_id', true)").fetchone() in ((None,), ("",))
        assert raw.execute("SELECT current_user").fetchone() == ("portfolio_app",)


def test_interleaved_requests_errors_streams_and_a_worker_see_their_own_alone(organizations, settings, tmp_path):
    settings.STORAGE_URL = (tmp_path / "storage").as_uri()
    settings.API_RATES = dict.fromkeys(settings.API_RATES, "100000/minute")
    with unscoped():
        calls = [call for slug in MARKERS for call in calls_of(slug, organizations[slug])]
    with workers(WORKERS_FAST="2", BEHIND_PGBOUNCER="1") as start:
        start()
        runs = {}
        with unscoped():
            for slug, organization in organizations.items():
                with tenant(organization.pk):
                    runs[slug] = make_run(organization, [{"name": f"{MARKERS[slug]} {n}"} for n in range(20)])
        with ThreadPoolExecutor(THREADS) as pool:
            work = itertools.islice(itertools.cycle(calls), ROUNDS * len(calls))
            seen = list(pool.map(lambda call: call(), work))
            list(pool.map(lambda _: connection.close(), range(THREADS * 4)))
        for slug, organization in organizations.items():
            with unscoped(), tenant(organization.pk):
                rows = RunRow.objects.filter(run=runs[slug])
                eventually(lambda rows=rows: rows.filter(state="done").count() == 20, "the worker's rows", seconds=90)
                assert RunRow.objects.exclude(run=runs[slug]).count() == 0
                assert not Job.objects.filter(title="written by a request that failed").exists()

    assert sum(seen) > 0
    assert len(seen) == ROUNDS * len(calls)


def calls_of(slug, organization) -> list[Callable[[], int]]:
    """Page, API, stream, broken request and a stranger's address, each of which counts the markers it saw."""
    owner = make_member(organization, f"owner@{slug}.example")
    _row, secret = make_key(organization)
    browsers = {False: Client(raise_request_exception=False), True: Client(raise_request_exception=False)}
    browsers[True].force_login(owner)

    def call(path: str, status: int, *, signed_in: bool = True) -> Callable[[], int]:
        cookies = browsers[signed_in].cookies
        headers = bearer(secret) if "/api/" in path else {}

        def ask() -> int:
            client = Client(raise_request_exception=False)
            client.cookies = cookies.copy() if not headers else client.cookies
            answer = client.get(path, headers=headers)
            body = b"".join(answer) if answer.streaming else answer.content
            text = body.decode()
            assert answer.status_code == status, (path, answer.status_code, text[:300])
            assert MARKERS[OTHER[slug]] not in text, f"{slug} saw {OTHER[slug]} at {path}"
            return text.count(MARKERS[slug])

        return ask

    return [
        call(f"/orgs/{slug}/jobs/", HTTPStatus.OK),
        call(f"/api/v1/orgs/{slug}/jobs/", HTTPStatus.OK),
        call(f"/orgs/{slug}/stream/", HTTPStatus.OK),
        call(f"/orgs/{slug}/broken/", HTTPStatus.INTERNAL_SERVER_ERROR),
        call(f"/orgs/{OTHER[slug]}/jobs/", HTTPStatus.NOT_FOUND),
        call(f"/api/v1/orgs/{OTHER[slug]}/jobs/", HTTPStatus.NOT_FOUND),
        call(f"/orgs/{slug}/jobs/", HTTPStatus.FOUND, signed_in=False),
    ]
