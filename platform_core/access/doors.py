"""The edges of pages: where a caller becomes known and a scope is opened. Nothing below opens one for a request."""

import functools
from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404

from platform_core.access.can import Principal, can, known
from platform_core.audit.services import audit_refusal
from platform_core.kits.observability.context import bind
from platform_core.kits.tenancy.scope import enter_person, enter_tenant, person
from platform_core.organizations.models import Membership

Page = Callable[..., HttpResponseBase]


def signed_in_page(view: Page) -> Page:
    """This will call ``view(request, …)`` for whoever is signed in, in the scope of that person: ``/me/``, switching."""

    @login_required
    @functools.wraps(view)
    def page(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        enter_person(request.user.pk)  # type: ignore[arg-type]
        return view(request, **kwargs)

    return page


def organization_page(permission: str) -> Callable[[Page], Page]:
    """This will call ``view(request, organization, …)`` inside the organization of the path.

    A stranger gets 404; a member who lacks ``permission`` gets 403, and the refusal is written down. Raises
    UnknownPermissionError when the module is loaded, not when somebody comes.
    """
    known(permission)

    def door(view: Page) -> Page:
        @login_required
        @functools.wraps(view)
        def page(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponseBase:
            membership = membership_of(request.user, slug)
            enter_tenant(membership.organization_id, user_id=membership.user_id)
            bind(organization_id=membership.organization_id)
            principal = Principal(membership.organization_id, membership.role, membership.user_id)
            request.membership = membership  # type: ignore[attr-defined]
            request.principal = principal  # type: ignore[attr-defined]
            require(principal, permission)
            return view(request, membership.organization, **kwargs)

        page.permission = permission  # type: ignore[attr-defined]
        return page

    return door


def require(principal: Principal, permission: str, obj: Any = None) -> None:
    """This will raise PermissionDenied and write the refusal down, unless the principal may. Call it outside transactions."""
    if can(principal, permission, obj):
        return
    audit_refusal(
        action=permission,
        target=obj,
        organization_id=principal.organization_id,
        actor_id=principal.user_id,
        key_id=principal.key_id,
    )
    raise PermissionDenied(permission)


def membership_of(user: Any, slug: str) -> Membership:
    """This will read a person's membership with its organization in one query, or raise Http404."""
    with person(user.pk):
        found = Membership.objects.select_related("organization", "user").filter(user=user, organization__slug=slug)
        return get_object_or_404(found)
