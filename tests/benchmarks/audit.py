"""The audit log: what writing a record costs, and how fast records are sealed and verified.

Peer of the write: the same INSERT into a copy of the table without the trigger that queues it for its seal, through the
same backend, a transaction each, in turns. Must: at most 1.2 times its time; sealing at least 5,000 records a second,
in one process, all tables, policies and hashes as they are.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection, transaction

from platform_core.audit.models import AuditEvent
from platform_core.evidence import sealing, verifying
from platform_core.evidence.models import AuditPending
from platform_core.kits.tenancy.ids import new_id
from platform_core.kits.tenancy.scope import service, tenant, unscoped
from platform_core.organizations.models import Organization
from portfolio.stack.environment import read_file
from tests.benchmarks import cast
from tests.benchmarks.bench import Bench
from tests.benchmarks.measuring import in_turns, ratio, wait_until
from tests.benchmarks.results import Bound, Figure, shown

WRITES, RECORDS, TABLE = 2_000, 50_000, "platform_core_auditevent"
COLUMNS = "organization_id, at, actor_kind, action, outcome, target_type, target_id, target_label, changes, request_id, user_agent"
VALUES = "%s, now(), 'system', 'organization.rename', 'done', 'x.y', %s, 'Andina', '{\"name\": [\"A\", \"B\"]}', '', ''"


def run(bench: Bench) -> Iterator[Figure]:
    """This will write in turns with the peer, then seal and verify a log."""
    cast.wait_until_quiet()
    organization = cast.made_organization("bench-audit")
    owner = read_file(Path(settings.DATA_DIR) / "environment")["DATABASE_OWNER_URL"]
    with psycopg.connect(owner, autocommit=True) as db:
        copied(db)
        try:
            yield from writing(bench, organization)
        finally:
            db.execute("DROP TABLE bench_plain")
    yield from sealing_of(bench, organization)


def copied(db: psycopg.Connection[Any]) -> None:
    """This will make a copy of the table: columns, indexes, policy and grants, no trigger."""
    db.execute("DROP TABLE IF EXISTS bench_plain")
    db.execute(f"CREATE TABLE bench_plain (LIKE {TABLE} INCLUDING ALL)")
    db.execute("ALTER TABLE bench_plain ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    own = "organization_id = (SELECT nullif(current_setting('app.organization_id', true), '')::uuid)"
    db.execute(f"CREATE POLICY tenant ON bench_plain USING ({own})")
    db.execute("ALTER TABLE bench_plain ADD FOREIGN KEY (organization_id) REFERENCES platform_core_organization (id)")
    db.execute("GRANT SELECT, INSERT ON bench_plain TO portfolio_app")


def writing(bench: Bench, organization: Organization) -> Iterator[Figure]:
    """This will compare single records, a transaction each."""
    count = bench.size(WRITES)
    contestants = {
        "audited": lambda _: clock(lambda: inserted(TABLE, organization, count)),
        "plain": lambda _: clock(lambda: inserted("bench_plain", organization, count)),
    }
    for warm in contestants.values():
        warm(0)
    found = in_turns(contestants, rounds=max(bench.rounds, 5), say=bench.say)
    value = ratio(found["audited"], found["plain"])
    best = {name: 1e6 * min(seconds) / count for name, seconds in found.items()}
    yield Figure(
        "audit write, times a plain insert",
        value,
        f"{shown(value)} times: {best['audited']:.0f} µs against {best['plain']:.0f} µs",
        f"{count:,} records, a transaction each, against a copy of the table without the trigger, in turns",
        Bound(1.2, "times", at_most=True),
        values=found,
    )


def clock(action: Callable[[], object]) -> float:
    """This will give the seconds that a call takes."""
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def inserted(table: str, organization: Organization, count: int) -> None:
    """This will insert records one by one, as a service does: in a transaction, in the tenant's scope."""
    statement = f"INSERT INTO {table} (id, {COLUMNS}) VALUES (%s, {VALUES})"
    with unscoped(), tenant(organization.pk), connection.cursor() as cursor:
        for number in range(count):
            with transaction.atomic():
                cursor.execute(statement, [new_id(), organization.pk, str(number)])


def sealing_of(bench: Bench, organization: Organization) -> Iterator[Figure]:
    """This will fill a log, hold the stack's own sealer off, and time one process."""
    records = bench.size(RECORDS)
    rates = []
    for _ in range(bench.rounds):
        with unscoped(), service("benchmark"):
            wait_until(lambda: not AuditPending.objects.exists(), "the stack has sealed the rest", seconds=120)
        rates.append(records / alone(lambda: filled(organization, records), sealed))
        bench.say(f"sealed {rates[-1]:,.0f} records/s")
    begin = time.perf_counter()
    with unscoped(), tenant(organization.pk):
        report = verifying.verify(organization.pk)
    seconds = time.perf_counter() - begin
    assert report.whole, report.faults
    checked = report.checked / seconds
    yield Figure(
        "audit sealing",
        min(rates),
        f"{shown(min(rates))} records/s",
        f"{records:,} records of one organization, one process, the slowest of {bench.rounds} rounds; verifying"
        f" {report.checked:,} records: {shown(checked)} records/s",
        Bound(5000, "records/s"),
        values={"sealing": rates, "verifying": checked},
    )


def alone(prepare: Callable[[], object], work: Callable[[], object]) -> float:
    """This will time ``work`` while the stack's sealer is kept off by holding its lock over ``prepare``."""
    with unscoped(), service("benchmark"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [sealing.LOCK])
    try:
        prepare()
        wait_until(settled, "older transactions of the server have ended", seconds=120)
        return clock(work)
    finally:
        with unscoped(), service("benchmark"), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [sealing.LOCK])


def filled(organization: Organization, records: int) -> None:
    """This will write records in transactions of a thousand."""
    with unscoped(), tenant(organization.pk):
        for start in range(0, records, 1000):
            AuditEvent.objects.bulk_create(
                AuditEvent(
                    organization=organization,
                    action="organization.rename",
                    actor_kind="system",
                    target_type="platform_core.organization",
                    target_id=str(start + number),
                    target_label="Andina Textiles",
                    changes={"name": ["Andina", f"Andina {number}"]},
                    ip="203.0.113.7",
                    user_agent="Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
                )
                for number in range(min(1000, records - start))
            )


def settled() -> bool:
    """Whether all that waits may be sealed."""
    with unscoped(), service("benchmark"):
        return not AuditPending.objects.filter(transaction_id__gte=sealing.OldestRunning()).exists()


def sealed() -> None:
    """This will seal until nothing waits."""
    with unscoped(), service("benchmark"):
        while sealing.seal_batch() or AuditPending.objects.exists():
            pass
