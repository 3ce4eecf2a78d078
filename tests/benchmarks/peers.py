"""Two processes of a peer that start, wait for the word, and work at the same time; only the work is timed.

A peer's program prints ``ready`` once it has imported and prepared what it can, reads one line of JSON (the order),
works, and prints one line of JSON. It runs with the niceness of our own workers.
"""

import json
import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from portfolio.stack.places import ROOT
from tests.benchmarks.measuring import GIVES_WAY

PROCESSES = 2


class Peers:
    """The processes of one peer; a context manager."""

    def __init__(self, command: Sequence[str], *, processes: int = PROCESSES) -> None:
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
        self.processes = [
            subprocess.Popen(command, **pipes, preexec_fn=lambda: os.nice(GIVES_WAY)) for _ in range(processes)
        ]

    def __enter__(self) -> "Peers":
        for process in self.processes:
            self._answer(process, expected="ready")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self.processes:
            if process.stdin:
                process.stdin.close()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def work(self, **order: Any) -> tuple[float, list[Any]]:
        """This will give all processes the order (each with its ``part`` of ``parts``) and wait; seconds and answers."""
        begin = time.perf_counter()
        for part, process in enumerate(self.processes):
            assert process.stdin is not None
            process.stdin.write(json.dumps({**order, "part": part, "parts": len(self.processes)}) + "\n")
            process.stdin.flush()
        answers = [json.loads(self._answer(process)) for process in self.processes]
        return time.perf_counter() - begin, answers

    def _answer(self, process: "subprocess.Popen[str]", *, expected: str = "") -> str:
        assert process.stdout is not None
        line: str = process.stdout.readline().strip()
        if not line or (expected and line != expected):
            raise RuntimeError(f"a peer ended or said {line!r}: {' '.join(map(str, process.args))}")  # type: ignore[arg-type]
        return line


def written(folder: Path, name: str, content: str | bytes) -> Path:
    """This will write a file that a peer reads."""
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file
