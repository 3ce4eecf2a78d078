"""Pages of an organization's API keys."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from platform_core.access import services
from platform_core.access.doors import organization_page
from platform_core.access.forms import TEST, KeyForm
from platform_core.access.freshness import require_fresh
from platform_core.access.models import ApiKey
from platform_core.access.registry import PERMISSIONS
from platform_core.access.samples import VARIABLE, samples_for
from platform_core.access.selectors import keys_of, living_made_by, requests_of
from platform_core.kits.web.pagination import paginate
from platform_core.kits.web.requests import go
from platform_core.kits.web.toasts import toast
from platform_core.organizations.models import Organization
from platform_core.permissions import KEY_MANAGE

CALLS_A_PAGE = 25
METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")


@require_safe
@organization_page(KEY_MANAGE)
def keys(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will list the keys: what they may do, who made them, when they were used last."""
    shown = paginate(request, keys_of(organization.pk))
    now = timezone.now()
    made = living_made_by([key.pk for key in shown.rows], organization.pk)
    rows = [_row(key, now, made[key.pk]) for key in shown.rows]
    return render(request, "access/keys.html", {"organization": organization, "shown": shown, "rows": rows})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@organization_page(KEY_MANAGE)
@require_fresh
def key_new(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will make a key and show its secret in this one answer: it is nowhere to be read again, so no redirect."""
    principal = request.principal  # type: ignore[attr-defined]
    first = {"mode": TEST} if request.GET.get("mode") == TEST else {}
    form = KeyForm(request.POST or None, principal=principal, initial=first)
    context: dict[str, Any] = {"organization": organization, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            context["key"], context["secret"] = services.create_key(
                actor=request.user,  # type: ignore[arg-type]
                principal=principal,
                organization=organization,
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                expires_at=form.expires_at(timezone.now()),
                is_test=form.is_test,
            )
        except services.KeyRefusedError as refused:
            form.blame(refused)
        else:
            context["me_url"] = request.build_absolute_uri("/api/v1/me/")
            return render(request, "access/key_made.html", context, status=201)
    status = 422 if request.method == "POST" else 200
    return render(request, "access/key_new.html", context, status=status)


@require_safe
@organization_page(KEY_MANAGE)
def key(request: HttpRequest, organization: Organization, key_id: Any) -> HttpResponse:
    """This will show one key: what it may do, programs that use it, and its calls of seven days as the address filters them."""
    found = get_object_or_404(keys_of(organization.pk), pk=key_id)
    wanted = {name: request.GET.get(name, "").replace("\0", "")[:100] for name in ("status", "method", "q")}
    rows = requests_of(
        organization.pk, found.pk, status=wanted["status"], method=wanted["method"], search=wanted["q"]
    ).order_by("-id")
    if before := uuid_or_none(request.GET.get("before", "")):
        rows = rows.filter(pk__lt=before)
    calls = list(rows[: CALLS_A_PAGE + 1])
    made = living_made_by([found.pk], organization.pk)[found.pk]
    context = {
        "organization": organization,
        "row": _row(found, timezone.now(), made),
        "samples": samples_for(
            base=request.build_absolute_uri("/api/v1/"), slug=organization.slug, scopes=found.scopes
        ),
        "variable": VARIABLE,
        "wanted": wanted,
        "filtered": any(wanted.values()),
        "statuses": [("2", _("Succeeded")), ("4", _("Refused")), ("5", _("Failed"))],
        "methods": METHODS,
        "calls": calls[:CALLS_A_PAGE],
        "older": calls[CALLS_A_PAGE - 1].pk if len(calls) > CALLS_A_PAGE else None,
        "newest": before is None,
    }
    return render(request, "access/key.html", context)


@require_POST
@organization_page(KEY_MANAGE)
def key_revoke(request: HttpRequest, organization: Organization, key_id: Any) -> HttpResponse:
    """This will end a key; the call after this one is refused."""
    key = get_object_or_404(ApiKey.objects.for_organization(organization), pk=key_id)
    services.revoke_key(actor=request.user, key=key)  # type: ignore[arg-type]
    toast(request, _("%(name)s is revoked: its next call is refused.") % {"name": key.name})
    return go(request, "keys", slug=organization.slug)


def uuid_or_none(text: str) -> UUID | None:
    """This will read an id of an address; None for what is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _row(key: ApiKey, now: Any, made: int) -> dict[str, Any]:
    scopes = [PERMISSIONS[name].label for name in key.scopes if name in PERMISSIONS]
    ended = key.expires_at is not None and key.expires_at <= now
    return {
        "key": key,
        "state": "revoked" if key.revoked_at else "expired" if ended else "live",
        "scopes": scopes,
        "made": made,
        "more": max(0, len(scopes) - 1),
    }
