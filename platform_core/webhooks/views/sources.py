"""Pages of webhook sources."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from platform_core.access.doors import organization_page
from platform_core.access.freshness import require_fresh
from platform_core.kits.web.pagination import paginate
from platform_core.kits.web.requests import go
from platform_core.kits.web.toasts import toast
from platform_core.organizations.models import Organization
from platform_core.permissions import WEBHOOK_MANAGE
from platform_core.webhooks import selectors, services
from platform_core.webhooks.forms import SourceForm
from platform_core.webhooks.models import WebhookSource


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@organization_page(WEBHOOK_MANAGE)
@require_fresh
def source_new(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will make a source and show its address and secret."""
    form = SourceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actor: Any = request.user
            source, secret = services.create_source(actor=actor, organization=organization, **form.cleaned_data)
        except services.WebhookError as refused:
            form.blame(refused)
        else:
            return _secret_page(request, organization, source, secret, status=201)
    context = {"organization": organization, "form": form}
    return render(request, "webhooks/source_form.html", context, status=422 if request.method == "POST" else 200)


@require_safe
@organization_page(WEBHOOK_MANAGE)
def source(request: HttpRequest, organization: Organization, source_id: Any) -> HttpResponse:
    """This will show a source: its address, and what came in."""
    found = _found(organization, source_id)
    shown = paginate(request, selectors.received_of(found))
    context = {"organization": organization, "source": found, "shown": shown, "url": _url(request, found)}
    return render(request, "webhooks/source.html", context)


@never_cache
@require_POST
@organization_page(WEBHOOK_MANAGE)
@require_fresh
def source_secret(request: HttpRequest, organization: Organization, source_id: Any) -> HttpResponse:
    """This will show the secret in force; with ``rotate`` in the form a new one is put in force before."""
    found, actor = _found(organization, source_id), request.user
    show = services.rotate_source_secret if "rotate" in request.POST else services.reveal_source_secret
    return _secret_page(request, organization, found, show(actor=actor, source=found))  # type: ignore[arg-type]


@require_POST
@organization_page(WEBHOOK_MANAGE)
def source_switch(request: HttpRequest, organization: Organization, source_id: Any) -> HttpResponse:
    """This will open or close a source."""
    found, is_open = _found(organization, source_id), request.POST.get("to") == "on"
    services.switch_source(actor=request.user, source=found, is_open=is_open)  # type: ignore[arg-type]
    toast(request, _("The source is open.") if is_open else _("The source is closed: it answers 410."))
    return go(request, "webhook-source", slug=organization.slug, source_id=found.pk)


@require_POST
@organization_page(WEBHOOK_MANAGE)
def source_delete(request: HttpRequest, organization: Organization, source_id: Any) -> HttpResponse:
    """This will delete a source with what it has received."""
    services.delete_source(actor=request.user, source=_found(organization, source_id))  # type: ignore[arg-type]
    toast(request, _("The source is deleted."))
    return go(request, "webhooks", slug=organization.slug)


def _found(organization: Organization, source_id: Any) -> WebhookSource:
    return get_object_or_404(WebhookSource.objects.for_organization(organization), pk=source_id)


def _url(request: HttpRequest, source: WebhookSource) -> str:
    return request.build_absolute_uri(reverse("hook-in", kwargs={"source_id": source.pk}))


def _secret_page(
    request: HttpRequest, organization: Organization, source: WebhookSource, secret: str, *, status: int = 200
) -> HttpResponse:
    context = {"organization": organization, "source": source, "secret": secret, "url": _url(request, source)}
    return render(request, "webhooks/source_secret.html", context, status=status)
