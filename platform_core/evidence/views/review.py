"""The access review: who can do what, when they used it last, what to take away; and the signed report."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from platform_core.access.doors import organization_page
from platform_core.access.freshness import require_fresh
from platform_core.access.scopes import PRODUCTS
from platform_core.access.shares import counted
from platform_core.audit.services import audit, audit_view
from platform_core.evidence import reviewing
from platform_core.kits.web.pagination import paginate
from platform_core.kits.web.ranges import disposition
from platform_core.organizations.models import Membership, Organization, Role
from platform_core.organizations.selectors.ladder import may_touch
from platform_core.permissions import ACCESS_REVIEW, KEY_MANAGE

PAGE_SIZE = 50


@never_cache
@require_safe
@organization_page(ACCESS_REVIEW)
@require_fresh
def review(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will show members and keys, those unused longest first. Whoever opens it has just shown who they are."""
    mine: Membership = request.membership  # type: ignore[attr-defined]
    shown = paginate(request, reviewing.members(organization), size=PAGE_SIZE)
    keys = reviewing.keys(organization, now=timezone.now())
    makers = {key.created_by_id for key in keys if key.created_by_id is not None}
    makers_now = (
        Membership.objects.for_organization(organization).filter(user_id__in=makers).select_related("custom_role")
    )
    standing = {row.user_id: row.held for row in makers_now}
    shares = counted(organization.pk)
    owners = Membership.objects.for_organization(organization).filter(role=Role.OWNER).count()
    context = {
        "organization": organization,
        "shown": shown,
        "rows": [_row(row, mine, shares.get(row.user_id, 0), owners) for row in shown.rows],
        "keys": [(key, _may(key.scopes), reviewing.beyond_maker(key, standing)) for key in keys],
        "revokes": KEY_MANAGE in mine.held,
    }
    audit_view(
        action="access.review.view",
        organization_id=organization.pk,
        actor=request.user,  # type: ignore[arg-type]
        count=len(shown.rows) + len(keys),
    )
    return render(request, "evidence/review.html", context)


@never_cache
@require_safe
@organization_page(ACCESS_REVIEW)
@require_fresh
def report(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will give the report: JSON to verify, ``?format=csv`` to read."""
    now = timezone.now()
    shares = counted(organization.pk)
    signed = reviewing.report(organization, by=request.user.email, now=now, shares=shares)  # type: ignore[union-attr]
    is_table = request.GET.get("format") == "csv"
    audit(
        action="access.review.report",
        organization_id=organization.pk,
        target_label="CSV" if is_table else "JSON",
        actor=request.user,  # type: ignore[arg-type]
        changes={
            "people": [None, len(signed["members"])],
            "members": len(signed["members"]),
            "keys": len(signed["keys"]),
        },
    )
    name = f"access-{organization.slug}-{now:%Y-%m-%d}"
    if is_table:
        answer = HttpResponse(reviewing.as_table(signed), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = disposition(f"{name}.csv")
    else:
        answer = HttpResponse(json.dumps(signed, indent=2, ensure_ascii=False), content_type="application/json")
        answer["Content-Disposition"] = disposition(f"{name}.json")
    return answer


def _row(member: Membership, mine: Membership, shares: int, owners: int) -> dict[str, Any]:
    only_owner = member.role == Role.OWNER and owners == 1
    removable = member.pk != mine.pk and not only_owner and may_touch(mine.held, member.held)
    return {"member": member, "may": _may(member.held), "shares": shares, "removable": removable}


def _may(held: Any) -> list[tuple[Any, reviewing.May]]:
    return [(PRODUCTS.get(may.product, may.product), may) for may in reviewing.summed(held)]
