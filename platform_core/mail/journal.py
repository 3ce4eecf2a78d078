"""What has left, written down outside Postgres: one line before a mail leaves, one with the outcome, each on disk at once.

A file a day in ``DATA_DIR/journal``, only ever appended to. It outlives the database: after a restored backup the rows
say "waiting" while the journal says "handed over", and then nothing is sent until staff has looked (``HELD``). Each
machine that sends keeps its own, on a disk that outlives the process. Ids only; no addresses, no subjects.
"""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

KEPT = timedelta(days=7)  # how far back the journal is compared with the database
HANDING, RELEASED = "handing", "released"


def folder() -> Path:
    """This will name the folder, made where it is missing."""
    found = Path(settings.DATA_DIR) / "journal"
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def note(event: str, **fields: Any) -> None:
    """This will append one line; it is on disk when this returns. One write, so lines of two processes never mix."""
    now = datetime.now(UTC)
    values = {name: str(value) if isinstance(value, UUID) else value for name, value in fields.items()}
    line = json.dumps({"at": now.isoformat(timespec="milliseconds"), "event": event, **values}) + "\n"
    descriptor = os.open(folder() / f"mail-{now:%Y%m%d}.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, line.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def handed_over() -> dict[UUID, int]:
    """This will read which mails have been handed over in which attempt, since staff has last released sending."""
    found: dict[UUID, int] = {}
    for entry in _lines():
        if entry["event"] == RELEASED:
            found.clear()
        elif entry["event"] == HANDING:
            mail = UUID(entry["mail"])
            found[mail] = max(found.get(mail, 0), int(entry["attempt"]))
    return found


def _lines() -> Iterator[dict[str, Any]]:
    first = f"mail-{datetime.now(UTC) - KEPT:%Y%m%d}.jsonl"
    for file in sorted(folder().glob("mail-*.jsonl")):
        if file.name < first:
            continue
        for line in file.read_text().splitlines():
            try:
                yield json.loads(line)
            except ValueError:  # a power cut in the middle of a line
                continue


def hold(reason: str) -> None:
    """This will keep sending off, on this machine, until ``release``."""
    (folder() / "HELD").write_text(reason)


def held() -> str:
    """This will say why sending is kept off; empty where it is not."""
    try:
        return (folder() / "HELD").read_text() or "held"
    except FileNotFoundError:
        return ""


def release() -> bool:
    """This will let sending go on; what was handed over before counts as settled. False when nothing was held."""
    if not held():
        return False
    note(RELEASED)
    (folder() / "HELD").unlink(missing_ok=True)
    return True
