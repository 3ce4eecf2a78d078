"""What is done with the rows that were ticked on a run's page: a form first, so that it works without scripts."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from docuai.bulk import services
from docuai.bulk.models import BulkRun
from docuai.bulk.views.context import picked, run_at, run_of
from docuai.permissions import RUN_MANAGE
from platform_core.access.doors import organization_page
from platform_core.jobs.models import Job
from platform_core.jobs.services import JobStateError
from platform_core.kits.web.requests import go
from platform_core.kits.web.toasts import toast
from platform_core.organizations.models import Organization

PAGES = {"send": "run-mail", "download": "run-archive"}


@require_POST
@organization_page(RUN_MANAGE, of=run_at)
def act(request: HttpRequest, organization: Organization, number: int) -> HttpResponse:
    """This will try the ticked rows again, or go on to the mail or the ZIP of their documents."""
    run, rows, do = run_of(organization, number), picked(request), request.POST.get("do", "")
    if not rows:
        toast(request, _("Tick at least one row."), level="failed")
    elif do in PAGES:
        address = reverse(PAGES[do], kwargs={"slug": organization.slug, "number": number})
        return redirect(f"{address}?{urlencode({'row': rows}, doseq=True)}")
    elif do == "retry":
        try:
            again = services.retry(actor=request.user, run=run, numbers=rows)  # type: ignore[arg-type]
            toast(request, retried(run, again), level="done" if again else "failed")
        except JobStateError as error:
            toast(request, str(error) or str(error.message), level="failed")
    return go(request, "run", slug=organization.slug, number=number)


def retried(run: BulkRun, again: int) -> str:
    """This will say what became of the failed rows that were asked for."""
    if not again:
        return _("None of these rows has failed: nothing was changed.")
    if run.job.state == Job.State.PAUSED:
        text = ngettext(
            "%(count)s row waits again. Resume the run to make it.",
            "%(count)s rows wait again. Resume the run to make them.",
            again,
        )
    else:
        text = ngettext("%(count)s row is tried again.", "%(count)s rows are tried again.", again)
    return text % {"count": again}
