"""One try: signed, sent, and what came back as a row that is not stored yet. No database in here: it runs in threads."""

import time
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone
from django.utils.http import parse_http_date_safe

from platform_core.kits.crypto import signing
from platform_core.kits.web import outbound
from platform_core.webhooks.models import WebhookAttempt, WebhookEvent

USER_AGENT = "Portfolio-Webhooks/1"
KEPT_BODY, KEPT_HEADERS, KEPT_VALUE = 4000, 40, 500
TEST_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Order:
    """All that a try needs, read beforehand."""

    event: WebhookEvent
    url: str
    secrets: list[str] = field(repr=False)
    cause: str
    seconds: float = outbound.TOTAL_SECONDS


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a try went. ``retry_after`` is what the peer asked for, in seconds."""

    event: WebhookEvent
    attempt: WebhookAttempt
    retry_after: int = 0

    @property
    def succeeded(self) -> bool:
        return not self.attempt.error


def send(order: Order) -> Outcome:
    """This will try once and never raise for what a peer does. 2xx is success, nothing else is."""
    event, body = order.event, order.event.body.encode()
    now = timezone.now()
    headers = signing.headers_of(order.secrets, message_id=event.message_id, timestamp=int(now.timestamp()), body=body)
    sent = {"Content-Type": "application/json", "User-Agent": USER_AGENT, **headers}
    began = time.monotonic()
    attempt = _attempt(order, now, sent)
    try:
        answer = outbound.post(order.url, body, sent, seconds=order.seconds)
    except outbound.OutboundError as error:
        attempt.error, attempt.detail, attempt.address = error.code, _clean(str(error))[:200], error.address
        attempt.milliseconds = round(1000 * (time.monotonic() - began))
        return Outcome(event, attempt)
    attempt.status_code, attempt.address, attempt.milliseconds = answer.status, answer.address, answer.milliseconds
    attempt.error = _judged(answer.status)
    attempt.response_headers = [
        [_clean(name)[:100], _clean(value)[:KEPT_VALUE]] for name, value in answer.headers[:KEPT_HEADERS]
    ]
    attempt.response_body = _clean(answer.body[:KEPT_BODY].decode("utf-8", "replace"), lines=True)
    return Outcome(event, attempt, _retry_after(answer.header.get("retry-after", ""), now))


def _attempt(order: Order, now: datetime, sent: dict[str, str]) -> WebhookAttempt:
    return WebhookAttempt(
        organization_id=order.event.organization_id,
        event_id=order.event.pk,
        endpoint_id=order.event.endpoint_id,
        cause=order.cause,
        at=now,
        url=order.url,
        request_headers=sent,
    )


def _judged(status: int) -> str:
    if 200 <= status < 300:
        return ""
    return "redirect" if 300 <= status < 400 else "status"


def _retry_after(value: str, now: datetime) -> int:
    """Seconds, or a date of HTTP; nonsense counts as nothing."""
    if value.isascii() and value.isdigit():
        return min(int(value[:9]), 10**9)
    at = parse_http_date_safe(value) if value else None
    return max(0, int(at - now.timestamp())) if at else 0


def _clean(text: str, *, lines: bool = False) -> str:
    """Postgres stores no NUL, and a page no control characters."""
    return "".join(sign for sign in text if sign.isprintable() or (lines and sign in "\n\t"))
