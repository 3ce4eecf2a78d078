"""Clocks, medians, turns, and what Linux says about processes. No Django here."""

import math
import os
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

GIVES_WAY = 5  # the niceness of our own workers (portfolio/stack/up.py): peers run with the same
Turn = Callable[[int], float]


def in_turns(contestants: dict[str, Turn], *, rounds: int, say: Callable[[str], None]) -> dict[str, list[float]]:
    """This will run each contestant once a round, the order reversed every other round, and collect what they return.

    A turn is told its round, so that no round repeats the rows of another, and returns its figure (seconds or a rate).
    """
    found: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(rounds):
        names = list(contestants) if number % 2 == 0 else list(reversed(contestants))
        for name in names:
            found[name].append(contestants[name](number))
            say(f"round {number + 1} of {rounds}, {name}: {found[name][-1]:.2f}")
    return found


def ratio(over: Sequence[float], under: Sequence[float]) -> float:
    """This will give the median of the rounds' own ratios: what slows the machine for a whole round cancels out."""
    return statistics.median(a / b for a, b in zip(over, under, strict=True))


def percentile(values: Sequence[float], percent: float) -> float:
    """This will give the nearest-rank percentile."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def wait_until(condition: Callable[[], object], what: str, *, seconds: float, every: float = 0.02) -> None:
    """This will return as soon as ``condition`` holds; raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds:.0f} s: {what}")
        time.sleep(every)


# --- processes -------------------------------------------------------------------------------------------------------


def children_of(pid: int) -> list[int]:
    """This will list all living descendants of a process."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        below = parents.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def rss_megabytes(pid: int) -> float:
    """This will give the resident memory of a process, 0 for one that is no more."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


@contextmanager
def watched_memory(pids: Callable[[], list[int]], *, every: float = 0.5) -> Iterator[list[dict[int, float]]]:
    """This will sample the memory of processes while the block runs: one dictionary a sample, megabytes by pid."""
    samples: list[dict[int, float]] = []
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(every):
            samples.append({pid: megabytes for pid in pids() if (megabytes := rss_megabytes(pid))})

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield samples
    finally:
        ended.set()
        thread.join()
