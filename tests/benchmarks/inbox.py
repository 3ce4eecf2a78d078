"""The inbox of a person with 10,000 notifications: at most 10 queries, p95 under 100 ms, beside the page's bare SQL."""

from collections.abc import Iterator

from django.urls import reverse

from platform_core.kits.tenancy.scope import tenant, unscoped
from tests.benchmarks import big_organization, cast, pages
from tests.benchmarks.bench import Bench
from tests.benchmarks.measuring import percentile
from tests.benchmarks.results import Bound, Figure, shown

NOTIFICATIONS = 10_000


def run(bench: Bench) -> Iterator[Figure]:
    """This will fill the inbox, count the page's queries and time it."""
    cast.wait_until_quiet()
    count = bench.size(NOTIFICATIONS)
    organization = cast.made_organization("bench-inbox")
    with unscoped(), tenant(organization.pk):
        big_organization.told(organization, cast.owner(), count)
    address = reverse("notifications")
    asked = pages.captured(address)
    bare, _singles = pages.replayed(asked)
    load = pages.visited(bench, address)
    how = f"a person with {count:,} notifications, one in three unread"
    yield Figure("inbox, queries", len(asked), str(len(asked)), how, Bound(10, at_most=True))
    yield Figure(
        "inbox, p95",
        load.p95,
        f"{shown(load.p95)} ms (p50 {shown(load.p50)}); its bare SQL {shown(percentile(bare, 95))} ms",
        f"{how}; {load.count:,} requests one after another over HTTP",
        pages.TIME,
        values={"p99": load.p99, "bare p50": percentile(bare, 50)},
    )
