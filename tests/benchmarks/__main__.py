"""`python -m tests.benchmarks [names] [--quick] [--report]`: runs them, prints the table, writes it into README.

Exit code 0 when every benchmark ran and every figure reached what it must; with ``--report`` a missed figure is only
told. ``--quick`` takes a tenth of the sizes and one round, for developing: its figures go nowhere but the terminal.
"""

import argparse
import importlib
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from portfolio.stack.places import ROOT
from tests.benchmarks import table
from tests.benchmarks.bench import Bench, NotThereError
from tests.benchmarks.results import Outcome

MODULES = {
    "start": "start",
    "page": "page",
    "pages": "pages",
    "api": "api",
    "layers": "layers",
    "access": "access",
    "search": "search",
    "inbox": "inbox",
    "webhooks": "webhooks",
    "stalled": "stalled",
    "csv": "csv_rows",
    "docx": "docx_run",
    "pdf": "pdf_run",
    "memory": "memory",
    "audit": "audit",
    "retention": "retention",
}
WITHOUT_SITE = ("start",)
RESULTS = ROOT / "var" / "bench.json"


def main(arguments: list[str]) -> int:
    """This will run the chosen benchmarks and return the exit code."""
    parser = argparse.ArgumentParser(prog="make bench", description="Measure against peers and limits.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which (all without a name): {', '.join(MODULES)}")
    parser.add_argument("--quick", action="store_true", help="a tenth of the sizes, one round, nothing written")
    parser.add_argument("--report", action="store_true", help="a missed figure does not fail the command")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(MODULES):
        parser.error(f"{', '.join(sorted(unknown))}: there is no such benchmark. One of: {', '.join(MODULES)}.")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the stack is taken down
    outcomes = measured([name for name in MODULES if name in options.names or not options.names], quick=options.quick)
    if not options.quick:
        outcomes = remembered(outcomes)
        table.write_readme(ROOT / "README.md", table.as_markdown(table.rows(outcomes), taken=where_and_when()))
    told = [row for row in table.rows(outcomes) if not options.quick or row[2] != table.NOT_MEASURED]
    print(f"\n{table.as_text(told)}\n")
    failed = [outcome.benchmark for outcome in outcomes if outcome.error]
    missed = [figure.name for outcome in outcomes for figure in outcome.figures if not figure.passed]
    print(f"Failed to run: {', '.join(failed) or 'none'}. Missed: {', '.join(missed) or 'none'}.")
    return 1 if failed or (missed and not options.report) else 0


def measured(names: list[str], *, quick: bool) -> list[Outcome]:
    """This will run benchmarks one after another; one that fails does not stop the rest."""
    bench, outcomes = Bench(quick=quick), []
    try:
        for name in names:
            bench.benchmark = name
            outcomes.append(outcome_of(name, bench))
    finally:
        bench.close()
    return outcomes


def outcome_of(name: str, bench: Bench) -> Outcome:
    """This will run one benchmark; an error becomes its outcome."""
    begin = time.monotonic()
    try:
        if name not in WITHOUT_SITE:
            bench.site  # noqa: B018  brought up before models are imported
        figures = tuple(importlib.import_module(f"tests.benchmarks.{MODULES[name]}").run(bench))
    except NotThereError as missing:
        return Outcome(name, error=str(missing))
    except Exception as error:
        traceback.print_exc()
        return Outcome(name, error=f"{type(error).__name__}: {error}".splitlines()[0][:300])
    for figure in figures:
        bench.say(f"{figure.verdict:<8}{figure.name}: {figure.ours}")
    bench.say(f"took {time.monotonic() - begin:.0f} s")
    return Outcome(name, figures)


def remembered(outcomes: list[Outcome]) -> list[Outcome]:
    """This will put the new outcomes among those of earlier runs, keep all of them, and return them in order."""
    known: dict[str, Any] = json.loads(RESULTS.read_text())["outcomes"] if RESULTS.exists() else {}
    known |= {outcome.benchmark: outcome.as_json() for outcome in outcomes}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"taken": where_and_when(), "outcomes": known}, indent=1, default=str) + "\n")
    return [Outcome.from_json(known[name]) for name in MODULES if name in known]


def where_and_when() -> str:
    """This will say on what the figures were taken; a benchmark run alone replaces its own rows only."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    busy = os.getloadavg()[2]
    return (
        f"Written by `make bench` on {datetime.now(UTC):%Y-%m-%d} at {commit.stdout.strip() or 'no commit'}: "
        f"{len(os.sched_getaffinity(0))} cores ({processor()}) shared by us, the peer, Postgres and the load generator; "
        f"load of the last quarter of an hour {busy:.1f}. Ratios travel to other machines, seconds do not."
    )


def processor() -> str:
    """This will name the processor as Linux does."""
    names = [line.partition(":")[2] for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line]
    return " ".join(names[0].split()) if names else "unknown processor"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
