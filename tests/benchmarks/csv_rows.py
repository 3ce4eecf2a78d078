"""A CSV of 100,000 rows: read, mapped, validated and stored by a worker, as a launched run does it.

Peer: csv.reader and COPY of the same cells into a table without policy, index or check, in turns. Must: at most 4 times
its time. The look at the table before launch (encoding, delimiter, header, columns) is told apart.
"""

import csv
import io
import os
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psycopg
from django.conf import settings

from docuai.bulk import demo_tables, services
from docuai.bulk.models import BulkRun, RunRow
from docuai.bulk.services.launching import launch_file
from docuai.library.models import TemplateVersion
from platform_core.files import services as files
from platform_core.kits.tenancy.scope import tenant
from platform_core.organizations.models import Organization
from portfolio.stack.environment import read_file
from tests.benchmarks import cast
from tests.benchmarks.bench import Bench
from tests.benchmarks.measuring import GIVES_WAY, in_turns, ratio, wait_until
from tests.benchmarks.results import Bound, Figure, shown

ROWS = 100_000


def run(bench: Bench) -> Iterator[Figure]:
    """This will measure reading a table into a run against COPY alone."""
    rows, folder = bench.size(ROWS), bench.folder("csv")
    cast.wait_until_quiet()
    organization = cast.made_organization("bench-csv")
    version = cast.published(organization, "certificate")
    table = people(rows)
    file = folder / "people.csv"
    file.write_bytes(table)
    looks: list[float] = []

    def ours(_number: int) -> float:
        look, seconds = imported(organization, version, table, rows)
        looks.append(look)
        return seconds

    owner = read_file(Path(settings.DATA_DIR) / "environment")["DATABASE_OWNER_URL"]
    found = in_turns({"ours": ours, "COPY": lambda _: copied(owner, file, rows)}, rounds=bench.rounds, say=bench.say)
    value = ratio(found["ours"], found["COPY"])
    yield Figure(
        "CSV to stored rows, times csv.reader and COPY",
        value,
        f"{shown(value)} times: {shown(min(found['ours']))} s against {shown(min(found['COPY']))} s",
        f"{rows:,} rows of {len(demo_tables.CLEAN_COLUMNS)} columns: read, mapped, validated, stored under row-level "
        f"security by a worker, {bench.rounds} rounds in turns; the look before launch took {shown(min(looks))} s more",
        Bound(4, "times", at_most=True),
        values={**found, "look before launch": looks},
    )


def people(rows: int) -> bytes:
    """This will give a table of distinct people: the demo's, again and again, with a number in name and address."""
    sample = list(csv.reader(io.StringIO(demo_tables.people().decode())))
    header, body = sample[0], sample[1:]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    for number in range(rows):
        row = list(body[number % len(body)])
        row[demo_tables.SURNAME] += f" {number}"
        row[demo_tables.EMAIL] = f"p{number}.{row[demo_tables.EMAIL]}"
        writer.writerow(row)
    return out.getvalue().encode()


def imported(organization: Organization, version: TemplateVersion, table: bytes, rows: int) -> tuple[float, float]:
    """This will launch a run of the table and give the seconds of the look at it and of the worker's import."""
    with tenant(organization.pk):
        stored = files.store(
            organization_id=organization.pk, name="people.csv", content=table, purpose="docuai.table", actor=None
        )
        begin = time.perf_counter()
        launch = partial(launch_file, actor=None, organization=organization, version=version, file=stored)
        run = launch(options={}, today=cast.TODAY)
        look = time.perf_counter() - begin
        runs = BulkRun.objects.for_organization(organization).filter(pk=run.pk)
        wait_until(runs.exclude(stage=BulkRun.Stage.READING).exists, "the table is imported", seconds=600)
        seconds = time.perf_counter() - begin - look
        services.pause(actor=None, run=runs.select_related("job").get())  # no document of them is wanted
        there = RunRow.objects.for_organization(organization).filter(run=run)
        wait_until(lambda: not there.filter(state="running").exists(), "batches in work are finished", seconds=120)
        assert there.count() == rows, f"{there.count()} of {rows} rows were stored"
        assert not there.filter(state="failed").exists(), there.filter(state="failed").values("error").first()
        services.cancel(actor=None, run=runs.select_related("job").get())
    return look, seconds


def copied(address: str, file: Path, rows: int) -> float:
    """This will copy the cells of a CSV into a table in a process of a worker's niceness, and give its seconds."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.nice(GIVES_WAY)
            os.write(writing, repr(_copy(address, file, rows)).encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as answer:
        return float(answer.read())


def _copy(address: str, file: Path, rows: int) -> float:
    columns = [f'"{name}" text' for name in demo_tables.CLEAN_COLUMNS]
    with psycopg.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_people")
        cursor.execute(f"CREATE TABLE bench_people ({', '.join(columns)})".encode())
        connection.commit()
        begin = time.perf_counter()
        with file.open(newline="", encoding="utf-8") as source:
            lines = csv.reader(source)
            next(lines)
            with cursor.copy("COPY bench_people FROM STDIN") as copy:
                for line in lines:
                    copy.write_row(line)
        connection.commit()
        seconds = time.perf_counter() - begin
        cursor.execute("SELECT count(*) FROM bench_people")
        assert cursor.fetchone() == (rows,)
        cursor.execute("DROP TABLE bench_people")
    return seconds
