"""The sentences of the terminal: the block at the end of a start, and why a start was refused."""

import os
import time
from collections.abc import Collection, Mapping
from pathlib import Path

EMAIL, PASSWORD = "marta@andina.example", "demo-andina"


def block(environment: Mapping[str, str], data: Path, names: Collection[str], *, started_at: float) -> str:
    """This will return the last lines of a start. Says only what is there: no pages, no sign-in; no catcher, no mail."""
    url = environment["BASE_URL"]
    what = url if "web" in names else ", ".join(sorted(names))
    lines = [(f"Ready in {max(time.time() - started_at, 0):.0f} s", what, "")]
    if environment.get("DEMO") == "1" and "web" in names:
        lines.append(("Sign in", f"{EMAIL} / {PASSWORD}", "(or choose a person on the page)"))
    if "mail" in names and "web" in names:
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
