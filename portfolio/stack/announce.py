"""The sentences of the terminal: the block at the end of a start, and why a start was refused."""

import os
import time
from collections.abc import Mapping
from pathlib import Path

EMAIL, PASSWORD = "marta@andina.example", "demo-andina"


def block(environment: Mapping[str, str], data: Path, *, started_at: float, catches_mail: bool) -> str:
    """This will return the last lines of a start. Names only what is there: no demo, no sign-in; no catcher, no mail."""
    url = environment["BASE_URL"]
    lines = [(f"Ready in {max(time.time() - started_at, 0):.0f} s", url, "")]
    if environment.get("DEMO") == "1":
        lines.append(("Sign in", f"{EMAIL} / {PASSWORD}", "(or choose a person on the page)"))
    if catches_mail:
        lines.append(("Mail", f"{url}/mail", "every mail lands here, nothing leaves this machine"))
    lines.append(("Data", f"{_shown(data)}/        stop: Ctrl-C        start over: make reset", ""))
    return "\n".join(f"{name:<16}{value:<40}{note}".rstrip() for name, value, note in lines)


def started_at(environment: Mapping[str, str] = os.environ) -> float:
    """This will return when ``make run`` began (``START_AT``, seconds since 1970), else now."""
    try:
        return float(environment.get("START_AT", ""))
    except ValueError:
        return time.time()


def _shown(data: Path) -> str:
    return os.path.relpath(data) if data.is_relative_to(Path.cwd()) else str(data)
