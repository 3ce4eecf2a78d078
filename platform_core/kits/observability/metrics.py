"""The numbers of this process, and the page that adds up those of all processes.

With ``PROMETHEUS_MULTIPROC_DIR`` each process counts in files of that folder, and whoever is scraped adds them up.
Never a label by organization or person: cardinality, and nobody's business. What belongs to no process (a queue's
length, open rows) is read when scraped: a slice registers a collector by ``at_scrape`` in its app's ``ready``.
"""

import os
from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

if _folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
    os.makedirs(_folder, exist_ok=True)
COUNTED = CollectorRegistry()
Source = Callable[[], Iterable[Metric]]
_sources: dict[str, Source] = {}

REQUESTS = Histogram(
    "portfolio_request_seconds",
    "Time to answer a request, without the body of a stream.",
    ("method", "route", "status"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=COUNTED,
)
STATEMENTS = Histogram(
    "portfolio_statement_seconds",
    "Time of a database statement.",
    ("operation",),
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5),
    registry=COUNTED,
)
TASKS = Histogram(
    "portfolio_task_seconds",
    "Time of a Celery task.",
    ("task", "outcome"),
    buckets=(0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300),
    registry=COUNTED,
)
JOBS = Counter("portfolio_jobs", "Jobs that reached a final state.", ("kind", "state"), registry=COUNTED)


def job_finished(*, kind: str, state: str) -> None:
    """This will count a job that reached a final state."""
    JOBS.labels(kind=kind, state=state).inc()


def at_scrape(name: str, source: Source) -> None:
    """This will read ``source`` at each scrape. Registering a name again replaces it."""
    _sources[name] = source


def exposition() -> bytes:
    """This will return the page in Prometheus' text format.

    A source that fails takes nothing else with it: it is counted in ``portfolio_scrape_failed``.
    """
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(_Already(COUNTED))
    registry.register(_AtScrape())
    return generate_latest(registry)


class _Already(Collector):
    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry

    def collect(self) -> Iterable[Metric]:
        return self.registry.collect()


class _AtScrape(Collector):
    def collect(self) -> Iterable[Metric]:
        failed = Metric("portfolio_scrape_failed", "1 where a value could not be read.", "gauge")
        for name, source in _sources.items():
            try:
                found = list(source())
            except Exception:  # noqa: BLE001 - whatever it is, the other values are still worth having
                found = []
                failed.add_sample("portfolio_scrape_failed", {"source": name}, 1)
            else:
                failed.add_sample("portfolio_scrape_failed", {"source": name}, 0)
            yield from found
        yield failed

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: registering must not ask the sources."""
        return []
