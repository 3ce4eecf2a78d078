"""What is asked for after a run: verify, merge, mail each person their document, keep longer."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from docuai.bulk import mailing, services
from docuai.bulk.views.context import picked, run_at, run_context, run_of
from docuai.permissions import RUN_MANAGE
from platform_core.access.doors import organization_page
from platform_core.kits.web.requests import go, wants
from platform_core.kits.web.toasts import toast
from platform_core.mail.models import OutgoingMail
from platform_core.organizations.models import Organization


@require_POST
@organization_page(RUN_MANAGE, of=run_at)
def verify(request: HttpRequest, organization: Organization, number: int) -> HttpResponse:
    """This will have every document checked against its hash and rendered again."""
    run = run_of(organization, number)
    try:
        services.verify(actor=request.user, run=run)  # type: ignore[arg-type]
        toast(request, _("The documents are being verified. The result will stand under Facts."))
    except services.RunError as error:
        toast(request, str(error), level="failed")
    return go(request, "run", slug=organization.slug, number=number)


@require_POST
@organization_page(RUN_MANAGE, of=run_at)
def merge(request: HttpRequest, organization: Organization, number: int) -> HttpResponse:
    """This will have one PDF made of all documents."""
    run = run_of(organization, number)
    try:
        services.merge(actor=request.user, run=run)  # type: ignore[arg-type]
        toast(request, _("One PDF is being made. It will stand under Downloads."))
    except services.RunError as error:
        toast(request, str(error), level="failed")
    return go(request, "run", slug=organization.slug, number=number)


@require_http_methods(["GET", "POST"])
@organization_page(RUN_MANAGE, of=run_at)
def mail(request: HttpRequest, organization: Organization, number: int) -> HttpResponse:
    """This will show what is going to be mailed and to how many; the post sends it."""
    run, rows = run_of(organization, number), picked(request)
    subject, text = mailing.default_text(run)
    problem = ""
    if request.method == "POST":
        subject, text = request.POST.get("subject", ""), request.POST.get("text", "")
        try:
            services.mail_documents(
                actor=request.user,  # type: ignore[arg-type]
                run=run,
                subject=subject,
                text=text,
                numbers=rows,
            )
        except services.RunError as error:
            problem = str(error)
        else:
            toast(request, _("The documents are being mailed. The counts will stand under Facts."))
            return go(request, "run", slug=organization.slug, number=number)
    drawer = {
        "drawer": "docuai/bulk/run_mail.html",
        "subject": subject,
        "text": text,
        "problem": problem,
        "recipient_count": mailing.recipients(run, rows).count(),
        "picked": rows,
        "fate_rows": _fates(mailing.fates(run)),
    }
    status = 422 if problem else 200
    if wants(request, "drawer"):
        return render(
            request, "docuai/bulk/run_mail.html", {"organization": organization, "run": run, **drawer}, status=status
        )
    return render(request, "docuai/bulk/run.html", run_context(request, organization, run, **drawer), status=status)


@require_POST
@organization_page(RUN_MANAGE, of=run_at)
def keep(request: HttpRequest, organization: Organization, number: int) -> HttpResponse:
    """This will change until when the run's documents are kept."""
    run = run_of(organization, number)
    try:
        until = date.fromisoformat(request.POST.get("keep_until", ""))
        services.change_retention(actor=request.user, run=run, keep_until=until, today=timezone.localdate())  # type: ignore[arg-type]
        toast(request, _("The documents are kept until %(day)s.") % {"day": date_format(until)})
    except services.RunError as error:
        toast(request, str(error), level="failed")
    except ValueError:
        toast(request, _("Choose a day."), level="failed")
    return go(request, "run", slug=organization.slug, number=number)


def _fates(counts: dict[str, int]) -> list[dict[str, object]]:
    return [{"label": state.label, "count": counts[state]} for state in OutgoingMail.State if counts.get(state.value)]
