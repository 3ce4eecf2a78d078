"""What browsers report: something on a page of ours that its content policy forbids. Logged without paths' secrets, counted.

Anybody may post here, so little is believed: small bodies, few fields, short values, a limit by address.
"""

import json
import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from prometheus_client import Counter

from platform_core.kits.api.throttling import RateExceededError, admit
from platform_core.kits.observability.context import client
from platform_core.kits.observability.metrics import COUNTED
from platform_core.kits.web.csp import POLICY

MOST_BYTES, MOST_REPORTS, MOST_LETTERS = 16_384, 20, 100
REPORTS = Counter(
    "portfolio_csp_reports", "Reports of what a content policy has stopped.", ("directive",), registry=COUNTED
)
log = logging.getLogger(__name__)


@csrf_exempt  # browsers send no token with a report
@require_POST
def csp_reports(request: HttpRequest) -> HttpResponse:
    """This will note the reports of one browser; 204, 413 for too much, 429 past the limit of its address."""
    try:
        admit(client().ip or "unknown", "report")
    except RateExceededError as error:
        return HttpResponse(status=429, headers=error.headers)
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        return HttpResponse(status=413)
    try:
        sent = json.loads(request.body)
    except (ValueError, RecursionError):
        return HttpResponse(status=400)
    for report in _reports(sent):
        directive = str(report.get("effectiveDirective") or report.get("effective-directive") or "")
        directive = directive if directive in POLICY or directive.removesuffix("-elem") in POLICY else "other"
        REPORTS.labels(directive=directive).inc()
        log.warning(
            "csp.violated",
            extra={
                "directive": directive,
                "blocked": _place(report.get("blockedURL") or report.get("blocked-uri")),
                "page": _place(report.get("documentURL") or report.get("document-uri")),
                "source": _place(report.get("sourceFile") or report.get("source-file")),
                "line": report.get("lineNumber") if isinstance(report.get("lineNumber"), int) else None,
            },
        )
    return HttpResponse(status=204)


def _reports(sent: Any) -> Iterator[dict[str, Any]]:
    """Both forms: one object under ``csp-report`` (report-uri), a list of ``{type, body}`` (Reporting API)."""
    items = sent if isinstance(sent, list) else [sent]
    for item in items[:MOST_REPORTS]:
        body = (item.get("csp-report") or item.get("body")) if isinstance(item, dict) else None
        if isinstance(body, dict):
            yield body


def _place(value: Any) -> str:
    """Of an address only where it is, and of ours the first part of the path: the rest may hold signed tokens."""
    text = "".join(letter for letter in str(value or "") if letter.isprintable())
    try:
        parts = urlsplit(text)
    except ValueError:
        return "unreadable"
    if not parts.netloc:
        return text[:MOST_LETTERS] if "/" not in text else "unreadable"
    own = parts.netloc == urlsplit(settings.BASE_URL).netloc
    return f"{parts.netloc}{'/' + parts.path.split('/')[1] if own and parts.path else ''}"[:MOST_LETTERS]
