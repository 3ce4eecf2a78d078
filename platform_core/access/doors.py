"""The edges of pages: where a caller becomes known and a scope is opened. Nothing below opens one for a request."""

import functools
from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404

from platform_core.access.can import Principal, can
from platform_core.audit.services import audit
from platform_core.kits.tenancy.scope import enter_tenant, person
from platform_core.organizations.models import Membership

Page = Callable[..., HttpResponseBase]


def organization_page(permission: str) -> Callable[[Page], Page]:
    """This will call ``view(request, organization, …)`` inside the organization of the path.

    A stranger gets 404; a member who lacks ``permission`` gets 403, and the refusal is written down.
    """

    def door(view: Page) -> Page:
        @login_required
        @functools.wraps(view)
        def page(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponseBase:
            membership = membership_of(request.user, slug)
            enter_tenant(membership.organization_id, user_id=membership.user_id)
            principal = Principal(membership.organization_id, membership.role, membership.user_id)
            request.membership = membership  # type: ignore[attr-defined]
            request.principal = principal  # type: ignore[attr-defined]
            if not can(principal, permission):
                audit(action=permission, actor=membership.user, outcome="denied")
                raise PermissionDenied(permission)
            return view(request, membership.organization, **kwargs)

        return page

    return door


def membership_of(user: Any, slug: str) -> Membership:
    """This will read a person's membership with its organization in one query, or raise Http404."""
    with person(user.pk):
        found = Membership.objects.select_related("organization", "user").filter(user=user, organization__slug=slug)
        return get_object_or_404(found)
