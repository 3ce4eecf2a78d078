"""Pages of webhook endpoints: list, form, one endpoint, and the secret in the one answer that shows it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from platform_core.access.doors import organization_page
from platform_core.access.editing import who_was_faster
from platform_core.access.freshness import require_fresh
from platform_core.events.services import EVENT_TYPES
from platform_core.kits.editing import ChangedByOthersError, seen_of
from platform_core.kits.web import numbers
from platform_core.kits.web.pagination import paginate
from platform_core.kits.web.requests import go
from platform_core.kits.web.toasts import toast
from platform_core.organizations.models import Organization
from platform_core.permissions import WEBHOOK_MANAGE
from platform_core.webhooks import selectors, services
from platform_core.webhooks.forms import EndpointForm, WindowForm
from platform_core.webhooks.models import EVERYTHING, WebhookEndpoint, WebhookEvent

SHOWN_TYPES = 2


@require_safe
@organization_page(WEBHOOK_MANAGE)
def webhooks(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will list endpoints with how they do, and sources."""
    rows = [{"endpoint": row, "types": type_words(row)} for row in selectors.endpoints_of(organization.pk)]
    sources = selectors.source_rows(organization.pk).order_by("-id")
    return render(
        request, "webhooks/webhooks.html", {"organization": organization, "rows": rows, "sources": list(sources)}
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@organization_page(WEBHOOK_MANAGE)
@require_fresh
def webhook_new(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will make an endpoint and show its secret, with how to check a signature by it."""
    form = EndpointForm(request.POST or None, initial={"event_types": [EVERYTHING]})
    context: dict[str, Any] = {"organization": organization, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            endpoint, secret = services.create_endpoint(
                actor=request.user,  # type: ignore[arg-type]
                organization=organization,
                **form.cleaned_data,
            )
        except services.WebhookError as refused:
            form.blame(refused)
        else:
            return _secret_page(request, organization, endpoint, secret, status=201, is_new=True)
    return render(request, "webhooks/form.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@organization_page(WEBHOOK_MANAGE)
def webhook_change(request: HttpRequest, organization: Organization, endpoint_id: Any) -> HttpResponse:
    """This will change address, description and types."""
    endpoint = _found(organization, endpoint_id)
    form = EndpointForm(request.POST or None, endpoint=endpoint)
    if request.method == "POST" and form.is_valid():
        try:
            services.update_endpoint(
                actor=request.user,  # type: ignore[arg-type]
                endpoint=endpoint,
                seen=request.POST.get("seen"),
                **form.cleaned_data,
            )
        except services.WebhookError as refused:
            form.blame(refused)
        except ChangedByOthersError:
            endpoint = _found(organization, endpoint_id)
            form.add_error(None, who_was_faster(organization.pk, endpoint, "webhook.changed"))
        else:
            toast(request, _("Saved."))
            return go(request, "webhook", slug=organization.slug, endpoint_id=endpoint.pk)
    seen = seen_of(endpoint, services.EDITED)
    context = {"organization": organization, "form": form, "endpoint": endpoint, "seen": seen}
    return render(request, "webhooks/form.html", context, status=422 if request.method == "POST" else 200)


@require_safe
@organization_page(WEBHOOK_MANAGE)
def webhook(request: HttpRequest, organization: Organization, endpoint_id: Any) -> HttpResponse:
    """This will show an endpoint: how it does, what went to it, what is tried when."""
    endpoint = get_object_or_404(selectors.endpoints_of(organization.pk), pk=endpoint_id)
    state = request.GET.get("state", "")
    shown = paginate(request, selectors.events_of(endpoint, state=state))
    counts = selectors.counts_of(endpoint)
    context = {
        "organization": organization,
        "endpoint": endpoint,
        "types": type_words(endpoint),
        "shown": shown,
        "rows": [event_row(event) for event in shown.rows],
        "state": state if state in WebhookEvent.State.values else "",
        "states": [(value, label, counts.get(value, 0)) for value, label in WebhookEvent.State.choices],
        "failed": selectors.has_failed(endpoint),
        "window": WindowForm(),
    }
    return render(request, "webhooks/webhook.html", context)


@never_cache
@require_POST
@organization_page(WEBHOOK_MANAGE)
@require_fresh
def webhook_secret(request: HttpRequest, organization: Organization, endpoint_id: Any) -> HttpResponse:
    """This will show the secret in force; with ``rotate`` in the form a new one is put in force before."""
    endpoint, actor = _found(organization, endpoint_id), request.user
    show = services.rotate_secret if "rotate" in request.POST else services.reveal_secret
    return _secret_page(request, organization, endpoint, show(actor=actor, endpoint=endpoint))  # type: ignore[arg-type]


@require_POST
@organization_page(WEBHOOK_MANAGE)
def webhook_switch(request: HttpRequest, organization: Organization, endpoint_id: Any) -> HttpResponse:
    """This will switch an endpoint on or off."""
    endpoint, actor = _found(organization, endpoint_id), request.user
    if request.POST.get("to") == "on":
        services.enable_endpoint(actor=actor, endpoint=endpoint)  # type: ignore[arg-type]
        toast(request, _("The endpoint is on. Events from now on are sent."))
    else:
        services.disable_endpoint(actor=actor, endpoint=endpoint)  # type: ignore[arg-type]
        toast(request, _("The endpoint is off. Its events are kept and can be replayed."))
    return go(request, "webhook", slug=organization.slug, endpoint_id=endpoint.pk)


@require_POST
@organization_page(WEBHOOK_MANAGE)
def webhook_delete(request: HttpRequest, organization: Organization, endpoint_id: Any) -> HttpResponse:
    """This will delete an endpoint with its events."""
    endpoint = _found(organization, endpoint_id)
    services.delete_endpoint(actor=request.user, endpoint=endpoint)  # type: ignore[arg-type]
    toast(request, _("The endpoint is deleted."))
    return go(request, "webhooks", slug=organization.slug)


@require_POST
@organization_page(WEBHOOK_MANAGE)
def webhook_replay(request: HttpRequest, organization: Organization, endpoint_id: Any) -> HttpResponse:
    """This will send again what failed in a window."""
    endpoint, form = _found(organization, endpoint_id), WindowForm(request.POST)
    if form.is_valid():
        try:
            actor: Any = request.user
            count = services.replay_failed(actor=actor, endpoint=endpoint, **form.window())
        except services.WebhookStateError as refused:
            toast(request, str(refused), level="failed")
        else:
            text = ngettext("%(n)s event is sent again.", "%(n)s events are sent again.", count)
            toast(request, text % {"n": numbers.write(count)})
    else:
        toast(request, _("Choose how far back."), level="failed")
    return go(request, "webhook", slug=organization.slug, endpoint_id=endpoint.pk)


def type_words(endpoint: WebhookEndpoint) -> dict[str, Any]:
    """This will say what an endpoint receives: the first few in words, and how many more there are."""
    if endpoint.event_types == [EVERYTHING]:
        return {"shown": [_("Everything")], "more": 0}
    words = [str(EVENT_TYPES[name].label) if name in EVENT_TYPES else f"{name}*" for name in endpoint.event_types]
    return {"shown": words[:SHOWN_TYPES], "more": max(0, len(words) - SHOWN_TYPES)}


def event_row(event: WebhookEvent) -> dict[str, Any]:
    """This will give an event with the words of its type and of what went wrong."""
    label = EVENT_TYPES[event.type].label if event.type in EVENT_TYPES else _("Test")
    return {"event": event, "label": label, "error": services.explain(event.error)}


def _found(organization: Organization, endpoint_id: Any) -> WebhookEndpoint:
    return get_object_or_404(WebhookEndpoint.objects.for_organization(organization), pk=endpoint_id)


def _secret_page(
    request: HttpRequest,
    organization: Organization,
    endpoint: WebhookEndpoint,
    secret: str,
    *,
    status: int = 200,
    is_new: bool = False,
) -> HttpResponse:
    context = {"organization": organization, "endpoint": endpoint, "secret": secret, "is_new": is_new}
    return render(request, "webhooks/secret.html", context, status=status)
