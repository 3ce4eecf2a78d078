"""Pages of runs."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from docuai.bulk import selectors, services, tabular
from docuai.bulk.models import BulkRun
from docuai.library.models import TemplateVersion
from docuai.permissions import RUN_MANAGE, RUN_START, RUN_VIEW
from platform_core.access.can import can
from platform_core.access.doors import organization_page
from platform_core.organizations.models import Organization

STEERING: dict[str, Callable[..., Any]] = {
    "pause": services.pause,
    "resume": services.resume,
    "cancel": services.cancel,
}


@organization_page(RUN_VIEW)
def run_list(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will list the runs, and offer to start one to those who may."""
    return _list(request, organization)


@require_POST
@organization_page(RUN_START)
def start(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will start a run of the uploaded table, or show what is wrong with it and keep the page."""
    published = TemplateVersion.objects.for_organization(organization).filter(state="published")
    version = get_object_or_404(published.select_related("template"), id=request.POST.get("version") or None)
    try:
        file = request.FILES.get("file")
        rows = tabular.rows_of(file.read() if file else b"")
        run = services.request_run(
            actor=request.user,  # type: ignore[arg-type]
            organization=organization,
            version=version,
            rows=rows,
            today=timezone.localdate(),
        )
    except (tabular.TableError, services.RunError) as error:
        return _list(request, organization, error=str(error), status=422)
    return redirect("run", slug=organization.slug, number=run.number)


@organization_page(RUN_VIEW)
def run_page(request: HttpRequest, organization: Organization, number: int) -> HttpResponse:
    """This will show a run's progress; the page reloads itself until the run has ended."""
    run = _run(organization, number)
    counts = selectors.counts(run)
    context = {
        "organization": organization,
        "run": run,
        "counts": counts,
        "percent": selectors.percentages(counts),
        "failed": run.rows.filter(state="failed").order_by("number")[:25],
        "can_manage": can(request.principal, RUN_MANAGE),  # type: ignore[attr-defined]
    }
    return render(request, "docuai/bulk/run.html", context)


@require_POST
@organization_page(RUN_MANAGE)
def steer(request: HttpRequest, organization: Organization, number: int) -> HttpResponse:
    """This will pause, resume or cancel a run; a state that does not allow it changes nothing."""
    run = _run(organization, number)
    if change := STEERING.get(request.POST.get("to", "")):
        change(actor=request.user, run=run)
    return redirect("run", slug=organization.slug, number=run.number)


@organization_page(RUN_VIEW)
def archive(request: HttpRequest, organization: Organization, number: int) -> HttpResponseBase:
    """This will give the run's documents as one ZIP."""
    run = _run(organization, number)
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as output:
        for document in selectors.valid_documents(run):
            output.writestr(document.file_name, selectors.content_of(document))
    packed.seek(0)
    return FileResponse(packed, as_attachment=True, filename=f"run-{run.number}.zip", content_type="application/zip")


def _run(organization: Organization, number: int) -> BulkRun:
    runs = BulkRun.objects.for_organization(organization).filter(deleted_at=None).select_related("job")
    return get_object_or_404(runs, number=number)


def _list(request: HttpRequest, organization: Organization, *, error: str = "", status: int = 200) -> HttpResponse:
    versions = TemplateVersion.objects.for_organization(organization).filter(state="published")
    runs = BulkRun.objects.for_organization(organization).filter(deleted_at=None).select_related("job")
    context = {
        "organization": organization,
        "versions": versions.select_related("template").order_by("template__name"),
        "runs": runs.order_by("-number")[:25],
        "can_start": can(request.principal, RUN_START),  # type: ignore[attr-defined]
        "error": error,
    }
    return render(request, "docuai/bulk/run_list.html", context, status=status)
