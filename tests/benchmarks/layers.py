"""What the API's edge costs: the list of runs with everything on, against the same view with everything off.

On: key, scope of row-level security, permission, rate limit and place among running calls, request log. Off
(`off_api.py`): none of them, the same query, answer, middleware, web server and number of processes, in turns. Must: 0.7
of its requests a second.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from django.conf import settings

from tests.benchmarks import api, crowd, pages
from tests.benchmarks.bench import Bench
from tests.benchmarks.load import under_load
from tests.benchmarks.measuring import in_turns, ratio
from tests.benchmarks.results import Bound, Figure, shown


def run(bench: Bench) -> Iterator[Figure]:
    """This will measure requests a second of both."""
    bench.say("organizations, runs and keys …")
    keys = crowd.made(bench.size(api.ORGANIZATIONS), api.RUNS)
    with everything_off() as off:
        ports = {"everything on": pages.port(), "everything off": off}
        api.same_answers(keys, ports)
        requests = {name: api.every_page(port, keys) for name, port in ports.items()}

        def turn(name: str) -> float:
            load = under_load(
                port=ports[name],
                requests=requests[name],
                connections=api.CONNECTIONS,
                seconds=4 if bench.quick else api.SECONDS,
            )
            if load.errors:
                raise RuntimeError(f"{load.errors} of {load.count} answers with {name} were not 200")
            return load.per_second

        found = in_turns(
            {"everything on": lambda _: turn("everything on"), "everything off": lambda _: turn("everything off")},
            rounds=max(bench.rounds, 2),
            say=bench.say,
        )
    value = ratio(found["everything on"], found["everything off"])
    on, off_rate = max(found["everything on"]), max(found["everything off"])
    yield Figure(
        "API list with everything on, of the same with it off",
        value,
        f"{shown(value)}: {shown(on)} requests/s against {shown(off_rate)}",
        f"key, scope, permission, limits, places and request log against none of them, same view, middleware and web"
        f" server; list of 25 runs of {len(keys)} organizations × {api.RUNS}, {api.CONNECTIONS} connections,"
        f" {len(found['everything on'])} rounds in turns",
        Bound(0.7),
        values=found,
    )


def everything_off() -> AbstractContextManager[int]:
    """This will serve the list without its edge as our own web server is served, and give its port."""
    return api.served(
        "tests.benchmarks.off_api:application", OFF_DATABASE_URL=api.administrator(Path(settings.DATA_DIR))
    )
