"""Webhooks handed out: 5,000 events of the outbox to a receiver on this machine, against a bare httpx loop.

Ours: from the commit of the events to the last one's arrival: read from the outbox in commit order, a row an endpoint,
claimed, signed, the address checked, sent, the attempt stored with request and answer; the stack's clock and workers do
it. Peer (`peer_httpx.py`): the same bodies by one process with as many threads. In turns; must: half its events a second.
"""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from platform_core.events.models import OutboxEvent
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import Organization
from platform_core.webhooks import services
from platform_core.webhooks.delivering import THREADS
from platform_core.webhooks.models import WebhookAttempt, WebhookEvent
from platform_core.webhooks.sorting import body_of
from tests.benchmarks import cast
from tests.benchmarks.bench import Bench, python
from tests.benchmarks.measuring import in_turns, ratio, wait_until
from tests.benchmarks.peers import Peers, written
from tests.benchmarks.results import Bound, Figure, shown

EVENTS, TYPE = 5_000, "docuai.run.finished"
SECONDS = 300


class Receiver:
    """The receiving program."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.port = int(self._said())

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def last_of(self, path: str, wanted: int) -> float:
        """This will wait for so many calls of a path and give the instant of the last."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{path} {wanted}\n")
        self.process.stdin.flush()
        return float(self._said())

    def _said(self) -> str:
        assert self.process.stdout is not None
        return str(self.process.stdout.readline())


@contextmanager
def receiver() -> Iterator[Receiver]:
    """This will run the receiving program."""
    pipe = subprocess.PIPE
    process = subprocess.Popen(python("tests.benchmarks.receiver"), stdin=pipe, stdout=pipe, text=True)
    try:
        yield Receiver(process)
    finally:
        process.terminate()
        process.wait(10)


def run(bench: Bench) -> Iterator[Figure]:
    """This will hand events out in turns with the peer."""
    cast.wait_until_quiet()
    count = bench.size(EVENTS)
    organization = cast.made_organization("bench-hooks")
    bodies = written(bench.folder("bodies"), "bodies", "\n".join(a_body(organization, n) for n in range(count)))
    with receiver() as peer, Peers(python("tests.benchmarks.peer_httpx"), processes=1) as loop:

        def theirs(number: int) -> float:
            path, begin = f"/loop/{number}", time.monotonic()
            loop.work(url=peer.url(path), bodies=str(bodies), threads=THREADS)
            return count / (peer.last_of(path, count) - begin)

        def ours(number: int) -> float:
            return count / handed_out(peer, organization, f"/ours/{time.time_ns()}", count)

        ours_warm = handed_out(peer, organization, f"/warm/{time.time_ns()}", 10)
        bench.say(f"the first ten arrived after {ours_warm:.1f} s")
        found = in_turns({"ours": ours, "httpx": theirs}, rounds=bench.rounds, say=bench.say)
    value = ratio(found["ours"], found["httpx"])
    yield Figure(
        "webhooks handed out, of a bare httpx loop",
        value,
        f"{shown(value)}: {shown(max(found['ours']))} events/s against {shown(max(found['httpx']))}",
        f"{count:,} events from their commit to the last arrival at a local receiver, {THREADS} at a time, signed, address"
        f" checked, attempts stored, clock and queue included; the loop posts the same bodies; {bench.rounds} rounds in turns",
        Bound(0.5),
        values=found,
    )


def a_body(organization: Organization, number: int) -> str:
    """This will write a body as ours is."""
    at = organization.created_at
    return body_of(type=TYPE, at=at, organization_id=organization.pk, data=payload(number))


def payload(number: int) -> dict[str, object]:
    """This will make what an event says."""
    id = f"01900000-0000-7000-8000-{number:012}"
    return {"run_id": id, "job_id": id, "state": "done", "total": 1000, "done": 1000, "failed": number % 3}


def handed_out(peer: Receiver, organization: Organization, path: str, count: int) -> float:
    """This will commit events for an endpoint of their own, and give the seconds until all of them have arrived."""
    with unscoped(), tenant(organization.pk):
        endpoint, _secret = services.create_endpoint(
            actor=None, organization=organization, url=peer.url(path), event_types=[TYPE]
        )
        begin = time.monotonic()
        OutboxEvent.objects.bulk_create(
            OutboxEvent(organization=organization, type=TYPE, payload=payload(number)) for number in range(count)
        )
        seconds = peer.last_of(path, count) - begin
        events = WebhookEvent.objects.for_organization(organization).filter(endpoint=endpoint)
        wait_until(lambda: events.filter(state="delivered").count() == count, "all settled", seconds=SECONDS, every=0.5)
        assert WebhookAttempt.objects.for_organization(organization).filter(endpoint=endpoint).count() == count
        services.delete_endpoint(actor=None, endpoint=endpoint)
    return seconds
