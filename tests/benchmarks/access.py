"""Permission checks: one query cold, none warm; and the list of members of a large organization.

A custom role is read at the first check of a request and never kept between requests; a share of one object is one query.
The list: 10,000 members, 200 roles, 100,000 shares, seen by the owner, who may change each: the page's p95 under 100 ms over
HTTP, and what the application adds to its statements no more than they cost (twice the bare SQL, by psycopg).
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from docuai.library.models import DocumentTemplate
from docuai.permissions import RUN_VIEW, TEMPLATE_EDIT, TEMPLATE_VIEW
from platform_core.access.can import can, principal_of
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import CUSTOM, Membership, Organization
from platform_core.permissions import MEMBER_VIEW
from tests.benchmarks import api, big_organization, pages
from tests.benchmarks.bench import Bench
from tests.benchmarks.measuring import percentile
from tests.benchmarks.results import Bound, Figure, shown

MEMBERS, ROLES, SHARES, TURNS = 10_000, 200, 100_000, 2_000


def run(bench: Bench) -> Iterator[Figure]:
    """This will count queries of checks, and time the list of members."""
    bench.say("members, roles and shares …")
    size = {"members": bench.size(MEMBERS), "roles": ROLES, "shares": bench.size(SHARES)}
    organization = big_organization.made("bench-access", **size)
    analyzed()
    with unscoped(), tenant(organization.pk):
        yield from checks(organization, size["shares"])
    yield from member_list(bench, organization, size)


def checks(organization: Organization, shares: int) -> Iterator[Figure]:
    """This will count the queries of a person's checks in a request, and time what needs none."""
    rows = Membership.objects.for_organization(organization).filter(role=CUSTOM)
    principal = principal_of(membership := rows[len(rows) // 2])
    membership = rows.get(pk=membership.pk)  # its role is not read yet
    cold = queries(lambda: can(principal_of(membership), MEMBER_VIEW))
    warm = queries(lambda: [can(principal, name) for name in (MEMBER_VIEW, TEMPLATE_VIEW, RUN_VIEW)])
    begin = time.perf_counter()
    for _ in range(TURNS):
        can(principal, TEMPLATE_EDIT)
    nanoseconds = 1e9 * (time.perf_counter() - begin) / TURNS
    yield Figure(
        "permission check, queries cold",
        cold,
        str(cold),
        "a custom role, first check of a request",
        Bound(1, at_most=True),
    )
    yield Figure(
        "permission check, queries warm",
        warm,
        f"{warm}; {nanoseconds:.0f} ns a check",
        f"three more checks of the same principal; {TURNS:,} checks timed",
        Bound(0, at_most=True),
    )
    template = DocumentTemplate.objects.for_organization(organization).order_by("id").first()
    shared = queries(lambda: can(principal, TEMPLATE_EDIT, template))
    times = timed(lambda: can(principal, TEMPLATE_EDIT, template), TURNS // 10)
    yield Figure(
        "check of a share, queries",
        shared,
        f"{shared}; p95 {shown(percentile(times, 95))} ms",
        f"one object among {shares:,} shares, by name or by team; a share is never remembered between requests",
        Bound(1, at_most=True),
    )


def member_list(bench: Bench, organization: Organization, size: dict[str, int]) -> Iterator[Figure]:
    """This will time the page and its statements."""
    address = reverse("members", kwargs={"slug": organization.slug})
    asked = pages.captured(address)
    bare, _singles = pages.replayed(asked)
    load = pages.visited(bench, address)
    rows = {address: len(asked), "SQL p50": percentile(bare, 50), "p50": load.p50, "p99": load.p99}
    how = f"first page of {size['members']:,} members, {size['roles']} roles, {size['shares']:,} shares, as the owner"
    yield Figure(
        "member list, p95",
        load.p95,
        f"{shown(load.p95)} ms (p50 {shown(load.p50)}), {len(asked)} queries",
        f"{how}; {load.count:,} requests one after another over HTTP",
        pages.TIME,
        values=rows,
    )
    value = load.p50 / percentile(bare, 50)
    yield Figure(
        "member list, times its bare SQL",
        value,
        f"{shown(value)} times: {shown(load.p50)} ms against {shown(percentile(bare, 50))} ms (p50)",
        f"{how}; the bare SQL is the page's own statements by psycopg, {pages.TURNS} times",
        Bound(2, "times", at_most=True),
        values=rows,
    )


def queries(action: Callable[[], Any]) -> int:
    """This will count the queries of a call."""
    with CaptureQueriesContext(connection) as found:
        action()
    return len(found)


def timed(action: Callable[[], Any], turns: int) -> list[float]:
    """This will give the milliseconds of each of some calls."""
    found = []
    for _ in range(turns):
        begin = time.perf_counter()
        action()
        found.append((time.perf_counter() - begin) * 1000)
    return found


def analyzed() -> None:
    """This will let the planner see what has been written, as autovacuum does after a minute."""
    with psycopg.connect(api.administrator(Path(settings.DATA_DIR)), autocommit=True) as owner:
        owner.execute("ANALYZE")
