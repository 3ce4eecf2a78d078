"""Pages of an organization's API keys."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from platform_core.access import services
from platform_core.access.doors import organization_page
from platform_core.access.forms import KeyForm
from platform_core.access.freshness import require_fresh
from platform_core.access.models import ApiKey
from platform_core.access.registry import PERMISSIONS
from platform_core.access.selectors import keys_of, living_made_by
from platform_core.kits.web.pagination import paginate
from platform_core.kits.web.requests import go
from platform_core.kits.web.toasts import toast
from platform_core.organizations.models import Organization
from platform_core.permissions import KEY_MANAGE


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
    form = KeyForm(request.POST or None, principal=principal)
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
            )
        except services.KeyRefusedError as refused:
            form.blame(refused)
        else:
            context["me_url"] = request.build_absolute_uri("/api/v1/me/")
            return render(request, "access/key_made.html", context, status=201)
    status = 422 if request.method == "POST" else 200
    return render(request, "access/key_new.html", context, status=status)


@require_POST
@organization_page(KEY_MANAGE)
def key_revoke(request: HttpRequest, organization: Organization, key_id: Any) -> HttpResponse:
    """This will end a key; the call after this one is refused."""
    key = get_object_or_404(ApiKey.objects.for_organization(organization), pk=key_id)
    services.revoke_key(actor=request.user, key=key)  # type: ignore[arg-type]
    toast(request, _("%(name)s is revoked: its next call is refused.") % {"name": key.name})
    return go(request, "keys", slug=organization.slug)


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
