"""One event of an endpoint in a drawer, with every try; sending it again; a test."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from platform_core.access.doors import organization_page
from platform_core.kits.web.outbound import describe
from platform_core.kits.web.requests import go, page_or_fragment
from platform_core.kits.web.toasts import toast
from platform_core.organizations.models import Organization
from platform_core.permissions import WEBHOOK_MANAGE
from platform_core.webhooks import selectors, services
from platform_core.webhooks.models import WebhookAttempt, WebhookEndpoint, WebhookEvent
from platform_core.webhooks.views.endpoints import event_row


@require_safe
@organization_page(WEBHOOK_MANAGE)
def webhook_event(request: HttpRequest, organization: Organization, endpoint_id: Any, event_id: Any) -> HttpResponse:
    """This will show what was sent and what came back, each time; a fragment for the drawer, else a page."""
    event = _event(organization, endpoint_id, event_id)
    attempts = [_attempt(attempt) for attempt in selectors.attempts_of(event)]
    context = {
        "organization": organization,
        "endpoint": event.endpoint,
        "row": event_row(event),
        "event": event,
        "attempts": attempts,
        "can_replay": event.state in ("delivered", "failed") and event.endpoint.state == "active" and event.source_id,
    }
    return page_or_fragment(request, "webhooks/event.html", context, fragment="drawer")


@require_POST
@organization_page(WEBHOOK_MANAGE)
def webhook_event_replay(
    request: HttpRequest, organization: Organization, endpoint_id: Any, event_id: Any
) -> HttpResponse:
    """This will send one event again."""
    event = _event(organization, endpoint_id, event_id)
    try:
        services.replay(actor=request.user, event=event)  # type: ignore[arg-type]
    except services.WebhookStateError as refused:
        toast(request, str(refused), level="failed")
    else:
        toast(request, _("The event is sent again, under the same id."))
    return go(request, "webhook", slug=organization.slug, endpoint_id=event.endpoint_id)


@require_POST
@organization_page(WEBHOOK_MANAGE)
def webhook_test(request: HttpRequest, organization: Organization, endpoint_id: Any) -> HttpResponse:
    """This will send a test and show at once how it went."""
    endpoint = get_object_or_404(WebhookEndpoint.objects.for_organization(organization), pk=endpoint_id)
    attempt = services.send_test(actor=request.user, endpoint=endpoint)  # type: ignore[arg-type]
    context = {"organization": organization, "endpoint": endpoint, "shown": _attempt(attempt), "is_open": True}
    return render(request, "webhooks/tested.html", context)


def _event(organization: Organization, endpoint_id: Any, event_id: Any) -> WebhookEvent:
    rows = WebhookEvent.objects.for_organization(organization).select_related("endpoint")
    return get_object_or_404(rows, pk=event_id, endpoint=endpoint_id)


def _attempt(attempt: WebhookAttempt) -> dict[str, Any]:
    said = describe(attempt.status_code) if attempt.status_code else ""
    return {"attempt": attempt, "status": said, "error": services.explain(attempt.error)}
