"""A stalled upload and a stalled download on every web process: the same page, with and without them, in turns.

Must: p95 at most 2 times; aim 1.2. The upload has announced 8 MB and sent one; the download has read 4 kB of a run's ZIP.
"""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from platform_core.kits.tenancy.scope import tenant
from tests.benchmarks import cast, pages
from tests.benchmarks.bench import Bench
from tests.benchmarks.load import under_load
from tests.benchmarks.measuring import in_turns, ratio
from tests.benchmarks.results import Bound, Figure, shown
from tests.benchmarks.servers import on_every_worker, stalled, web_workers
from tests.benchmarks.uploads import CHUNK, opened

SECONDS = 10
LEAST_BYTES = 16_000_000  # more than all buffers on the way, so that the server has to wait


def run(bench: Bench) -> Iterator[Figure]:
    """This will measure a page beside clients that stand still."""
    cast.wait_until_quiet()
    (organization, addresses), port = pages.scene(), pages.port()
    address, client = addresses["run page"], cast.signed_in()
    archive = reverse(
        "run-archive", kwargs={"slug": organization.slug, "number": int(address.rstrip("/").split("/")[-1])}
    )
    length = int(client.head(archive).headers["content-length"])
    assert length > LEAST_BYTES, f"the ZIP has {length} bytes: too few to make a server wait"
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME]}"
    key = cast.key_of(organization)
    processes = web_workers(bench.site.folder)
    held: list[socket.socket] = []

    def upload() -> socket.socket:
        place = opened(organization.slug, key, name="stalled.csv", size=CHUNK)
        head = f"PATCH {urlsplit(place).path} HTTP/1.1\nHost: 127.0.0.1:{port}\nAuthorization: Bearer {key}\nTus-Resumable: 1.0.0"
        head += f"\nUpload-Offset: 0\nContent-Type: application/offset+octet-stream\nContent-Length: {CHUNK}"
        return stalled(port, head, b"a,b\n" * 250_000)

    def download() -> socket.socket:
        return stalled(port, f"GET {archive} HTTP/1.1\nHost: 127.0.0.1:{port}\nCookie: {cookie}", read=4096)

    def page(number: int, *, beside: bool) -> float:
        if beside:
            held.extend(on_every_worker(processes, port, upload) + on_every_worker(processes, port, download))
        seconds = 2 if bench.quick else SECONDS
        load = under_load(port=port, requests=[(address, {"Cookie": cookie})], connections=1, seconds=seconds)
        assert not load.errors, f"{load.errors} answers were not 200"
        while held:
            held.pop().close()
        return load.p95

    with tenant(organization.pk):
        found = in_turns(
            {"with": lambda n: page(n, beside=True), "without": lambda n: page(n, beside=False)},
            rounds=bench.rounds,
            say=bench.say,
        )
    value = ratio(found["with"], found["without"])
    yield Figure(
        "page beside stalled clients, times its p95 without",
        value,
        f"{shown(value)} times: p95 {shown(min(found['with']))} ms against {shown(min(found['without']))} ms",
        f"run page, one request after another for {SECONDS} s, {bench.rounds} rounds in turns; {len(processes)} web "
        f"processes, each holding an upload that sent 1 of 8 MB and a download of {length // 1_000_000} MB that reads no more",
        Bound(2, "times", at_most=True),
        Bound(1.2, "times", at_most=True),
        values=dict(found),
    )
