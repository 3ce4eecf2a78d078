"""What every benchmark is handed: sizes, a place to speak, and a whole stack of ours in a folder of its own.

The stack is `manage.py up` as a person starts it (two web processes, two fast workers, Postgres with its durable
settings). This process then joins it: the same database, broker and storage, so that services can be called and workers
do the work.
"""

import os
import sys
import tempfile
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path

import django

from portfolio.stack.environment import OWNER_ONLY, read_file
from portfolio.stack.places import ROOT
from tests.browser.site import Site, running


class NotThereError(Exception):
    """What a benchmark needs is not built yet; the message names it."""


class Bench:
    """One run of `make bench`."""

    def __init__(self, *, quick: bool) -> None:
        self.quick = quick
        self.benchmark = ""
        self._ends = ExitStack()
        self._folders = ExitStack()

    def say(self, text: str) -> None:
        """This will print a line of progress."""
        print(f"{self.benchmark:<8} {text}", flush=True)

    def size(self, full: int) -> int:
        """This will give the size of a benchmark: a tenth in quick mode."""
        return max(1, full // 10) if self.quick else full

    @property
    def rounds(self) -> int:
        """How often contestants take turns."""
        return 1 if self.quick else 3

    def folder(self, name: str) -> Path:
        """This will make an empty folder that ends with the bench and that other users may read."""
        path = Path(
            self._folders.enter_context(
                tempfile.TemporaryDirectory(prefix=f"bench-{name}-", ignore_cleanup_errors=True)
            )
        )
        path.chmod(0o755)
        return path

    @cached_property
    def site(self) -> Site:
        """The stack, brought up at first use, with this process in it."""
        self.say("bringing a stack up …")
        site = self._ends.enter_context(running(self.folder("site")))
        join(site.folder)
        return site

    def close(self) -> None:
        """This will end the stack and delete what it kept."""
        self._ends.close()
        self._folders.close()


def join(folder: Path) -> None:
    """This will make this process one of the stack's, with its environment and settings."""
    found = read_file(folder / "environment")
    os.environ.update({name: value for name, value in found.items() if name not in OWNER_ONLY})
    os.environ.update(DJANGO_SETTINGS_MODULE="portfolio.settings", BUILD_DIR=str(ROOT / "var"), LOG_LEVEL="WARNING")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in this process
    django.setup()


def python(*arguments: str) -> list[str]:
    """This will give the command line of a module of ours."""
    return [sys.executable, "-m", *arguments]
