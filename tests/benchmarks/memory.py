"""Memory: worker processes over 10,000 documents, web processes while 1 GB is uploaded. Flat, at most 300 MB a process.

Flat: the median of all processes together in the last fifth of the time is at most 1.1 times that in the second fifth
(in the first, children start and fonts are read). A table may have 200 MB, so 1 GB comes as six uploads.
"""

import statistics
from collections.abc import Iterator

from tests.benchmarks import cast
from tests.benchmarks.bench import Bench
from tests.benchmarks.measuring import watched_memory
from tests.benchmarks.results import Bound, Figure, shown
from tests.benchmarks.servers import web_workers, workers
from tests.benchmarks.uploads import CHUNK, opened, sent

DOCUMENTS, FILES, FILE_BYTES = 10_000, 6, 22 * CHUNK
MOST, FLAT = Bound(300, "MB", at_most=True), Bound(1.1, "times", at_most=True)
Samples = list[dict[int, float]]


def run(bench: Bench) -> Iterator[Figure]:
    """This will watch both while they work."""
    cast.wait_until_quiet()
    organization = cast.made_organization("bench-memory")
    folder, documents = bench.site.folder, bench.size(DOCUMENTS)
    version = cast.published(organization, "employment-contract")
    bench.say(f"{documents:,} documents …")
    with watched_memory(lambda: workers(folder)) as samples:
        cast.run_made(organization, version, cast.contracts(7_000_000, documents))
    yield from _figures("worker", samples, f"one run of {documents:,} two-page contracts, sandbox children included")

    key, size = cast.key_of(organization), bench.size(FILE_BYTES // CHUNK) * CHUNK
    bench.say(f"{FILES * size / 1e6:,.0f} MB uploaded …")
    line = b"name,place\n" + b"Zoe,Valleclaro\n" * (CHUNK // 15)
    piece = line[: CHUNK - 1] + b"\n"
    with watched_memory(lambda: web_workers(folder), every=0.2) as samples:
        for number in range(FILES):
            place = opened(organization.slug, key, name=f"{number}.csv", size=size)
            sent(place, key, (piece for _ in range(size // CHUNK)))
    yield from _figures(
        "web", samples, f"{FILES} uploads of {size / 1e6:,.0f} MB by tus in pieces of 8 MB, one after another"
    )


def _figures(what: str, samples: Samples, how: str) -> Iterator[Figure]:
    """Every process that lived through a sample counts, also one that was replaced later."""
    peak = max(megabytes for sample in samples for megabytes in sample.values())
    totals = [sum(sample.values()) for sample in samples]
    fifth = max(1, len(totals) // 5)
    growth = statistics.median(totals[-fifth:]) / statistics.median(totals[fifth : 2 * fifth])
    how = f"{how}; {len(samples)} looks at /proc"
    values = {"totals": [round(total, 1) for total in totals[:: max(1, len(totals) // 100)]]}
    yield Figure(f"memory of a {what} process, at most", peak, f"{shown(peak)} MB", how, MOST, values=values)
    yield Figure(f"memory of all {what} processes, growth", growth, f"{shown(growth)} times", how, FLAT)
