"""What partitions by month would give the audit log, and what they would cost: the figures of decision 0006.

Two copies of the table hold the same records of a year of fifty organizations, with all indexes and policies: one whole,
one in partitions by month. Measured in turns: single writes, the newest fifty of one log, two thousand records by id (as
sealing, verifying and streaming read them); then the oldest month goes, by batches as `prune_audit` deletes and by DROP,
each beside a writer. Nothing is a must here.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from platform_core.evidence.pruning import CHUNK
from platform_core.kits.tenancy.ids import new_id
from tests.benchmarks import api
from tests.benchmarks.audit import clock
from tests.benchmarks.bench import Bench
from tests.benchmarks.measuring import percentile
from tests.benchmarks.results import Figure, shown

RECORDS, OWNERS, MONTHS, TURNS, WRITES = 1_000_000, 50, 12, 40, 300
LOG, WHOLE, PARTS = "platform_core_auditevent", "bench_whole", "bench_parts"
OWN = "organization_id = (SELECT nullif(current_setting('app.organization_id', true), '')::uuid)"
OWNER = "('00000000-0000-7000-8000-' || lpad(({})::text, 12, '0'))::uuid"
FILL = f"""
INSERT INTO {{table}} (id, organization_id, at, actor_kind, action, outcome, target_type, target_id, target_label, changes,
                       request_id, user_agent)
SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8'
        || substr(md5(n::text), 4, 15))::uuid,
    {OWNER.format("n % " + str(OWNERS))}, at, 'system', 'document.view', 'done', 'docuai.document', n::text,
    'Zoë Quispe contract ' || n, '{{{{"name": ["A", "B"]}}}}', md5(n::text), 'Mozilla/5.0 (X11; Linux x86_64)'
FROM (SELECT n, date_trunc('month', now()) - interval '{MONTHS} months' + n * interval '{MONTHS} months' / {{count}} AS at
      FROM generate_series(0, {{count}} - 1) n) rows
"""
WRITE = f"""
INSERT INTO {{table}} (id, organization_id, at, actor_kind, action, outcome, target_type, target_id, target_label, changes,
                       request_id, user_agent)
VALUES (%s, {OWNER.format(7)}, now(), 'system', 'document.view', 'done', 'x', 'y', 'Zoë Quispe', '{{{{}}}}', '', '')
"""
NEWEST = f"SELECT * FROM {{table}} WHERE organization_id = {OWNER.format(7)} ORDER BY at DESC, id DESC LIMIT 50"
BY_ID = f"SELECT * FROM {{table}} WHERE organization_id = {OWNER.format(7)} AND id = ANY(%s)"


def run(bench: Bench) -> Iterator[Figure]:
    """This will fill both, time what is done all day, and take the oldest month away."""
    count = bench.size(RECORDS)
    address = api.administrator(Path(settings.DATA_DIR))
    with psycopg.connect(address, autocommit=True) as db, psycopg.connect(settings.DATABASE_URL) as app:
        try:
            for table in (WHOLE, PARTS):
                bench.say(f"{table}: filled in {clock(lambda table=table: made(db, table, count)):.0f} s")
            yield from all_day(db, app, count)
            yield from removed(db, address, count)
        finally:
            db.execute(f"DROP TABLE IF EXISTS {WHOLE}; DROP TABLE IF EXISTS {PARTS}")


def made(db: psycopg.Connection[Any], table: str, count: int) -> None:
    """This will copy the log's table under another name and fill it; indexes and policies as the log has them."""
    split = " PARTITION BY RANGE (at)" if table == PARTS else ""
    db.execute(f"DROP TABLE IF EXISTS {table}")
    db.execute(f"CREATE TABLE {table} (LIKE {LOG} INCLUDING DEFAULTS){split}")
    for month in range(MONTHS + 1 if split else 0):
        db.execute(
            f"DO $$ DECLARE first timestamptz := date_trunc('month', now()) - interval '{MONTHS - month} months'; BEGIN"
            f" EXECUTE format('CREATE TABLE {table}_{month} PARTITION OF {table} FOR VALUES FROM (%L) TO (%L)',"
            " first, first + interval '1 month'); END $$"
        )
    db.execute(FILL.format(table=table, count=count).encode())
    db.execute(f"ALTER TABLE {table} ADD PRIMARY KEY (id{', at' if split else ''})")
    rows = db.execute("SELECT indexdef FROM pg_indexes WHERE tablename = %s AND indexdef NOT LIKE '%%UNIQUE%%'", [LOG])
    for number, (index,) in enumerate(rows.fetchall()):
        _create, _name, rest = index.partition(" ON ")
        db.execute(f"CREATE INDEX {table}_index_{number} ON {rest.replace(LOG, table).replace('public.', '')}".encode())
    db.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    db.execute(f"CREATE POLICY tenant ON {table} USING ({OWN})")
    db.execute(f"GRANT SELECT, INSERT ON {table} TO portfolio_app")
    db.execute(f"VACUUM ANALYZE {table}")


