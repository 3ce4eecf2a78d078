"""The page of one object's shares, whatever the object is; and why somebody may or may not do something."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from platform_core.access.can import can, principal_of
from platform_core.access.doors import organization_page, require
from platform_core.access.explaining import explain
from platform_core.access.registry import PERMISSIONS
from platform_core.access.scopes import PRODUCTS
from platform_core.access.shares import KINDS, Shareable
from platform_core.access.sharing import ShareRefusedError, end_share, share, shares_of
from platform_core.audit.services import audit_view
from platform_core.kits.web.toasts import toast
from platform_core.organizations.errors import OrganizationError
from platform_core.organizations.models import Membership, Organization, Team
from platform_core.organizations.selectors import people
from platform_core.organizations.selectors import roles as selectors
from platform_core.permissions import MEMBER_MANAGE, MEMBER_VIEW, ORGANIZATION_VIEW, SHARE_MANAGE

MOST_CHOICES = 200  # members in the list; more are found by name


@require_http_methods(["GET", "HEAD", "POST"])
@organization_page(SHARE_MANAGE)
def shares(request: HttpRequest, organization: Organization, kind: str, object_id: UUID) -> HttpResponse:
    """This will show with whom an object is shared; a POST shares it, changes a level or ends a share."""
    shareable, obj = object_of(organization, kind, object_id)
    principal = request.principal  # type: ignore[attr-defined]
    for permission in shareable.read:
        require(principal, permission, obj)
    fault = ""
    if request.method == "POST":
        try:
            toast(request, _changed(request, organization, obj))
        except OrganizationError as refused:
            fault = str(refused)
        else:
            return redirect("shares", slug=organization.slug, kind=kind, object_id=obj.pk)
    search = request.GET.get("q", "").strip()[:100]
    shown = list(people.members(organization, search=search)[: MOST_CHOICES + 1])
    context: dict[str, Any] = {
        "organization": organization,
        "shareable": shareable,
        "object": obj,
        "name": getattr(obj, "name", "") or str(obj),
        "back": shareable.path(obj),
        "shares": shares_of(obj),
        "members": shown[:MOST_CHOICES],
        "search": search,
        "searches": bool(search) or len(shown) > MOST_CHOICES,
        "more": len(shown) > MOST_CHOICES,
        "teams": selectors.teams(organization),
        "edits": all(can(principal, name, obj) for name in shareable.edit),
        "roles": selectors.opening(organization, shareable.read, shareable.edit),
        "fault": fault,
        "chosen": request.POST.get("with", "").partition(":")[2],
        "level": request.POST.get("level", "read"),
    }
    audit_view(
        action="share.view",
        organization_id=organization.pk,
        actor=request.user,  # type: ignore[arg-type]
        count=len(context["members"]),
        target=obj,
        target_label=context["name"],
        throttled=True,
    )
    return render(request, "organizations/shares.html", context, status=422 if fault else 200)


def _changed(request: HttpRequest, organization: Organization, obj: Any) -> str:
    actor = request.user
    if ending := request.POST.get("end"):
        end_share(actor=actor, obj=obj, share_id=_id(ending))  # type: ignore[arg-type]
        return _("Share ended: it holds from the next page that they open.")
    sort, _colon, wanted = request.POST.get("with", "").partition(":")
    if not wanted:
        raise ShareRefusedError(_("Choose a member or a team to share it with."))
    rows: Any = Team.objects if sort == "team" else Membership.objects.select_related("user")
    who = get_object_or_404(rows.for_organization(organization), pk=_id(wanted))
    level = request.POST.get("level", "")
    share(actor=actor, obj=obj, level=level, **{"team" if sort == "team" else "member": who})  # type: ignore[arg-type]
    return _("Shared with %(name)s.") % {"name": who if sort == "team" else who.user}


def object_of(organization: Organization | UUID, kind: str, object_id: UUID) -> tuple[Shareable, Any]:
    """This will find what can be shared, or raise Http404."""
    shareable = KINDS.get(kind)
    if shareable is None:
        raise Http404
    rows = shareable.model.objects.for_organization(organization).filter(shareable.living)
    return shareable, get_object_or_404(rows.select_related("organization"), pk=object_id)


@require_safe
@organization_page(ORGANIZATION_VIEW)
def explained(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will say why a member may or may not do something: everybody asks for themselves, who manages members for all."""
    mine: Membership = request.membership  # type: ignore[attr-defined]
    principal = request.principal  # type: ignore[attr-defined]
    others = can(principal, MEMBER_MANAGE) and can(principal, MEMBER_VIEW)
    member = member_asked(organization, request.GET.get("member", ""), mine)
    if member.pk != mine.pk:
        require(principal, MEMBER_MANAGE)
    permission, named = request.GET.get("permission", ""), request.GET.get("object", "")
    obj = _object_asked(organization, named, principal, others=others)
    context = {
        "organization": organization,
        "object": obj,
        "named": named,
        "members": people.members(organization)[:500] if others else [mine],
        "member": member,
        "permission": permission,
        "groups": permission_groups(),
        "answer": explain(principal_of(member), permission, obj) if permission in PERMISSIONS else None,
    }
    return render(request, "organizations/explain.html", context)


def _object_asked(organization: Organization, named: str, principal: Any, *, others: bool) -> Any:
    """This will find the one object that is asked about, as ``kind:id``; who manages no members must be able to read it."""
    if not named:
        return None
    kind, _colon, key = named.partition(":")
    shareable, obj = object_of(organization, kind, _id(key))
    for permission in () if others else shareable.read:
        require(principal, permission, obj)
    return obj


def member_asked(organization: Organization | UUID, given: str, mine: Membership | None) -> Membership:
    """This will find the member by id or address, the asking one without either; or raise Http404."""
    if not given and mine is not None:
        return mine
    rows = Membership.objects.for_organization(organization).select_related("user")
    by_address = {"user__email__iexact": given} if "@" in given else {"pk": _id(given)}
    return get_object_or_404(rows, **by_address)


def permission_groups() -> list[tuple[str, list[Any]]]:
    """This will list all permissions by product."""
    groups: dict[str, list[Any]] = {}
    for permission in PERMISSIONS.values():
        app = permission.name.partition(".")[0]
        groups.setdefault(str(PRODUCTS.get(app, app)), []).append(permission)
    return list(groups.items())


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error
