"""The edges of pages: where a caller becomes known and a scope is opened. Nothing below opens one for a request."""

import functools
from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import urlencode

from platform_core.access.can import Principal, can, can_any, known, principal_of
from platform_core.access.explaining import Explanation, explain
from platform_core.access.factors import is_shut_out
from platform_core.audit.services import audit_refusal
from platform_core.kits.observability.context import bind
from platform_core.kits.tenancy.scope import enter_person, enter_tenant, person, tenant
from platform_core.organizations.models import Membership

Page = Callable[..., HttpResponseBase]


class RefusedError(PermissionDenied):
    """A principal asked for what it may not. The edge writes it down, when every transaction has been rolled back."""

    def __init__(self, principal: Principal, permission: str, obj: Any = None) -> None:
        super().__init__(permission)
        self.principal, self.permission, self.obj = principal, permission, obj
        self.written = False

    @cached_property
    def explained(self) -> Explanation:
        """Why, and who can grant it; worked out when somebody asks: the error page, the problem."""
        return explain(self.principal, self.permission, self.obj)

    @property
    def extra(self) -> dict[str, Any]:
        """What the problem says beside its text."""
        told = self.explained
        return {"permission": self.permission, "why": told.why, "who_can_grant": list(told.who_can_grant)}

    def write(self) -> None:
        """This will write the refusal into the organization's audit log, once however many doors it passes."""
        who = self.principal
        if self.written:
            return
        self.written = True
        with tenant(who.organization_id):
            audit_refusal(
                action=self.permission,
                target=self.obj,
                organization_id=who.organization_id,
                actor_id=who.user_id,
                key_id=who.key_id,
            )


def signed_in_page(view: Page) -> Page:
    """This will call ``view(request, …)`` for whoever is signed in, in the scope of that person: ``/me/``, switching."""

    @login_required
    @functools.wraps(view)
    def page(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        enter_person(request.user.pk)  # type: ignore[arg-type]
        try:
            return view(request, **kwargs)
        except RefusedError as refused:
            refused.write()
            raise

    return page


def organization_page(
    permission: str, *, of: Callable[..., Any] | None = None, any_of: Any = None
) -> Callable[[Page], Page]:
    """This will call ``view(request, organization, …)`` inside the organization of the path.

    A stranger gets 404; a member who lacks ``permission`` gets 403, and the refusal is written down; one without the
    second factor that the organization requires is told so. Raises UnknownPermissionError when the module is loaded,
    not when somebody comes.

    A page about one object names how to find it, ``of(organization, **path)``: whoever lacks the role may come in by a
    share of that object. A list names the model, ``any_of``: whoever has a share of one comes in and sees ``visible``.
    """
    known(permission)

    def door(view: Page) -> Page:
        @login_required
        @functools.wraps(view)
        def page(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponseBase:
            membership = membership_of(request.user, slug)
            if is_shut_out(request, membership.organization):
                return redirect(f"{reverse('factor-required', args=[slug])}?{urlencode({'next': request.path})}")
            enter_tenant(membership.organization_id, user_id=membership.user_id)
            bind(organization_id=membership.organization_id)
            principal = principal_of(membership)
            request.membership = membership  # type: ignore[attr-defined]
            request.principal = principal  # type: ignore[attr-defined]
            try:
                admit(principal, permission, membership.organization, kwargs, of=of, any_of=any_of)
                return view(request, membership.organization, **kwargs)
            except RefusedError as refused:
                refused.write()
                raise

        page.permission = permission  # type: ignore[attr-defined]
        return page

    return door


def require(principal: Principal, permission: str, obj: Any = None) -> None:
    """This will raise RefusedError unless the principal may; page and API answer 403, and the refusal is written down."""
    if not can(principal, permission, obj):
        raise RefusedError(principal, permission, obj)


def admit(
    principal: Principal,
    permission: str,
    organization: Any,
    path: dict[str, Any],
    *,
    of: Callable[..., Any] | None = None,
    any_of: Any = None,
) -> None:
    """This will let in whoever has the role or a share; raises RefusedError. The object is read only if the role is not enough."""
    if can(principal, permission) or (any_of is not None and can_any(principal, permission, any_of)):
        return
    try:
        obj = of(organization, **path) if of else None
    except Http404:  # who may not see it learns not whether it is there
        obj = None
    require(principal, permission, obj)


def membership_of(user: Any, slug: str) -> Membership:
    """This will read a person's membership with its organization in one query, or raise Http404."""
    with person(user.pk):
        found = Membership.objects.select_related("organization", "user").filter(user=user, organization__slug=slug)
        return get_object_or_404(found)
