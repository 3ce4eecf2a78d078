"""The step before everything: from a bare ``python3`` to a virtual environment with the packages of the lock file.

Run by ``make`` with the system's Python (3.11 or later): standard library only, and nothing of ours is imported.
``python3 portfolio/stack/bootstrap.py [dev]``; with ``dev`` the packages of tests and checks too. Nothing is done when
nothing changed. Package indexes come from the environment and the configuration files of pip and uv, never from here.
"""

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

UV = "uv==0.13.9"
OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"


class MissingError(Exception):
    """Something that must be there beforehand is not; the message is one line that says how to get it."""


def main(arguments: list[str]) -> int:
    """This will make or complete the virtual environment, and return the exit code."""
    try:
        look_around()
        (ROOT / "var").mkdir(exist_ok=True)
        with (ROOT / "var" / "bootstrap.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # make run and make test at the same time
            install(dev="dev" in arguments)
    except MissingError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"Failed (exit code {error.returncode}): {' '.join(map(str, error.cmd))}\n")
        return 1
    return 0


def look_around() -> None:
    """This will raise MissingError for the first thing that must be installed beforehand and is not."""
    if sys.version_info < OLDEST:
        found = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise MissingError(f"python3 is {found}, needed is 3.11 or later: install it, or make run PYTHON=python3.12")
    if not PYTHON.exists() and not (importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv")):
        raise MissingError("python3 comes without venv: apt install python3-venv")
    if not shutil.which("git"):
        raise MissingError("git is missing: apt install git")


def install(*, dev: bool) -> None:
    """This will install what the lock files name, exactly. Packages for tests stay once they are there."""
    known = _read_stamp()
    runtime, complete = _fingerprint("requirements.txt"), _fingerprint("requirements.txt", "requirements-dev.txt")
    if complete == known.get("dev") or (not dev and runtime == known.get("runtime") and "dev" not in known):
        return
    dev = dev or "dev" in known
    if not _works(PYTHON):
        _say("Making the virtual environment …")
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)
        known = {}
    if known.get("uv") != UV:
        subprocess.run([str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", UV], check=True)
    _say("Installing Python packages …")
    file = "requirements-dev.txt" if dev else "requirements.txt"
    # Every index is asked for every package, as pip does; the hashes of the lock file decide, not the order of indexes.
    strategy = ["--index-strategy", "unsafe-best-match"]
    command = [str(VENV / "bin" / "uv"), "pip", "sync", "--quiet", "--require-hashes", *strategy, file]
    subprocess.run(command, check=True, cwd=ROOT, env=_environment())
    STAMP.write_text(json.dumps({"uv": UV, "runtime": runtime, **({"dev": complete} if dev else {})}))


def _fingerprint(*names: str) -> str:
    digest = hashlib.sha256(f"{sys.version_info[:2]}{ROOT}".encode())
    for name in names:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def _read_stamp() -> dict[str, str]:
    try:
        found = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and _works(PYTHON) else {}


def _works(python: Path) -> bool:
    """Whether it starts: the system's Python may have been replaced, or the folder moved."""
    if not python.exists():
        return False
    return subprocess.run([str(python), "-c", ""], capture_output=True, check=False).returncode == 0


def _environment() -> dict[str, str]:
    """What uv is told: its own variables as they are, else what pip was told."""
    environment = {**os.environ, "VIRTUAL_ENV": str(VENV)}
    if not {"UV_INDEX_URL", "UV_DEFAULT_INDEX"} & environment.keys():
        for option, variable in (("index-url", "UV_DEFAULT_INDEX"), ("extra-index-url", "UV_INDEX")):
            if value := _pip_option(option):
                environment.setdefault(variable, value)
    if certificate := environment.get("PIP_CERT"):
        environment.setdefault("SSL_CERT_FILE", certificate)
    if not os.access(Path.home(), os.W_OK):
        environment.setdefault("UV_CACHE_DIR", str(ROOT / "var" / "cache" / "uv"))
    return environment


def _pip_option(option: str) -> str:
    """An option of pip, from its environment or configuration files."""
    for scope in (":env:", "install", "global"):
        command = [str(PYTHON), "-m", "pip", "config", "get", f"{scope}.{option}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return done.stdout.strip()
    return ""


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
