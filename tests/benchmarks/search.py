"""Lists, searches and joins under row-level security, against the same without it.

Ours: the app's lists as its own login, the scope in front of each statement. Peer: the same lists with the plain condition
by Django's own backend as the server's administrator, whom no policy holds; the same tables and indexes, in turns. Must:
1.3 times at most, for each. Two organizations of the same size share the tables.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connections
from django.db.models import Q
from django.utils import timezone

from platform_core.evidence import selectors as evidence
from platform_core.jobs.models import Job
from platform_core.jobs.selectors import titled
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import Organization
from platform_core.organizations.selectors import people
from tests.benchmarks import access, api, big_organization
from tests.benchmarks.audit import clock
from tests.benchmarks.bench import Bench
from tests.benchmarks.measuring import percentile
from tests.benchmarks.results import Bound, Figure, shown

RECORDS, JOBS, MEMBERS, TURNS = 100_000, 20_000, 10_000, 60
BARE = "past_policies"
Lists = dict[str, Callable[[Organization], Any]]


def logged(search: str) -> Callable[[Organization], Any]:
    """This will make the list of the audit page."""
    return lambda owner: evidence.events(owner, evidence.filters_of({"q": search}), now=timezone.now())


def jobs(search: str) -> Callable[[Organization], Any]:
    """This will make the list of jobs."""
    return lambda owner: Job.objects.for_organization(owner).filter(titled(search)).order_by("-id")


LISTS: Lists = {
    "newest of the log, with people": logged(""),
    "a name in the log": logged("Quispe contract 000077"),
    "an id in the log": logged("00007777"),
    "a title among jobs": jobs("certificates 000077"),
    "members by name, with accounts": people.members,
    "a name among members": lambda owner: people.members(owner, search="Quispe 00011"),
}


def run(bench: Bench) -> Iterator[Figure]:
    """This will fill two organizations and time each list both ways."""
    bench.say("members, log and jobs of two organizations …")
    ours, _other = [made(bench, slug) for slug in ("bench-search", "bench-search-other")]
    access.analyzed()
    opened()
    found = {name: compared(ours, rows) for name, rows in LISTS.items()}
    for name, (times, mine, bare) in found.items():
        bench.say(f"{name}: {times:.2f} times, {mine:.2f} ms against {bare:.2f}")
    worst = max(found, key=lambda name: found[name][0])
    value = found[worst][0]
    yield Figure(
        "lists, searches, joins under row-level security",
        value,
        f"{shown(value)} times at most: {worst}, {shown(found[worst][1])} ms against {shown(found[worst][2])} ms",
        f"{len(LISTS)} lists of 50, the others "
        + ", ".join(f"{shown(times)}" for name, (times, *_) in found.items() if name != worst)
        + f" times; {bench.size(RECORDS):,} records, {bench.size(JOBS):,} jobs, {bench.size(MEMBERS):,} members in each of two"
        " organizations; rows made into objects, the scope in front, against the plain list past the policies",
        Bound(1.3, "times", at_most=True),
        values={name: list(figures) for name, figures in found.items()},
    )


def made(bench: Bench, slug: str) -> Organization:
    """This will make an organization with a log, jobs and members."""
    owner = big_organization.made(slug, members=bench.size(MEMBERS), roles=20, shares=0)
    with unscoped(), tenant(owner.pk):
        big_organization.logged(owner, bench.size(RECORDS))
        big_organization.worked(owner, bench.size(JOBS))
    return owner


def compared(owner: Organization, rows: Callable[[Organization], Any]) -> tuple[float, float, float]:
    """This will time both in turns and give the ratio of their medians, and both in milliseconds."""
    with unscoped(), tenant(owner.pk):
        assert mine(owner, rows) == bare(owner, rows), "both find the same rows"
        turns = [(clock(lambda: mine(owner, rows)), clock(lambda: bare(owner, rows))) for _ in range(TURNS)]
    medians = [1000 * percentile(side, 50) for side in zip(*turns, strict=True)]
    return medians[0] / medians[1], medians[0], medians[1]


def mine(owner: Organization, rows: Callable[[Organization], Any]) -> list[Any]:
    """This will list fifty as the app does."""
    return list(rows(owner)[:50])


def bare(owner: Organization, rows: Callable[[Organization], Any]) -> list[Any]:
    """This will list the same by the plain condition past every policy."""
    with (
        mock.patch("platform_core.evidence.selectors.found_by", lambda *_given: None),
        mock.patch(f"{__name__}.titled", lambda words: Q(title__icontains=words)),
    ):
        return list(rows(owner).using(BARE)[:50])


def opened() -> None:
    """This will add a connection of Django's own backend as the server's administrator."""
    address = urlsplit(api.administrator(Path(settings.DATA_DIR)))
    known = connections.databases["default"]
    connections.databases[BARE] = known | {
        "ENGINE": "django.db.backends.postgresql",
        "USER": address.username,
        "PASSWORD": address.password,
        "OPTIONS": {},
    }
