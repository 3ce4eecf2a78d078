"""Who and what the benchmarks work with: organizations, a signed-in client, keys, templates, rows, a run made end to end.

Import only after the stack is up (`bench.site`): models are loaded here.
"""

import json
import time
import zipfile
from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import date
from io import BytesIO
from typing import Any

import httpx
from django.conf import settings
from django.test import Client
from django.urls import reverse

from docuai.bulk import services as bulk
from docuai.bulk.models import BulkRun
from docuai.library import services as library
from docuai.library.models import TemplateVersion
from docuai.library.starters import starter
from platform_core.access.can import Principal
from platform_core.access.scopes import grantable
from platform_core.access.services import create_key
from platform_core.accounts.models import User
from platform_core.jobs.models import Job
from platform_core.kits.tenancy.scope import service, tenant, unscoped
from platform_core.organizations.models import Membership, Organization
from tests.benchmarks.measuring import wait_until

TODAY = date(2026, 11, 24)
RUN_SECONDS = 1800
Rows = list[dict[str, Any]]


def made_organization(slug: str) -> Organization:
    """This will find or make an organization that the demo's owner belongs to."""
    with unscoped():
        organization, _ = Organization.objects.get_or_create(slug=slug, defaults={"name": slug.title()})
        with tenant(organization.pk):
            Membership.objects.get_or_create(organization=organization, user=owner(), defaults={"role": "owner"})
    return organization


def owner() -> User:
    """This will give the demo's owner, once the demo is loaded."""
    return User.objects.get(email="marta@andina.example")


def signed_in() -> httpx.Client:
    """This will give an HTTP client with a session of the demo's owner."""
    with unscoped():
        browser = Client()
        browser.force_login(owner(), backend=settings.AUTHENTICATION_BACKENDS[0])
    cookie = browser.cookies[settings.SESSION_COOKIE_NAME].value
    return httpx.Client(base_url=settings.BASE_URL, cookies={settings.SESSION_COOKIE_NAME: cookie}, timeout=300)


def published(organization: Organization, slug: str) -> TemplateVersion:
    """This will publish a starter in an organization and give the version."""
    with tenant(organization.pk):
        return library.create_from_starter(actor=None, organization=organization, starter=starter(slug))


def varied(sample: Mapping[str, Any], first: int, count: int, change: Any) -> Rows:
    """This will give distinct rows from ``first`` on: ``change(row, number)`` makes each its own."""
    rows = [deepcopy(dict(sample)) for _ in range(count)]
    for number, row in enumerate(rows, start=first):
        change(row, number)
    return rows


def contracts(first: int, count: int) -> Rows:
    """This will give two-page employment contracts: another person, post, salary and dates each."""
    return varied(starter("employment-contract").sample(), first, count, _contract)


def _contract(row: dict[str, Any], number: int) -> None:
    row["number"] = f"EN-C-{number:06}"
    row["employee"] |= {"name": f"Zoë Íñiguez {number}", "id": f"Identity document {number:08}-T"}
    row["employee"]["address"] = f"Calle de los Molinos {number % 300}, 33204 Puerto Claro"
    row["salary"] = 24_000 + number % 40_000
    row["starts_on"] = f"2027-{number % 12 + 1:02}-{number % 28 + 1:02}"
    row["position"] = ("product designer", "accountant", "gardener", "translator")[number % 4]


def wait_until_quiet() -> None:
    """This will wait until no job is open anywhere: the demo's own runs must not take part."""

    def is_quiet() -> bool:
        with unscoped(), service("benchmarks wait for the demo"):
            return not Job.objects.filter(state__in=Job.OPEN).exists()

    wait_until(is_quiet, "all jobs ended", seconds=600, every=0.5)


def run_made(
    organization: Organization, version: TemplateVersion, rows: Sequence[Mapping[str, Any]], **options: Any
) -> BulkRun:
    """This will request a run and wait until the workers have ended it; raises AssertionError unless all were made."""
    with tenant(organization.pk):
        run = bulk.request_run(
            actor=None, organization=organization, version=version, rows=rows, options=options, today=TODAY
        )
        job = Job.objects.for_organization(organization).filter(pk=run.job_id)
        ended = job.filter(state__in=Job.ENDED)
        wait_until(ended.exists, f"run {run.number} ended", seconds=RUN_SECONDS, every=0.05)
        state, done = job.values_list("state", "done").get()
        assert (state, done) == ("done", len(rows)), f"run {run.number} ended {state} with {done} of {len(rows)}"
    return run


def end_to_end(
    client: httpx.Client, organization: Organization, version: TemplateVersion, rows: Rows, **options: Any
) -> tuple[float, bytes]:
    """This will time a run from the request to the last byte of its ZIP, and give the seconds and the ZIP."""
    begin = time.perf_counter()
    run = run_made(organization, version, rows, **options)
    address = reverse("run-archive", kwargs={"slug": organization.slug, "number": run.number})
    answer = client.get(address).raise_for_status()
    return time.perf_counter() - begin, answer.content


def documents_in(archive: bytes, extension: str) -> dict[str, bytes]:
    """This will read all documents out of a ZIP; reading checks each CRC."""
    with zipfile.ZipFile(BytesIO(archive)) as file:
        return {name: file.read(name) for name in sorted(file.namelist()) if name.endswith(extension)}


def lines_of(rows: Rows) -> str:
    """This will write rows as JSON Lines."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def key_of(organization: Organization) -> str:
    """This will make an API key that may do all a key may, and give its secret."""
    with tenant(organization.pk):
        principal = Principal(organization.pk, "owner")
        scopes = [permission.name for group in grantable(principal).values() for permission in group]
        made = create_key(
            actor=None, principal=principal, organization=organization, name=f"bench {time.time_ns()}", scopes=scopes
        )
    return made[1]
