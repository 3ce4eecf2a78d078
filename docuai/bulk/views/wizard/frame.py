"""What every step has: its draft, the stepper, the way back, the answer to a change that came too late."""

from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from docuai.bulk.models import RunDraft
from docuai.bulk.selectors.drafts import drafts, launched_run
from docuai.bulk.services.drafts import TAB
from platform_core.accounts.models import User
from platform_core.organizations.models import Organization

STEPS = ("template", "data", "columns", "options", "check")


def draft_of(request: HttpRequest, organization: Organization, draft_id: UUID) -> RunDraft:
    """This will find the person's own draft, or raise Http404."""
    return get_object_or_404(drafts(organization), id=draft_id, created_by=request.user)


def actor_of(request: HttpRequest) -> User:
    """This will give the signed-in person: the doors let nobody else in."""
    return request.user  # type: ignore[return-value]


def step_url(draft: RunDraft, step: str) -> str:
    """This will give the address of a step."""
    if step == "template":
        address = reverse("run-new", kwargs={"slug": draft.organization.slug})
        return f"{address}?draft={draft.pk}"
    return reverse(f"run-{step}", kwargs={"slug": draft.organization.slug, "draft_id": draft.pk})


def _tab(request: HttpRequest) -> str:
    """The token of the page's tab: kept over the answers to its own forms, new for a page that is opened."""
    return request.POST.get("seen", "").partition(TAB)[2][:40] or uuid4().hex


def page(
    request: HttpRequest, draft: RunDraft, step: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """This will render a step's page inside the frame of all steps."""
    place = STEPS.index(step)
    names = dict(zip(STEPS, (_("Template"), _("Data"), _("Columns"), _("Options"), _("Check")), strict=True))
    following = names[STEPS[place + 1]] if place + 1 < len(STEPS) else ""
    shown = {
        "organization": draft.organization,
        "draft": draft,
        "table": draft.summary.get("table", {}),
        "seen": f"{draft.updated_at.isoformat()}{TAB}{_tab(request)}",
        "steps": [
            {
                "name": names[name],
                "done": index < place,
                "current": index == place,
                "url": step_url(draft, name) if index < place else "",
            }
            for index, name in enumerate(STEPS)
        ],
        "now": names[step],
        "next": _("Step %(n)s of %(all)s, next: %(name)s") % {"n": place + 1, "all": len(STEPS), "name": following}
        if following
        else _("Step %(n)s of %(all)s") % {"n": place + 1, "all": len(STEPS)},
        "back_url": step_url(draft, STEPS[place - 1]),
        "launched": launched_run(draft),
        **(context or {}),
    }
    return render(request, f"docuai/bulk/wizard_{step}.html", shown, status=status)
