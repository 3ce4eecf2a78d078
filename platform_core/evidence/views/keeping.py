"""Settings of the log: how long it is kept, with what goes when; where it is streamed to, with state and lag."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from platform_core.access.doors import organization_page
from platform_core.access.freshness import require_fresh
from platform_core.evidence import selectors, services
from platform_core.evidence.forms import RetentionForm, StreamForm
from platform_core.kits.web.toasts import toast
from platform_core.organizations.models import Organization
from platform_core.permissions import ORGANIZATION_MANAGE


@require_safe
@organization_page(ORGANIZATION_MANAGE)
@require_fresh
def keeping(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will show both."""
    return _page(request, organization)


@require_POST
@organization_page(ORGANIZATION_MANAGE)
@require_fresh
def retention(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will set how long the log is kept."""
    form = RetentionForm(request.POST)
    if not form.is_valid():
        return _page(request, organization, retention_form=form)
    days = form.cleaned_data["days"]
    services.set_retention(actor=_user(request), organization=organization, days=int(days) if days else None)
    toast(request, _("Saved."))
    return _back(organization)


@require_POST
@organization_page(ORGANIZATION_MANAGE)
@require_fresh
def stream(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will begin to stream; the secret is shown once, on the answer to this."""
    form = StreamForm(request.POST)
    if not form.is_valid():
        return _page(request, organization, stream_form=form)
    try:
        _stream, secret = services.set_stream(
            actor=_user(request),
            organization=organization,
            url=form.cleaned_data["url"],
            from_start=form.cleaned_data["from_start"],
        )
    except services.StreamError as error:
        form.add_error("url", str(error))
        return _page(request, organization, stream_form=form)
    return _page(request, organization, secret=secret)


@require_POST
@organization_page(ORGANIZATION_MANAGE)
@require_fresh
def stream_switch(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will stop the stream, or let it go on from where it stopped."""
    found = selectors.stream_of(organization)
    if found is not None:
        services.switch_stream(actor=_user(request), stream=found, is_on=request.POST.get("on") == "1")
    return _back(organization)


def _page(
    request: HttpRequest,
    organization: Organization,
    *,
    retention_form: RetentionForm | None = None,
    stream_form: StreamForm | None = None,
    secret: str = "",
) -> HttpResponse:
    days = selectors.kept_days(organization)
    found = selectors.stream_of(organization)
    context = {
        "organization": organization,
        "days": days,
        "going": selectors.going(organization, days, now=timezone.now()),
        "retention_form": retention_form or RetentionForm(initial={"days": str(days or "")}),
        "stream_form": stream_form or StreamForm(initial={"url": found.url if found else ""}),
        "stream": found,
        "lag": selectors.stream_lag(found) if found else 0,
        "secret": secret,
    }
    wrong = (retention_form and retention_form.errors) or (stream_form and stream_form.errors)
    response = render(request, "evidence/keeping.html", context, status=422 if wrong else 200)
    if secret:
        response.headers["Cache-Control"] = "no-store"
    return response


def _user(request: HttpRequest) -> Any:
    return request.user


def _back(organization: Organization) -> HttpResponse:
    return cast(HttpResponse, redirect("audit-keeping", slug=organization.slug))
