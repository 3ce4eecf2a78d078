"""What the terminal shows: our own sentences, and the programs' new log lines with their name in front."""

import re
import sys
from pathlib import Path
from typing import TextIO

COLOURS = (36, 33, 35, 32, 34, 96, 93, 95)
WIDTH = 12
WORRYING = re.compile(r"WARNING|ERROR|FATAL|PANIC|CRITICAL|Traceback")
FULL = 20 * 1024 * 1024  # a log of this size becomes <name>.log.1


class Terminal:
    """Writes lines, in colour where somebody looks."""

    def __init__(self, output: TextIO | None = None) -> None:
        self.output = output or sys.stdout
        self.coloured = self.output.isatty()
        self._names: list[str] = []

    def say(self, text: str) -> None:
        """This will print a sentence of our own."""
        self._write(text)

    def line(self, name: str, text: str) -> None:
        """This will print one line of a program."""
        if name not in self._names:
            self._names.append(name)
        prefix = f"{name:<{WIDTH}}| "
        if self.coloured:
            prefix = f"\033[{COLOURS[self._names.index(name) % len(COLOURS)]}m{prefix}\033[0m"
        self._write(prefix + text)

    def _write(self, text: str) -> None:
        try:
            self.output.write(text + "\n")
            self.output.flush()
        except (BrokenPipeError, OSError):  # the terminal is gone: the programs and their logs are not
            pass


class Follower:
    """Reads what is new in a program's log."""

    def __init__(self, name: str, file: Path, *, only_warnings: bool = False) -> None:
        self.name = name
        self.file = file
        self.only_warnings = only_warnings
        if file.exists() and file.stat().st_size > FULL:
            file.replace(file.with_suffix(".log.1"))
        self._first = self._position = file.stat().st_size if file.exists() else 0
        self._rest = b""

    def show(self, terminal: Terminal) -> None:
        """This will print the lines that are new."""
        for line in self._new_lines():
            if not self.only_warnings or WORRYING.search(line):
                terminal.line(self.name, line)

    def skip(self) -> None:
        """This will pass over what is new."""
        self._new_lines()

    def tail(self, count: int) -> list[str]:
        """This will return the last lines since the program's first start."""
        with self.file.open("rb") as log:
            size = log.seek(0, 2)
            log.seek(max(min(self._first, size), size - 64 * 1024))
            lines = log.read().decode(errors="replace").splitlines()
        return [line for line in lines if line.strip()][-count:]

    def _new_lines(self) -> list[str]:
        try:
            size = self.file.stat().st_size
        except OSError:
            return []
        if size == self._position:
            return []
        with self.file.open("r+b") as log:
            log.seek(self._position if size > self._position else 0)
            data = self._rest + log.read()
            self._position = log.tell()
            if self._position > FULL:  # opened for appending by the program: it goes on at the new end
                self.file.with_suffix(".log.1").write_bytes(self.file.read_bytes())
                log.truncate(0)
                self._first = self._position = 0
        *lines, self._rest = data.split(b"\n")
        return [line.decode(errors="replace").rstrip("\r") for line in lines]
