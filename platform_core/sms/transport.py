"""The way to the gateway: one POST of JSON, and whether the message may have left.

What is sent: ``{"to", "from", "text", "reference"}``, the reference as ``Idempotency-Key`` too; what is expected: 2xx with
``id`` or ``message_id``. 409 says that the key was taken before. In development there is no gateway: a file in the
catcher's folder, where the mail page shows it.
"""

import json
import os
import time
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from platform_core.kits.web import outbound

FOR_NOW = frozenset(
    [401, 403, 404, 408, 425, 429, 503]
)  # about the gateway or our account there: not the message's fault
CHANNEL = "X-Channel"


class NotSentError(Exception):
    """It has surely not been accepted. ``final``: trying again will not help. ``wait``: seconds that the gateway asks for."""

    def __init__(self, reason: str, *, final: bool = False, wait: int = 0) -> None:
        super().__init__(reason[:300])
        self.final, self.wait = final, wait


class OutcomeUnknownError(Exception):
    """It was on its way when the line broke, or the gateway failed over it: it may have been accepted."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where messages go, read from ``SMS_URL``. ``repeats``: it keeps keys, so the same key may be sent again."""

    url: str
    authorization: str
    sender: str
    repeats: bool


def gateway() -> Gateway | None:
    """This will give the gateway of the settings; None where there is none."""
    found = settings.SMS
    return Gateway(found["url"], found["authorization"], found["sender"], found["repeats"]) if found else None


def hand_over(*, to: str, text: str, key: str, seconds: float = 10.0) -> str:
    """This will return the gateway's id of the message; raises NotSentError, OutcomeUnknownError. In no transaction."""
    way = gateway()
    if way is None:
        raise NotSentError("no gateway")
    if way.url.startswith("file:"):
        return _kept(way, to=to, text=text, key=key)
    body = json.dumps({"to": to, "from": way.sender, "text": text, "reference": key}).encode()
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "User-Agent": "Portfolio-SMS/1",
        "Idempotency-Key": key,
        **({"Authorization": way.authorization} if way.authorization else {}),
    }
    try:
        answer = outbound.post(way.url, body, headers, seconds=seconds)
    except outbound.OutboundError as error:
        if error.may_have_arrived:
            raise OutcomeUnknownError(error.code) from error
        raise NotSentError(error.code) from error
    return _judged(answer)


def _judged(answer: outbound.Answer) -> str:
    said = _said(answer.body)
    if 200 <= answer.status < 300 or answer.status == 409:
        return str(said.get("id") or said.get("message_id") or "")[:120]
    words = f"{answer.status} {said.get('message') or said.get('error') or said.get('detail') or ''}".strip()[:200]
    if answer.status in FOR_NOW:
        wait = answer.header.get("retry-after", "")
        raise NotSentError(words, wait=min(int(wait[:6]), 86_400) if wait.isascii() and wait.isdigit() else 0)
    if answer.status >= 500:
        raise OutcomeUnknownError(words)
    raise NotSentError(words, final=True)


def _said(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _kept(way: Gateway, *, to: str, text: str, key: str) -> str:
    """As the mail catcher keeps a mail: whole, or not at all."""
    message = EmailMessage(policy=SMTP)
    message["X-Envelope-To"] = to
    message["From"] = way.sender
    message["Subject"] = "SMS"
    message["Date"] = format_datetime(timezone.now())
    message[CHANNEL] = "sms"
    message["X-Reference"] = key
    message.set_content(text)
    folder = Path(way.url.removeprefix("file://"))
    name = f"{time.time_ns()}-{os.getpid()}-0"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / f".{name}").write_bytes(message.as_bytes())
        (folder / f".{name}").rename(folder / f"{name}.eml")
    except OSError as error:
        raise NotSentError(str(error.strerror or error)) from error
    return name
