"""What a load of requests came to, and how one is ordered from the generator."""

import json
import subprocess
from dataclasses import dataclass

from portfolio.stack.places import ROOT
from tests.benchmarks.bench import python
from tests.benchmarks.measuring import percentile

Requests = list[tuple[str, dict[str, str]]]


@dataclass(frozen=True, slots=True)
class Load:
    """Requests a second and times of answer, in milliseconds."""

    per_second: float
    p50: float
    p95: float
    p99: float
    count: int
    errors: int

    @property
    def error_share(self) -> float:
        return self.errors / max(1, self.count)


def under_load(*, port: int, requests: Requests, connections: int, seconds: float, warm: float = 2) -> Load:
    """This will ask random ones of ``requests`` over so many connections at once and tell what came back."""
    order = {"port": port, "requests": requests, "connections": connections, "seconds": seconds, "warm": warm}
    done = subprocess.run(
        python("tests.benchmarks.generator"),
        input=json.dumps(order) + "\n",
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    found = json.loads(done.stdout)
    times = found["milliseconds"]
    if not times:
        raise RuntimeError(f"no answer from port {port}: {done.stderr[-300:]}")
    return Load(
        per_second=found["count"] / found["seconds"],
        p50=percentile(times, 50),
        p95=percentile(times, 95),
        p99=percentile(times, 99),
        count=found["count"],
        errors=found["errors"],
    )