def all_day(db: psycopg.Connection[Any], app: psycopg.Connection[Any], count: int) -> Iterator[Figure]:
    """This will time, in turns and as the app in its scope, what the log is there for."""
    rows = db.execute(f"SELECT id FROM {WHOLE} WHERE organization_id = {OWNER.format(7)} ORDER BY random() LIMIT 2000")
    ids = [id for (id,) in rows.fetchall()]
    asked: dict[str, tuple[str, Callable[[], list[Any]], int]] = {
        "write of one record": (WRITE, lambda: [new_id()], WRITES),
        "newest fifty": (NEWEST, list, TURNS),
        f"{len(ids):,} records by id": (BY_ID, lambda: [ids], TURNS),
    }
    for name, (statement, values, turns) in asked.items():
        times: dict[str, list[float]] = {WHOLE: [], PARTS: []}
        for _ in range(turns):
            for table, found in times.items():
                begin = time.perf_counter()
                sent(app, statement.format(table=table), values())
                found.append(time.perf_counter() - begin)
        whole, parts = (1000 * percentile(times[table], 50) for table in (WHOLE, PARTS))
        yield Figure(
            f"partitions of the log: {name}",
            parts / whole,
            f"{shown(parts / whole)} times: {shown(parts)} ms against {shown(whole)} ms",
            f"{MONTHS} months by partition against one table, {count:,} records of {OWNERS} organizations",
        )


def sent(app: psycopg.Connection[Any], statement: str, values: list[Any]) -> None:
    """This will send one statement in a transaction of its own, in the organization's scope."""
    with app.transaction(), app.cursor() as cursor:
        cursor.execute(f"SELECT set_config('app.organization_id', ({OWNER.format(7)})::text, true)".encode())
        cursor.execute(statement.encode(), values)
        if cursor.description:
            cursor.fetchall()


def removed(db: psycopg.Connection[Any], address: str, count: int) -> Iterator[Figure]:
    """This will take the oldest month away both ways, while somebody writes."""
    with writing(address, WHOLE) as waits:
        begin = time.perf_counter()
        gone = batches(db)
        seconds = time.perf_counter() - begin
    vacuum = clock(lambda: db.execute(f"VACUUM {WHOLE}"))
    with writing(address, PARTS) as waits_for_drop:
        dropped = clock(lambda: db.execute(f"DROP TABLE {PARTS}_0"))
    yield Figure(
        "a month of the log, removed by batches",
        seconds,
        f"{shown(seconds)} s for {gone:,} records, {shown(gone / seconds)} a second; one partition dropped: {1000 * dropped:.0f} ms",
        f"{CHUNK:,} at a time as prune_audit does, then {shown(vacuum)} s of VACUUM; {count:,} records. A writer beside it waited"
        f" {shown(percentile(waits, 95))} ms (p95), {shown(max(waits))} ms at most; beside the drop {shown(max(waits_for_drop))} ms at most",
    )


def batches(db: psycopg.Connection[Any]) -> int:
    """This will delete the oldest month, organization by organization, and return how many records."""
    gone = 0
    for number in range(OWNERS):
        owner = db.execute(f"SELECT {OWNER.format(number)}").fetchone()
        old = (
            f"DELETE FROM {WHOLE} WHERE organization_id = %s AND id IN (SELECT id FROM {WHOLE} WHERE organization_id = %s"
            f" AND at < date_trunc('month', now()) - interval '{MONTHS - 1} months' ORDER BY at LIMIT {CHUNK})"
        )
        while deleted := db.execute(old.encode(), [*(owner or ()), *(owner or ())]).rowcount:
            gone += deleted
    return gone


@contextmanager
def writing(address: str, table: str) -> Iterator[list[float]]:
    """This will write single records all the while, and yield the milliseconds that each took."""
    times: list[float] = []
    over = threading.Event()

    def write() -> None:
        with psycopg.connect(address, autocommit=True) as db:
            while not over.is_set():
                times.append(1000 * clock(lambda: db.execute(WRITE.format(table=table).encode(), [new_id()])))
                over.wait(0.02)

    thread = threading.Thread(target=write)
    thread.start()
    time.sleep(0.5)
    try:
        yield times
    finally:
        time.sleep(0.3)
        over.set()
        thread.join()
