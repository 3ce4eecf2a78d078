"""Inviting a list in two steps: what would become of each line, then the button with the number."""

import csv
import io
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from platform_core.access.doors import organization_page
from platform_core.kits.web.toasts import toast
from platform_core.organizations.errors import OrganizationError
from platform_core.organizations.forms import InviteListForm
from platform_core.organizations.judging import Verdict, counts
from platform_core.organizations.models import Membership, Organization
from platform_core.organizations.selectors.limits import MEMBERS, limit_of, used_of
from platform_core.organizations.selectors.roles import roles_to_give, teams
from platform_core.organizations.services import inviting_many
from platform_core.permissions import MEMBER_MANAGE

MOST_SHOWN = 200


@require_http_methods(["GET", "POST"])
@organization_page(MEMBER_MANAGE)
def invite_many(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will take a list, show what would become of each line, and send with ``do=send``."""
    mine: Membership = request.membership  # type: ignore[attr-defined]
    given = {"roles": roles_to_give(organization, mine.held), "teams": list(teams(organization))}
    form = InviteListForm(request.POST or None, request.FILES or None, initial={"role": "viewer"}, **given)  # type: ignore[arg-type]
    if request.method == "POST" and form.is_valid():
        try:
            if request.POST.get("do") == "send":
                return _send(request, organization, form)
            return _page(request, organization, form, _asked(request, organization, form))
        except OrganizationError as error:
            form.add_error(None, str(error))
            return _page(request, organization, form, _asked(request, organization, form), status=422)
    return _page(request, organization, form, status=422 if form.errors else 200)


def _send(request: HttpRequest, organization: Organization, form: InviteListForm) -> HttpResponse:
    shown = request.POST.get("expected", "")
    expected = int(shown) if shown.isdecimal() and len(shown) < 6 else None
    given = _given(request, organization, form)
    if len(given["entries"]) > inviting_many.MOST_AT_ONCE:
        _verdicts, job = inviting_many.invite_by_job(**given, expected=expected)
        return redirect("job", slug=organization.slug, job_id=job.pk)
    verdicts = inviting_many.invite_many(**given, expected=expected)
    sent = sum(verdict.sent for verdict in verdicts)
    text = ngettext("%(n)s invitation is on its way.", "%(n)s invitations are on their way.", sent)
    toast(request, text % {"n": sent})
    return redirect("members", slug=organization.slug)


def _asked(request: HttpRequest, organization: Organization, form: InviteListForm) -> list[Verdict]:
    return inviting_many.preview(**_given(request, organization, form))


def _given(request: HttpRequest, organization: Organization, form: InviteListForm) -> dict[str, Any]:
    given = form.cleaned_data
    return {
        "actor": request.user,
        "organization": organization,
        "entries": given["entries"],
        "role": given.get("role", ""),
        "team": given.get("team", ""),
    }


def _page(
    request: HttpRequest,
    organization: Organization,
    form: InviteListForm,
    verdicts: list[Verdict] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    going = [verdict for verdict in verdicts or [] if verdict.sent]
    staying = [verdict for verdict in verdicts or [] if not verdict.sent]
    context = {
        "organization": organization,
        "form": form,
        "judged": verdicts is not None,
        "counts": counts(verdicts or []),
        "going": going,
        "shown": [*staying[:MOST_SHOWN], *going[:MOST_SHOWN]],
        "hidden": max(0, len(staying) - MOST_SHOWN) + max(0, len(going) - MOST_SHOWN),
        "ready": _as_csv(going),
        "by_job": len(going) > inviting_many.MOST_AT_ONCE,
        "limit": limit_of(organization, MEMBERS),
        "used": used_of(organization, MEMBERS),
    }
    return render(request, "organizations/invite_many.html", context, status=status)


def _as_csv(going: list[Verdict]) -> str:
    """What the second step sends: the lines that were shown as going, each with its own role and team."""
    sheet = io.StringIO()
    rows = csv.writer(sheet)
    rows.writerow(["email", "role", "team"])
    for verdict in going:
        assert verdict.role is not None
        rows.writerow([verdict.entry.email, verdict.role.value, verdict.team.pk if verdict.team else ""])
    return sheet.getvalue()
