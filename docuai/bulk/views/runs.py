"""Pages of runs: the list, one run, and the buttons that steer it."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from docuai.bulk import selectors, services
from docuai.bulk.models import BulkRun
from docuai.bulk.rendering import stop_flag
from docuai.bulk.services.taking import note_rows
from docuai.bulk.views.context import run_at, run_context, run_of
from docuai.bulk.views.picked import retried
from docuai.library.models import DocumentTemplate
from docuai.permissions import RUN_MANAGE, RUN_START, RUN_VIEW
from platform_core.access.can import can, visible
from platform_core.access.doors import organization_page
from platform_core.access.modes import MODES, choices_of, narrowed
from platform_core.jobs.models import Job
from platform_core.jobs.selectors import titled
from platform_core.jobs.services import JobStateError
from platform_core.kits.web.pagination import paginate
from platform_core.kits.web.requests import go, page_or_fragment, whole
from platform_core.kits.web.toasts import toast
from platform_core.organizations.models import Organization

GROUPS: dict[str, tuple[str, ...]] = {
    "open": ("queued", "running", "paused", "parked"),
    "done": ("done",),
    "failures": ("partial", "failed"),
    "canceled": ("canceled",),
}
STEERING: dict[str, tuple[Callable[..., Any], Any]] = {
    "pause": (services.pause, gettext_lazy("Run paused. Documents in work are finished first.")),
    "resume": (services.resume, gettext_lazy("Run goes on.")),
    "cancel": (services.cancel, gettext_lazy("Run canceled. Finished documents stay.")),
}
STOP_SECONDS = 30


@organization_page(RUN_VIEW, any_of=BulkRun)
def run_list(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will list the runs, the newest first; state, template and words narrow it by the address."""
    runs = visible(BulkRun.objects.filter(deleted_at=None), request.principal, RUN_VIEW)  # type: ignore[attr-defined]
    state, template, words = (request.GET.get(name, "").strip() for name in ("state", "template", "q"))
    mode = request.GET.get("test", "")
    found = narrowed(runs.select_related("job__started_by", "template", "version"), mode)
    if state in GROUPS:
        found = found.filter(job__state__in=GROUPS[state])
    if template:
        found = found.filter(template__slug=template)
    if words:
        found = (
            found.filter(number=number)
            if (number := whole(words)) is not None
            else found.filter(titled(words, column="job_id"))
        )
    shown = paginate(request, found.order_by("-number"))
    cards = selectors.run_cards(shown.rows)
    context = {
        "organization": organization,
        "shown": shown,
        "cards": cards,
        "state": state,
        "template": template,
        "words": words,
        "chips": _chips(organization, state),
        "is_filtered": bool(state or template or words or mode in MODES),
        "mode": mode,
        "modes": choices_of(runs, mode),
        "is_live": any(not card.run.job.ended for card in cards),
        "templates": DocumentTemplate.objects.for_organization(organization).filter(deleted_at=None).order_by("name"),
        "can_start": can(request.principal, RUN_START),  # type: ignore[attr-defined]
    }
    return page_or_fragment(request, "docuai/bulk/run_list.html", context, fragment="runs")


def _chips(organization: Organization, current: str) -> list[dict[str, Any]]:
    path = reverse("runs", kwargs={"slug": organization.slug})
    labels = {
        "": _("All"),
        "open": _("In work"),
        "done": _("Done"),
        "failures": _("With failures"),
        "canceled": _("Canceled"),
    }
    return [
        {"label": label, "url": f"{path}?state={state}" if state else path, "current": state == current}
        for state, label in labels.items()
    ]


@organization_page(RUN_VIEW, of=run_at)
def run_page(request: HttpRequest, organization: Organization, number: int) -> HttpResponse:
    """This will show how a run stands; the page asks for itself every two seconds until the run has ended."""
    run = run_of(organization, number)
    context = run_context(request, organization, run)
    seen = {row.row.number for row in [*context["shown"].rows, *context["failed_rows"]]}
    part = f"{context['state']}|{context['words']}|{context['shown'].number}"
    note_rows(run=run, actor=request.user, count=len(seen), part=part)  # type: ignore[arg-type]
    return page_or_fragment(request, "docuai/bulk/run.html", context, fragment="run")


@require_POST
@organization_page(RUN_MANAGE, of=run_at)
def steer(request: HttpRequest, organization: Organization, number: int) -> HttpResponse:
    """This will pause, resume, cancel or retry; a state that does not allow it changes nothing and says so."""
    run = run_of(organization, number)
    to = request.POST.get("to", "")
    try:
        if to == "retry":
            again = services.retry(actor=request.user, run=run)  # type: ignore[arg-type]
            toast(request, retried(run, again), level="done" if again else "failed")
        elif to in STEERING:
            change, said = STEERING[to]
            change(actor=request.user, run=run)
            toast(request, said)
    except JobStateError as error:
        toast(request, str(error) or str(error.message), level="failed")
    return go(request, "run", slug=organization.slug, number=number)


@require_POST
@organization_page(RUN_MANAGE)
def delete(request: HttpRequest, organization: Organization, number: int) -> HttpResponse:
    """This will delete a run whose number was typed, and offer to take it back."""
    run = run_of(organization, number)
    if request.POST.get("number", "").strip() != str(number):
        toast(
            request,
            _("Nothing was deleted: type the number of the run, %(number)s.") % {"number": number},
            level="failed",
        )
        return go(request, "run", slug=organization.slug, number=number)
    services.delete_run(actor=request.user, run=run)  # type: ignore[arg-type]
    undo = reverse("run-undelete", kwargs={"slug": organization.slug, "number": number})
    toast(request, _("Run %(number)s deleted.") % {"number": number}, undo_url=undo)
    return go(request, "runs", slug=organization.slug)


@require_POST
@organization_page(RUN_MANAGE)
def undelete(request: HttpRequest, organization: Organization, number: int) -> HttpResponse:
    """This will bring a deleted run back."""
    away = BulkRun.objects.for_organization(organization).exclude(deleted_at=None)
    run = get_object_or_404(away.select_related("job"), number=number)
    try:
        services.undelete_run(actor=request.user, run=run)  # type: ignore[arg-type]
    except services.RunError as error:
        toast(request, str(error), level="failed")
        return go(request, "runs", slug=organization.slug)
    toast(request, _("Run %(number)s is back.") % {"number": number})
    return go(request, "run", slug=organization.slug, number=number)


@require_POST
@organization_page(RUN_MANAGE)
def stop_worker(request: HttpRequest, organization: Organization, number: int) -> HttpResponseBase:
    """This will have the next worker in the middle of a batch of this run killed (-9). In the demo only."""
    if not settings.DEMO:
        raise Http404
    run = run_of(organization, number)
    if run.job.state in Job.OPEN:
        cache.set(stop_flag(run.pk), "1", STOP_SECONDS)
        toast(request, _("A worker in the middle of its work is being killed. Watch the log."))
    else:
        toast(request, _("The run is not going: there is no worker to stop."), level="failed")
    return go(request, "run", slug=organization.slug, number=number)
